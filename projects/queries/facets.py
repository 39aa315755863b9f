"""How many projects each choice of a filter would show, given the other filters. Any number of facets: one query."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet
from django.utils.translation import pgettext

from projects.models import Project
from projects.models.register_cell import CUBE_KEY
from projects.queries import cells
from projects.queries.cells import NO_YEAR, PARTS, Source, in_cube, source_of
from projects.queries.reading import reading
from reference.codelists import InitiatorType, ProjectStatus
from reference.queries import ListNames

UNKNOWN_YEAR = NO_YEAR
"""Value of ``year`` that asks for the rows whose year no source tells."""

FACETS = ("sector", "territory", "initiator_type", "status", "year")

MOST = 10_000
"""So many rows are counted by facets where nothing knows the view beforehand."""


@dataclass(frozen=True)
class Choice:
    """One choice of a facet: the value in the address, the words for it, the rows it would show (None: not counted)."""

    value: str
    label: str
    rows: int | None


@dataclass(frozen=True)
class Counts:
    """Rows by facet and code, those of territories as rows name them; ``is_known``: whether the numbers may be shown.

    Where they may not, more than MOST rows were to be counted, and the codes are those that the register holds.
    """

    rows: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    is_known: bool = True


_ROWS_OF = {"projects_registercell": "sum(projects + members)", "projects_registercube": "sum(projects + members)"}
_TYPES = {"year": "smallint"}


@cache
def _part(table: str, source: Source, facets: tuple[str, ...]) -> str:
    """Return the SELECT that counts by each of these facets; columns are FACETS, NULL but for one, and the count."""
    told = {facet: source.column(facet) for facet in facets}
    columns = [told.get(facet, f"NULL::{_TYPES.get(facet, 'varchar')}") for facet in FACETS]
    counted = _ROWS_OF.get(table, "count(*)")
    sets = ", ".join(f"({column})" for column in told.values())
    return f"""SELECT {", ".join(columns)}, {counted}::bigint FROM {table} WHERE {source.condition}
        GROUP BY GROUPING SETS ({sets}) HAVING {counted} <> 0"""  # noqa: S608


def _parts(sources: Mapping[str, Source], table: str = "") -> tuple[list[str], list[Any]]:
    """Return a SELECT for each source, with parameters: what is read in the same way is read once."""
    facets: dict[tuple[Any, ...], list[str]] = {}
    by_shape: dict[tuple[Any, ...], Source] = {}
    for facet, source in sources.items():
        key = (source.face, source.parts, repr(source.values))
        by_shape[key] = source
        facets.setdefault(key, []).append(facet)
    texts: list[str] = []
    values: list[Any] = []
    for key, told in facets.items():
        source = by_shape[key]
        texts.append(_part(table or source.table, Source(source.face, source.parts, ()), tuple(told)))
        values += source.values
    return texts, values


def _counted(rows: Iterable[tuple[Any, ...]]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {facet: {} for facet in FACETS}
    for *codes, number in rows:
        facet, code = next((facet, code) for facet, code in zip(FACETS, codes, strict=True) if code is not None)
        found[facet][str(code) if code else UNKNOWN_YEAR] = number
    return found


def counts_of(choice: cells.Choice) -> Counts:
    """Return the counts of every facet for a choice, each as if the facet's own filter were not set. One query."""
    texts, values = statement_of_counts(choice)
    with reading().cursor() as cursor:
        cursor.execute(texts, values)
        return Counts(_counted(cursor.fetchall()))


def statement_of_counts(choice: cells.Choice) -> tuple[str, list[Any]]:
    """Return the statement of the counts with its parameters; columns are FACETS, NULL but for one, and the count."""
    texts, values = _parts({facet: source_of(choice.without(PARTS[facet]), [facet]) for facet in FACETS})
    return " UNION ALL ".join(texts), values


_FOUND = """WITH found ({columns}) AS MATERIALIZED (
    SELECT {key}, coalesce(year, 0)::smallint FROM ({rows}) AS one ({columns})
) SELECT NULL, NULL, NULL, NULL, NULL, count(*) FROM found UNION ALL """


def counts_of_rows(projects: QuerySet[Project], choice: cells.Choice) -> Counts:
    """Return the counts of every facet for the part of these rows that a choice names; unknown for more than MOST rows.

    ``projects`` are the rows that the filters leave which no choice knows. One query; two where rows are too many.
    """
    try:
        rows, given = projects.order_by().values_list(*CUBE_KEY)[: MOST + 1].query.sql_with_params()
    except EmptyResultSet:
        return Counts(_counted(()))
    texts, values = _parts({facet: in_cube(choice.without(PARTS[facet])) for facet in FACETS}, "found")
    found = _FOUND.format(rows=rows, columns=", ".join(CUBE_KEY), key=", ".join(CUBE_KEY[:-1]))
    with reading().cursor() as cursor:
        cursor.execute(found + " UNION ALL ".join(texts), [*given, *values])
        (*_codes, number), *counted = cursor.fetchall()
    if number <= MOST:
        return Counts(_counted(counted))
    return Counts(counts_of(choice).rows, is_known=False)


def choices_of(facet: str, counts: Counts, chosen: list[str], names: ListNames) -> list[Choice]:
    """Return the choices of a facet that would show rows, and the chosen ones in any case.

    Territories are offered by region; a chosen district stands beside the regions. Raises KeyError for what is no
    facet.
    """
    rows = dict(counts.rows[facet])
    labels: Mapping[str, str]
    if facet == "sector":
        labels = names.sectors
    elif facet == "territory":
        labels = names.territories
        by_region: dict[str, int] = {}
        for code, number in rows.items():
            by_region[names.regions[code]] = by_region.get(names.regions[code], 0) + number
        rows = {code: number for code, number in rows.items() if code in chosen} | by_region
    elif facet == "year":
        years = sorted({*rows, *chosen} - {UNKNOWN_YEAR}, reverse=True)
        labels = {year: year for year in years} | {UNKNOWN_YEAR: pgettext("year", "unknown")}
    else:
        known = {"initiator_type": InitiatorType, "status": ProjectStatus}[facet]
        labels = {value: str(label) for value, label in known.choices}
    return [
        Choice(value, label, rows.get(value, 0) if counts.is_known else None)
        for value, label in labels.items()
        if value in rows or value in chosen
    ]
