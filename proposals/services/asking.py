"""The chamber asks the applicant: a numbered request with a day by which to answer."""

import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from proposals import notifications
from proposals.models import Clarification, Proposal
from proposals.models.stage_change import StepChannel
from proposals.queries.times import target_day
from proposals.services.moves import move
from proposals.workflow import Action, Stage

LONGEST = datetime.timedelta(days=366)
"""A day further away than this is a slip: nobody could close the request before it."""


def usual_day(today: datetime.date) -> datetime.date:
    """Return the day to answer by when nobody names another: so many working days as the chamber's target says."""
    return target_day(Stage.CLARIFICATION, today)


@transaction.atomic
def ask(
    proposal: Proposal,
    *,
    by: Any,
    kind: str,
    text: str,
    site: str,
    channel: str = StepChannel.ADMIN,
    due_on: datetime.date | None = None,
    seen: int | None = None,
    at: datetime.datetime | None = None,
) -> Clarification:
    """Ask the applicant and return the request; the chamber's clock stands still until the answer.

    Without ``due_on`` the day to answer by is so many working days away as the chamber's target says. ``seen`` is the
    number of the last step on the page the person acted from, ``at`` the time of a step that is not taken now, only in
    invented histories. Raises StepNotAllowed, Overtaken, PermissionDenied, ValidationError.
    """
    row = Proposal.objects.select_for_update(of=("self",)).get(pk=proposal.pk)
    came_from = row.stage
    change = move(row, Action.ASK, by=by, channel=channel, seen=seen, at=at)
    asked_at = at or timezone.now()
    today = timezone.localdate(asked_at)
    due = due_on or usual_day(today)
    if due < today:
        raise ValidationError({"due_on": _("The day lies in the past.")})
    if due > today + LONGEST:
        raise ValidationError({"due_on": _("The day is more than a year away. Check the year.")})
    last = row.clarifications.aggregate(last=Max("number"))["last"] or 0
    request = Clarification(
        proposal=change.proposal,
        number=last + 1,
        kind=kind,
        text=text,
        asked_by=by,
        asked_at=asked_at,
        due_on=due,
        came_from=came_from,
    )
    request.full_clean(exclude={"proposal", "asked_by", "answered_by"})
    request.save(force_insert=True)
    notifications.asked(request, by=by, site=site)
    return request
