"""The register added up for the figures: what a scope holds, told apart in every way the page shows."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import CharField, F, QuerySet, Value

from projects.models import Face, Project
from projects.queries.cells import Choice, totals_of_each, totals_of_faces
from projects.queries.register import register
from projects.queries.totals import Totals, added, totals_by_each
from proposals.dashboard.opening import projects_address
from proposals.dashboard.scope import Scope
from reference.codelists import APPROVED
from reference.models import Sector, Territory
from reference.queries import within


def _rows(scope: Scope) -> QuerySet[Project]:
    """Return the rows of the register that the filters leave, of every year and of the status asked for, if any."""
    chosen = register()
    if scope.sector:
        chosen = chosen.filter(sector=scope.sector)
    if scope.territory:
        chosen = chosen.filter(within([scope.territory.pk]))
    if scope.initiator_type:
        chosen = chosen.filter(initiator_type=scope.initiator_type)
    return chosen.filter(status=scope.status) if scope.status else chosen


def _by_key(parts: Iterable[tuple[Any, Totals]]) -> dict[Any, Totals]:
    """Return the totals of each key, added up."""
    found: dict[Any, list[Totals]] = {}
    for key, totals in parts:
        found.setdefault(key, []).append(totals)
    return {key: added(some) for key, some in found.items()}


@dataclass(frozen=True)
class _Names:
    sectors: dict[str, str] = field(default_factory=dict)
    territories: dict[str, str] = field(default_factory=dict)
    regions: dict[str, str] = field(default_factory=dict)


def _names() -> _Names:
    """Return the names of sectors and territories, and the region of each territory. One query."""
    columns = ("name_kk", "name_ru", "name_en")
    # Codes alone do not tell which is which: staff may name a sector by digits too.
    every = [
        rows.order_by()
        .annotate(above=above, is_place=Value(is_place))
        .values_list("is_place", "code", "above", *columns)
        for is_place, rows, above in (
            (False, Sector.objects, Value(None, CharField())),
            (True, Territory.objects, F("parent_id")),
        )
    ]
    found = _Names()
    for is_place, code, above, *texts in every[0].union(every[1], all=True):
        name = str(Sector(**dict(zip(columns, texts, strict=True))).name)
        if is_place:
            found.territories[code] = name
            found.regions[code] = above or code
        else:
            found.sectors[code] = name
    return found


class Holding:
    """What the register holds in a scope, told apart in every way the page shows. Three queries."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.names = _names()
        choice = scope.choice
        self._sectors_and_years = self._of_every_year(choice)
        self.by_initiator, self.by_status, self.by_region = self._of_faces(choice)
        self.by_sector = _by_key((sector, one) for (sector, year), one in self._counted() if year in scope.years)
        self.by_every_year = _by_key((year, one) for (_sector, year), one in self._counted())
        self.by_year = {year: one for year, one in self.by_every_year.items() if year in scope.years}
        self.whole = added(self.by_sector.values())

    def _of_every_year(self, choice: Choice | None) -> dict[tuple[Any, ...], Totals]:
        """Return totals by sector, year and whether they count: of all years, to compare one with the one before."""
        if choice is not None:
            return totals_of_each(["sector", "year", "is_approved"], choice.without("first_year", "last_year"))
        found = totals_by_each(["sector", "year", "status"], _rows(self.scope))
        return _by_key(((sector, year, status in APPROVED), one) for (sector, year, status), one in found.items())

    def _counted(self) -> Iterable[tuple[tuple[str, int | None], Totals]]:
        return [
            ((sector, year), one)
            for (sector, year, is_approved), one in self._sectors_and_years.items()
            if is_approved or self.scope.status
        ]

    def _of_faces(self, choice: Choice | None) -> tuple[dict[Any, Totals], dict[Any, Totals], dict[Any, Totals]]:
        """Return totals by initiator, by status and by region; only those by status include what does not count."""
        if choice is not None and choice.face is None:
            parts = totals_of_faces(choice)
            return (
                _by_key((key, one) for (face, key, counts), one in parts.items() if face == Face.INITIATOR and counts),
                _by_key((key, one) for (face, key, _counts), one in parts.items() if face == Face.STATUS),
                _by_key(
                    (self.names.regions[key], one)
                    for (face, key, counts), one in parts.items()
                    if face == Face.TERRITORY and counts
                ),
            )
        # Where a period is set, rows of unknown year are not in it.
        in_period = _rows(self.scope).filter(self.scope.years.of("year"))
        rows = totals_by_each(["initiator_type", "status", "region"], in_period)
        counted = {key: one for key, one in rows.items() if self.scope.status or key[1] in APPROVED}
        return (
            _by_key((initiator, one) for (initiator, _status, _region), one in counted.items()),
            _by_key((status, one) for (_initiator, status, _region), one in rows.items()),
            _by_key((region, one) for (_initiator, _status, region), one in counted.items()),
        )

    def address(self, **more: Any) -> str:
        """Return the address of the public list with the rows of the scope and of this line."""
        years = {year for _sector, year, _is_approved in self._sectors_and_years if year in self.scope.years}
        return projects_address(self.scope, years, **more)
