"""A row of the register as open data: the one record that API, CSV, XLSX, JSON Lines and OC4IDS are made from.

Codes, never words; sums in whole tenge; what is not known is None. A member of a group names it in ``group``: its cost
is part of the group's and must not be added (docs/decisions/0004-groups-count-once.md).
"""

import datetime
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, TypedDict

from django.db.models import QuerySet

from projects.models import ListChange, Project

CHUNK = 2_000
"""Rows fetched at once; a download never holds more of the register in memory."""


class Record(TypedDict):
    """One project; the fields stand in the order in which tables print them."""

    number: int
    title_kk: str
    title_ru: str
    title_en: str
    sector: str
    territory: str
    initiator_type: str
    status: str
    cost: int | None
    cost_known: bool
    is_group: bool
    group: int | None
    term_years: Decimal | None
    jobs: int | None
    year: int | None
    resolution: int | None
    private_partner: str
    source_url: str
    updated_at: datetime.datetime


FIELDS: tuple[str, ...] = tuple(Record.__annotations__)

_COLUMNS = {name: name for name in FIELDS if name != "cost_known"} | {
    "sector": "sector_id",
    "territory": "territory_id",
    "group": "group__number",
    "resolution": "resolution_id",
}
COLUMN_NAMES: tuple[str, ...] = tuple(_COLUMNS)
"""The fields that are columns: all but whether the cost is known."""
_OF_THE_LINE = ("title_kk", "title_ru", "title_en", "cost", "term_years")
"""What a past day says otherwise than today; everything else of a record is of today."""


def records(projects: QuerySet[Project]) -> Iterator[Record]:
    """Yield the rows as records, in their order, a chunk at a time. One query."""
    return _records(projects, _COLUMNS)


def records_on(lines: QuerySet[ListChange]) -> Iterator[Record]:
    """Yield lines of a past day as records: titles, sum and term of that day, the rest of today. One query."""
    return _records(lines, columns_of_line())


def table(projects: QuerySet[Project], more: Iterable[str] = ()) -> QuerySet[Any]:
    """Return the query of the columns called ``COLUMN_NAMES``, for whoever reads them without making records.

    ``more`` are paths from the project, of columns behind these.
    """
    return projects.values_list(*_COLUMNS.values(), *more)


def table_on(lines: QuerySet[ListChange], more: Iterable[str] = ()) -> QuerySet[Any]:
    """Return the same of lines of a past day."""
    return lines.values_list(*columns_of_line().values(), *(f"project__{path}" for path in more))


def _records(rows: QuerySet[Any], columns: dict[str, str]) -> Iterator[Record]:
    names = tuple(columns)
    for values in rows.values_list(*columns.values()).iterator(chunk_size=CHUNK):
        yield record_of(dict(zip(names, values, strict=True)))


def record_of(values: dict[str, Any]) -> Record:
    """Return a record of the columns' values; whether the cost is known is told by the cost."""
    values["cost_known"] = values["cost"] is not None
    return {name: values[name] for name in FIELDS}  # type: ignore[return-value]


def columns_of_project() -> dict[str, str]:
    """Return the path of each column from a project, for a query that fetches one page."""
    return dict(_COLUMNS)


def columns_of_line() -> dict[str, str]:
    """Return the path of each column from a line of a past day."""
    return {name: name if name in _OF_THE_LINE else f"project__{path}" for name, path in _COLUMNS.items()}
