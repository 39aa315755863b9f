"""The steps of the form: shown, saved with a button, saved by themselves."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponseBase, JsonResponse
from django.http.request import QueryDict
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from proposals.forms.papers import PaperForm
from proposals.forms.steps import FORMS, StepForm
from proposals.models import Application, Proposal
from proposals.queries.paper_list import paper_list
from proposals.queries.progress import Progress, progress
from proposals.queries.similar import similar_for_applicant
from proposals.queries.summary import summary
from proposals.services import drafts
from proposals.services.drafts import NotADraft, StaleVersion
from proposals.steps import FormStep, next_step, previous_step
from proposals.views.carrying import carried_through_login, carried_to
from proposals.views.common import applicants_page, own_draft, own_proposal

REFRESHING = {"sector", "term_years", "implementation_start"}
"""Boxes whose change asks further questions on the same page."""


@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, pk: UUID, proposal: UUID, step: str) -> HttpResponseBase:
    """Show or save one step. Whoever sends it after the session has ended gets the text back after logging in."""
    if step not in FormStep.values:
        raise Http404
    if request.method == "POST" and not request.user.is_authenticated:
        return _without_session(request)
    return _step(request, pk=pk, proposal=proposal, step=step)


def _without_session(request: HttpRequest) -> HttpResponseBase:
    if _is_autosave(request):
        sentence = _("You are no longer logged in. Your text is kept on this page: log in in another tab.")
        return JsonResponse({"error": "session", "message": sentence}, status=401)
    return carried_through_login(request, request.path)


def _is_autosave(request: HttpRequest) -> bool:
    return request.headers.get("X-Requested-With") == "autosave"


@applicants_page
def _step(request: HttpRequest, pk: UUID, proposal: UUID, step: str) -> HttpResponseBase:
    try:
        application = own_draft(request, pk)
        row = own_proposal(application, proposal)
        if request.method == "POST":
            return _autosaved(request, row, step) if _is_autosave(request) else _saved(request, row, step)
    except NotADraft:
        if _is_autosave(request):
            sentence = _("This application is filed and can no longer be changed. Nothing of it was overwritten.")
            return JsonResponse({"error": "filed", "message": sentence}, status=409)
        raise
    data = carried_to(request, request.path)
    if data is not None:
        notices = [_("You were logged out meanwhile. Here is your text again: press the button to save it.")]
        if step in FORMS and _sent_version(data) != row.version:
            return _stale(request, row, step, data, notices=notices, status=200)
        return _page(request, row, step, FORMS[step](data, instance=row) if step in FORMS else None, notices=notices)
    return _page(request, row, step, FORMS[step](instance=row) if step in FORMS else None)


def _sent_version(data: QueryDict) -> int:
    text = data.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _saved(request: HttpRequest, row: Proposal, step: str) -> HttpResponseBase:
    """Save the whole step by a button and go where the button leads."""
    if step not in FORMS:
        return redirect(_target(request, row, step))
    data = request.POST
    try:
        saved = drafts.save_step(
            row, lambda locked: FORMS[step](data, instance=locked), by=request.user, version=_sent_version(data)
        )
    except StaleVersion:
        return _stale(request, row, step, data)
    if saved.errors:
        fresh = own_proposal(row.application, row.pk)
        notices = [_("Your text is kept. Some boxes need a correction before the application can be filed.")]
        if data.get("go") == "next" and saved.proposal.typed != row.typed:
            # The page says what is wrong; a second press goes on: a draft may have gaps.
            form = FORMS[step](instance=fresh)
            return _page(request, fresh, step, form, notices=notices, status=422)
    return redirect(_target(request, row, step))


def _target(request: HttpRequest, row: Proposal, step: str) -> str:
    go = request.POST.get("go", "stay")
    place = {"next": next_step(step), "back": previous_step(step), "stay": step}.get(go, step)
    if place:
        return reverse("proposal_step", args=[row.application_id, row.pk, place])
    return row.application.get_absolute_url()


def _stale(
    request: HttpRequest, row: Proposal, step: str, data: QueryDict, *, status: int = 409, **more: Any
) -> HttpResponseBase:
    """Show what was typed here beside what is stored by now; pressing save again is a decision, not an accident."""
    fresh = own_proposal(row.application, row.pk)
    stored = FORMS[step](instance=fresh)
    typed = FORMS[step](data, instance=own_proposal(row.application, row.pk))
    typed.is_valid()
    differing = [
        {"label": str(box.label), "stored": _shown(stored, name)}
        for name in typed.fields
        for box in [typed[name]]
        if _shown(stored, name) != _shown(typed, name)
    ]
    return _page(request, fresh, step, typed, stale=differing, status=status, **more)


def _shown(form: StepForm, name: str) -> str:
    """Return the value of a box as words."""
    box = form[name]
    value = box.value()
    values = (
        [str(item) for item in value] if isinstance(value, list | tuple) else [str(value if value is not None else "")]
    )
    choices = {str(key): str(label) for key, label in getattr(box.field, "choices", None) or ()}
    return ", ".join(choices.get(item, item) for item in values).replace("\r\n", "\n").strip()


def _page(
    request: HttpRequest,
    row: Proposal,
    step: str,
    form: Any,
    *,
    notices: list[str] | None = None,
    stale: list[dict[str, str]] | None = None,
    status: int = 200,
) -> HttpResponseBase:
    known = progress(row)
    context: dict[str, Any] = {
        "application": row.application,
        "proposal": row,
        "step": step,
        "step_label": FormStep(step).label,
        "step_number": FormStep.values.index(step) + 1,
        "step_count": len(FormStep),
        "previous": previous_step(step),
        "following": next_step(step),
        "form": form,
        "notices": notices or [],
        "stale": stale,
        "progress": known,
        "is_only": row.application.proposals.count() == 1,
        "refreshing": REFRESHING,
    }
    if step == FormStep.PAPERS:
        context["papers"] = paper_list(row)
        context["paper_form"] = PaperForm()
    if step == FormStep.PLACE:
        context["similar"] = similar_for_applicant(row)
    if step == FormStep.REVIEW:
        context["summary"] = summary(row)
    return render(request, "proposals/step.html", context, status=status)


def _autosaved(request: HttpRequest, row: Proposal, step: str) -> HttpResponseBase:
    """Save the named boxes and answer with the new version, what is wrong, and what is missing."""
    if step not in FORMS:
        raise Http404
    only = set(request.POST.get("boxes", "").split(","))
    data = request.POST
    try:
        saved = drafts.save_step(
            row,
            lambda locked: FORMS[step](data, instance=locked, only=only),
            by=request.user,
            version=_sent_version(data),
        )
    except StaleVersion as stale:
        sentence = _("This proposal was changed in another tab or on another device. Your text here is kept.")
        return JsonResponse({"error": "stale", "version": stale.current, "message": sentence}, status=409)
    return _autosave_answer(row.application, row, step, saved, refresh=bool(only & REFRESHING))


def _autosave_answer(
    application: Application, row: Proposal, step: str, saved: drafts.Saved, *, refresh: bool
) -> HttpResponseBase:
    known: Progress = progress(own_proposal(application, row.pk))
    panel = render_to_string("proposals/_missing.html", {"progress": known, "step": step})
    answer = {"version": saved.version, "errors": saved.errors, "panel": panel, "refresh": refresh}
    response = JsonResponse(answer)
    patch_cache_control(response, private=True, no_store=True)
    return response
