"""Long lists page by page, and the addresses by which one turns them or sorts them."""

from typing import Any, Protocol

from django.core.paginator import InvalidPage, Page, Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, QueryDict
from django.utils.functional import cached_property

from projects.views import addresses

PAGE_SIZE = 25
_LONGEST_NUMBER = 12


class _CountedPaginator(Paginator):
    """Takes the number of rows from totals that were asked for anyway."""

    def __init__(self, rows: Any, size: int, *, rows_in_all: int) -> None:
        super().__init__(rows, size)
        self._rows_in_all = rows_in_all

    @cached_property
    def count(self) -> int:
        return self._rows_in_all


def is_number(wanted: str) -> bool:
    """Tell whether this can be the number of a page."""
    return len(wanted) <= _LONGEST_NUMBER and wanted.isascii() and wanted.isdecimal()


class InParts(Protocol):
    """Rows of which a part can be asked for, as of a query."""

    def __getitem__(self, part: slice) -> QuerySet: ...


def page_or_404(rows: QuerySet | InParts | range, wanted: str, rows_in_all: int) -> Page:
    """Return the page of this number; what is no number of a page is not found."""
    try:
        if not is_number(wanted):
            raise Http404
        return _CountedPaginator(rows, PAGE_SIZE, rows_in_all=rows_in_all).page(int(wanted))
    except InvalidPage as error:
        raise Http404 from error


def turning(page: Page, request: HttpRequest) -> dict[str, Any]:
    """Return the page and the addresses of its neighbours."""

    def address(number: int) -> str:
        return addresses.with_value(request.GET, "page", str(number))

    found: dict[str, Any] = {
        "page": page,
        "pages": [
            (number, address(number) if isinstance(number, int) else "")
            for number in page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
        ]
        if page.has_other_pages()
        else [],
    }
    if page.has_next():
        found["next"] = address(page.next_page_number())
    if page.has_previous():
        found["previous"] = address(page.previous_page_number())
    return found


def column(given: QueryDict, name: str, label: str, *, usual: str = "") -> dict[str, str]:
    """Return a column with the address that sorts by it, the other way round where it sorts already.

    Nothing sorts by a column without a name; ``usual`` is the order of an address that names none.
    """
    if not name:
        return {"name": "", "label": label, "direction": "", "address": ""}
    direction = {name: "ascending", f"-{name}": "descending"}.get(given.get("ordering") or usual, "")
    following = f"-{name}" if direction == "ascending" else name
    address = addresses.with_value(given, "ordering", following)
    return {"name": name, "label": label, "direction": direction, "address": address}
