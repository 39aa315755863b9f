"""The one statement without which there is no page of the list: figures of the cube, and the rows. No Django, no model.

What reads an address here knows the filters that the benchmark asks for and trusts them; the registry checks each word.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any
from urllib.parse import parse_qs

PAGE = 25
_FIELDS = {
    "number": "p.number",
    "title_kk": "p.title_kk",
    "title_ru": "p.title_ru",
    "title_en": "p.title_en",
    "sector": "p.sector_id",
    "territory": "p.territory_id",
    "initiator_type": "p.initiator_type",
    "status": "p.status",
    "cost": "p.cost",
    "cost_known": "p.cost IS NOT NULL",
    "is_group": "p.is_group",
    "group": "g.number",
    "term_years": "p.term_years::float8",
    "jobs": "p.jobs",
    "year": "p.year",
    "resolution": "p.resolution_id",
    "private_partner": "p.private_partner",
    "source_url": "p.source_url",
    "updated_at": "p.updated_at",
}
NAMES = tuple(_FIELDS)
ROW = ", ".join(f'{column} AS "{name}"' for name, column in _FIELDS.items())
FROM = "projects_project p LEFT JOIN projects_project g ON g.id = p.group_id"
_COLUMNS = {"initiator_type": "initiator_type", "sector": "sector_id", "status": "status", "year": "year"}


@cache
def _statement(filters: tuple[str, ...]) -> str:
    def chosen(table: str, columns: dict[str, str]) -> str:
        return " AND ".join(f"{table}.{columns[name]} = ANY(%({name})s)" for name in filters) or "true"

    # The smallest rollup that tells the filters apart, as ours chooses it.
    faces = [name for name in filters if name in ("initiator_type", "status")]
    if len(faces) < 2:
        cells = f"projects_registercell c WHERE c.face = '{(*faces, 'status')[0]}' AND "
        cells += chosen("c", {**_COLUMNS, "initiator_type": "key", "status": "key"})
    else:
        cells = f"projects_registercube c WHERE c.territory_id = '' AND {chosen('c', _COLUMNS)}"
    return f"""
        WITH figures AS (
            SELECT coalesce(sum(projects), 0)::bigint, coalesce(sum(cost), 0)::bigint,
                   coalesce(sum(cost_known), 0)::bigint, coalesce(sum(projects + members), 0)::bigint
            FROM {cells}
        ), page AS (SELECT {ROW} FROM {FROM} WHERE {chosen("p", _COLUMNS)} ORDER BY p.number LIMIT {PAGE + 1})
        SELECT figures.*, page.* FROM figures LEFT JOIN page ON true ORDER BY page.number
    """


def question(query: str) -> tuple[str, dict[str, Any]]:
    """Return the statement of an address and its values; the same filters always give the same text."""
    given: dict[str, Any] = parse_qs(query)
    if "year" in given:
        given["year"] = [int(year) for year in given["year"]]
    filters = tuple(name for name in _COLUMNS if name in given)
    return _statement(filters), {name: given[name] for name in filters}


def body(found: Sequence[tuple[Any, ...]]) -> dict[str, Any]:
    """Return what the answer says: the figures of the view, and one page of its rows."""
    count, cost, cost_known, rows = found[0][:4]
    return {
        "count": count,
        "cost": cost,
        "cost_known": cost_known,
        "cost_unknown": count - cost_known,
        "rows": rows,
        "next": None,
        "results": [dict(zip(NAMES, row[4:], strict=True)) for row in found[:PAGE] if row[4] is not None],
    }
