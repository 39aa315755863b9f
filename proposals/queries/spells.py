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
from django.db.models import QuerySet
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
    WHERE change.at < %s AND change.proposal_id IN ({proposals}){lately}
), story AS (
    SELECT proposal_id, from_stage, to_stage AS stage, day,
           lead(day) OVER later AS left_on, lead(to_stage) OVER later AS went_to
    FROM steps
    WINDOW later AS (PARTITION BY proposal_id ORDER BY id)
)"""

_EARLIEST = """
SELECT min(application.received_on), min(application.filed_at)
FROM proposals_proposal proposal JOIN proposals_application application ON application.id = proposal.application_id
WHERE proposal.id IN ({proposals})"""

_LATELY = """
      AND change.proposal_id IN (SELECT proposal_id FROM proposals_stagechange WHERE at >= %s
                                 UNION ALL SELECT id FROM proposals_proposal WHERE stage = ANY(%s))"""

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


def working_days_since(earliest: str, params: Sequence[Any], last: datetime.date) -> list[datetime.date]:
    """Return the working days until the last day, in order. One query.

    They begin with what ``earliest`` selects in one row: a day and a moment, either of them unknown or both.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT date, is_working, NULL::timestamptz FROM reference_workingdaycorrection
            UNION ALL SELECT day, NULL, moment FROM ({earliest}) earliest (day, moment)
            """,  # noqa: S608
            params,
        )
        rows = cursor.fetchall()
    corrections = {day: is_working for day, is_working, _moment in rows if is_working is not None}
    days = [day for day, is_working, _moment in rows if is_working is None and day]
    days += [timezone.localdate(moment) for _day, _is_working, moment in rows if moment]
    return working_days_between(min([*days, last]), last, corrections)


def working_days_between(
    first: datetime.date, last: datetime.date, corrections: dict[datetime.date, bool] | None = None
) -> list[datetime.date]:
    """Return the working days from one day to another, both included, in order. One query, none with corrections."""
    if corrections is None:
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
    """The stays of these filed proposals as they were on a day. One query for the calendar, one for each question."""

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
        if self._within is None:
            return []
        proposals, chosen = self._within
        return working_days_since(_EARLIEST.format(proposals=proposals), chosen, self.today)

    @property
    def zone(self) -> str:
        """Name of the zone by which days begin."""
        return timezone.get_current_timezone_name()

    def ask(self, question: str, *params: Any, since: datetime.date | None = None) -> list[tuple[Any, ...]]:
        """Return the rows of a SELECT from ``spells``: proposal_id, stage, entered_on, left_on and went_to (both null
        while it lasts), is_over (and not by withdrawal), spent (working days), sector_id, cost, channel.

        ``since``: for a question about stays that last, or ended from that day on; most older ones are not looked at.
        """
        return self._ask(_SPELLS + question, [self.today, self._calendar, [*OPEN_STAGES], *params], since)

    def ask_story(self, question: str, *params: Any, since: datetime.date | None = None) -> list[tuple[Any, ...]]:
        """Return the rows of a SELECT from ``story``, every step: proposal_id, from_stage, stage, day.

        ``since``: for a question about steps from that day on; most older ones are not looked at.
        """
        return self._ask(question, params, since)

    def _ask(self, sql: str, params: Sequence[Any], since: datetime.date | None) -> list[tuple[Any, ...]]:
        if self._within is None:
            return []
        proposals, chosen = self._within
        # Whoever stood at an open stage on the day, and left it later, has taken a step since.
        lately: list[Any] = [] if since is None else [_begin(since), [*OPEN_STAGES]]
        with connection.cursor() as cursor:
            cursor.execute(
                _STEPS.format(proposals=proposals, lately=_LATELY if lately else "") + sql,
                [self.zone, _begin(self.today + ONE_DAY), *chosen, *lately, *params],
            )
            return list(cursor.fetchall())


def _begin(day: datetime.date) -> datetime.datetime:
    """Return the first moment of a day."""
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time()))
