"""The statements without which there is no page of the list: its rows and its figures. No Django, no model.

What reads an address here knows the filters that the benchmark asks for and trusts them; the registry checks each word.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs

PAGE = 25
ROWS = """
    SELECT p.number, p.title_kk, p.title_ru, p.title_en, p.sector_id AS sector, p.territory_id AS territory,
           p.initiator_type, p.status, p.cost, p.cost IS NOT NULL AS cost_known, p.is_group, g.number AS "group",
           p.term_years::float8 AS term_years, p.jobs, p.year, p.resolution_id AS resolution, p.private_partner,
           p.source_url, p.updated_at
    FROM projects_project p LEFT JOIN projects_project g ON g.id = p.group_id
    WHERE {where} ORDER BY p.number LIMIT 26
"""
FIGURES = """
    SELECT count(*) FILTER (WHERE group_id IS NULL) AS count,
           coalesce(sum(cost) FILTER (WHERE group_id IS NULL), 0)::bigint AS cost,
           count(cost) FILTER (WHERE group_id IS NULL) AS cost_known, count(*) AS rows
    FROM projects_project p WHERE {where}
"""
_COLUMNS = {"sector": "sector_id", "status": "status", "initiator_type": "initiator_type", "year": "year"}
_SORTED = tuple(sorted(_COLUMNS))


def conditions(query: str) -> tuple[str, list[Any]]:
    """Return the condition of an address and its values, always in one order, so that it is prepared once."""
    given = parse_qs(query)
    parts, values = [], []
    for name in _SORTED:
        if name in given:
            parts.append(f"p.{_COLUMNS[name]} = ANY(%s)")
            values.append([int(value) for value in given[name]] if name == "year" else given[name])
    return " AND ".join(parts) or "true", values


def body(rows: Sequence[Mapping[str, Any]], figures: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the answer says: the figures of the view, and one page of its rows."""
    return {
        **figures,
        "cost_unknown": figures["count"] - figures["cost_known"],
        "next": None,
        "results": rows[:PAGE],
    }
