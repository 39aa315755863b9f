"""Do the cells say what the rows say: the rows are added up by ``totals.py``, which knows nothing of the cells."""

from collections.abc import Mapping
from dataclasses import dataclass

from projects.models import Face, RegisterCell
from projects.models.register_cell import UNKNOWN_YEAR
from projects.queries.totals import Figures, Totals, added, totals_by_each
from reference.codelists import APPROVED

Key = tuple[str, str, int | None, bool]
"""Code of the face, sector, year, and whether it counts as approved."""


@dataclass(frozen=True)
class Difference:
    """A combination of which the cells say something else than the rows."""

    face: Face
    key: Key
    cells: Totals
    rows: Totals

    def __str__(self) -> str:
        code, sector, year, is_approved = self.key
        where = f"{self.face.value} {code}, sector {sector}, year {'unknown' if year is None else year}"
        counts = "approved" if is_approved else "not approved"
        return f"{where}, {counts}: cells say {_said(self.cells)}; rows say {_said(self.rows)}"


def _said(totals: Totals) -> str:
    on_file = totals.on_file
    return (
        f"{totals.projects} projects, {totals.cost_known} of known cost, {totals.cost} tenge"
        f" (on file {on_file.projects}, {on_file.cost_known}, {on_file.cost}),"
        f" {totals.groups} groups, {totals.members} members"
    )


def _of_rows(face: Face) -> Mapping[Key, Totals]:
    parts: dict[Key, list[Totals]] = {}
    names = list(dict.fromkeys([face.value, "sector", "year", "status"]))
    for codes, one in totals_by_each(names).items():
        is_approved = codes[names.index("status")] in APPROVED
        parts.setdefault((codes[0], codes[1], codes[2], is_approved), []).append(one)
    return {key: added(some) for key, some in parts.items()}


def _of_cells(face: Face) -> Mapping[Key, Totals]:
    """Return what every cell says, also one that says a sum and no project."""
    return {
        (cell.key, cell.sector_id, cell.year or None, cell.is_approved): Totals(
            cell.projects,
            cell.cost_known,
            cell.cost,
            Figures(cell.on_file_projects, cell.on_file_cost_known, cell.on_file_cost),
            groups=cell.groups,
            members=cell.members,
        )
        for cell in RegisterCell.objects.filter(face=face)
    }


def differences() -> list[Difference]:
    """Return every combination of which cells and rows do not say the same, ordered. Two queries for each face.

    Ask inside of one moment (``snapshot.one_moment``) or under a lock: else a change between the two looks like one.
    """
    found = []
    for face in Face:
        cells, rows = _of_cells(face), _of_rows(face)
        keys = sorted({*cells, *rows}, key=lambda key: (key[0], key[1], key[2] or UNKNOWN_YEAR, key[3]))
        found += [
            Difference(face, key, cells.get(key, Totals()), rows.get(key, Totals()))
            for key in keys
            if cells.get(key, Totals()) != rows.get(key, Totals())
        ]
    return found
