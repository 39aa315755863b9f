"""The frequent form of ``projects/``: plain codes in the order of numbers, answered by one short statement.

Reads only what is written exactly as the documentation says; anything else, right or wrong, is left to the filter and
the forms, which know every name and every sentence. A test holds both against each other.
"""

from typing import Any, Final

from django.http import QueryDict

from projects.api.paging import PAGE_SIZE, cursor, cursor_at, page_size, position_of
from projects.api.problems import Misread
from projects.queries.cells import NO_YEAR, Choice
from projects.queries.plain_view import Codes, Found, Page, codes, page_of
from projects.queries.version import Version
from reference.codelists import InitiatorType, ProjectStatus
from reference.languages import LANGUAGES
from reference.partial_dates import EARLIEST_YEAR, LATEST_YEAR

_YEARS: Final = {str(year): year for year in range(EARLIEST_YEAR, LATEST_YEAR + 1)} | {NO_YEAR: None}
_INITIATORS: Final = frozenset(InitiatorType.values)
_STATUSES: Final = frozenset(ProjectStatus.values)
_ORDERS: Final = {"number": False, "-number": True}


class _NotPlain(Exception):
    """Something else is asked, or something that cannot be read."""


def plain_page(given: QueryDict, version: Version, of: str) -> tuple[Found, str] | None:
    """Return the page and the cursor behind it, empty on the last one; None where the view is not plain.

    ``of`` is the name of the view, as cursors know it. One query.
    """
    try:
        choice, page = _read(given, codes(version), of)
    except (_NotPlain, Misread):
        return None
    found = page_of(choice, page)
    if len(found.rows) <= page.size:
        return found, ""
    del found.rows[page.size :]
    return found, cursor_at([found.rows[-1]["number"]], of)


def _read(given: QueryDict, known: Codes, of: str) -> tuple[Choice, Page]:
    parts: dict[str, Any] = {}
    single: dict[str, str] = {}
    for name, values in given.lists():
        if name == "sector":
            parts["sectors"] = _all_in(values, known.sectors)
        elif name == "territory":
            parts["territories"] = frozenset(
                code for value in _all_in(values, known.territories) for code in known.territories[value]
            )
        elif name == "initiator_type":
            parts["initiator_types"] = _all_in(values, _INITIATORS)
        elif name == "status":
            parts["statuses"] = _all_in(values, _STATUSES)
        elif name == "year":
            parts["years"] = frozenset(_YEARS[value] for value in _all_in(values, _YEARS))
        elif name in _SINGLE and len(values) == 1:
            single[name] = values[0]
        else:
            raise _NotPlain
    if single.get("lang", LANGUAGES[0]) not in LANGUAGES or single.get("ordering", "number") not in _ORDERS:
        raise _NotPlain
    size = page_size(single["page_size"]) if "page_size" in single else PAGE_SIZE
    behind = _behind(single["cursor"], of) if "cursor" in single else None
    return Choice(**parts), Page(size, _ORDERS[single.get("ordering", "number")], behind)


_SINGLE: Final = ("lang", "ordering", "page_size", "cursor")


def _all_in(values: list[str], known: Any) -> frozenset[str]:
    if not all(value in known for value in values):
        raise _NotPlain
    return frozenset(values)


def _behind(text: str, of: str) -> int:
    position = position_of(cursor(text), of)
    if position is None or len(position) != 1 or not isinstance(position[0], int):
        raise _NotPlain
    return position[0]
