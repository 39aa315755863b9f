"""Lets the invented proposals walk: clerk, expert and head do their part, in the order of the days."""

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.utils import timezone

from accounts.models import User
from ppp_registry.demo.words import CONDITIONS, REFUSAL_REASONS, DemoApplication, DemoProposal, DemoReview
from proposals.models import Application, Proposal, RefusalReason
from proposals.models.clarification import ClarificationKind
from proposals.services import deciding, review, withdrawing
from proposals.services.asking import ask
from proposals.services.opinions import criteria_for, write_opinion
from proposals.workflow import Action
from reference.queries import is_working_day

Event = tuple[datetime.datetime, Callable[[datetime.datetime], object]]
_SCORES = (8, 7, 9, 6, 8)


@dataclass(frozen=True)
class Staff:
    """The demo people of the chamber."""

    clerk: User
    expert: User
    head: User


def moment(days: int, hour: int) -> datetime.datetime:
    """Return an hour of the working day that is so many days ago, or of the working day before it."""
    day = timezone.localdate() - datetime.timedelta(days=days)
    while not is_working_day(day):
        day -= datetime.timedelta(days=1)
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time(hour)))


def walk(told: DemoApplication, application: Application, applicant: User, staff: Staff) -> None:
    """Take the steps of every proposal in the order of their days."""
    events: list[Event] = []
    for row, proposal in zip(application.proposals.order_by("position"), told.proposals, strict=True):
        events += _steps(row, proposal, applicant, staff)
        events += _review(row, proposal.review, staff) if proposal.review else ()
    for at, take in sorted(events, key=lambda event: event[0]):
        take(at)


def _steps(row: Proposal, told: DemoProposal, applicant: User, staff: Staff) -> Iterator[Event]:
    for action, days, note in told.steps:
        at = moment(days, 15)
        if action in (Action.SUPPORT, Action.REFUSE):
            yield at - datetime.timedelta(hours=1), _declares(row, staff.head)
        yield at, _step(row, action, note, applicant, staff)


def _declares(row: Proposal, person: User) -> Callable[[datetime.datetime], object]:
    return lambda at: review.declare(row, by=person, has_conflict=False, at=at)


def _step(
    row: Proposal, action: Action, note: str, applicant: User, staff: Staff
) -> Callable[[datetime.datetime], object]:
    missing = ClarificationKind.MISSING_PAPER
    reasons = RefusalReason.objects.filter(code__in=REFUSAL_REASONS)
    takes: dict[Action, Callable[[datetime.datetime], object]] = {
        Action.TAKE_UP: lambda at: deciding.take_up(row, by=staff.clerk, complete=True, note=note, site="", at=at),
        Action.ASK: lambda at: ask(row, by=staff.clerk, kind=missing, text=note, site="", at=at),
        Action.SUPPORT: lambda at: deciding.support(row, by=staff.head, note=note, site="", at=at),
        Action.REFUSE: lambda at: deciding.refuse(row, by=staff.head, reasons=reasons, text=note, site="", at=at),
        Action.WITHDRAW: lambda at: withdrawing.withdraw(row, by=applicant, note=note, site="", at=at),
    }
    return takes[action]


def _review(row: Proposal, told: DemoReview, staff: Staff) -> Iterator[Event]:
    yield moment(told.assigned, 16), lambda at: review.assign([row], [staff.expert], by=staff.head, at=at)
    if told.declared:
        yield moment(told.declared, 11), _declares(row, staff.expert)
    if told.text:
        yield moment(told.given or told.declared, 12), lambda at: _opinion(row, told, staff.expert, at)


def _opinion(row: Proposal, told: DemoReview, expert: User, at: datetime.datetime) -> None:
    criteria = criteria_for(row.sector_id)
    scores = {one.pk: (_SCORES[place % len(_SCORES)], "") for place, one in enumerate(criteria)}
    if told.recommendation == "against":
        scores = {key: (score // 2, text) for key, (score, text) in scores.items()}
    conditions = CONDITIONS if told.recommendation == "conditions" else ""
    if not told.given:
        # Somebody stopped in the middle.
        scores = dict(list(scores.items())[: len(scores) // 2])
    write_opinion(
        row,
        by=expert,
        version=0,
        recommendation=told.recommendation if told.given else "",
        text=told.text,
        conditions=conditions,
        scores=scores,
        give=bool(told.given),
        at=at,
    )
