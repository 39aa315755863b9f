"""How long it takes from filing to approval, in working days of Kazakhstan."""

import datetime
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from statistics import median

from django.utils import timezone

from proposals.queries.queue import filed
from proposals.queries.times import LEAST
from proposals.workflow import Stage
from reference.queries import working_day_corrections, working_days

ONE_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Duration:
    """Working days from filing to approval of the proposals filed in a year; ``year`` None: of every year.

    ``median`` and ``ninth`` (nine of ten needed no more) are None where fewer than five were measured.
    """

    year: int | None
    count: int
    median: int | None = None
    ninth: int | None = None


def _measured(year: int | None, days: Sequence[int]) -> Duration:
    if len(days) < LEAST:
        return Duration(year, len(days))
    ranked = sorted(days)
    return Duration(year, len(days), round(median(ranked)), ranked[ceil(0.9 * len(ranked)) - 1])


def _days_between(periods: Sequence[tuple[datetime.date, datetime.date]]) -> list[int]:
    """Return the working days of each period; the calendar is walked once, whatever their number. One query."""
    if not periods:
        return []
    first, last = min(start for start, _ in periods), max(end for _, end in periods)
    corrections = working_day_corrections(first, last)
    days = (first + datetime.timedelta(days=step) for step in range((last - first).days + 1))
    working = [day for day in days if working_days(day - ONE_DAY, day, corrections)]
    return [max(0, bisect_right(working, end) - bisect_right(working, start)) for start, end in periods]


def times_to_approval() -> tuple[Duration, list[Duration]]:
    """Return the time from filing to approval of all approved proposals, and by year of filing, newest first.

    A paper application counts from the day it came, not from the day it was typed in. Two queries.
    """
    rows = (
        filed()
        .filter(stage=Stage.APPROVED)
        .values_list("application__year", "application__received_on", "application__filed_at", "stage_since")
    )
    years, periods = [], []
    for year, came_on, filed_at, approved_at in rows:
        years.append(year)
        periods.append((came_on or timezone.localdate(filed_at), timezone.localdate(approved_at)))
    days = _days_between(periods)
    by_year: dict[int | None, list[int]] = {}
    for year, spent in zip(years, days, strict=True):
        by_year.setdefault(year, []).append(spent)
    return _measured(None, days), [
        _measured(year, spent) for year, spent in sorted(by_year.items(), key=lambda item: -(item[0] or 0))
    ]
