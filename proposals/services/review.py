"""Assigning experts, and declaring one's interests before a file is opened."""

import datetime
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from proposals.models import Assignment, Declaration, Proposal
from proposals.queries.access import works_for
from proposals.queries.review import ASSIGN, WRITE_OPINION, judges, within_reach
from proposals.queries.times import target_day
from proposals.workflow import UNDECIDED, Stage


def usual_day(today: datetime.date) -> datetime.date:
    """Return the day by which an opinion is due when nobody names another: the chamber's target for the review."""
    return target_day(Stage.REVIEW, today)


@transaction.atomic
def assign(
    proposals: Iterable[Proposal],
    experts: Iterable[Any],
    *,
    by: Any,
    due_on: datetime.date | None = None,
    at: datetime.datetime | None = None,
) -> int:
    """Ask experts for opinions on proposals, all or none; return how many assignments are new.

    Without a day the chamber's target for the review counts; ``at`` is as in ``move``. Raises PermissionDenied (also
    for whoever works for an applicant or declared a conflict), ValidationError (an expert of another sector, with a
    conflict, or of the applicant; a stage that is past review).
    """
    if not (by.is_staff and by.has_perm(ASSIGN)):
        raise PermissionDenied
    now = at or timezone.now()
    today = timezone.localdate(now)
    due = due_on or usual_day(today)
    if due < today:
        raise ValidationError({"due_on": _("The day lies in the past.")})
    keys = [proposal.pk for proposal in proposals]
    rows = list(Proposal.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk"))
    chosen = list(experts)
    new = 0
    if within_reach(Proposal.objects.filter(pk__in=keys), by).count() < len(rows):
        raise PermissionDenied
    for row in rows:
        if works_for(by, row.application):
            raise PermissionDenied
        if row.stage not in UNDECIDED:
            raise ValidationError(_("Proposal %(number)s is past review. Leave it out.") % {"number": row.number})
        for expert in chosen:
            _refuse_unfit(row, expert)
            _made, is_new = Assignment.objects.get_or_create(
                proposal=row, expert=expert, defaults={"due_on": due, "assigned_by": by, "assigned_at": now}
            )
            new += is_new
    return new


def _refuse_unfit(row: Proposal, expert: Any) -> None:
    words = {"expert": expert.full_name, "number": row.number}
    if not (expert.is_active and expert.is_staff and expert.has_perm(WRITE_OPINION)):
        raise ValidationError(_("%(expert)s is no expert.") % words)
    if not expert.expert_sectors.filter(sector=row.sector_id).exists():
        raise ValidationError(_("%(expert)s does not work in the sector of proposal %(number)s.") % words)
    declared = Declaration.objects.filter(person=expert, proposal=row, has_conflict=True)
    if declared.exists() or works_for(expert, row.application):
        raise ValidationError(_("%(expert)s has a conflict of interest with proposal %(number)s.") % words)


@transaction.atomic
def declare(
    proposal: Proposal,
    *,
    by: Any,
    has_conflict: bool,
    ground: str = "",
    text: str = "",
    at: datetime.datetime | None = None,
) -> Declaration:
    """Write what a person says about a conflict of interest and return it; a conflict cannot be taken back.

    Raises PermissionDenied for whoever does not judge proposals, ValidationError.
    """
    if not judges(by):
        raise PermissionDenied
    row = Proposal.objects.select_for_update(of=("self",)).select_related("application").get(pk=proposal.pk)
    if not has_conflict and works_for(by, row.application):
        raise ValidationError(_("You work for this applicant: that is a conflict of interest."))
    if Declaration.objects.filter(proposal=row, person=by, has_conflict=True).exists():
        raise ValidationError(_("You have declared a conflict of interest already."))
    said = Declaration(
        proposal=row,
        person=by,
        has_conflict=has_conflict,
        ground=ground if has_conflict else "",
        text=text if has_conflict else "",
        at=at or timezone.now(),
    )
    said.full_clean(exclude={"proposal", "person"})
    said.save(force_insert=True)
    return said
