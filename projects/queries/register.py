"""Which rows of the register there are, and how pages fetch them without asking twice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import product
from math import prod
from operator import and_, or_

from django.db.models import BooleanField, F, Func, Prefetch, Q, QuerySet, Value

from projects.models import Document, Project, Resolution
from reference.codelists import NOT_APPROVED
from reference.kazakh import fold, search_words
from reference.models import Sector, Territory

MOST_COMBINATIONS = 16
"""Ways to hold all words of a search that are told one by one; a longer text is told word by word."""


def register() -> QuerySet[Project]:
    """Return every row of the register: approved, planned and excluded."""
    return Project.objects.all()


def approved(projects: QuerySet[Project] | None = None) -> QuerySet[Project]:
    """Return the rows that count in the approved totals."""
    chosen = register() if projects is None else projects
    return chosen.exclude(status__in=NOT_APPROVED)


def with_names(projects: QuerySet[Project]) -> QuerySet[Project]:
    """Return the rows together with what a list prints beside them; one query for any number of rows."""
    return projects.select_related("sector", "territory", "resolution")


@dataclass(frozen=True)
class Names:
    """Codes of territories and sectors, each with its names in three languages; dozens of rows."""

    territories: list[tuple[str, str]]
    sectors: list[tuple[str, str]]

    def holding(self, parts: Sequence[str]) -> tuple[list[str], list[str]]:
        """Return the codes of territories and of sectors whose folded names hold one of these parts."""
        return self._codes(self.territories, parts), self._codes(self.sectors, parts)

    @staticmethod
    def _codes(named: list[tuple[str, str]], parts: Sequence[str]) -> list[str]:
        return [code for code, names in named if any(part in f" {fold(names)}" for part in parts)]


def names() -> Names:
    """Return the names that a search reads. Two queries."""
    return Names(_named(Territory), _named(Sector))


def _named(model: type[Territory] | type[Sector]) -> list[tuple[str, str]]:
    rows = model.objects.values_list("pk", "name_kk", "name_ru", "name_en")
    return [(code, " ".join(names)) for code, *names in rows]


def search(projects: QuerySet[Project], text: str) -> QuerySet[Project]:
    """Return the rows that a query finds; see :func:`search_condition`."""
    return projects.filter(search_condition(text))


def search_condition(
    text: str,
    known: Names | None = None,
    *,
    column: str = "search_text",
    project: str = "",
    instead: Mapping[str, Sequence[str]] | None = None,
) -> Q:
    """Return what a row must fulfil to be found: it holds every word, whatever its letters' case and Kazakh shape.

    ``column`` holds the folded words; ``project`` is the path to the project, ``project__`` for rows that point to one.
    ``instead`` are folded words by the word in whose place they do as well, each as the beginning of a word.

    A word may stand in title, place or partner, or in the name of the territory or sector in any language. Words of one
    or two letters must begin a word. A number alone also finds the project of this number. A blank text finds every
    row, one without any letter or digit none. Two queries, none where the names are ``known``.
    """
    words = search_words(text)
    if not words:
        return Q(pk__in=[]) if text.strip() else Q()
    known = known or names()
    alternatives: list[list[Q | str]] = []
    for word in words:
        parts = [word if len(word) > 2 else f" {word}", *(f" {other}" for other in (instead or {}).get(word, ()))]
        territories, sectors = known.holding(parts)
        ways: list[Q | str] = [*parts]
        ways += [Q((f"{project}territory__in", territories))] if territories else []
        ways += [Q((f"{project}sector__in", sectors))] if sectors else []
        alternatives.append(ways)
    found = _every_word(column, alternatives)
    plain = text.strip().lstrip("№# ")
    if plain.isascii() and plain.isdecimal() and len(plain) < 10:
        found |= Q((f"{project}number", int(plain)))
    return found


def _every_word(column: str, alternatives: Sequence[Sequence[Q | str]]) -> Q:
    """Return the condition that of each word one alternative holds, a text in the column or a condition.

    "(A or B) and (C or D)" would be answered by one index, and every row that it gives be read. Told as "A and C, or A
    and D, or …" each combination is sought in the indexes before any row is read.
    """
    if prod(map(len, alternatives)) > MOST_COMBINATIONS:
        return reduce(and_, (reduce(or_, (_told(column, way) for way in ways)) for ways in alternatives))
    told = (
        reduce(and_, (_told(column, way, turn) for way in ways)) for turn, ways in enumerate(product(*alternatives))
    )
    return reduce(or_, told)


def _told(column: str, way: Q | str, turn: int = 0) -> Q:
    """Return the condition itself, or that the column holds the text, told otherwise at each turn."""
    if isinstance(way, Q):
        return way
    # What stands alike in all combinations would be put before the bracket again. One % more changes nothing else, and
    # a folded word holds none.
    return Q(_Like(F(column), Value(f"%{way}%{'%' * turn}")))


class _Like(Func):
    template = "(%(expressions)s)"
    arg_joiner = " LIKE "
    output_field = BooleanField()


def project_page() -> QuerySet[Project]:
    """Return projects with everything their page shows."""
    return (
        register()
        .select_related(
            "sector", "territory__parent", "group", "resolution__maslikhat", "excluded_by__maslikhat", "contract"
        )
        .prefetch_related(
            "responsibilities",
            "status_changes__resolution__maslikhat",
            "status_changes__document",
            "obligations",
            "contract__changes",
            Prefetch("documents", Document.objects.filter(is_public=True), to_attr="public_documents"),
            Prefetch("members", with_names(register()), to_attr="member_rows"),
        )
    )


def resolutions() -> QuerySet[Resolution]:
    """Return resolutions newest first, with the body that passed them."""
    return Resolution.objects.select_related("maslikhat__territory").order_by("-adopted", "-pk")
