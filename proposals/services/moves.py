"""The one place that sets a stage: lock, ask the table and the rights, write, remember the step."""

import datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from projects.models import Project
from proposals.models import Clarification, Proposal, StageChange
from proposals.models.stage_change import StepChannel
from proposals.queries.access import is_own, works_for
from proposals.workflow import Action, Stage, StepNotAllowed, find_step

__all__ = ["StepNotAllowed", "move", "remember"]


def _refuse_without_right(user: Any, proposal: Proposal, permission: str) -> None:
    if not permission:
        if not is_own(user, proposal.application):
            raise PermissionDenied
        return
    # Nobody decides as staff about a proposal of a company he or she works for.
    if not (user.is_staff and user.has_perm(permission)) or works_for(user, proposal.application):
        raise PermissionDenied


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
    at: datetime.datetime | None = None,
) -> StageChange:
    """Take one step and return its row of history.

    ``project`` is the row of the register, only when a resolution approves; ``came_from`` the stage an answer leads
    back to; ``at`` the time of a step that is not taken now, only in invented histories. Raises StepNotAllowed,
    PermissionDenied, ValidationError (a note is missing, a request is open).
    """
    row = (
        Proposal.objects.select_for_update(of=("self",)).select_related("application__organisation").get(pk=proposal.pk)
    )
    step = find_step(row.stage, action)
    if action == Action.FILE:
        raise StepNotAllowed("filing takes the whole application: see services/intake.py")
    _refuse_without_right(by, row, step.permission)
    if step.needs_note and not note.strip():
        raise ValidationError({"note": _("Say why: the other side must be able to understand the step.")})
    if action == Action.SUPPORT and Clarification.objects.filter(proposal=row, answered_at__isnull=True).exists():
        raise ValidationError(_("A request to the applicant is still open."))
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
    change.full_clean(exclude={"proposal", "actor"}, validate_constraints=False)
    change.save(force_insert=True)
    row.stage, row.stage_since = target, now
    if project is not None:
        row.project = project
    row.save(update_fields=["stage", "stage_since", "project", "updated_at"])
    return change
