"""A page of a plain view of the register by one short statement: the most frequent question of programs.

A plain view names sectors, territories, initiators, statuses and years, and stands in the order of numbers; every
other view is a query of ``projects/filters.py``, and a test holds both against each other. The statement gives the
figures of the whole view and the rows of the page as of one moment.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from projects.models.register_cell import MEASURES
from projects.queries.cells import Choice, statement_of, totals_in
from projects.queries.reading import rows_of
from projects.queries.records import FIELDS, Record
from projects.queries.totals import Totals
from projects.queries.version import Version
from reference.models import Sector, Territory

_COLUMNS: Mapping[str, str] = {
    "sector": "p.sector_id",
    "territory": "p.territory_id",
    "cost_known": "p.cost IS NOT NULL",
    "group": "g.number",
    "resolution": "p.resolution_id",
}
"""What is not the column of the same name."""
_ROW = ", ".join(f'{_COLUMNS.get(name, f"p.{name}")} AS "{name}"' for name in FIELDS)


@dataclass(frozen=True)
class Codes:
    """Codes of sectors, and of territories each with what lies in it, itself among them."""

    sectors: frozenset[str]
    territories: Mapping[str, tuple[str, ...]]


_known: dict[str, Codes] = {}


def codes(version: Version) -> Codes:
    """Return the codes that stand at a version. Two queries once for each version, then none."""
    found = _known.get(str(version))
    if found is None:
        inside: dict[str, list[str]] = {}
        for code, parent in Territory.objects.values_list("pk", "parent_id"):
            inside.setdefault(code, []).append(code)
            if parent:
                inside.setdefault(parent, []).append(code)
        within = {code: tuple(sorted(set(those))) for code, those in inside.items()}
        found = Codes(frozenset(Sector.objects.values_list("pk", flat=True)), within)
        _known.clear()
        _known[str(version)] = found
    return found


@dataclass(frozen=True)
class Page:
    """Which rows of a view: so many, behind this number (before it, where the greatest numbers stand first)."""

    size: int
    descending: bool = False
    behind: int | None = None


@dataclass(frozen=True)
class Found:
    """The totals of the whole view, and the rows of the page, one more than were asked for where the view goes on."""

    totals: Totals
    rows: list[Record]


_CONDITIONS = {
    "sectors": "p.sector_id = ANY(%s)",
    "territories": "p.territory_id = ANY(%s)",
    "initiator_types": "p.initiator_type = ANY(%s)",
    "statuses": "p.status = ANY(%s)",
    "known_years": "p.year = ANY(%s)",
    "unknown_year": "p.year IS NULL",
    "any_year": "(p.year = ANY(%s) OR p.year IS NULL)",
}


def page_of(choice: Choice, page: Page) -> Found:
    """Return a page of the projects of a choice, in the order of numbers. One query."""
    figures, values = statement_of(choice)
    parts, chosen = _chosen(choice)
    if page.behind is not None:
        chosen.append(page.behind)
    text = _statement(parts, figures, page.descending, page.behind is not None)
    # A plan for any values would walk the whole register for a rare choice.
    found = rows_of(text, [*values, *chosen, page.size + 1], planned_anew=True)
    width = len(MEASURES)
    number = width + FIELDS.index("number")
    rows = [dict(zip(FIELDS, row[width:], strict=True)) for row in found if row[number] is not None]
    return Found(totals_in(found[0][:width]), rows)  # type: ignore[arg-type]


def _chosen(choice: Choice) -> tuple[tuple[str, ...], list[Any]]:
    """Return the parts of the choice that are set, and their values in the same order."""
    found: dict[str, Any] = {
        part: sorted(getattr(choice, part))
        for part in ("sectors", "territories", "initiator_types", "statuses")
        if getattr(choice, part)
    }
    if choice.years:
        known = sorted(year for year in choice.years if year is not None)
        if None not in choice.years:
            found["known_years"] = known
        elif known:
            found["any_year"] = known
        else:
            return (*found, "unknown_year"), list(found.values())
    return tuple(found), list(found.values())


@lru_cache(maxsize=256)
def _statement(parts: tuple[str, ...], figures: str, descending: bool, has_begun: bool) -> str:
    conditions = [_CONDITIONS[part] for part in parts]
    if has_begun:
        conditions.append(f"p.number {'<' if descending else '>'} %s")
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    order = "p.number DESC" if descending else "p.number"
    return f"""
        WITH figures AS ({figures}), page AS (
            SELECT {_ROW} FROM projects_project p LEFT JOIN projects_project g ON g.id = p.group_id
            {where} ORDER BY {order} LIMIT %s)
        SELECT figures.*, page.* FROM figures LEFT JOIN page ON true ORDER BY {order.replace("p.", "page.")}
    """  # noqa: S608 - columns of ours; values are parameters
