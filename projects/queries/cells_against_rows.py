"""Do cells and cube say what the rows say: the rows are added up by ``totals.py``, which knows nothing of either."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet

from projects.models import Face, RegisterCell, RegisterCube
from projects.models.register_cell import EVERYWHERE, MEASURES, UNKNOWN_YEAR
from projects.queries.cells import totals_in
from projects.queries.totals import Totals, added, totals_by_each
from reference.codelists import APPROVED

Key = tuple[Any, ...]
"""Of a cell: code of the face, sector, year, and whether it counts as approved. Of the cube: see ``_CUBE``."""
_CUBE = ("status", "initiator_type", "territory", "sector", "year")


@dataclass(frozen=True)
class Difference:
    """A combination of which the cells of a face, or the cube (no face), say something else than the rows."""

    face: Face | None
    key: Key
    cells: Totals
    rows: Totals

    def __str__(self) -> str:
        *codes, sector, year, is_approved = self.key if self.face else (*self.key, None)
        where = f"{self.face.value if self.face else 'cube'} {' '.join(codes)}, sector {sector}"
        where += f", year {'unknown' if year is None else year}"
        counts = {True: ", approved", False: ", not approved", None: ""}[is_approved]
        return f"{where}{counts}: cells say {_said(self.cells)}; rows say {_said(self.rows)}"


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


def _of_cells(cells: QuerySet[Model], *key: str) -> Mapping[Key, Totals]:
    """Return what every cell says by its key, also one that says a sum and no project."""
    return {
        tuple(code or None if name == "year" else code for name, code in zip(key, row, strict=False)): totals_in(
            row[len(key) :]
        )
        for row in cells.order_by().values_list(*key, *MEASURES)
    }


def differences() -> list[Difference]:
    """Return every combination of which cells or cube and rows do not say the same, ordered. Nine queries.

    Ask inside of one moment (``snapshot.one_moment``) or under a lock: else a change between the two looks like one.
    """
    found = []
    for face in Face:
        cells = _of_cells(RegisterCell.objects.filter(face=face), "key", "sector", "year", "is_approved")
        found += _compared(face, cells, _of_rows(face))
    everywhere = totals_by_each([name for name in _CUBE if name != "territory"])
    rows = {(*key[:2], EVERYWHERE, *key[2:]): one for key, one in everywhere.items()} | totals_by_each(_CUBE)
    return found + _compared(None, _of_cells(RegisterCube.objects.all(), *_CUBE), rows)


def _compared(face: Face | None, cells: Mapping[Key, Totals], rows: Mapping[Key, Totals]) -> list[Difference]:
    keys = sorted({*cells, *rows}, key=lambda key: tuple(UNKNOWN_YEAR if code is None else code for code in key))
    return [
        Difference(face, key, cells.get(key, Totals()), rows.get(key, Totals()))
        for key in keys
        if cells.get(key, Totals()) != rows.get(key, Totals())
    ]
