"""The register added up for the figures: what a scope holds, told apart in every way the page shows."""

from collections.abc import Iterable, Mapping
from typing import Any

from projects.models import Face
from projects.queries.cells import Choice, totals_of_each, totals_of_faces
from projects.queries.totals import Totals, added
from proposals.dashboard.opening import projects_address
from proposals.dashboard.scope import Scope
from reference.codelists import APPROVED
from reference.queries import list_names


def _by_key(parts: Iterable[tuple[Any, Totals]]) -> dict[Any, Totals]:
    """Return the totals of each key, added up."""
    found: dict[Any, list[Totals]] = {}
    for key, totals in parts:
        found.setdefault(key, []).append(totals)
    return {key: added(some) for key, some in found.items()}


def _faces_of(cube: Mapping[tuple[Any, ...], Totals]) -> dict[tuple[str, str, bool], Totals]:
    """Return totals by face, code and whether they count, from those told apart by every face at once."""
    place = list(Face).index(Face.STATUS)
    return _by_key(
        ((face.value, code, codes[place] in APPROVED), one)
        for codes, one in cube.items()
        for face, code in zip(Face, codes, strict=True)
    )


class Holding:
    """What the register holds in a scope, told apart in every way the page shows. Three queries."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.names = list_names()
        choice = scope.choice
        self._sectors_and_years = self._of_every_year(choice)
        self.by_initiator, self.by_status, self.by_region = self._of_faces(choice)
        self.by_sector = _by_key((sector, one) for (sector, year), one in self._counted() if year in scope.years)
        self.by_every_year = _by_key((year, one) for (_sector, year), one in self._counted())
        self.by_year = {year: one for year, one in self.by_every_year.items() if year in scope.years}
        self.whole = added(self.by_sector.values())

    def _of_every_year(self, choice: Choice) -> dict[tuple[Any, ...], Totals]:
        """Return totals by sector, year and whether they count: of all years, to compare one with the one before."""
        return totals_of_each(["sector", "year", "is_approved"], choice.without("first_year", "last_year"))

    def _counted(self) -> Iterable[tuple[tuple[str, int | None], Totals]]:
        return [
            ((sector, year), one)
            for (sector, year, is_approved), one in self._sectors_and_years.items()
            if is_approved or self.scope.status
        ]

    def _of_faces(self, choice: Choice) -> tuple[dict[Any, Totals], dict[Any, Totals], dict[Any, Totals]]:
        """Return totals by initiator, by status and by region; only those by status include what does not count."""
        if choice == choice.without("initiator_types", "statuses", "territories"):
            parts = totals_of_faces(choice)
        else:
            # One face is chosen, so the others of it are in the cube only.
            parts = _faces_of(totals_of_each([face.value for face in Face], choice))
        told: dict[Face, list[tuple[str, bool, Totals]]] = {face: [] for face in Face}
        for (face, key, counts), one in parts.items():
            told[Face(face)].append((key, bool(counts or self.scope.status), one))
        return (
            _by_key((key, one) for key, counts, one in told[Face.INITIATOR] if counts),
            _by_key((key, one) for key, _counts, one in told[Face.STATUS]),
            _by_key((self.names.regions[key], one) for key, counts, one in told[Face.TERRITORY] if counts),
        )

    def address(self, **more: Any) -> str:
        """Return the address of the public list with the rows of the scope and of this line."""
        years = {year for _sector, year, _is_approved in self._sectors_and_years if year in self.scope.years}
        return projects_address(self.scope, years, **more)
