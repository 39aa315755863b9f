"""Every stay of a proposal at an open stage, with its working days counted by the database: one pass for any number.

A stay lasts from one step to the next by the order of the steps; an unfinished one lasts until today. Its days are
those of ``reference.queries.working_days``: after the day it began, up to and including the day it ended. A paper
application's first stay counts from the day it came, as the time to approval does (statistics/durations.py), though
its step was written on the day it was typed in. Steps after ``today`` are as if they had not been taken.
"""

import datetime
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from statistics import median
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Min, QuerySet
from django.utils import timezone
from django.utils.functional import cached_property

from proposals.models import Proposal
from proposals.queries.times import LEAST
from proposals.workflow import OPEN_STAGES
from reference.models import LegalParameter
from reference.queries import working_day_corrections, working_days

ONE_DAY = datetime.timedelta(days=1)

_STEPS = """
WITH steps AS (
    SELECT change.id, change.proposal_id, change.from_stage, change.to_stage,
           (change.at AT TIME ZONE %s)::date AS day
    FROM proposals_stagechange change
    WHERE change.proposal_id IN ({proposals})
), story AS (
    SELECT proposal_id, from_stage, to_stage AS stage, day,
           lead(day) OVER later AS left_on, lead(to_stage) OVER later AS went_to
    FROM steps WHERE day <= %s
    WINDOW later AS (PARTITION BY proposal_id ORDER BY id)
)"""

_SPELLS = """, spells AS (
    SELECT story.proposal_id, story.stage, story.day AS entered_on, story.left_on, story.went_to,
           story.left_on IS NOT NULL AND story.went_to <> 'withdrawn' AS is_over,
           proposal.sector_id, proposal.cost, application.channel,
           GREATEST(0,
               width_bucket(COALESCE(story.left_on, calendar.today), calendar.days)
               - width_bucket(CASE WHEN story.from_stage = 'draft' THEN COALESCE(application.received_on, story.day)
                              ELSE story.day END, calendar.days)) AS spent
    FROM story
    JOIN proposals_proposal proposal ON proposal.id = story.proposal_id
    JOIN proposals_application application ON application.id = proposal.application_id
    CROSS JOIN (SELECT %s::date AS today, %s::date[] AS days) calendar
    WHERE story.stage = ANY(%s)
)"""


def working_days_between(first: datetime.date, last: datetime.date) -> list[datetime.date]:
    """Return the working days from one day to another, both included, in order. One query."""
    corrections = working_day_corrections(first, last)
    days = (first + datetime.timedelta(days=step) for step in range((last - first).days + 1))
    return [day for day in days if working_days(day - ONE_DAY, day, corrections)]


def targets(on: datetime.date) -> dict[str, int]:
    """Return the working days the chamber means to spend on each open stage; no key where none is set. One query."""
    codes = {f"target_days_{stage.value}": stage.value for stage in OPEN_STAGES}
    rows = LegalParameter.objects.filter(code__in=codes, valid_from__lte=on).exclude(valid_to__lt=on)
    return {codes[code]: int(value) for code, value in rows.values_list("code", "value")}


@dataclass(frozen=True)
class Measured:
    """Working days of so many stays.

    ``median`` is the middle, or the mean of the two middle ones rounded as ``round`` does; ``ninth`` the smallest
    number of days that at least nine of ten needed at most. Both are None where fewer than five were measured.
    """

    count: int = 0
    median: int | None = None
    ninth: int | None = None


def measured(tally: Mapping[int, int]) -> Measured:
    """Return what stays say of which so many (value) took so many working days (key)."""
    ranked = sorted(Counter(tally).elements())
    if len(ranked) < LEAST:
        return Measured(len(ranked))
    return Measured(len(ranked), round(median(ranked)), ranked[ceil(0.9 * len(ranked)) - 1])


class Spells:
    """The stays of these filed proposals as they were on a day. Two queries for the calendar, one for each question."""

    def __init__(self, proposals: QuerySet[Proposal], today: datetime.date) -> None:
        self.proposals = proposals.order_by()
        self.today = today

    @cached_property
    def _within(self) -> tuple[str, tuple[Any, ...]] | None:
        try:
            return self.proposals.values("pk").query.sql_with_params()
        except EmptyResultSet:
            return None

    @cached_property
    def _calendar(self) -> list[datetime.date]:
        """Working days from the first arrival until today."""
        arrived = self.proposals.aggregate(filed=Min("application__filed_at"), received=Min("application__received_on"))
        days = [arrived["received"], arrived["filed"] and timezone.localdate(arrived["filed"])]
        return working_days_between(min([day for day in days if day], default=self.today), self.today)

    @property
    def zone(self) -> str:
        """Name of the zone by which days begin."""
        return timezone.get_current_timezone_name()

    def ask(self, question: str, *params: Any) -> list[tuple[Any, ...]]:
        """Return the rows of a SELECT from ``spells``: proposal_id, stage, entered_on, left_on and went_to (both null
        while it lasts), is_over (and not by withdrawal), spent (working days), sector_id, cost, channel.
        """
        return self._ask(_SPELLS + question, [self.today, self._calendar, [*OPEN_STAGES], *params])

    def ask_story(self, question: str, *params: Any) -> list[tuple[Any, ...]]:
        """Return the rows of a SELECT from ``story``, every step: proposal_id, from_stage, stage, day."""
        return self._ask(question, params)

    def _ask(self, sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
        if self._within is None:
            return []
        proposals, chosen = self._within
        with connection.cursor() as cursor:
            cursor.execute(
                _STEPS.format(proposals=proposals) + sql,
                [self.zone, *chosen, self.today, *params],
            )
            return list(cursor.fetchall())
