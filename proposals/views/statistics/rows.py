"""The projects behind a figure that the list of projects cannot be asked for."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from projects.filters import ProjectFilter
from projects.queries.register import with_names
from projects.queries.totals import totals
from projects.views.pages import page_or_404, turning
from proposals.forms.statistics import OriginForm
from proposals.queries.statistics import funnel as funnels
from proposals.views.statistics import filters as reading
from proposals.views.statistics.links import FILED
from reference.templatetags.registry_formats import visible


@require_safe
def statistics_projects(request: HttpRequest) -> HttpResponse:
    """Show the projects behind a figure that the list of projects cannot be asked for: by where they come from."""
    filters, form = reading.read_filters(request.GET), OriginForm(request.GET)
    unknown = ProjectFilter.unknown_parameters(request.GET, (FILED, "origin", "page"))
    if not (filters.form.is_valid() and form.is_valid()) or unknown:
        errors = [
            *((filters.filters[name].label, found) for name, found in filters.form.errors.items()),
            *((form.fields[name].label, found) for name, found in form.errors.items()),
        ]
        context = {"errors": errors, "unknown": [visible(name) for name in unknown]}
        return render(request, "proposals/statistics/projects.html", context, status=400)
    origin, year = form.cleaned_data["origin"], form.cleaned_data[FILED]
    if origin == "proposal":
        # Sector and place are those of the proposal, as in the funnel and in the queue.
        own = {name: [row.pk for row in filters.form.cleaned_data[name]] for name in ("sector", "territory")}
        proposals = funnels.chosen(sectors=own["sector"], territories=own["territory"], year=year)
        rows = filters.rows(without=["sector", "territory"]).filter(proposal__in=proposals)
    else:
        rows = funnels.never_a_proposal(filters.rows())
    figures = totals(rows)
    page = page_or_404(with_names(rows), request.GET.get("page") or "1", figures.rows)
    context = {"origin": origin, "filed": year, "totals": figures, **turning(page, request)}
    return render(request, "proposals/statistics/projects.html", context)
