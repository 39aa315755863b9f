"""The secretary records a resolution: begins, fills the paper, decides the items, checks, hands on, or gives it up."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from proposals.admin.reading import ReadingAdmin
from proposals.admin.recording_sheet import FOLDER, Sheet, secretaries_only
from proposals.forms.recording import BeginForm, PaperForm
from proposals.forms.recording_lines import CheckForm, ItemsForm, NoteForm
from proposals.models import DraftResolution, Session
from proposals.queries.recorded import decisions_of, obstacles, revisions_of
from proposals.queries.recordings import (
    check_rows,
    completable,
    may_write,
    obligations_of,
    sessions_to_record,
    taken_elsewhere,
    warnings_about,
)
from proposals.services import recording

_KNOWN = ("kind", "number", "adopted", "maslikhat", "convocation")


def begin_page(site: ReadingAdmin, request: HttpRequest) -> HttpResponse:
    """Ask which paper it is; the same paper is begun once, whoever comes second is led to the first."""
    secretaries_only(request)
    session = _asked(Session.objects.select_related("maslikhat").all(), request.GET.get("session"))
    sources = completable()
    if session is not None:
        sources = sources.filter(maslikhat=session.maslikhat_id)
    named = {"session": session, "sources": sources}
    if request.method != "POST":
        source = _asked(sources, request.GET.get("completes"))
        initial = {name: getattr(source, name) for name in _KNOWN} if source else {}
        if source:
            initial |= {"completes": source.pk, "maslikhat": source.maslikhat_id, "session_number": source.session}
        return _begin(site, request, BeginForm(initial=initial, **named), session)
    form = BeginForm(request.POST, **named)
    if not form.is_valid():
        return _begin(site, request, form, session)
    try:
        draft = recording.begin(by=request.user, session=session, **form.facts())
    except recording.AlreadyRecorded as news:
        return _begin(site, request, form, session, status=409, twin=news.draft)
    except ValidationError as refusal:
        form.put(refusal)
        return _begin(site, request, form, session)
    site.message_user(request, _("The recording is begun. Fill in the paper, then the items."), messages.SUCCESS)
    return HttpResponseRedirect(draft.get_absolute_url())


def _asked(rows: Any, key: str | None) -> Any:
    """Return the row an address names, None without one; raise Http404 for one that is not there."""
    if not key:
        return None
    found = rows.filter(pk=int(key)).first() if key.isascii() and key.isdecimal() and len(key) < 10 else None
    if found is None:
        raise Http404
    return found


def _begin(
    site: ReadingAdmin, request: HttpRequest, form: BeginForm, session: Session | None, *, status: int = 0, **more: Any
) -> HttpResponse:
    context = {"title": _("Record a resolution"), "form": form, "session": session, **more}
    if session is None:
        context["sessions"] = sessions_to_record()[:20]
    status = status or (422 if form.is_bound else 200)
    return site.page(request, f"{FOLDER}/begin.html", None, status=status, **context)


def paper_page(site: ReadingAdmin, request: HttpRequest, draft: DraftResolution) -> HttpResponse:
    """Fill in what the paper says as a whole."""
    secretaries_only(request)
    sheet = Sheet(site, request, draft, "paper.html", _("The paper"), may_write)
    if request.method != "POST":
        return sheet.closed() or sheet.shown(PaperForm(draft=draft))
    form = PaperForm(request.POST, request.FILES, draft=draft)
    refused = sheet.taken(form, lambda: recording.save_paper(draft, by=request.user, version=form.seen, **form.facts()))
    return refused or sheet.done(_("The paper is kept."))


def items_page(site: ReadingAdmin, request: HttpRequest, draft: DraftResolution) -> HttpResponse:
    """Say for each item of the agenda what the paper decides."""
    secretaries_only(request)
    if draft.session is None or not draft.decides_items:
        raise Http404
    sheet = Sheet(site, request, draft, "items.html", _("What the paper decides"), may_write)
    decisions = {decision.item_id: decision for decision in decisions_of(draft)}
    # What is decided already is not open to this paper; a closed recording still shows its own items.
    items = (
        draft.session.items.filter(outcome="").select_related("sector", "territory", "proposal").order_by("position")
    )
    named: dict[str, Any] = {"items": items, "decisions": decisions, "taken": taken_elsewhere(draft, draft.session)}
    if request.method != "POST":
        return sheet.closed() or sheet.shown(ItemsForm(initial={"version": draft.version}, **named))
    form = ItemsForm(request.POST, **named)
    refused = sheet.taken(form, lambda: recording.decide(draft, form.decisions(), by=request.user, version=form.seen))
    return refused or sheet.done(_("The decisions are kept."))


def check_page(site: ReadingAdmin, request: HttpRequest, draft: DraftResolution) -> HttpResponse:
    """Compare the paper with its lines and hand the recording to the head."""
    secretaries_only(request)
    sheet = Sheet(site, request, draft, "check.html", _("Check and hand on"), may_write, _checked)
    if request.method != "POST":
        start = {"version": draft.version, "difference_reason": draft.difference_reason}
        return sheet.closed() or sheet.shown(CheckForm(initial=start))
    form = CheckForm(request.POST)
    refused = sheet.taken(
        form,
        lambda: recording.record(
            draft, by=request.user, version=form.seen, difference_reason=form.cleaned_data["difference_reason"]
        ),
    )
    return refused or sheet.done(_("The recording is handed to the head."))


def _checked(draft: DraftResolution) -> dict[str, Any]:
    rows, decisions, years = check_rows(draft), list(decisions_of(draft)), obligations_of(draft)
    return {
        "checked": rows,
        "differs": not all(row.line.agrees for row in rows),
        "obstacles": obstacles(draft),
        "warnings": warnings_about(draft, decisions, years),
        "years": years,
        "decisions": decisions,
        "revisions": list(revisions_of(draft)),
    }


def discard_page(site: ReadingAdmin, request: HttpRequest, draft: DraftResolution) -> HttpResponse:
    """Give up a recording begun by mistake, with the reason."""
    secretaries_only(request)
    sheet = Sheet(site, request, draft, "discard.html", _("Give up the recording"), may_write)
    label = _("Why is it given up?")
    if request.method != "POST":
        return sheet.closed() or sheet.shown(NoteForm(initial={"version": draft.version}, label=label))
    form = NoteForm(request.POST, label=label)
    refused = sheet.taken(
        form, lambda: recording.discard(draft, by=request.user, version=form.seen, note=form.cleaned_data["note"])
    )
    return refused or sheet.done(_("The recording is given up. It stays on file."))
