"""The list as it stood on a past day, by the resolutions on file: lines, sums, and what nobody can date.

A resolution of which only the month or year is known counts from the last day of it: from then on it is certain.
Projects known from public sources only have no day of entry and are told apart.
"""

import datetime
from dataclasses import dataclass

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Length

from projects.models import ListChange, Project
from projects.queries.register import approved
from projects.queries.totals import Figures
from reference.partial_dates import last_certain

_ALONE = Q(project__group__isnull=True)


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
    row = lines.order_by().aggregate(
        projects=Count("pk", filter=_ALONE),
        known=Count("cost", filter=_ALONE),
        total=Sum("cost", filter=_ALONE, default=0),
    )
    return Figures(row["projects"], row["known"], int(row["total"]))


def undated(projects: QuerySet[Project]) -> int:
    """Return how many of these approved projects have no known day of entry. One query."""
    return approved(projects).filter(Q(resolution__isnull=True) | Q(resolution__adopted=""), group__isnull=True).count()


@dataclass(frozen=True)
class ChangeOfLine:
    """A change with the line before it, to print old and new values side by side."""

    change: ListChange
    before: ListChange | None


def story_of(project: Project) -> list[ChangeOfLine]:
    """Return the changes of a project's line, oldest first, each with the line before it. One query."""
    changes = list(project.list_changes.select_related("resolution__maslikhat").order_by("id"))
    return [ChangeOfLine(change, changes[place - 1] if place else None) for place, change in enumerate(changes)]
