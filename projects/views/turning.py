"""Turning the list of projects: pages have numbers up to the 10 000th row, and behind it follow the last row seen.

A page of a number passes over every row before it, in the index of its order where there is one; a page behind a row
begins there, however deep it stands. The last rows of a long list are the first ones in the other direction.
"""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from projects.api.paging import View, cursor, view_name
from projects.api.problems import Misread, Unreadable
from projects.filters import ProjectFilter
from projects.models import ListChange, Project
from projects.queries.as_of import with_project
from projects.queries.register import register, with_names
from projects.views import addresses
from projects.views.pages import PAGE_SIZE, InParts, is_number, page_or_404, turning
from reference.languages import reader_language

LAST_NUMBER = 400
"""Number of the last page that has one: 10 000 rows."""
AFTER = "after"
"""Parameter that says behind which row to go on."""
_BY_WORDS = ("title", "sector", "territory", "initiator_type")
"""Orders that stand otherwise in each language."""


class Lost(Exception):
    """The address names a page that cannot be found; says in a sentence what to do."""


class _InOrder:
    """The rows of a view as pages take them: a part of the order at a time."""

    def __init__(self, filters: ProjectFilter) -> None:
        self._filters = filters

    def __getitem__(self, part: slice) -> QuerySet[Project]:
        return with_names(self._filters.page(part.start, part.stop - part.start))


def turned(filters: ProjectFilter, request: HttpRequest, rows_in_all: int, *, goes_on: bool = False) -> dict[str, Any]:
    """Return the rows of the page that the address names, and the addresses of its neighbours.

    ``goes_on``: there are more rows than ``rows_in_all``, and nobody has counted them. Raises Http404 for what is no
    number of a page, Lost for a number behind the last one and for a place in another view. One query; up to five where
    the list is long.
    """
    wanted = request.GET.get("page") or "1"
    if request.GET.get(AFTER):
        return _behind(filters, request)
    if rows_in_all + goes_on > LAST_NUMBER * PAGE_SIZE:
        return _long(filters, request, wanted)
    # So few rows are sorted quickly, whatever the order.
    rows: QuerySet[Any] | InParts = _InOrder(filters) if filters.day is None else with_project(filters.lines())
    page = page_or_404(rows, wanted, rows_in_all)
    return {"rows": page.object_list, **turning(page, request)}


def _long(filters: ProjectFilter, request: HttpRequest, wanted: str) -> dict[str, Any]:
    if is_number(wanted) and int(wanted) > LAST_NUMBER:
        told = _("Pages have numbers up to %(last)s. Choose filters, or read on from page %(last)s.")
        raise Lost(told % {"last": LAST_NUMBER})
    page = page_or_404(range(LAST_NUMBER * PAGE_SIZE), wanted, LAST_NUMBER * PAGE_SIZE)
    keys, after = _view(filters, request).page(None, PAGE_SIZE, skip=PAGE_SIZE * (page.number - 1))
    page.object_list = _rows(filters, keys)
    found = {"rows": page.object_list, **turning(page, request), "other_end": _other_end(request)}
    if page.number == LAST_NUMBER and after:
        found["next"] = addresses.with_value(request.GET, AFTER, after)
    return found


def _behind(filters: ProjectFilter, request: HttpRequest) -> dict[str, Any]:
    try:
        keys, after = _view(filters, request).page(cursor(request.GET[AFTER]), PAGE_SIZE)
    except (Misread, Unreadable):
        keys, after = [], ""
    if not keys:
        raise Lost(_("This page cannot be found again: its address was cut, or filters or order were changed."))
    found = {
        "rows": _rows(filters, keys),
        "other_end": _other_end(request),
        "last_number": LAST_NUMBER,
        "last_numbered": addresses.with_value(request.GET, "page", str(LAST_NUMBER)),
    }
    if after:
        found["next"] = addresses.with_value(request.GET, AFTER, after)
    return found


def _view(filters: ProjectFilter, request: HttpRequest) -> View:
    """Return the rows of the filters as keys in their order; what a page prints is fetched for its rows alone."""
    ordering = filters.form.cleaned_data["ordering"] or ""
    language = reader_language() if ordering.removeprefix("-") in _BY_WORDS else ""
    of_no_view = [name for name in request.GET if name not in filters.filters]
    rows: QuerySet[Any]
    if filters.day is None:
        rows, key = filters.rows(without=("ordering",)), "number"
    else:
        rows, key = filters.lines(without=("ordering",)), "pk"
    name = view_name(request.GET, of_no_view, "page", language)
    return View(rows, filters.order_terms(), {"key": key}, name, filters.shown if filters.is_sought else None)


def _rows(filters: ProjectFilter, keys: list[dict[str, Any]]) -> list[Any]:
    """Return the rows with what the page prints beside them, in the order of the keys."""
    wanted = [row["key"] for row in keys]
    found: dict[Any, Any]
    if filters.day is None:
        found = with_names(register()).in_bulk(wanted, field_name="number")
    else:
        found = with_project(ListChange.objects.all()).in_bulk(wanted)
    return [found[key] for key in wanted if key in found]


def _other_end(request: HttpRequest) -> str:
    """Return the address of the same rows, the last ones first."""
    ordering = request.GET.get("ordering") or "number"
    turned_round = ordering.removeprefix("-") if ordering.startswith("-") else f"-{ordering}"
    return addresses.with_value(request.GET, "ordering", turned_round)
