"""Open requests are called to mind: shortly before the day to answer by, on it, and once when it has passed."""

import datetime
import logging
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from proposals import notifications
from proposals.models import Clarification, Proposal, Reminder
from proposals.models.clarification import ReminderKind
from proposals.workflow import Stage
from reference.queries import working_days

DAYS_BEFORE = 2
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Reminded:
    """What a round did: requests reminded, and requests at which it failed."""

    written: int
    failed: int


def kind_on(due_on: datetime.date, today: datetime.date) -> ReminderKind | None:
    """Return what to say about a request on a day, None while its day is far."""
    if today > due_on:
        return ReminderKind.OVERDUE
    if today == due_on:
        return ReminderKind.TODAY
    return ReminderKind.NEAR if working_days(today, due_on) <= DAYS_BEFORE else None


@transaction.atomic
def remind(request: Clarification, today: datetime.date) -> bool:
    """Write the letter of the day about a request and remember it; tell whether there was one to write.

    Whoever runs this at the same time waits for the lock and then finds the reminder.
    """
    # The order in which an answer and a withdrawal lock, too.
    proposal = Proposal.objects.select_for_update(of=("self",)).get(pk=request.proposal_id)
    row = Clarification.objects.select_for_update(of=("self",)).get(pk=request.pk)
    kind = kind_on(row.due_on, today)
    if kind is None or row.answered_at or proposal.stage != Stage.CLARIFICATION:
        return False
    # The request itself went out today: nobody forgot it yet.
    if timezone.localdate(row.asked_at) >= today:
        return False
    if row.reminders.filter(kind=kind).exists() or row.reminders.filter(on=today).exists():
        return False
    Reminder.objects.create(request=row, kind=kind, on=today)
    (notifications.overdue if kind == ReminderKind.OVERDUE else notifications.reminded)(row)
    return True


def remind_all(today: datetime.date | None = None) -> Reminded:
    """Remind of every open request that is due for it; one that fails is logged and does not keep the others."""
    today = today or timezone.localdate()
    written = failed = 0
    waiting = Clarification.objects.filter(answered_at__isnull=True, proposal__stage=Stage.CLARIFICATION)
    for request in waiting.order_by("pk"):
        try:
            written += remind(request, today)
        except Exception:
            logger.exception("No reminder could be written for request %s.", request.pk)
            failed += 1
    return Reminded(written, failed)
