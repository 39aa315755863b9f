"""Recording a resolution with four eyes: the secretary writes it down, the head confirms or gives it back."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from projects.models import Project
from projects.models.project import LISTED
from projects.services import listing
from proposals.models import (
    DraftResolution,
    DraftShare,
    DraftState,
    ItemDecision,
    ListRevision,
    Outcome,
    RevisionAct,
    Session,
    SessionState,
)
from proposals.models.draft_lines import REVISING
from proposals.queries.recorded import obstacles, undecided_difference
from proposals.queries.recordings import CONFIRM, DECIDE, taken_elsewhere
from proposals.services.agenda import locked_session, open_items, refuse_elsewhere
from proposals.services.publishing import DECLARED, TOLD, locked_draft, publish, rehearse
from proposals.services.sessions import hold
from reference.codelists import ResolutionKind


class StaleDraft(Exception):
    """The recording was changed in another window or by somebody else since the page was opened."""


class AlreadyRecorded(Exception):
    """Somebody records or has recorded this paper: ``draft`` tells who and when."""

    def __init__(self, draft: DraftResolution) -> None:
        super().__init__(str(draft))
        self.draft = draft


def _twin(draft: DraftResolution) -> DraftResolution | None:
    same = DraftResolution.objects.filter(maslikhat=draft.maslikhat, number=draft.number, adopted=draft.adopted)
    return same.exclude(state=DraftState.DISCARDED).exclude(pk=draft.pk).select_related("created_by").first()


def _store(draft: DraftResolution, *, first: bool = False) -> None:
    """Check and store; whoever comes second with the same paper is told who was first."""
    draft.full_clean(validate_constraints=False, exclude={"completes", "created_by", "recorded_by", "confirmed_by"})
    if twin := _twin(draft):
        raise AlreadyRecorded(twin)
    draft.validate_constraints(exclude={"number"})
    try:
        with transaction.atomic():
            draft.save(force_insert=first)
    except IntegrityError:
        # Between the look and the write somebody else began with the same paper.
        if twin := _twin(draft):
            raise AlreadyRecorded(twin) from None
        raise


def _writable(draft: DraftResolution, by: Any, version: int) -> DraftResolution:
    """Lock the recording and refuse whoever may not change it, or who saw an older state of it."""
    if not (by.is_staff and by.has_perm(DECIDE)):
        raise PermissionDenied
    row = locked_draft(draft)
    if row.version != version:
        raise StaleDraft
    if not row.is_open_to_changes:
        raise ValidationError(
            _("This resolution is recorded and waits for the head, or is closed. Nothing is changed.")
        )
    row.version += 1
    return row


@transaction.atomic
def begin(*, by: Any, kind: str, session: Session | None = None, **facts: Any) -> DraftResolution:
    """Begin to record a resolution and return it; items still open on the session's agenda stand in it as recommended.

    ``facts`` are columns of the recording. A session of today or earlier counts as held from now on. Raises
    PermissionDenied, ValidationError, AlreadyRecorded.
    """
    if not (by.is_staff and by.has_perm(DECIDE)):
        raise PermissionDenied
    if session is not None:
        row = locked_session(session)
        if row.state == SessionState.CANCELLED:
            raise ValidationError(_("This session was cancelled."))
        facts |= {"maslikhat": row.maslikhat, "session_number": row.number, "convocation": row.convocation}
        session = row
    source = facts.get("completes")
    if source is not None:
        # A box left empty must not wipe out what public sources told; what they say “about” is on no paper.
        told = [name for name in TOLD if not (source.declared_is_approximate and name in DECLARED)]
        facts = {name: getattr(source, name) for name in told} | facts
    draft = DraftResolution(kind=kind, session=session, created_by=by, **facts)
    _store(draft, first=True)
    if source is not None and not source.declared_is_approximate:
        for share in source.declared_shares.all():
            draft.shares.create(initiator_type=share.initiator_type, count=share.count, total=share.total)
    if session is not None:
        if session.state == SessionState.PLANNED:
            hold(session, by=by)
        if draft.decides_items:
            _decide_as_recommended(draft, session)
    return draft


def _decide_as_recommended(draft: DraftResolution, session: Session) -> None:
    taken = taken_elsewhere(draft, session)
    free = [item for item in open_items(session) if item.pk not in taken]
    ItemDecision.objects.bulk_create(
        [
            ItemDecision(draft=draft, item=item, outcome=Outcome.APPROVED, approved_sum=item.recommended_sum)
            for item in free
        ]
    )


@transaction.atomic
def save_paper(
    draft: DraftResolution,
    *,
    by: Any,
    version: int,
    shares: Mapping[str, tuple[int | None, int | None]] | None = None,
    **facts: Any,
) -> DraftResolution:
    """Keep the facts of the paper; ``shares`` are count and sum by initiator type as the paper declares them.

    Raises PermissionDenied, StaleDraft, AlreadyRecorded, ValidationError.
    """
    row = _writable(draft, by, version)
    for name, value in facts.items():
        setattr(row, name, value)
    _store(row)
    if shares is not None:
        row.shares.all().delete()
        for initiator_type, (count, total) in shares.items():
            if count is None and total is None:
                continue
            share = DraftShare(draft=row, initiator_type=initiator_type, count=count, total=total)
            share.full_clean(exclude={"draft"})
            share.save(force_insert=True)
    return row


@transaction.atomic
def decide(
    draft: DraftResolution, decisions: Mapping[int, Mapping[str, Any] | None], *, by: Any, version: int
) -> DraftResolution:
    """Keep what the paper says of each item, by the item's key; None: this paper does not speak of it.

    Raises PermissionDenied, StaleDraft, ValidationError whose keys are ``<item>-<column>``.
    """
    row = _writable(draft, by, version)
    if row.session is None or not row.decides_items:
        raise ValidationError(_("A resolution of this kind decides about no agenda."))
    items = {item.pk: item for item in open_items(row.session)}
    taken = taken_elsewhere(row, row.session)
    errors: dict[str, Any] = {}
    for key, facts in decisions.items():
        if key not in items:
            raise ValidationError(_("The agenda has changed since you opened the page. Open it again."))
        if facts is None:
            row.decisions.filter(item=key).delete()
            continue
        if key in taken:
            errors[f"{key}-outcome"] = _("Another resolution that is being recorded decides about this item.")
            continue
        found = row.decisions.filter(item=key).first() or ItemDecision(draft=row, item=items[key])
        for name, value in facts.items():
            setattr(found, name, value)
        try:
            found.full_clean(exclude={"draft", "item"})
            found.save()
        except ValidationError as refusal:
            errors |= {f"{key}-{_box(name)}": words for name, words in refusal.message_dict.items()}
    if errors:
        raise ValidationError(errors)
    row.save(update_fields=["version", "updated_at"])
    return row


def _box(name: str) -> str:
    return "outcome" if name == "__all__" else name


@transaction.atomic
def revise(
    draft: DraftResolution,
    project: Project,
    act: str,
    *,
    by: Any,
    version: int,
    seen: int | None = None,
    **facts: Any,
) -> ListRevision:
    """Keep how the paper changes a line of the list, or that it takes the line out; return the row.

    Columns that ``facts`` does not name stay as they stand in the list. ``seen`` is the change of the list that the
    person had before the eyes. Raises PermissionDenied, StaleDraft, ValidationError.
    """
    row = _writable(draft, by, version)
    if REVISING.get(ResolutionKind(row.kind)) != act:
        raise ValidationError(_("A resolution of this kind does not do that to a line of the list."))
    known = Project.objects.select_related("territory").get(pk=project.pk)
    last = listing.newest([known]).get(known.pk)
    if not known.is_approved or (last is None and act == RevisionAct.AMEND):
        raise ValidationError(
            _("Project No. %(number)s is not in the approved list. Leave it out.") % {"number": known.number}
        )
    refuse_elsewhere(row.maslikhat, known.territory)
    if seen is not None and last is not None and seen != last.pk:
        raise ValidationError(
            _("Another resolution changed project No. %(number)s meanwhile. Look at its line again.")
            % {"number": known.number}
        )
    made = row.revisions.filter(project=known).first() or ListRevision(draft=row, project=known, act=act)
    made.seen = last
    for name in LISTED:
        setattr(made, name, facts.get(name, getattr(known, name)))
    made.reason_kk, made.reason_ru = facts.get("reason_kk", ""), facts.get("reason_ru", "")
    made.full_clean(exclude={"draft", "project", "seen"})
    if act == RevisionAct.AMEND and all(getattr(made, name) == getattr(known, name) for name in LISTED):
        raise ValidationError(_("Nothing of project No. %(number)s changes. Leave it out.") % {"number": known.number})
    made.save()
    row.save(update_fields=["version", "updated_at"])
    return made


@transaction.atomic
def drop_revision(draft: DraftResolution, project: Project, *, by: Any, version: int) -> None:
    """Take a line out of the recording. Raises PermissionDenied, StaleDraft, ValidationError."""
    row = _writable(draft, by, version)
    row.revisions.filter(project=project).delete()
    row.save(update_fields=["version", "updated_at"])


@transaction.atomic
def record(draft: DraftResolution, *, by: Any, version: int, difference_reason: str = "") -> DraftResolution:
    """Hand the recording to the head. Raises PermissionDenied, StaleDraft, ValidationError.

    Nothing may stand in the way, and where the paper's count or sum differs from the lines there must be a reason.
    """
    row = _writable(draft, by, version)
    row.difference_reason = difference_reason
    if found := obstacles(row):
        raise ValidationError(found)
    if undecided_difference(row):
        raise ValidationError(
            {"difference_reason": _("The paper and its lines differ. Mend the lines, or write why they differ.")}
        )
    row.state, row.recorded_by, row.recorded_at = DraftState.RECORDED, by, timezone.now()
    row.returned_note = row.obstacle = ""
    _store(row)
    try:
        rehearse(row, by=by)
    except PermissionDenied:
        raise ValidationError(
            _(
                "You work for the applicant of a proposal, or have a conflict of interest. "
                "Somebody else takes this step."
            )
        ) from None
    return row


def _judged(draft: DraftResolution, by: Any, version: int, states: Iterable[str]) -> DraftResolution:
    """Lock a recording for the head."""
    if not (by.is_staff and by.has_perm(CONFIRM)):
        raise PermissionDenied
    row = locked_draft(draft)
    if row.state not in states:
        raise ValidationError(_("This resolution does not wait for the head any more."))
    if row.version != version:
        raise StaleDraft
    if by.pk in (row.recorded_by_id, row.created_by_id):
        raise PermissionDenied
    return row


@transaction.atomic
def confirm(draft: DraftResolution, *, by: Any, version: int, site: str) -> DraftResolution:
    """Confirm what another person recorded: it is published at once, or at the day and hour written in it.

    Raises PermissionDenied (also for whoever recorded it), StaleDraft, ValidationError, StepNotAllowed; nothing is
    stored then.
    """
    row = _judged(draft, by, version, [DraftState.RECORDED])
    row.state, row.confirmed_by, row.confirmed_at = DraftState.CONFIRMED, by, timezone.now()
    row.version += 1
    row.save(update_fields=["state", "confirmed_by", "confirmed_at", "version", "updated_at"])
    if row.publish_at is None or row.publish_at <= timezone.now():
        return publish(row, site=site)
    rehearse(row, by=by)
    return row


@transaction.atomic
def give_back(draft: DraftResolution, *, by: Any, version: int, note: str) -> DraftResolution:
    """Give a recording back to the secretary, before it is published. Raises PermissionDenied, ValidationError."""
    row = _judged(draft, by, version, [DraftState.RECORDED, DraftState.CONFIRMED])
    if not note.strip():
        raise ValidationError({"note": _("Say what is to be mended.")})
    row.state, row.returned_note = DraftState.DRAFT, note
    row.recorded_by = row.recorded_at = row.confirmed_by = row.confirmed_at = None
    row.obstacle = ""
    row.version += 1
    row.full_clean(exclude={"created_by"}, validate_unique=False)
    row.save()
    return row


@transaction.atomic
def discard(draft: DraftResolution, *, by: Any, version: int, note: str) -> DraftResolution:
    """Give up a recording that was begun by mistake; it stays on file. Raises as ``save_paper`` does."""
    row = _writable(draft, by, version)
    if not note.strip():
        raise ValidationError({"note": _("Say why the recording is given up.")})
    row.state, row.returned_note = DraftState.DISCARDED, note
    row.save(update_fields=["state", "returned_note", "version", "updated_at"])
    return row
