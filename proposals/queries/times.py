"""How long a stage usually takes, from our own history, beside what the chamber means to need."""

import datetime
from dataclasses import dataclass
from statistics import median

from django.utils import timezone

from proposals.models import Proposal, StageChange
from proposals.workflow import CLOSED_STAGES, OPEN_STAGES, WITH_APPLICANT, Stage
from reference.queries import (
    ParameterUnknown,
    add_working_days,
    legal_value,
    working_day_corrections,
    working_days,
)

WINDOW = datetime.timedelta(days=180)
LEAST = 5
"""Fewer finished stages than this say nothing."""

_MOST = 400


@dataclass(frozen=True)
class Usual:
    """Median of working days a stage took lately, None when there were too few to say."""

    days: int | None
    count: int


def usual_time(stage: str, now: datetime.datetime | None = None) -> Usual:
    """Return how many working days proposals that left the stage in the last 180 days had spent in it (median)."""
    now = now or timezone.now()
    leaving = (
        StageChange.objects.filter(from_stage=stage, at__gte=now - WINDOW, at__lte=now)
        .exclude(to_stage=Stage.WITHDRAWN)
        .order_by("-id")
        .values_list("proposal_id", "id", "at")[:_MOST]
    )
    left = list(leaving)
    entered: dict[tuple[object, int], datetime.datetime] = {}
    steps = StageChange.objects.filter(proposal__in={row[0] for row in left}, to_stage=stage).order_by("id")
    history: dict[object, list[tuple[int, datetime.datetime]]] = {}
    for proposal, key, at in steps.values_list("proposal_id", "id", "at"):
        history.setdefault(proposal, []).append((key, at))
    for proposal, key, _at in left:
        before = [at for step, at in history.get(proposal, []) if step < key]
        if before:
            entered[(proposal, key)] = before[-1]
    corrections = corrections_since(min(entered.values(), default=now), now)
    spent = [
        working_days(timezone.localdate(entered[(proposal, key)]), timezone.localdate(at), corrections)
        for proposal, key, at in left
        if (proposal, key) in entered
    ]
    return Usual(round(median(spent)) if len(spent) >= LEAST else None, len(spent))


def target_days(stage: str, on: datetime.date | None = None) -> int | None:
    """Return the working days the chamber means to spend on a stage (a target, not law); None where none is set."""
    try:
        return int(legal_value(f"target_days_{stage}", on or timezone.localdate()))
    except ParameterUnknown:
        return None


def target_day(stage: str, today: datetime.date) -> datetime.date:
    """Return the day on which the target of a stage that begins today is over; raise ParameterUnknown without one."""
    return add_working_days(today, int(legal_value(f"target_days_{stage}", today)))


@dataclass(frozen=True)
class StageTime:
    """How long a stage takes: what the chamber means to need and what it needed lately, in working days."""

    stage: str
    label: str
    target: int | None
    usual: Usual

    @property
    def is_with_applicant(self) -> bool:
        """Tell whether the applicant's clock runs here, not the chamber's."""
        return self.stage in WITH_APPLICANT


def stage_times() -> dict[str, StageTime]:
    """Return the times of the open stages, in the order of the road."""
    return {
        stage.value: StageTime(stage.value, str(stage.label), target_days(stage.value), usual_time(stage.value))
        for stage in OPEN_STAGES
    }


@dataclass(frozen=True)
class Clock:
    """Working days a proposal has spent so far."""

    with_chamber: int
    with_applicant: int


def corrections_since(first: datetime.datetime, now: datetime.datetime | None = None) -> dict[datetime.date, bool]:
    """Return the corrections of the calendar from a moment until now."""
    return working_day_corrections(timezone.localdate(first), timezone.localdate(now))


def clock(
    proposal: Proposal,
    steps: list[StageChange],
    now: datetime.datetime | None = None,
    corrections: dict[datetime.date, bool] | None = None,
) -> Clock:
    """Return the working days since filing, told apart by whose turn it was; ``steps`` in order of time."""
    now = now or timezone.now()
    ours = theirs = 0
    moments = [(step.to_stage, step.at) for step in steps]
    for place, (stage, since) in enumerate(moments):
        until = moments[place + 1][1] if place + 1 < len(moments) else now
        if stage in CLOSED_STAGES:
            break
        days = working_days(timezone.localdate(since), timezone.localdate(until), corrections)
        if stage in WITH_APPLICANT:
            theirs += days
        else:
            ours += days
    return Clock(ours, theirs)
