"""What the list of projects is put together from: facets, chips, columns, and the address of the view."""

from dataclasses import dataclass, replace
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _, pgettext

from projects.filters import NOT_ON_FILE, SOUGHT, ProjectFilter
from projects.queries.facets import FACETS, Choice, choices_of
from projects.queries.ordering import ORDERINGS
from projects.queries.register import register
from projects.queries.totals import MoreThan, totals_at_most
from projects.views import addresses
from projects.views.pages import column
from reference.codelists import APPROVED
from reference.money import format_tenge
from reference.query_strings import GIVEN_TWICE

VIEWS = ("list", "table", "map")
"""Values of ``view``, the first by default; only the page knows this parameter."""
OF_THE_PAGE = ("page", "view")
"""Parameters of the address that are no filter."""
_SHEET = "#filters"
"""Keeps the sheet of filters open on a phone after each choice."""
_BRIEF = ("title", "initiator_type", "year", "cost", "status")
"""Columns of the list; the table has one for every order."""


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


def _rows_for(facet: str, filters: ProjectFilter) -> QuerySet:
    """Return the projects that all other filters leave, on the chosen day or today."""
    others = [facet, "ordering"]
    if filters.day is None:
        return filters.rows(without=others)
    return register().filter(pk__in=filters.lines(without=others).order_by().values("project"))


def _choices(facet: str, filters: ProjectFilter, chosen: list[str]) -> list[Choice]:
    """Return the choices of a facet, without their rows where these are more than are counted for a page."""
    rows = _rows_for(facet, filters)
    if not filters.is_sought or not isinstance(totals_at_most(rows) if chosen else filters.shown, MoreThan):
        return choices_of(facet, rows, chosen)
    offered = choices_of(facet, filters.rows(without=(facet, "ordering", *SOUGHT)), chosen)
    return [replace(choice, rows=None) for choice in offered]


def facets_of(filters: ProjectFilter, request: HttpRequest) -> list[tuple[str, str, list[FacetLink]]]:
    """Return name, label and choices of each facet that has choices."""
    found = []
    for facet in FACETS:
        if facet == "status" and filters.day:
            continue
        chosen = request.GET.getlist(facet)
        links = [
            FacetLink(choice, addresses.toggled(request.GET, facet, choice.value) + _SHEET, choice.value in chosen)
            for choice in _choices(facet, filters, chosen)
        ]
        if links:
            found.append((facet, str(filters.filters[facet].label), links))
    return found


def chips_of(
    filters: ProjectFilter, facets: list[tuple[str, str, list[FacetLink]]], request: HttpRequest
) -> list[Chip]:
    """Return the filters in force; the statuses that count as approved, chosen together, are one."""
    chips = []
    for facet, label, links in facets:
        chosen = [link for link in links if link.is_chosen]
        if facet == "status" and {link.choice.value for link in chosen} == set(APPROVED):
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


def columns_of(request: HttpRequest, view: str, *, of_day: bool) -> list[dict[str, str]]:
    """Return the columns with the address that sorts by each, the other way round where it sorts already.

    On a past day the resolution stands in place of the status, which is not known of it, and nothing sorts by it.
    """
    labels = {
        "number": "№",
        "title": _("Project"),
        "sector": _("Sector"),
        "territory": _("Territory"),
        "initiator_type": _("Initiator"),
        "year": _("Year"),
        "term_years": _("Term, years"),
        "jobs": pgettext("column", "Jobs"),
        "cost": _("Cost"),
        "status": _("Status"),
    }
    found = []
    for name in ORDERINGS if view == "table" else _BRIEF:
        is_of_day = name == "status" and of_day
        found.append(column(request.GET, "" if is_of_day else name, _("Resolution") if is_of_day else labels[name]))
    return found


def view_of(request: HttpRequest) -> tuple[str, list[str]]:
    """Return how the rows are shown, and what is wrong with the parameter that says so."""
    given = [value for value in request.GET.getlist("view") if value.strip()]
    if len(given) > 1:
        return VIEWS[0], [str(GIVEN_TWICE)]
    if given and given[0] not in VIEWS:
        return VIEWS[0], [_("There is no such view. Known are: %(known)s.") % {"known": ", ".join(VIEWS)}]
    return (given or VIEWS)[0], []


def view_links(request: HttpRequest, current: str) -> list[dict[str, Any]]:
    """Return a link to each way of showing these rows."""
    labels = {"list": pgettext("view", "List"), "table": pgettext("view", "Table"), "map": pgettext("view", "Map")}
    return [
        {
            "name": name,
            "label": label,
            "is_current": name == current,
            "address": addresses.without(request.GET, "view")
            if name == VIEWS[0]
            else addresses.with_value(request.GET, "view", name),
        }
        for name, label in labels.items()
    ]


def sharing(request: HttpRequest, view: str) -> dict[str, str]:
    """Return the query string of the filters alone and the whole address of this view, always in one order."""
    names = list(ProjectFilter.base_filters)
    query = addresses.canonical(request.GET, names)
    whole = addresses.canonical(request.GET, [*names, "view"], leave_out=["view"] if view == VIEWS[0] else [])
    return {"query": query, "share": request.build_absolute_uri(request.path + (f"?{whole}" if whole else ""))}
