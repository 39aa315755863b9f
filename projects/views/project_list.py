"""The list of projects with its filters, as it stands and as it stood on a past day."""

from dataclasses import dataclass
from typing import Any

from django.core.paginator import InvalidPage, Page, Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from projects.filters import NOT_ON_FILE, ProjectFilter
from projects.queries.as_of import totals_on, undated, with_project
from projects.queries.facets import FACETS, Choice, choices_of
from projects.queries.register import register, with_names
from projects.queries.totals import Totals, totals
from projects.views import addresses
from reference.codelists import NOT_APPROVED, ProjectStatus
from reference.money import format_tenge
from reference.templatetags.registry_formats import visible

PAGE_SIZE = 25
_LONGEST_PAGE_NUMBER = 12
_SHEET = "#filters"
"""Keeps the sheet of filters open on a phone after each choice."""
_APPROVED = {status.value for status in ProjectStatus if status not in NOT_APPROVED}


class _CountedPaginator(Paginator):
    """Takes the number of rows from totals that were asked for anyway."""

    def __init__(self, rows: QuerySet, size: int, *, rows_in_all: int) -> None:
        super().__init__(rows, size)
        self._rows_in_all = rows_in_all

    @cached_property
    def count(self) -> int:
        return self._rows_in_all


@dataclass(frozen=True)
class FacetLink:
    """A choice of a facet as a link that adds or takes it."""

    choice: Choice
    address: str
    is_chosen: bool


@dataclass(frozen=True)
class Chip:
    """A filter in force, in words, and the address without it."""

    label: str
    words: str
    address: str


def _page_or_404(rows: QuerySet, wanted: str, rows_in_all: int) -> Page:
    try:
        if len(wanted) > _LONGEST_PAGE_NUMBER or not (wanted.isascii() and wanted.isdecimal()):
            raise Http404
        return _CountedPaginator(rows, PAGE_SIZE, rows_in_all=rows_in_all).page(int(wanted))
    except InvalidPage as error:
        raise Http404 from error


def _rows_for(facet: str, filters: ProjectFilter) -> QuerySet:
    """Return the projects that all other filters leave, on the chosen day or today."""
    others = [facet, "ordering"]
    if filters.day is None:
        return filters.rows(without=others)
    return register().filter(pk__in=filters.lines(without=others).order_by().values("project"))


def _facets(filters: ProjectFilter, request: HttpRequest) -> list[tuple[str, str, list[FacetLink]]]:
    found = []
    for facet in FACETS:
        if facet == "status" and filters.day:
            continue
        chosen = request.GET.getlist(facet)
        links = [
            FacetLink(choice, addresses.toggled(request.GET, facet, choice.value) + _SHEET, choice.value in chosen)
            for choice in choices_of(facet, _rows_for(facet, filters), chosen)
        ]
        if links:
            found.append((facet, str(filters.filters[facet].label), links))
    return found


def _chips(filters: ProjectFilter, facets: list[tuple[str, str, list[FacetLink]]], request: HttpRequest) -> list[Chip]:
    chips = []
    for facet, label, links in facets:
        chosen = [link for link in links if link.is_chosen]
        if facet == "status" and {link.choice.value for link in chosen} == _APPROVED:
            words = _("all that count in the approved totals")
            chips.append(Chip(label, words, addresses.without(request.GET, facet)))
        else:
            chips += [Chip(label, link.choice.label, link.address.removesuffix(_SHEET)) for link in chosen]
    cleaned = filters.form.cleaned_data
    texts: dict[str, str] = {"search": cleaned.get("search") or ""}
    if resolution := cleaned.get("resolution"):
        texts["resolution"] = _("not on file") if resolution == NOT_ON_FILE else f"№ {resolution}"
    for bound in ("cost_min", "cost_max"):
        texts[bound] = "" if cleaned.get(bound) is None else format_tenge(cleaned[bound])
    chips += [
        Chip(str(filters.filters[name].label), text, addresses.without(request.GET, name))
        for name, text in texts.items()
        if text
    ]
    return chips


def _columns(request: HttpRequest, last: tuple[str, str]) -> list[dict[str, str]]:
    current = request.GET.get("ordering", "")
    columns = [
        ("title", _("Project")),
        ("", _("Initiator")),
        ("year", _("Year")),
        ("cost", _("Cost")),
        last,
    ]
    found = []
    for name, label in columns:
        direction = {name: "ascending", f"-{name}": "descending"}.get(current, "") if name else ""
        following = f"-{name}" if direction == "ascending" else name
        address = addresses.with_value(request.GET, "ordering", following) if name else ""
        found.append({"name": name, "label": label, "direction": direction, "address": address})
    return found


def _turning(page: Page, request: HttpRequest) -> dict[str, Any]:
    """Return the page and the addresses of its neighbours."""
    found: dict[str, Any] = {
        "page": page,
        "pages": [
            (number, addresses.with_value(request.GET, "page", str(number)) if isinstance(number, int) else "")
            for number in page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
        ]
        if page.has_other_pages()
        else [],
    }
    if page.has_next():
        found["next"] = addresses.with_value(request.GET, "page", str(page.next_page_number()))
    if page.has_previous():
        found["previous"] = addresses.with_value(request.GET, "page", str(page.previous_page_number()))
    return found


@require_safe
def project_list(request: HttpRequest) -> HttpResponse:
    """Show the filtered register with its totals; a filter that cannot be read is named, with status 400."""
    filters = ProjectFilter(request.GET, queryset=register())
    unknown = [visible(name) for name in ProjectFilter.unknown_parameters(request.GET)]
    context: dict[str, Any] = {"filter": filters, "unknown": unknown, "clear": request.path}
    context["hidden"] = addresses.hidden_pairs(request.GET, visible=("search",))
    context["hidden_cost"] = addresses.hidden_pairs(request.GET, visible=("cost_min", "cost_max"))
    context["hidden_day"] = addresses.hidden_pairs(request.GET, visible=("as_of",))
    context["last_day"] = timezone.localdate().isoformat()
    if not filters.form.is_valid():
        context["errors"] = [
            (filters.form.fields[name].label if name in filters.form.fields else name, errors)
            for name, errors in filters.form.errors.items()
        ]
        return render(request, "projects/project_list.html", context, status=400)
    facets = _facets(filters, request)
    context |= {"facets": facets, "chips": _chips(filters, facets, request)}
    if filters.day is not None:
        return render(request, "projects/list_on_day.html", context | _on_day(filters, request))
    found: Totals = totals(filters.rows())
    page = _page_or_404(with_names(filters.rows()), request.GET.get("page") or "1", found.rows)
    context |= {
        "totals": found,
        "rows_in_all": found.rows,
        "columns": _columns(request, ("status", _("Status"))),
        **_turning(page, request),
        "not_on_file_address": addresses.with_value(request.GET, "resolution", NOT_ON_FILE),
    }
    return render(request, "projects/project_list.html", context)


def _on_day(filters: ProjectFilter, request: HttpRequest) -> dict[str, Any]:
    """Return what the page of a past day shows: its lines and sums, and how many projects nobody can date."""
    lines = filters.lines()
    rows_in_all = lines.order_by().count()
    page = _page_or_404(with_project(lines), request.GET.get("page") or "1", rows_in_all)
    figures = totals_on(lines)
    by_source = filters.rows(without=("ordering", "status", "resolution"))
    return {
        "day": str(filters.day),
        "totals": figures,
        "rows_in_all": rows_in_all,
        "members": rows_in_all - figures.projects,
        "undated": 0 if filters.form.cleaned_data["resolution"] else undated(by_source),
        "undated_address": f"?resolution={NOT_ON_FILE}",
        "today_address": addresses.without(request.GET, "as_of"),
        "clear": f"{request.path}?as_of={filters.day}",
        "status_left_out": "status" in request.GET or request.GET.get("ordering", "").endswith("status"),
        "columns": _columns(request, ("", _("Resolution"))),
        **_turning(page, request),
    }
