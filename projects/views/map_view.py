"""The list as a map of tiles: where each tile leads, and what it says aloud."""

from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from projects.filters import ProjectFilter
from projects.queries import tile_map
from projects.queries.as_of import totals_on_by
from projects.queries.tile_map import ALMATY, DISTRICTS, Tile, TileMap
from projects.queries.totals import Figures
from projects.views import addresses
from reference.kazakh import sort_key
from reference.languages import reader_language
from reference.models import Territory
from reference.money import format_tenge_short

WIDTH, HEIGHT, GAP = 128, 104, 6
"""A tile and the space between two, in units of the drawing."""
_NAME, _LEADING = 26, 16


@dataclass(frozen=True)
class Drawn:
    """A tile with its corner, the lines of its name with their heights, and the address it leads to.

    The address adds the territory to the filter or takes it away; it is empty where there is nothing to see.
    """

    tile: Tile
    x: int
    y: int
    names: list[tuple[int, str]]
    known_sum: str
    address: str
    is_chosen: bool


@dataclass(frozen=True)
class Line:
    """A territory in the table: its name, where it leads, its figures."""

    name: str
    address: str
    figures: Figures
    is_chosen: bool


@dataclass(frozen=True)
class Drawing:
    """A map as it is drawn, and its figures as lines of a table, by name."""

    map: TileMap
    width: int
    height: int
    tiles: list[Drawn]
    lines: list[Line]


def maps_of(filters: ProjectFilter, given: QueryDict) -> dict[str, Any]:
    """Return the map of the country and, where Almaty or a part of it is chosen, that of its districts.

    The figures are those of all other filters, as the counts of a facet are. Two queries.
    """
    if filters.day is None:
        groups = filters.totals_by("territory", without=("territory",))
        figures: dict[Any, Figures] = {group.key: group.totals for group in groups}
    else:
        figures = totals_on_by("project__territory", filters.lines(without=("territory", "ordering")))
    territories = list(Territory.objects.all())
    chosen = set(given.getlist("territory"))
    found = {"country": _drawing(tile_map.country(figures, territories), chosen, given)}
    if chosen & {ALMATY, *DISTRICTS}:
        found["almaty"] = _drawing(tile_map.almaty(figures, territories), chosen, given)
    return found


def _drawing(made: TileMap, chosen: set[str], given: QueryDict) -> Drawing:
    tiles = [
        Drawn(
            tile,
            tile.column * (WIDTH + GAP) + GAP,
            tile.row * (HEIGHT + GAP) + GAP,
            [(_NAME + place * _LEADING, line) for place, line in enumerate(tile.lines)],
            format_tenge_short(tile.figures.cost, reader_language()) if tile.figures.cost_known else "",
            _address(tile.territory, tile.figures, chosen, given),
            tile.territory.code in chosen,
        )
        for tile in made.tiles
    ]
    shown = [(tile.territory, tile.figures) for tile in made.tiles] + made.elsewhere
    lines = [
        Line(territory.name, _address(territory, figures, chosen, given), figures, territory.code in chosen)
        for territory, figures in sorted(shown, key=lambda one: sort_key(one[0].name))
    ]
    right = max((drawn.x for drawn in tiles), default=0) + WIDTH + GAP
    below = max((drawn.y for drawn in tiles), default=0) + HEIGHT + GAP
    return Drawing(made, right, below, tiles, lines)


def _address(territory: Territory, figures: Figures, chosen: set[str], given: QueryDict) -> str:
    code, city = territory.code, territory.parent_id
    if not figures.projects and code not in chosen:
        return ""
    # The filter joins territories by "or": beside its city a district would change nothing, so it takes its place.
    if city and code not in chosen and city in chosen:
        given = addresses.changed(given, "territory", take=city)
    elif city and chosen == {code}:
        given = addresses.changed(given, "territory", add=city)
    return addresses.toggled(given, "territory", code)
