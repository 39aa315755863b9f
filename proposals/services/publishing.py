"""Publishing a confirmed resolution: register, proposals, agenda, history and letters at once, or nothing."""

import datetime
import logging
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from projects.models import Document, Project, Resolution
from projects.models.project import LISTED
from projects.services.lists import Amending, Entering, Excluding, Share, pass_resolution
from projects.services.register import ProjectEntry
from proposals import notifications
from proposals.models import AgendaItem, DraftResolution, DraftState, ItemDecision, Outcome, Proposal, RevisionAct
from proposals.models.session import APPROVING
from proposals.models.stage_change import StepChannel
from proposals.queries.recorded import decisions_of, obstacles, revisions_of, undecided_difference
from proposals.queries.recordings import CONFIRM, DECIDE
from proposals.services.agenda import lock_items
from proposals.services.moves import StepNotAllowed, move
from proposals.workflow import Action
from reference.codelists import EnterpriseSize, InitiatorType, ProjectStatus

log = logging.getLogger(__name__)
Refused = (ValidationError, PermissionDenied, StepNotAllowed)
DECLARED = ("declared_count", "declared_total")
TOLD = ("votes_for", "votes_against", "votes_abstained", "justice_number", "justice_date", "link", *DECLARED)
"""What a paper says beside its name; of a resolution from public sources a recording takes it over to begin with."""
_OF_PAPER = ("kind", "maslikhat", "convocation", "number", "adopted", *TOLD)


class _Rehearsed(Exception):
    """Ends a rehearsal: everything it wrote is undone."""


def locked_draft(draft: DraftResolution) -> DraftResolution:
    """Lock a recording and return it with what every act on it reads."""
    rows = DraftResolution.objects.select_for_update(of=("self",)).select_related("maslikhat", "session")
    return rows.get(pk=draft.pk)


def rehearse(draft: DraftResolution, *, by: Any) -> None:
    """Do everything and undo it again, so that what would fail later is told now; raises as ``publish`` does."""
    try:
        with transaction.atomic():
            _apply(draft, site="", recorder=draft.recorded_by or by)
            raise _Rehearsed
    except _Rehearsed:
        return


@transaction.atomic
def publish(draft: DraftResolution, *, site: str) -> DraftResolution:
    """Publish a confirmed resolution and return it with its row of the register.

    Raises ValidationError, StepNotAllowed, PermissionDenied (the recorder lost the right, or works for an applicant);
    nothing at all is stored then.
    """
    row = locked_draft(draft)
    if row.state == DraftState.PUBLISHED:
        raise ValidationError(_("This resolution is published already."))
    if row.state != DraftState.CONFIRMED:
        raise ValidationError(_("Only a resolution that the head has confirmed is published."))
    if undecided_difference(row):
        raise ValidationError(_("The paper and its lines differ, and nobody has written why."))
    recorder: Any = row.recorded_by
    if not (recorder.is_staff and recorder.has_perm(DECIDE)):
        raise PermissionDenied
    head: Any = row.confirmed_by
    if not (head.is_staff and head.has_perm(CONFIRM)):
        raise ValidationError(_("The person who confirmed it no longer may. Give it back and confirm it anew."))
    resolution = _apply(row, site=site, recorder=recorder)
    row.resolution, row.state, row.obstacle = resolution, DraftState.PUBLISHED, ""
    row.version += 1
    row.save(update_fields=["resolution", "state", "obstacle", "version", "updated_at"])
    return row


def publish_due(now: datetime.datetime | None = None) -> tuple[int, int]:
    """Publish what is confirmed and whose hour has come; return how many were published and how many could not be.

    What stands in the way of one is written on it for secretary and head, and does not hold up the others.
    """
    due = DraftResolution.objects.filter(state=DraftState.CONFIRMED, publish_at__lte=now or timezone.now())
    done = stuck = 0
    for draft in due.order_by("publish_at", "created_at"):
        try:
            publish(draft, site="")
            done += 1
        except (*Refused, DatabaseError) as refusal:
            waits = DraftResolution.objects.filter(pk=draft.pk, state=DraftState.CONFIRMED)
            if not waits.update(obstacle=words_of(refusal)):
                continue  # Somebody else published it or gave it back meanwhile.
            log.exception("Resolution %s could not be published", draft.pk)
            stuck += 1
    return done, stuck


def words_of(refusal: Exception) -> str:
    """Return in words why a confirmed resolution could not be published."""
    if isinstance(refusal, ValidationError):
        return " ".join(refusal.messages)
    if isinstance(refusal, PermissionDenied):
        return _("The person who recorded it no longer may.")
    return _("One of its proposals cannot take this step any more.")


def _apply(draft: DraftResolution, *, site: str, recorder: Any) -> Resolution:
    decisions = _locked_decisions(draft)
    if found := obstacles(draft):
        raise ValidationError(found)
    revisions = list(revisions_of(draft))
    approving = [decision for decision in decisions if decision.outcome in APPROVING]
    resolution = _paper(draft)
    entered = pass_resolution(
        resolution,
        is_confirmed=True,
        by=recorder,
        shares=[Share(share.initiator_type, share.count, share.total) for share in draft.shares.all()],
        entering=[_entering(decision, resolution) for decision in approving],
        amending=[
            Amending(
                project=line.project,
                seen=line.seen_id,
                **{name: getattr(line, name) for name in LISTED},
                reason_kk=line.reason_kk,
                reason_ru=line.reason_ru,
            )
            for line in revisions
            if line.act == RevisionAct.AMEND
        ],
        excluding=[
            Excluding(project=line.project, reason_kk=line.reason_kk, reason_ru=line.reason_ru)
            for line in revisions
            if line.act == RevisionAct.EXCLUDE
        ],
    )
    _keep_scan(draft, resolution)
    projects = dict(zip((decision.pk for decision in approving), entered, strict=True))
    for decision in decisions:
        _carry_out(decision, resolution, projects.get(decision.pk), by=recorder, site=site)
    return resolution


def _locked_decisions(draft: DraftResolution) -> list[ItemDecision]:
    """Lock every item and proposal before the first turn is waited for, then read what stands."""
    lock_items(draft.decisions.values_list("item", flat=True))
    return list(decisions_of(draft).prefetch_related("item__payments", "item__proposal__payments"))


def _paper(draft: DraftResolution) -> Resolution:
    """Return the resolution as the paper says it, unsaved; of one from public sources, the completed record."""
    resolution = Resolution()
    if draft.completes_id:
        resolution = Resolution.objects.select_for_update(of=("self",)).get(pk=draft.completes_id)
    for name in _OF_PAPER:
        if name in DECLARED and resolution.declared_is_approximate and not draft.declares:
            continue  # The paper names no figures: what sources say “about” stays.
        setattr(resolution, name, getattr(draft, name))
    if draft.declares:
        resolution.declared_is_approximate = False
    resolution.session = draft.session_number
    resolution.note_kk = draft.note_kk or resolution.note_kk
    resolution.note_ru = draft.note_ru or resolution.note_ru
    return resolution


def _entering(decision: ItemDecision, resolution: Resolution) -> Entering:
    item, proposal = decision.item, decision.item.proposal
    payments = {row.year: row.amount for row in (proposal or item).payments.all()}
    return Entering(
        entry=_entry(decision, resolution, payments),
        project=item.project,
        conditions_kk=decision.conditions_kk if decision.outcome == Outcome.CONDITIONS else "",
        conditions_ru=decision.conditions_ru if decision.outcome == Outcome.CONDITIONS else "",
        obligations=payments,
        responsibilities=dict(proposal.responsibilities.values_list("area", "bearer")) if proposal else {},
    )


def _entry(decision: ItemDecision, resolution: Resolution, payments: dict[int, int]) -> ProjectEntry:
    """Name the facts that go from the agenda into the register, one by one."""
    item = decision.item
    return ProjectEntry(
        title_kk=item.title_kk,
        title_ru=item.title_ru,
        title_en=item.project.title_en if item.project else "",
        sector=item.sector,
        territory=item.territory,
        place_kk=item.place_kk,
        place_ru=item.place_ru,
        initiator_type=item.initiator_type,
        state_partner_kk=item.state_partner_kk,
        state_partner_ru=item.state_partner_ru,
        contract_type=item.contract_type,
        cost=decision.approved_sum,
        approved_sum=decision.approved_sum,
        asked_sum=item.asked_sum,
        term_years=item.term_years,
        year=int(resolution.adopted[:4]),
        status=ProjectStatus.APPROVED,
        resolution=resolution,
        **_of_proposal(item.proposal, payments),
    )


def _of_proposal(proposal: Proposal | None, payments: dict[int, int]) -> dict[str, Any]:
    """Return what only a proposal tells. Description and papers stay with the chamber: nobody let us publish them."""
    if proposal is None:
        return {"state_obligations": sum(payments.values()) if payments else None}
    application = proposal.application
    is_sme = application.initiator_type == InitiatorType.SME and application.initiator_size in EnterpriseSize.values
    return {
        "initiator_size": application.initiator_size if is_sme else "",
        f"objective_{application.language}": proposal.objective,
        "payment_sources": tuple(proposal.payment_sources),
        "state_obligations": proposal.state_obligations,
        "jobs": proposal.jobs,
        "capacity": proposal.capacity,
        "capacity_unit": proposal.capacity_unit if proposal.capacity is not None else "",
        "implementation_start": proposal.implementation_start,
    }


def _keep_scan(draft: DraftResolution, resolution: Resolution) -> None:
    if not draft.scan:
        return
    Document.objects.create(
        resolution=resolution,
        title_kk="Мәслихат шешімінің көшірмесі",
        title_ru="Копия решения маслихата",
        title_en="Copy of the resolution of the maslikhat",
        file=draft.scan.name,
        original_name=draft.scan_name,
        content_type=draft.scan_type,
        size=draft.scan_size,
        sha256=draft.scan_sha256,
        is_public=True,
    )


def _carry_out(decision: ItemDecision, resolution: Resolution, project: Project | None, *, by: Any, site: str) -> None:
    item, proposal, note = decision.item, decision.item.proposal, decision.note
    if proposal is not None:
        told = {"by": by, "channel": StepChannel.ADMIN}
        if decision.outcome in APPROVING:
            change = move(proposal, Action.APPROVE, project=project, **told)
            notifications.approved(change.proposal, decision=decision, resolution=resolution, by=by, site=site)
        elif decision.outcome == Outcome.DECLINED:
            change = move(proposal, Action.DECLINE, note=note, **told)
            notifications.declined(change.proposal, resolution=resolution, note=note, by=by, site=site)
        else:
            change = move(proposal, Action.POSTPONE, note=note, **told)
            notifications.postponed(change.proposal, note=note, by=by, site=site)
    AgendaItem.objects.filter(pk=item.pk).update(outcome=decision.outcome, note=note)
