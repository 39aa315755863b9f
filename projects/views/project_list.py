"""The list of projects with its filters, as it stands and as it stood on a past day: as list, table or map."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from projects.filters import NOT_ON_FILE, ProjectFilter
from projects.queries.as_of import totals_on, undated
from projects.queries.register import register
from projects.queries.snapshot import one_moment
from projects.queries.totals import MoreThan
from projects.queries.version import register_version
from projects.views import addresses
from projects.views.list_parts import (
    OF_THE_PAGE,
    chips_of,
    columns_of,
    facets_of,
    sharing,
    view_links,
    view_of,
)
from projects.views.map_view import maps_of
from projects.views.turning import Lost, turned
from reference.limits import refused, too_often
from reference.templatetags.registry_formats import visible
from reference.unchanged import until_changed

SEARCHES_COUNTED_AT_ONCE = 10
"""Searches that one query counts; a list without a search costs none."""
LONGEST = 10
"""Seconds that one question of a page may take the database."""


@require_safe
def project_list(request: HttpRequest) -> HttpResponse:
    """Show the filtered register with its totals; a filter that cannot be read is named, with status 400."""
    is_dear = any(request.GET.get(name) for name in ("search", "as_of"))
    if is_dear and (wait := too_often(request, "search", batch=SEARCHES_COUNTED_AT_ONCE)):
        return refused(429, wait)
    return _counted(request, is_dear)


@until_changed(register_version)
def _counted(request: HttpRequest, is_dear: bool) -> HttpResponse:
    try:
        if not is_dear:
            return _project_list(request)
        with one_moment(seconds=LONGEST):
            return _project_list(request)
    except Lost as error:
        return _lost(request, str(error))


def _lost(request: HttpRequest, what_to_do: str) -> HttpResponse:
    context = {
        "filter": ProjectFilter(request.GET, queryset=register()),
        "hidden": addresses.hidden_pairs(request.GET, visible=("search",)),
        "lost": what_to_do,
        "first": addresses.without(request.GET, "page"),
    }
    return render(request, "projects/project_list.html", context, status=400)


def _project_list(request: HttpRequest) -> HttpResponse:
    filters = ProjectFilter(request.GET, queryset=register())
    view, wrong_view = view_of(request)
    unknown = [visible(name) for name in ProjectFilter.unknown_parameters(request.GET, OF_THE_PAGE)]
    context: dict[str, Any] = {"filter": filters, "unknown": unknown, "clear": request.path, "view": view}
    context["hidden"] = addresses.hidden_pairs(request.GET, visible=("search",))
    context["hidden_cost"] = addresses.hidden_pairs(request.GET, visible=("cost_min", "cost_max"))
    context["hidden_day"] = addresses.hidden_pairs(request.GET, visible=("as_of",))
    context["last_day"] = timezone.localdate().isoformat()
    if wrong_view or not filters.form.is_valid():
        context["errors"] = [
            (filters.form.fields[name].label if name in filters.form.fields else name, errors)
            for name, errors in filters.form.errors.items()
        ]
        if wrong_view:
            context["errors"].append((pgettext("field", "View"), wrong_view))
        return render(request, "projects/project_list.html", context, status=400)
    facets = facets_of(filters, request)
    context |= {
        "facets": facets,
        "chips": chips_of(filters, facets, request),
        "columns": columns_of(request, view, of_day=filters.day is not None),
        "views": view_links(request, view),
        "made": timezone.localtime(),
        **sharing(request, view),
    }
    if view != "list":
        context["clear"] = f"{request.path}?view={view}"
    if filters.day is not None:
        return render(request, "projects/list_on_day.html", context | _on_day(filters, view, request))
    found = filters.shown
    # Where the rows are not counted, pages have numbers as far as they are known to go.
    is_more = isinstance(found, MoreThan)
    rows_in_all = found.more_than if is_more else found.rows
    context |= {"totals": found, "rows_in_all": rows_in_all}
    if view == "map":
        context["maps"] = maps_of(filters, request.GET)
    else:
        context |= turned(filters, request, rows_in_all, goes_on=is_more)
    return render(request, "projects/project_list.html", context)


def _on_day(filters: ProjectFilter, view: str, request: HttpRequest) -> dict[str, Any]:
    """Return what the page of a past day shows: its lines and sums, and how many projects nobody can date."""
    lines = filters.lines()
    rows_in_all = lines.order_by().count()
    figures = totals_on(lines)
    by_source = filters.rows(without=("ordering", "status", "resolution"))
    found: dict[str, Any] = {
        "day": str(filters.day),
        "totals": figures,
        "rows_in_all": rows_in_all,
        "members": rows_in_all - figures.projects,
        "undated": 0 if filters.form.cleaned_data["resolution"] else undated(by_source),
        "undated_address": f"?resolution={NOT_ON_FILE}",
        "today_address": addresses.without(request.GET, "as_of"),
        "clear": f"{request.path}?as_of={filters.day}" + (f"&view={view}" if view != "list" else ""),
        "status_left_out": "status" in request.GET or request.GET.get("ordering", "").endswith("status"),
    }
    if view == "map":
        return found | {"maps": maps_of(filters, request.GET)}
    return found | turned(filters, request, rows_in_all)
