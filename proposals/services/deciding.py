"""Taking a proposal up, supporting it, refusing it: steps of the chamber with what belongs to them."""

import datetime
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from proposals import notifications
from proposals.models import Proposal, Refusal, RefusalReason, StageChange
from proposals.models.stage_change import StepChannel
from proposals.queries.times import target_days
from proposals.services.moves import move
from proposals.workflow import Action, Stage


@transaction.atomic
def take_up(
    proposal: Proposal,
    *,
    by: Any,
    complete: bool,
    site: str,
    note: str = "",
    seen: int | None = None,
    at: datetime.datetime | None = None,
) -> StageChange:
    """Take a filed proposal into review and tell the applicant; return the step.

    ``complete`` says that the clerk has looked through every required paper; ``at`` is as in ``move``. Raises
    StepNotAllowed, Overtaken, PermissionDenied, ValidationError.
    """
    if not complete:
        raise ValidationError(
            {"complete": _("Look through the papers first, or ask the applicant for what is missing.")}
        )
    change = move(proposal, Action.TAKE_UP, by=by, channel=StepChannel.ADMIN, note=note, seen=seen, at=at)
    notifications.taken_up(change.proposal, by=by, site=site, days=target_days(Stage.REVIEW))
    return change


@transaction.atomic
def support(
    proposal: Proposal,
    *,
    by: Any,
    site: str,
    note: str = "",
    seen: int | None = None,
    at: datetime.datetime | None = None,
) -> StageChange:
    """Support a proposal and tell the applicant; return the step. Raises as ``move`` does."""
    change = move(proposal, Action.SUPPORT, by=by, channel=StepChannel.ADMIN, note=note, seen=seen, at=at)
    notifications.supported(change.proposal, by=by, site=site)
    return change


@transaction.atomic
def refuse(
    proposal: Proposal,
    *,
    by: Any,
    reasons: Iterable[RefusalReason],
    text: str,
    site: str,
    seen: int | None = None,
    at: datetime.datetime | None = None,
) -> Refusal:
    """Refuse a proposal for reasons of the list and tell the applicant what to mend; return the refusal.

    Raises StepNotAllowed, Overtaken, PermissionDenied, ValidationError (no reason, no text, a request not overdue).
    """
    chosen = list(reasons)
    if not chosen:
        raise ValidationError({"reasons": _("Choose at least one reason of the list.")})
    change = move(proposal, Action.REFUSE, by=by, channel=StepChannel.ADMIN, note=text, seen=seen, at=at)
    refusal = Refusal(proposal=change.proposal, change=change, text=change.note)
    refusal.full_clean(exclude={"proposal", "change"})
    refusal.save(force_insert=True)
    refusal.reasons.set(chosen)
    notifications.refused(refusal, by=by, site=site)
    return refusal
