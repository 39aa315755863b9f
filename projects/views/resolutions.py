"""The resolutions of the maslikhats, and the page of one with what it declares and what is entered."""

from django.core.paginator import InvalidPage, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from projects.models import Document
from projects.queries.declared import declared_against_entered, projects_of
from projects.queries.register import register, resolutions, with_names
from projects.queries.totals import totals_by
from projects.views import addresses
from reference.codelists import InitiatorType

PAGE_SIZE = 25
PROJECTS_ON_THE_PAGE = 200
"""A list of a maslikhat holds dozens; a longer one is read in the list of projects, filtered by the resolution."""


@require_safe
def resolution_list(request: HttpRequest) -> HttpResponse:
    """Show resolutions newest first, with what each declares beside what is entered."""
    wanted = request.GET.get("page") or "1"
    if not (wanted.isascii() and wanted.isdecimal() and len(wanted) < 10):
        raise Http404
    try:
        page = Paginator(resolutions(), PAGE_SIZE).page(int(wanted))
    except InvalidPage as error:
        raise Http404 from error
    shown = [resolution.pk for resolution in page]
    entered = {
        group.key: group.totals
        for grouping in ("resolution", "excluded_by")
        for group in totals_by(grouping, register().filter(**{f"{grouping}__in": shown}))
    }
    rows = [(resolution, entered.get(resolution.pk)) for resolution in page]
    context = {"rows": rows, "page": page}
    if page.has_next():
        context["next"] = addresses.with_value(request.GET, "page", str(page.next_page_number()))
    if page.has_previous():
        context["previous"] = addresses.with_value(request.GET, "page", str(page.previous_page_number()))
    return render(request, "projects/resolution_list.html", context)


@require_safe
def resolution_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one resolution: the paper's facts, declared beside entered, and its projects."""
    if pk > 9_223_372_036_854_775_807:
        raise Http404
    resolution = get_object_or_404(resolutions(), pk=pk)
    comparison = declared_against_entered(resolution)
    projects = with_names(projects_of(resolution)).order_by("number")[: PROJECTS_ON_THE_PAGE + 1]
    rows = list(projects)
    context = {
        "resolution": resolution,
        "whole": comparison[0],
        "shares": [(InitiatorType(line.initiator_type).label, line) for line in comparison[1:]],
        "projects": rows[:PROJECTS_ON_THE_PAGE],
        "has_more": len(rows) > PROJECTS_ON_THE_PAGE,
        "documents": Document.objects.filter(resolution=resolution, is_public=True),
    }
    return render(request, "projects/resolution_detail.html", context)
