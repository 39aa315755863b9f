"""The resolutions of the maslikhats, and the page of one with what it declares and what is entered."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from projects.models import Document, ListAct
from projects.queries.as_of import revised_by, with_project
from projects.queries.declared import declared_against_entered, entered_by, lines_of
from projects.queries.register import resolutions
from projects.queries.version import register_version
from projects.views.pages import page_or_404, turning
from reference.codelists import InitiatorType
from reference.unchanged import until_changed

PROJECTS_ON_THE_PAGE = 200
"""A list of a maslikhat holds dozens; a longer one is read in the list of projects, filtered by the resolution."""


@require_safe
@until_changed(register_version)
def resolution_list(request: HttpRequest) -> HttpResponse:
    """Show resolutions newest first, with what each declares beside what is entered."""
    found = resolutions()
    page = page_or_404(found, request.GET.get("page") or "1", found.count())
    shown = [resolution.pk for resolution in page]
    entered = entered_by("resolution", shown)
    rows = [(resolution, entered.get(resolution.pk)) for resolution in page]
    return render(request, "projects/resolution_list.html", {"rows": rows, **turning(page, request)})


@require_safe
@until_changed(register_version)
def resolution_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one resolution: the paper's facts, declared beside entered, and its projects."""
    if pk > 9_223_372_036_854_775_807:
        raise Http404
    resolution = get_object_or_404(resolutions(), pk=pk)
    comparison = declared_against_entered(resolution)
    rows = list(with_project(lines_of([resolution.pk])).order_by("project__number")[: PROJECTS_ON_THE_PAGE + 1])
    revised = revised_by(resolution)
    today = timezone.localdate().isoformat()
    context = {
        "resolution": resolution,
        "whole": comparison[0],
        "shares": [(InitiatorType(line.initiator_type).label, line) for line in comparison[1:]],
        "lines": rows[:PROJECTS_ON_THE_PAGE],
        "amended": [line for line in revised if line.change.act == ListAct.AMENDED],
        "excluded": [line for line in revised if line.change.act == ListAct.EXCLUDED],
        "day": resolution.adopted if len(resolution.adopted) == len(today) and resolution.adopted <= today else "",
        "has_more": len(rows) > PROJECTS_ON_THE_PAGE,
        "documents": Document.objects.filter(resolution=resolution, is_public=True),
    }
    return render(request, "projects/resolution_detail.html", context)
