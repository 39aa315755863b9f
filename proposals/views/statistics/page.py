"""The page of the statistics."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from projects.filters import ProjectFilter
from projects.queries.facets import UNKNOWN_YEAR
from proposals.forms.statistics import FiledForm
from proposals.queries.statistics.channels import years_of_filing
from proposals.queries.statistics.funnel import chosen as chosen_proposals, funnel
from proposals.views.statistics import filters as reading
from proposals.views.statistics.links import FILED, OF_THE_REGISTER, Links, without_blanks
from proposals.views.statistics.proposals import channels, of_proposals, times
from proposals.views.statistics.register import of_the_register
from reference.templatetags.registry_formats import visible


@require_safe
def statistics(request: HttpRequest) -> HttpResponse:
    """Show the figures of the filtered register and of the proposals; a filter that cannot be read is named, 400."""
    filters, form = reading.read_filters(request.GET), FiledForm(request.GET)
    names = reading.read_names()
    links = Links(request.GET, names.regions)
    unknown = ProjectFilter.unknown_parameters(request.GET, (FILED,))
    left_out = [name for name in request.GET if name in ("as_of", "ordering")]
    context: dict[str, Any] = {
        "unknown": [visible(name) for name in sorted({*unknown, *left_out})],
        "clear": request.path,
        "is_filtered": bool(without_blanks(request.GET, OF_THE_REGISTER)),
        "filed_typed": [visible(value) for _, value in without_blanks(request.GET, [FILED])],
        "filed_errors": form.errors.get(FILED, []),
    }
    if not (filters.form.is_valid() and form.is_valid()):
        years = [value for _, value in without_blanks(request.GET, ["year"]) if value == UNKNOWN_YEAR]
        context["boxes"] = reading.boxes_of(filters, request.GET, names, years, links)
        return render(request, "proposals/statistics/page.html", context, status=400)
    context |= of_the_register(filters, names, links)
    offered = [shown.line.value for shown in context["by_year"]]
    chosen = without_blanks(request.GET, ["year"])
    year, years_filed = form.cleaned_data[FILED], years_of_filing()
    own = {name: filters.form.cleaned_data[name] for name in ("sector", "territory")}
    proposals = chosen_proposals(
        sectors=[row.pk for row in own["sector"]], territories=[row.pk for row in own["territory"]], year=year
    )
    context |= {
        "boxes": reading.boxes_of(filters, request.GET, names, reversed(offered), links),
        "year_choices": [
            (shown.line.label, links.here("#cross", year=shown.line.value), chosen == [("year", shown.line.value)])
            for shown in reversed(context["by_year"])
        ],
        "all_years": (links.here("#cross", year=""), not chosen),
        "filed": year,
        "filed_choices": [
            (one.year, links.here("#funnel", filed=str(one.year)), one.year == year) for one in reversed(years_filed)
        ],
        "all_filed": links.here("#funnel", filed=""),
        "not_for_proposals": any(
            name not in ("sector", "territory") for name, _ in without_blanks(request.GET, OF_THE_REGISTER)
        ),
        **of_proposals(funnel(proposals), links),
        **times(links),
        **channels(years_filed, links),
    }
    return render(request, "proposals/statistics/page.html", context)
