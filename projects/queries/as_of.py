"""The list as it stood on a past day, by the resolutions on file: lines, sums, and what nobody can date.

A resolution of which only the month or year is known counts from the last day of it: from then on it is certain.
Projects known from public sources only have no day of entry and are told apart.
"""

import datetime
from dataclasses import dataclass

from django.db.models import CharField, Count, F, OuterRef, Q, QuerySet, Subquery, Sum, TextField, Value
from django.db.models.functions import Coalesce, Collate, Concat, Length, NullIf

from projects.models import ListAct, ListChange, Project, Resolution
from projects.models.project import LISTED, SEARCHED
from projects.queries.history import FieldChange, differences
from projects.queries.register import approved
from projects.queries.totals import Figures
from reference.kazakh import folded, sorting
from reference.languages import LANGUAGES
from reference.partial_dates import last_certain

_ALONE = Q(project__group__isnull=True)
_MEASURES = {
    "projects": Count("pk", filter=_ALONE),
    "known": Count("cost", filter=_ALONE),
    "total": Sum("cost", filter=_ALONE, default=0),
}


def _in_force(day: datetime.date) -> Q:
    """Return the condition that a change's resolution was certainly adopted on the day or before."""
    found = Q()
    for digits, latest in last_certain(day).items():
        found |= Q(digits=digits, resolution__adopted__lte=latest)
    return found


def list_on(day: datetime.date) -> QuerySet[ListChange]:
    """Return the lines that stood in the lists at the end of the day, each as its newest change left it."""
    newest = (
        ListChange.objects.alias(digits=Length("resolution__adopted"))
        .filter(_in_force(day), project=OuterRef("project"))
        .order_by("-id")
        .values("id")[:1]
    )
    return ListChange.objects.filter(id=Subquery(newest), is_listed=True)


def totals_on(lines: QuerySet[ListChange]) -> Figures:
    """Return number, known costs and sum of these lines; members of a group count with their group. One query."""
    row = lines.order_by().aggregate(**_MEASURES)
    return Figures(row["projects"], row["known"], int(row["total"]))


def totals_on_by(column: str, lines: QuerySet[ListChange]) -> dict[str | int, Figures]:
    """Return the same by a column of the lines. One query."""
    rows = lines.order_by().values_list(column).annotate(**_MEASURES)
    return {key: Figures(projects, known, int(total)) for key, projects, known, total in rows}


def undated(projects: QuerySet[Project]) -> int:
    """Return how many of these approved projects have no known day of entry. One query."""
    return approved(projects).filter(Q(resolution__isnull=True) | Q(resolution__adopted=""), group__isnull=True).count()


def with_project(lines: QuerySet[ListChange]) -> QuerySet[ListChange]:
    """Return the lines together with what a list prints beside them; one query for any number of lines."""
    return lines.select_related("project__sector", "project__territory", "resolution")


def with_words(lines: QuerySet[ListChange]) -> QuerySet[ListChange]:
    """Return the lines with ``words``: what a search reads, by the titles of that day. Places are those of today."""
    columns = [name if name.startswith("title") else f"project__{name}" for name in SEARCHED]
    words = Concat(Value(" "), *(part for name in columns for part in (F(name), Value(" "))), output_field=TextField())
    return lines.alias(words=folded(words))


def title_order(language: str) -> Collate:
    """Return the key by which lines sort by the title that a reader of this language sees."""
    first = [language, *(code for code in LANGUAGES if code != language)]
    titles = [NullIf(F(f"title_{code}"), Value(""), output_field=CharField()) for code in first]
    return Collate(sorting(Coalesce(*titles, Value(""), output_field=CharField())), "C")


@dataclass(frozen=True)
class ChangeOfLine:
    """A change with the line before it, to print old and new values side by side."""

    change: ListChange
    before: ListChange | None

    @property
    def differences(self) -> list[FieldChange]:
        """What the line says otherwise than before, in words; empty where nothing stood before."""
        return differences(self.before, self.change, LISTED) if self.before else []


def line_before() -> Subquery:
    """Return, for a query of changes, the key of the line before each."""
    earlier = ListChange.objects.filter(project=OuterRef("project"), id__lt=OuterRef("id")).order_by("-id")
    return Subquery(earlier.values("id")[:1])


def story_of(project: Project) -> list[ChangeOfLine]:
    """Return the changes of a project's line, oldest first, each with the line before it. One query."""
    changes = list(project.list_changes.select_related("resolution__maslikhat").order_by("id"))
    return [ChangeOfLine(change, changes[place - 1] if place else None) for place, change in enumerate(changes)]


def revised_by(resolution: Resolution) -> list[ChangeOfLine]:
    """Return the lines that this resolution changed or took out, each with the line before it. Two queries."""
    revisions = (
        resolution.list_changes.filter(act__in=(ListAct.AMENDED, ListAct.EXCLUDED))
        .select_related("project")
        .order_by("project__number", "id")
    )
    pairs = list(revisions.values_list("id", line_before()))
    rows = ListChange.objects.select_related("project").in_bulk({key for pair in pairs for key in pair if key})
    return [ChangeOfLine(rows[key], rows.get(before)) for key, before in pairs]
