"""The public queue of proposals. What it shows and what it can be asked stands in queries/queue.py."""

from dataclasses import dataclass
from typing import Any, cast

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from projects.views import addresses
from projects.views.pages import column, page_or_404, turning
from proposals.filters import FACETS, QueueFilter
from proposals.models import Proposal
from proposals.queries.queue import PUBLIC_STAGES, counts_by, queue_rows, queue_totals
from proposals.queries.times import stage_times
from proposals.workflow import CLOSED_STAGES, OPEN_STAGES
from reference.templatetags.registry_formats import visible

_SHEET = "#filters"
"""Keeps the sheet of filters open on a phone after each choice."""


@dataclass(frozen=True)
class Choice:
    """One choice of a filter: its words, how many rows it would show, the address with it or without it."""

    value: str
    label: str
    rows: int
    address: str
    is_chosen: bool


def _counts(facet: str, filters: QueueFilter) -> dict[str, int]:
    rows = filters.rows(without=(facet, "ordering"))
    counts = counts_by("application__year" if facet == "year" else facet, rows)
    if facet == "territory":
        for code, count in list(counts.items()):
            if (region := filters.regions[code]) != code:
                counts[region] = counts.get(region, 0) + count
    return counts


def _choices(facet: str, filters: QueueFilter, request: HttpRequest) -> list[Choice]:
    counts, chosen = _counts(facet, filters), filters.cleaned_data[facet]
    if facet == "stage":
        names = {stage.value: str(stage.label) for stage in PUBLIC_STAGES}
    elif facet == "year":
        names = {year: year for year in sorted({*counts, *chosen}, reverse=True)}
    else:
        names = filters.sectors if facet == "sector" else filters.territories
    return [
        Choice(
            value,
            name,
            counts.get(value, 0),
            addresses.toggled(request.GET, facet, value) + _SHEET,
            value in chosen,
        )
        for value, name in names.items()
        if value in counts or value in chosen
    ]


def _facets(filters: QueueFilter, request: HttpRequest) -> list[tuple[str, list[Choice]]]:
    """Return the choices under their headings; what is decided stands apart from what is on its way."""
    found = {name: _choices(name, filters, request) for name in FACETS}
    groups = [
        (_("On the way"), [choice for choice in found["stage"] if choice.value in OPEN_STAGES]),
        (_("Decided or withdrawn"), [choice for choice in found["stage"] if choice.value in CLOSED_STAGES]),
        *((str(filters.fields[name].label), found[name]) for name in FACETS if name != "stage"),
    ]
    return [(heading, choices) for heading, choices in groups if choices]


def _chips(filters: QueueFilter, facets: list[tuple[str, list[Choice]]], request: HttpRequest) -> list[dict[str, str]]:
    chips = [
        {"words": f"{heading}: {choice.label}", "address": choice.address.removesuffix(_SHEET)}
        for heading, choices in facets
        for choice in choices
        if choice.is_chosen
    ]
    if text := filters.cleaned_data["search"]:
        words = f"{filters.fields['search'].label}: {text}"
        chips.append({"words": words, "address": addresses.without(request.GET, "search")})
    return chips


def _columns(request: HttpRequest) -> list[dict[str, str]]:
    columns = [
        ("number", _("Proposal")),
        ("", _("Place in the queue")),
        ("sum", _("Asked sum")),
        ("", _("Stage")),
        ("days", _("Days at this stage")),
    ]
    return [column(request.GET, name, label, usual="number") for name, label in columns]


@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """Show the queue with its totals; a parameter that cannot be read is named, with status 400."""
    filters = QueueFilter(request.GET)
    context: dict[str, Any] = {
        "filter": filters,
        "clear": request.path,
        "hidden": addresses.hidden_pairs(request.GET, visible=("search",)),
    }
    if problems := filters.problems():
        known = filters.fields
        context["search_errors"] = problems.get("search", [])
        context["errors"] = [
            (known[name].label if name in known else visible(name), messages) for name, messages in problems.items()
        ]
        return render(request, "proposals/queue.html", context, status=400)
    totals, times = queue_totals(filters.rows()), stage_times()
    page = page_or_404(filters.rows(), str(filters.cleaned_data["page"]), totals.count)
    facets = _facets(filters, request)
    context |= {
        "totals": totals,
        "rows": queue_rows(cast("QuerySet[Proposal]", page.object_list), times, filters.sectors, filters.territories),
        "times": times.values(),
        "facets": facets,
        "chips": _chips(filters, facets, request),
        "columns": _columns(request),
        **turning(page, request),
    }
    return render(request, "proposals/queue.html", context)
