"""The cross-table of the register: sector by initiator type, for the years that the view holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from projects.models import Project
from projects.queries.totals import Group, Totals, added, largest_first, totals_by_each
from reference.codelists import InitiatorType

AXES = ("sector", "initiator_type")


@dataclass(frozen=True)
class Cells:
    """Totals by sector and initiator type; every breakdown by one of them is added up from these."""

    cells: Mapping[tuple[Any, ...], Totals]

    @property
    def whole(self) -> Totals:
        """The totals of all cells."""
        return added(self.cells.values())

    def by(self, axis: str) -> list[Group]:
        """Return the totals by ``sector`` or ``initiator_type``, largest first."""
        place = AXES.index(axis)
        parts: dict[Any, list[Totals]] = {}
        for key, cell in self.cells.items():
            parts.setdefault(key[place], []).append(cell)
        return largest_first(Group(key, added(found)) for key, found in parts.items())


@dataclass(frozen=True)
class CrossRow:
    """A sector: its totals by initiator type, in the order of the columns (None: no project), and in all."""

    sector: str
    cells: list[Totals | None]
    whole: Totals


@dataclass(frozen=True)
class CrossTable:
    """Sectors as rows, the initiator types that occur as columns, and the totals of both."""

    columns: list[InitiatorType]
    rows: list[CrossRow]
    feet: list[Totals]
    whole: Totals


def cells_of(projects: QuerySet[Project]) -> Cells:
    """Return the totals of these projects by sector and initiator type. One query."""
    return Cells(totals_by_each(AXES, projects))


def cross_table(cells: Cells) -> CrossTable:
    """Return the cells as a table, sectors largest first; what counts no project takes no row and no column."""
    feet = {group.key: group.totals for group in cells.by("initiator_type") if group.totals.projects}
    columns = [kind for kind in InitiatorType if kind in feet]
    rows = []
    for group in cells.by("sector"):
        if group.totals.projects:
            found = [cells.cells.get((group.key, kind.value)) for kind in columns]
            shown = [cell if cell is not None and cell.projects else None for cell in found]
            rows.append(CrossRow(group.key, shown, group.totals))
    return CrossTable(columns, rows, [feet[kind] for kind in columns], cells.whole)
