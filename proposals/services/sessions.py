"""Sessions of the maslikhat: planned, changed while planned, held, or cancelled with all that stood on the agenda."""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from proposals.models import DraftResolution, Session, SessionState
from proposals.models.draft_resolution import OPEN_STATES
from proposals.queries.review import TABLE
from proposals.services.agenda import lock_items, locked_session, open_items, take_off


def _refuse_without_right(by: Any) -> None:
    if not (by.is_staff and by.has_perm(TABLE)):
        raise PermissionDenied


@transaction.atomic
def hold(session: Session, *, by: Any) -> Session:
    """Write down that a session took place: its agenda is closed. Raises PermissionDenied, ValidationError."""
    _refuse_without_right(by)
    row = locked_session(session)
    if row.state != SessionState.PLANNED:
        raise ValidationError(_("Only a planned session can be held."))
    if row.held_on > timezone.localdate():
        raise ValidationError(_("The day of the session has not come yet."))
    row.state = SessionState.HELD
    row.save(update_fields=["state", "updated_at"])
    return row


@transaction.atomic
def cancel(session: Session, *, by: Any, note: str, site: str) -> Session:
    """Cancel a session; what stood on its agenda goes back to where it came from and applicants are told.

    Raises PermissionDenied, ValidationError (not planned, no reason, a resolution of it is being recorded).
    """
    _refuse_without_right(by)
    row = locked_session(session)
    if row.state != SessionState.PLANNED:
        raise ValidationError(_("Only a planned session can be cancelled."))
    if not note.strip():
        raise ValidationError({"note": _("Say why: the applicants read it.")})
    if DraftResolution.objects.filter(session=row, state__in=OPEN_STATES).exists():
        raise ValidationError(_("A resolution of this session is being recorded. Discard it first."))
    # All rows before the first step: the chain of steps is a turn that must not be held while waiting for a row.
    items = open_items(row)
    lock_items([item.pk for item in items])
    for item in items:
        take_off(item, by=by, note=note, site=site)
    row.state, row.note = SessionState.CANCELLED, note
    row.full_clean(exclude={"maslikhat"})
    row.save(update_fields=["state", "note", "updated_at"])
    return row
