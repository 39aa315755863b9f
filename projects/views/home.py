"""The front page: the approved totals and what they rest on."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from projects.queries.register import resolutions
from projects.queries.summary import approved_summary
from projects.queries.version import register_version
from reference.unchanged import until_changed

LATEST_RESOLUTIONS = 5


@require_safe
@until_changed(register_version)
def home(request: HttpRequest) -> HttpResponse:
    """Show how many projects are approved, for how much, by whom; every line leads to its rows."""
    context = {"summary": approved_summary(), "resolutions": resolutions()[:LATEST_RESOLUTIONS]}
    return render(request, "projects/home.html", context)
