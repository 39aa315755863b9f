"""The applicant takes a proposal back, and answers what the chamber asked."""

import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from proposals import notifications
from proposals.models import Clarification, Proposal, StageChange
from proposals.models.stage_change import StepChannel
from proposals.services.agenda import hold_item, leave, refuse_decided
from proposals.services.moves import move
from proposals.workflow import Action


@transaction.atomic
def withdraw(
    proposal: Proposal,
    *,
    by: Any,
    note: str,
    site: str,
    channel: str = StepChannel.WEB,
    seen: int | None = None,
    at: datetime.datetime | None = None,
) -> StageChange:
    """Withdraw one proposal for a reason and return the step; the application keeps its number and its others.

    It leaves the agenda too, unless the maslikhat has decided.

    ``seen`` and ``at`` are as in ``move``. Raises StepNotAllowed, Overtaken, PermissionDenied, ValidationError.
    """
    item = hold_item(proposal)
    refuse_decided(Proposal.objects.select_for_update(of=("self",)).get(pk=proposal.pk))
    change = move(proposal, Action.WITHDRAW, by=by, channel=channel, note=note, seen=seen, at=at)
    if item := item or hold_item(proposal):
        leave(item, note=change.note)
    notifications.withdrawn(change.proposal, by=by, note=change.note, site=site)
    return change


@transaction.atomic
def answer(request: Clarification, *, by: Any, text: str, site: str, channel: str = StepChannel.WEB) -> StageChange:
    """Answer an open request; the proposal goes back to the stage it came from. Return the step.

    Raises StepNotAllowed, PermissionDenied, ValidationError (no text, already answered).
    """
    proposal = Proposal.objects.select_for_update(of=("self",)).get(pk=request.proposal_id)
    row = Clarification.objects.select_for_update(of=("self",)).get(pk=request.pk)
    if row.answered_at:
        raise ValidationError(_("This request is already answered."))
    row.answer, row.answered_by, row.answered_at = text, by, timezone.now()
    row.full_clean(exclude={"proposal", "asked_by", "answered_by"})
    if not row.answer:
        raise ValidationError({"answer": _("Write the answer.")})
    change = move(proposal, Action.ANSWER, by=by, channel=channel, came_from=row.came_from)
    row.save(update_fields=["answer", "answered_by", "answered_at"])
    notifications.answered(change.proposal, by=by, site=site, number=row.number)
    return change
