"""In which orders the register can be read, told as data: pages sort by it, the API turns its pages by it.

Words stand in the order of the Kazakh alphabet, as the reader's language writes them; what is not known stands last
in both directions; rows that are otherwise equal stand by number.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Case, F, Q, Value, When
from django.db.models.expressions import Combinable, OrderBy

from projects.queries import as_of
from reference.codelists import InitiatorType, ProjectStatus
from reference.kazakh import sort_key
from reference.languages import Named, localized
from reference.models import Sector, Territory

ORDERINGS = (
    "number",
    "title",
    "sector",
    "territory",
    "initiator_type",
    "year",
    "term_years",
    "jobs",
    "cost",
    "status",
)
"""Names that ``ordering`` takes, each also with a minus in front for the other direction."""


class Places(Case):
    """The place of a column's value among known ones; NULL for others. A few dozen values at most."""

    column: str
    values: Sequence[Any]

    @classmethod
    def among(cls, column: str, values: Sequence[Any]) -> "Places":
        """Return the places of these values, the first one 0."""
        made = cls(*(When(**{column: value, "then": Value(place)}) for place, value in enumerate(values)))
        made.column, made.values = column, values
        return made

    def standing_at(self, place: int | None) -> Q:
        """Return the condition of the rows at a place, on the column itself: that is what an index knows."""
        return ~Q((f"{self.column}__in", self.values)) if place is None else Q((self.column, self.values[place]))

    def following(self, place: int | None, descending: bool) -> Sequence[int]:
        """Return the places behind this one; all of them for None."""
        places = range(len(self.values))[:: -1 if descending else 1]
        return places if place is None else places[places.index(place) + 1 :]


Term = tuple[Combinable, bool]
"""An expression over the rows and whether its greatest value stands first."""


def order_terms(ordering: str, language: str, *, of_lines: bool = False) -> list[Term]:
    """Return by what rows are sorted, the weightiest first.

    Each expression may be NULL, which stands last in both directions; the last one is the number, which never is and
    tells every row from every other. ``of_lines`` asks for the lines of a past day: titles, sums and terms of that
    day. Where words of a table are sorted, one query asks for them.
    """
    name, descending = ordering.removeprefix("-"), ordering.startswith("-")
    project = "project__" if of_lines else ""
    number: Term = (F(f"{project}number"), False)
    title: Any = as_of.title_order(language) if of_lines else F(f"order_{language}")
    if name == "title":
        return [(title, descending), number]
    if name in ("cost", "term_years"):
        return [(F(name), descending), number]
    if name in ("year", "jobs"):
        return [(F(f"{project}{name}"), descending), number]
    if name == "sector":
        return [(_alphabetical(f"{project}sector", Sector, language), descending), (title, False), number]
    if name == "territory":
        return [(_alphabetical(f"{project}territory", Territory, language), descending), (title, False), number]
    if name == "initiator_type":
        known = sorted(set(InitiatorType) - {InitiatorType.UNKNOWN}, key=lambda kind: sort_key(str(kind.label)))
        return [(Places.among(f"{project}initiator_type", known), descending), (title, False), number]
    if name == "status" and not of_lines:
        return [(Places.among("status", list(ProjectStatus)), descending), number]
    return [(number[0], descending)]


def sorted_by(terms: Iterable[Term]) -> list[OrderBy]:
    """Return the terms as ``order_by`` takes them."""
    return [
        OrderBy(expression, descending=descending, nulls_last=True)  # type: ignore[arg-type]
        for expression, descending in terms
    ]


def _alphabetical(column: str, model: type[Named], language: str) -> Places:
    """Return the place of the row's sector or territory by its name."""
    # A few dozen names are put in order here: sorting keys made in SQL would be made anew for every row.
    rows = sorted(model._default_manager.all(), key=lambda row: (sort_key(_name(row, language)), row.pk))
    return Places.among(column, [row.pk for row in rows])


def _name(row: Named, language: str) -> str:
    return localized(row, "name", language).text
