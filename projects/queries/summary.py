"""The approved totals as front page and desk show them: by sector, initiator type and year."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import pgettext

from projects.models import Face, Project
from projects.queries.cells import Choice, totals_of_each, totals_of_faces
from projects.queries.facets import UNKNOWN_YEAR
from projects.queries.register import approved
from projects.queries.totals import Figures, Group, Totals, added, largest_first, totals, totals_by
from reference.codelists import APPROVED, NOT_APPROVED, InitiatorType, ProjectStatus
from reference.models import Sector
from reference.shares import percent


@dataclass(frozen=True)
class Line:
    """One line of a breakdown: filter value, words, totals, and the bar's length in percent of the longest.

    ``count_percent`` and ``sum_percent`` are shares of the whole in percent, None where the whole is nothing.
    """

    value: str
    label: str
    totals: Totals
    bar: float
    count_percent: Decimal | None
    sum_percent: Decimal | None


@dataclass(frozen=True)
class Summary:
    """Approved totals, their breakdowns, and what stands in the register without being approved."""

    approved: Totals
    planned: int
    excluded: int
    by_sector: list[Line]
    by_initiator: list[Line]
    by_year: list[Line]

    @property
    def sme(self) -> Line | None:
        """The line of the SMEs; None when no approved project is known to come from one."""
        return next((line for line in self.by_initiator if line.value == InitiatorType.SME), None)

    @property
    def status_query(self) -> str:
        """The query string that shows exactly the approved rows."""
        return "&".join(f"status={status}" for status in APPROVED)


def lines(groups: list[Group], labels: Mapping[Any, Any], whole: Figures) -> list[Line]:
    """Return the lines of a breakdown with words, bars and shares; groups without a counted project have none."""
    longest = max((group.totals.cost for group in groups), default=0)
    return [
        Line(
            UNKNOWN_YEAR if group.key is None else str(group.key),
            str(labels.get(group.key, group.key)),
            group.totals,
            round(100 * group.totals.cost / longest, 2) if longest else 0,
            percent(group.totals.projects, whole.projects),
            percent(group.totals.cost, whole.cost),
        )
        for group in groups
        if group.totals.projects
    ]


def _summary(
    whole: Totals, not_approved: Mapping[Any, int], sectors: list[Group], initiators: list[Group], years: list[Group]
) -> Summary:
    names = {sector.code: sector.name for sector in Sector.objects.all()}
    return Summary(
        approved=whole,
        planned=not_approved.get(ProjectStatus.PLANNED, 0),
        excluded=not_approved.get(ProjectStatus.EXCLUDED, 0),
        by_sector=lines(largest_first(sectors), names, whole),
        by_initiator=lines(largest_first(initiators), dict(InitiatorType.choices), whole),
        by_year=lines(years, {None: pgettext("year", "unknown")}, whole),
    )


def approved_summary(projects: QuerySet[Project] | None = None) -> Summary:
    """Return the summary of the approved ones among these projects, by default of the whole register.

    The whole register is added up beforehand: three queries. Six of the rows for any part of it.
    """
    if projects is None:
        return approved_summary_of_cells()
    chosen = approved(projects)
    by_status = totals_by("status", projects.filter(Q(status__in=NOT_APPROVED)))
    return _summary(
        totals(chosen),
        {group.key: group.totals.projects for group in by_status},
        totals_by("sector", chosen),
        totals_by("initiator_type", chosen),
        totals_by("year", chosen),
    )


def approved_summary_of_cells() -> Summary:
    """Return the same of the whole register, added up beforehand: three queries that no number of rows slows."""
    every = totals_of_each(["sector", "year"], Choice(is_approved=True))
    faces = totals_of_faces(Choice(), Face.INITIATOR, Face.STATUS)

    def by(place: int) -> list[Group]:
        keys = sorted({key[place] for key in every}, key=lambda key: (key is None, key))
        return [Group(key, added(part for one, part in every.items() if one[place] == key)) for key in keys]

    return _summary(
        added(every.values()),
        {key: part.projects for (face, key, counts), part in faces.items() if face == Face.STATUS and not counts},
        by(0),
        [Group(key, part) for (face, key, counts), part in faces.items() if face == Face.INITIATOR and counts],
        by(1),
    )
