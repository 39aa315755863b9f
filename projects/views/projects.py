"""The list of projects with its filters, and the page of one project."""

from dataclasses import dataclass
from typing import Any, cast

from django.core.paginator import InvalidPage, Page, Paginator
from django.db.models import Field, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from projects.filters import NOT_ON_FILE, ProjectFilter
from projects.models import Project, StatusChange
from projects.queries.facets import FACETS, Choice, choices_of
from projects.queries.register import project_page, register, with_names
from projects.queries.totals import Totals, totals
from projects.views import addresses
from reference.codelists import NOT_APPROVED, ROAD, ProjectStatus
from reference.languages import LANGUAGES
from reference.money import format_tenge
from reference.templatetags.registry_formats import visible

PAGE_SIZE = 25
_LONGEST_PAGE_NUMBER = 12
_SHEET = "#filters"
"""Keeps the sheet of filters open on a phone after each choice."""
_APPROVED = {status.value for status in ProjectStatus if status not in NOT_APPROVED}


class _CountedPaginator(Paginator):
    """Takes the number of rows from totals that were asked for anyway."""

    def __init__(self, rows: QuerySet[Project], size: int, *, rows_in_all: int) -> None:
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


def _page_or_404(rows: QuerySet[Project], wanted: str, rows_in_all: int) -> Page:
    try:
        if len(wanted) > _LONGEST_PAGE_NUMBER or not (wanted.isascii() and wanted.isdecimal()):
            raise Http404
        return _CountedPaginator(rows, PAGE_SIZE, rows_in_all=rows_in_all).page(int(wanted))
    except InvalidPage as error:
        raise Http404 from error


def _facets(filters: ProjectFilter, request: HttpRequest) -> list[tuple[str, str, list[FacetLink]]]:
    found = []
    for facet in FACETS:
        chosen = request.GET.getlist(facet)
        links = [
            FacetLink(choice, addresses.toggled(request.GET, facet, choice.value) + _SHEET, choice.value in chosen)
            for choice in choices_of(facet, filters.rows(without=[facet, "ordering"]), chosen)
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


def _columns(request: HttpRequest) -> list[dict[str, str]]:
    current = request.GET.get("ordering", "")
    columns = [
        ("title", _("Project")),
        ("", _("Initiator")),
        ("year", _("Year")),
        ("cost", _("Cost")),
        ("status", _("Status")),
    ]
    found = []
    for name, label in columns:
        direction = {name: "ascending", f"-{name}": "descending"}.get(current, "") if name else ""
        following = f"-{name}" if direction == "ascending" else name
        address = addresses.with_value(request.GET, "ordering", following) if name else ""
        found.append({"name": name, "label": label, "direction": direction, "address": address})
    return found


@require_safe
def project_list(request: HttpRequest) -> HttpResponse:
    """Show the filtered register with its totals; a filter that cannot be read is named, with status 400."""
    filters = ProjectFilter(request.GET, queryset=register())
    unknown = [visible(name) for name in ProjectFilter.unknown_parameters(request.GET)]
    context: dict[str, Any] = {"filter": filters, "unknown": unknown, "clear": request.path}
    context["hidden"] = addresses.hidden_pairs(request.GET, visible=("search",))
    context["hidden_cost"] = addresses.hidden_pairs(request.GET, visible=("cost_min", "cost_max"))
    if not filters.form.is_valid():
        context["errors"] = [
            (filters.form.fields[name].label if name in filters.form.fields else name, errors)
            for name, errors in filters.form.errors.items()
        ]
        return render(request, "projects/project_list.html", context, status=400)
    found: Totals = totals(filters.rows())
    facets = _facets(filters, request)
    page = _page_or_404(with_names(filters.rows()), request.GET.get("page") or "1", found.rows)
    context |= {
        "totals": found,
        "facets": facets,
        "chips": _chips(filters, facets, request),
        "columns": _columns(request),
        "page": page,
        "pages": [
            (number, addresses.with_value(request.GET, "page", str(number)) if isinstance(number, int) else "")
            for number in page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
        ]
        if page.has_other_pages()
        else [],
        "not_on_file_address": addresses.with_value(request.GET, "resolution", NOT_ON_FILE),
    }
    if page.has_next():
        context["next"] = addresses.with_value(request.GET, "page", str(page.next_page_number()))
    if page.has_previous():
        context["previous"] = addresses.with_value(request.GET, "page", str(page.previous_page_number()))
    return render(request, "projects/project_list.html", context)


@dataclass(frozen=True)
class RoadPoint:
    """A status on the road: ``done``, ``now`` or ``ahead``, and since when as far as known."""

    label: str
    state: str
    since: str


def _road(project: Project, changes: list[StatusChange]) -> list[RoadPoint]:
    """Return the usual road of an approved project; empty for one that is planned, excluded or terminated."""
    if project.status not in ROAD:
        return []
    known = {change.status: change.since for change in changes}
    known[ProjectStatus.CONTRACT_SIGNED] = project.contract_signed_on or known.get(ProjectStatus.CONTRACT_SIGNED, "")
    known[ProjectStatus.OPERATION] = project.commissioned_on or known.get(ProjectStatus.OPERATION, "")
    if project.resolution and not known.get(ProjectStatus.APPROVED):
        known[ProjectStatus.APPROVED] = project.resolution.adopted
    now = ROAD.index(ProjectStatus(project.status))
    return [
        RoadPoint(
            str(status.label),
            "now" if place == now else "done" if place < now else "ahead",
            known.get(status, "") if place <= now else "",
        )
        for place, status in enumerate(ROAD)
    ]


@require_safe
def project_detail(request: HttpRequest, number: int) -> HttpResponse:
    """Show one project: facts, money, who answers for what, road, paper or source."""
    if number > 2_147_483_647:
        raise Http404
    project = get_object_or_404(project_page(), number=number)
    changes = list(project.status_changes.all())
    sums = [
        (cast(Field, project._meta.get_field(name)).verbose_name, getattr(project, name))
        for name in ("asked_sum", "approved_sum", "signed_sum", "state_obligations")
        if getattr(project, name) is not None
    ]
    shown = project.title.language
    context = {
        "project": project,
        "road": _road(project, changes),
        "changes": changes,
        "sums": sums,
        "other_titles": [
            (language, getattr(project, f"title_{language}"))
            for language in LANGUAGES
            if language != shown and getattr(project, f"title_{language}")
        ],
    }
    return render(request, "projects/project_detail.html", context)
