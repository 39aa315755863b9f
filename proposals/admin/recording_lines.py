"""Lines of the list that an amendment changes or an exclusion takes out: added by number, old value beside the new."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from projects.models import Project
from projects.services import listing
from proposals.admin.reading import ReadingAdmin
from proposals.admin.recording_sheet import Sheet, secretaries_only
from proposals.forms.recording import RecordingForm
from proposals.forms.recording_lines import AddLineForm, LineForm
from proposals.models import DraftResolution, RevisionAct
from proposals.models.draft_lines import REVISING
from proposals.queries.recorded import revisions_of
from proposals.queries.recordings import may_write
from proposals.services import recording


def _act(draft: DraftResolution) -> str:
    """Return what the paper does to lines; raise Http404 for a kind that leaves them alone."""
    act = REVISING.get(draft.kind)  # type: ignore[call-overload]
    if act is None:
        raise Http404
    return str(act)


def _lines(draft: DraftResolution) -> dict[str, Any]:
    return {"revisions": list(revisions_of(draft)), "excludes": _act(draft) == RevisionAct.EXCLUDE}


def lines_page(site: ReadingAdmin, request: HttpRequest, draft: DraftResolution) -> HttpResponse:
    """List the lines, and lead to the form of the project whose number is asked for."""
    secretaries_only(request)
    if request.method not in ("GET", "HEAD"):
        raise PermissionDenied
    sheet = Sheet(site, request, draft, "lines.html", _("Lines of the list"), may_write, _lines)
    _act(draft)
    if refused := sheet.closed():
        return refused
    form = AddLineForm(request.GET if "number" in request.GET else None)
    if form.is_bound and form.is_valid():
        return HttpResponseRedirect(_address(draft, form.cleaned_data["number"], "line"))
    return sheet.shown(form)


def _address(draft: DraftResolution, project: Project, place: str) -> str:
    return reverse(f"admin:proposals_draftresolution_{place}", args=[draft.pk, project.number])


def _project(number: int) -> Project:
    found = Project.objects.filter(number=number).first() if number <= 2_147_483_647 else None
    if found is None:
        raise Http404
    return found


def line_page(site: ReadingAdmin, request: HttpRequest, draft: DraftResolution, number: int) -> HttpResponse:
    """Write how the paper changes one line, or why it takes the line out."""
    secretaries_only(request)
    act, project = _act(draft), _project(number)
    last = listing.newest([project]).get(project.pk)
    revision = draft.revisions.filter(project=project).first()
    sheet = Sheet(site, request, draft, "line.html", _("Line of the list"), may_write)
    sheet.facts = lambda _draft: {
        "project": project,
        "revision": revision,
        "excludes": act == RevisionAct.EXCLUDE,
        "is_outdated": bool(revision and last and revision.seen_id != last.pk),
    }
    named: dict[str, Any] = {"project": project, "act": act, "revision": revision, "last": last}
    if request.method != "POST":
        return sheet.closed() or sheet.shown(LineForm(initial={"version": draft.version}, **named))
    form = LineForm(request.POST, **named)
    refused = sheet.taken(
        form, lambda: recording.revise(draft, project, act, by=request.user, version=form.seen, **form.facts())
    )
    lines = reverse("admin:proposals_draftresolution_lines", args=[draft.pk])
    return refused or sheet.done(_("The line is kept."), lines)


def remove_page(site: ReadingAdmin, request: HttpRequest, draft: DraftResolution, number: int) -> HttpResponse:
    """Take a line out of the recording; the list itself stays as it is."""
    secretaries_only(request)
    if request.method != "POST":
        raise PermissionDenied
    _act(draft)
    project = _project(number)
    sheet = Sheet(site, request, draft, "lines.html", _("Lines of the list"), may_write, _lines, box="removal")
    form = RecordingForm(request.POST)
    refused = sheet.taken(form, lambda: recording.drop_revision(draft, project, by=request.user, version=form.seen))
    if refused:
        return refused
    site.message_user(request, _("The line is taken out of the recording."), messages.SUCCESS)
    return HttpResponseRedirect(reverse("admin:proposals_draftresolution_lines", args=[draft.pk]))
