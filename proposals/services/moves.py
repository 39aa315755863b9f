"""The one place that sets a stage: lock, ask the table, the rights and the rules, write, remember the step."""

import datetime
from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from projects.models import Project
from proposals.models import Clarification, Opinion, Proposal, StageChange
from proposals.models.opinion import POSITIVE
from proposals.models.stage_change import StepChannel
from proposals.queries.access import is_own, works_for
from proposals.queries.review import TABLE, may_open, within_reach
from proposals.workflow import Action, Stage, StepNotAllowed, find_step
from reference.rows import insert, update

__all__ = ["Overtaken", "StepNotAllowed", "hindrance", "move", "remember"]


class Overtaken(Exception):
    """Somebody took a step since the page was opened: ``change`` tells who, what and when."""

    def __init__(self, change: StageChange) -> None:
        super().__init__(str(change))
        self.change = change


def _refuse_without_right(user: Any, proposal: Proposal, permission: str) -> None:
    if not permission:
        if not is_own(user, proposal.application):
            raise PermissionDenied
        return
    # Nobody decides as staff about a proposal of a company he or she works for, nor about one in conflict.
    if not (user.is_staff and user.has_perm(permission)) or works_for(user, proposal.application):
        raise PermissionDenied
    # Whoever sets the agenda chooses among all that is supported, and reads the file from then on.
    reaches = permission == TABLE and proposal.stage == Stage.SUPPORTED
    if not (reaches or within_reach(Proposal.objects.filter(pk=proposal.pk), user).exists()):
        raise PermissionDenied
    if not may_open(user, proposal):
        raise PermissionDenied


def _supportable(row: Proposal, by: Any) -> None:
    if Clarification.objects.filter(proposal=row, answered_at__isnull=True).exists():
        raise ValidationError(_("A request to the applicant is still open."))
    given = Opinion.objects.filter(proposal=row, given_at__isnull=False)
    if given.filter(expert=by).exists():
        raise PermissionDenied
    if not given.filter(recommendation__in=POSITIVE).exists():
        raise ValidationError(_("No expert has given a positive opinion yet."))


def _refusable(row: Proposal, by: Any) -> None:
    if row.stage != Stage.CLARIFICATION:
        return
    today = timezone.localdate()
    if not Clarification.objects.filter(proposal=row, answered_at__isnull=True, due_on__lt=today).exists():
        raise ValidationError(_("The applicant still has time to answer."))


_RULES: dict[str, Callable[[Proposal, Any], None]] = {Action.SUPPORT: _supportable, Action.REFUSE: _refusable}


def hindrance(proposal: Proposal, action: str, *, by: Any) -> str:
    """Return in words what still stands in the way of a step, nothing when it may be taken now.

    Raises StepNotAllowed and PermissionDenied as ``move`` does. It promises nothing: ``move`` asks again.
    """
    step = find_step(proposal.stage, action)
    _refuse_without_right(by, proposal, step.permission)
    try:
        if rule := _RULES.get(action):
            rule(proposal, by)
    except ValidationError as refusal:
        return " ".join(refusal.messages)
    return ""


@transaction.atomic
def move(
    proposal: Proposal,
    action: str,
    *,
    by: Any,
    channel: str = StepChannel.WEB,
    note: str = "",
    project: Project | None = None,
    came_from: str = "",
    seen: int | None = None,
    at: datetime.datetime | None = None,
) -> StageChange:
    """Take one step and return its row of history.

    ``project`` is the row of the register, only when a resolution approves; ``came_from`` the stage an answer leads
    back to; ``seen`` the number of the last step on the page the person acted from; ``at`` the time of a step that is
    not taken now, only in invented histories. Raises StepNotAllowed, Overtaken, PermissionDenied, ValidationError.
    """
    row = (
        Proposal.objects.select_for_update(of=("self",)).select_related("application__organisation").get(pk=proposal.pk)
    )
    last = row.stage_changes.order_by("-id").select_related("actor").first()
    if seen is not None and last is not None and last.pk != seen:
        raise Overtaken(last)
    step = find_step(row.stage, action)
    if action == Action.FILE:
        raise StepNotAllowed("filing takes the whole application: see services/intake.py")
    _refuse_without_right(by, row, step.permission)
    if step.needs_note and not note.strip():
        raise ValidationError({"note": _("Say why: the other side must be able to understand the step.")})
    if rule := _RULES.get(action):
        rule(row, by)
    target = step.target(came_from)
    if step.by_resolution and target == Stage.APPROVED and project is None:
        raise ValidationError(_("A proposal is approved only by entering the resolution."))
    return remember(row, action, target, by=by, channel=channel, note=note, project=project, at=at)


def remember(
    row: Proposal,
    action: str,
    target: str,
    *,
    by: Any,
    channel: str,
    note: str = "",
    project: Project | None = None,
    at: datetime.datetime | None = None,
) -> StageChange:
    """Set the stage of a locked row and write the step; the caller has asked the table and the rights."""
    now = at or timezone.now()
    change = StageChange(
        proposal=row, action=action, from_stage=row.stage, to_stage=target, actor=by, channel=channel, note=note, at=now
    )
    if note:  # all else is ours, and the database knows its codes
        # Nothing here may be there only once but the place in the chain, which the database gives.
        change.full_clean(exclude={"proposal", "actor"}, validate_unique=False, validate_constraints=False)
    insert(change)
    row.stage, row.stage_since = target, now
    if project is not None:
        row.project = project
    update(row, ("stage", "stage_since", "project", "updated_at"))
    return change
