"""The head reads what another person recorded, and confirms it or gives it back with words."""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from accounts.views.common import site_of
from proposals.admin.reading import ReadingAdmin
from proposals.admin.recording_sheet import Sheet
from proposals.forms.recording import RecordingForm
from proposals.forms.recording_lines import ConfirmForm, NoteForm
from proposals.models import DraftResolution, DraftState
from proposals.queries.recorded import decisions_of, revisions_of
from proposals.queries.recordings import CONFIRM, check_rows, is_own, may_judge, obligations_of
from proposals.services import recording
from proposals.services.publishing import words_of


def _read(draft: DraftResolution) -> dict[str, Any]:
    """Return everything the head answers for."""
    rows = check_rows(draft)
    return {
        "checked": rows,
        "differs": not all(row.line.agrees for row in rows),
        "decisions": list(decisions_of(draft)),
        "revisions": list(revisions_of(draft)),
        "shares": list(draft.shares.all()),
        "years": obligations_of(draft),
        "waits": draft.state == DraftState.RECORDED,
        "form": ConfirmForm(initial={"version": draft.version}),
        "back": _back_form({"initial": {"version": draft.version}}),
    }


def _back_form(facts: dict[str, Any]) -> NoteForm:
    return NoteForm(label=_("What is to be mended?"), auto_id="id_back_%s", **facts)


def confirm_page(site: ReadingAdmin, request: HttpRequest, draft: DraftResolution) -> HttpResponse:
    """Show everything on one page, and take the head's answer."""
    if not request.user.has_perm(CONFIRM) or is_own(request.user, draft):
        raise PermissionDenied
    sheet = Sheet(site, request, draft, "confirm.html", _("Confirm the resolution"), may_judge, _read)
    if request.method != "POST":
        return sheet.closed() or sheet.shown(ConfirmForm(initial={"version": draft.version}))
    if "give_back" in request.POST:
        return _given_back(sheet, request, draft)
    form = ConfirmForm(request.POST)
    return sheet.taken(form, lambda: _confirm(request, draft, form)) or _told(sheet)


def _confirm(request: HttpRequest, draft: DraftResolution, form: RecordingForm) -> None:
    try:
        recording.confirm(draft, by=request.user, version=form.seen, site=site_of(request))
    except PermissionDenied as refusal:
        # The head's own right is asked above: what is missing here is the recorder's.
        raise ValidationError(words_of(refusal)) from refusal


def _told(sheet: Sheet) -> HttpResponse:
    sheet.draft.refresh_from_db()
    if sheet.draft.state == DraftState.PUBLISHED:
        return sheet.done(_("The resolution is published and stands in the register."))
    return sheet.done(_("The resolution is confirmed. It appears at the hour written in it."))


def _given_back(sheet: Sheet, request: HttpRequest, draft: DraftResolution) -> HttpResponse:
    sheet.box = "back"
    form = _back_form({"data": request.POST})
    refused = sheet.taken(
        form, lambda: recording.give_back(draft, by=request.user, version=form.seen, note=form.cleaned_data["note"])
    )
    return refused or sheet.done(_("The recording is given back to the secretary."))
