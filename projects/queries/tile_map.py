"""The country and Almaty as tiles: where each stands, how dark it is, and what belongs to none.

The places are our own drawing: they keep who lies north, south, east and west of whom, not distances or areas.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from operator import add

from projects.queries.totals import Figures
from reference.models import Territory

ALMATY = "750000000"

COUNTRY: Mapping[str, tuple[int, int]] = {
    "590000000": (3, 0),  # Солтүстік Қазақстан
    "270000000": (0, 1),  # Батыс Қазақстан
    "150000000": (1, 1),  # Ақтөбе
    "390000000": (2, 1),  # Қостанай
    "110000000": (3, 1),  # Ақмола
    "550000000": (4, 1),  # Павлодар
    "230000000": (0, 2),  # Атырау
    "620000000": (2, 2),  # Ұлытау
    "710000000": (3, 2),  # Астана
    "350000000": (4, 2),  # Қарағанды
    "100000000": (5, 2),  # Абай
    "630000000": (6, 2),  # Шығыс Қазақстан
    "470000000": (0, 3),  # Маңғыстау
    "430000000": (2, 3),  # Қызылорда
    "610000000": (3, 3),  # Түркістан
    "310000000": (4, 3),  # Жамбыл
    "190000000": (5, 3),  # Алматы облысы
    "330000000": (6, 3),  # Жетісу
    "790000000": (3, 4),  # Шымкент
    ALMATY: (5, 4),
}
"""Column and row of each region and city of republican significance, from the upper left corner."""

DISTRICTS: Mapping[str, tuple[int, int]] = {
    "751210000": (0, 0),  # Алатау
    "751510000": (1, 0),  # Жетісу
    "751910000": (2, 0),  # Түрксіб
    "751310000": (0, 1),  # Әуезов
    "751110000": (1, 1),  # Алмалы
    "751710000": (2, 1),  # Медеу
    "751810000": (0, 2),  # Наурызбай
    "751410000": (1, 2),  # Бостандық
}
"""Column and row of each district of Almaty."""

SHADES = 4
"""Shades beside the one for nothing."""

# What a name says of the kind of territory; on a tile the name itself must do.
_KINDS = (
    *(" облысы", " қаласы", " ауданы", " область", " район", " Region", " city", " district"),
    *("область ", "город "),
)


@dataclass(frozen=True)
class Tile:
    """One territory of a map: its place, figures, and shade from 0 for nothing to ``SHADES``."""

    territory: Territory
    column: int
    row: int
    figures: Figures
    shade: int
    lines: tuple[str, ...]
    """The name in lines that fit on a tile; without its kind unless another tile would bear the same name."""


@dataclass(frozen=True)
class Shade:
    """One step of the legend: the numbers of projects that wear it."""

    level: int
    least: int
    greatest: int


@dataclass(frozen=True)
class TileMap:
    """Tiles by place, the legend, and what stands on no tile: territories without a place, rows not told apart."""

    tiles: list[Tile]
    legend: list[Shade]
    elsewhere: list[tuple[Territory, Figures]] = field(default_factory=list)
    not_told_apart: Figures = field(default_factory=Figures)


def country(by_territory: Mapping[str, Figures], territories: Iterable[Territory]) -> TileMap:
    """Return the map of regions and cities; a district counts with the city or region it lies in."""
    known = list(territories)
    whole = {
        territory.code: reduce(
            add,
            (by_territory.get(part.code, Figures()) for part in known if territory.code in (part.code, part.parent_id)),
        )
        for territory in known
        if territory.parent_id is None
    }
    tiles, legend = _tiles(COUNTRY, whole, known)
    elsewhere = [
        (territory, whole[territory.code])
        for territory in known
        if territory.code in whole and territory.code not in COUNTRY and whole[territory.code].projects
    ]
    return TileMap(tiles, legend, elsewhere)


def almaty(by_territory: Mapping[str, Figures], territories: Iterable[Territory]) -> TileMap:
    """Return the map of Almaty's districts; rows of the city that name no district are told apart."""
    known = list(territories)
    tiles, legend = _tiles(DISTRICTS, by_territory, known)
    elsewhere = [
        (territory, by_territory[territory.code])
        for territory in known
        if territory.parent_id == ALMATY and territory.code not in DISTRICTS and territory.code in by_territory
    ]
    return TileMap(tiles, legend, elsewhere, by_territory.get(ALMATY, Figures()))


def _tiles(
    places: Mapping[str, tuple[int, int]], figures: Mapping[str, Figures], known: list[Territory]
) -> tuple[list[Tile], list[Shade]]:
    here = {territory: figures.get(territory.code, Figures()) for territory in known if territory.code in places}
    legend = shades(max((found.projects for found in here.values()), default=0))
    names = {territory: short_name(territory.name) for territory in here}
    twice = {name for name, times in Counter(names.values()).items() if times > 1}
    tiles = [
        Tile(
            territory,
            *places[territory.code],
            found,
            _shade(found.projects, legend),
            tuple(territory.name.split()) if names[territory] in twice else names[territory],
        )
        for territory, found in here.items()
    ]
    # Read aloud or by the keyboard they come row by row, as they are seen.
    return sorted(tiles, key=lambda tile: (tile.row, tile.column)), legend


def shades(greatest: int) -> list[Shade]:
    """Return the steps of the legend up to this number of projects: each about as many times wider than the last.

    One territory often holds more than all others together; steps of equal width would leave the rest in one shade.
    """
    bounds = sorted({max(step, round(greatest ** (step / SHADES))) for step in range(1, SHADES + 1)})
    found, least = [], 1
    for bound in bounds:
        if least <= min(bound, greatest):
            found.append((least, min(bound, greatest)))
            least = bound + 1
    # The greatest number is always the darkest.
    return [Shade(SHADES - len(found) + place, *step) for place, step in enumerate(found, start=1)]


def _shade(projects: int, legend: list[Shade]) -> int:
    return next((shade.level for shade in legend if shade.least <= projects <= shade.greatest), 0)


def short_name(name: str) -> tuple[str, ...]:
    """Return a territory's name without the word for its kind, in lines of one word; a hyphen ends a line too."""
    for kind in _KINDS:
        name = name.replace(kind, "")
    return tuple(name.replace("-", "- ").split())
