"""Figures of the register as the page shows them."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _, pgettext

from projects.filters import ProjectFilter
from projects.models import Project
from projects.queries.cross import Cells, cells_of, cross_table
from projects.queries.register import approved
from projects.queries.summary import Line, lines
from projects.queries.totals import Figures, Group, Totals, added, largest_first, totals_by
from proposals.charts import Columns, columns_of
from proposals.queries.statistics import funnel as funnels
from proposals.queries.statistics.funnel import STATUSES
from proposals.views.statistics.filters import Names
from proposals.views.statistics.links import Links
from reference.codelists import NOT_APPROVED, InitiatorType, ProjectStatus
from reference.shares import percent


@dataclass(frozen=True)
class Shown:
    """A line of a breakdown with the address of its rows."""

    line: Line
    address: str
    is_apart: bool = False


@dataclass(frozen=True)
class Cell:
    """A cell of the cross-table: its column in words, its totals (None: no project) and the address of its rows."""

    label: str
    totals: Totals | None
    address: str


def _by_status(groups: list[Group], whole: Figures, links: Links) -> list[Shown]:
    """Return the statuses in the order of the road; what is in the register but not approved stands apart."""
    by_code = {group.key: group for group in groups}
    ordered = [by_code[status] for status in ProjectStatus if status in by_code]
    return [
        Shown(line, links.rows(status=line.value), is_apart=line.value in NOT_APPROVED)
        for line in lines(
            sorted(ordered, key=lambda group: group.key in NOT_APPROVED), dict(ProjectStatus.choices), whole
        )
    ]


def _cross(cells: Cells, names: Names, links: Links) -> dict[str, Any]:
    table = cross_table(cells)
    together = _("Together")

    def cell(found: Totals | None, label: str, **chosen: str) -> Cell:
        return Cell(label, found, links.rows(**chosen))

    rows = [
        (
            names.sectors.get(row.sector, row.sector),
            [
                *(
                    cell(found, str(kind.label), sector=row.sector, initiator_type=kind.value)
                    for kind, found in zip(table.columns, row.cells, strict=True)
                ),
                cell(row.whole, together, sector=row.sector),
            ],
        )
        for row in table.rows
    ]
    feet = [
        cell(foot, str(kind.label), initiator_type=kind.value)
        for kind, foot in zip(table.columns, table.feet, strict=True)
    ]
    return {"columns": table.columns, "rows": rows, "feet": [*feet, cell(table.whole, together)]}


def _smes(cells: Cells, whole: Totals, links: Links) -> list[dict[str, Any]]:
    """Return the share of SMEs in all projects, and in those of which it is known who initiated them."""
    groups = {group.key: group.totals for group in cells.by("initiator_type")}
    sme = groups.get(InitiatorType.SME, Totals())
    known = [kind.value for kind in InitiatorType if kind != InitiatorType.UNKNOWN]
    of_known = added(groups[kind] for kind in known if kind in groups)
    return [
        {
            "of_known": is_known,
            "whole": base,
            "address": links.rows(initiator_type=known) if is_known else links.rows(),
            "sme": sme,
            "sme_address": links.rows(initiator_type=InitiatorType.SME.value),
            "number": percent(sme.projects, base.projects),
            "sum": percent(sme.cost, base.cost),
        }
        for is_known, base in ((False, whole), (True, of_known))
    ]


def _years(groups: list[Group], whole: Figures, links: Links) -> tuple[list[Shown], Columns | None]:
    labels = {None: pgettext("year", "unknown")}
    shown = [Shown(line, links.rows(year=line.value)) for line in lines(groups, labels, whole)]
    return shown, columns_of([[one.line.totals.cost] for one in shown])


def of_the_register(filters: ProjectFilter, names: Names, links: Links) -> dict[str, Any]:
    """Return everything that is counted in the register. Five queries."""
    has_status = bool(filters.form.cleaned_data["status"])

    def base(rows: QuerySet[Project]) -> QuerySet[Project]:
        return rows if has_status else approved(rows)

    rows = base(filters.rows())
    cells = cells_of(rows)
    whole = cells.whole
    all_years = totals_by("year", base(filters.rows(without=["year"])))
    all_statuses = filters.rows(without=["status"])
    by_status = totals_by("status", all_statuses)
    years, chart = _years(all_years, added(group.totals for group in all_years), links)
    never = funnels.by_step(funnels.never_a_proposal(all_statuses))
    return {
        "totals": whole,
        "rows_address": links.rows(),
        "has_status": has_status,
        "smes": _smes(cells, whole, links),
        "by_sector": [
            Shown(line, links.rows(sector=line.value)) for line in lines(cells.by("sector"), names.sectors, whole)
        ],
        "by_initiator": [
            Shown(line, links.rows(initiator_type=line.value))
            for line in lines(cells.by("initiator_type"), dict(InitiatorType.choices), whole)
        ],
        "by_region": [
            Shown(line, links.rows_in(line.value))
            for line in lines(largest_first(totals_by("region", rows)), names.territories, whole)
        ],
        "by_status": _by_status(by_status, added(group.totals for group in by_status), links),
        "by_year": years,
        "year_chart": chart,
        "year_columns": list(zip(years, chart.columns, strict=True)) if chart else [],
        "cross": _cross(cells, names, links),
        "never": [
            {
                "label": step.label,
                "all": added(group.totals for group in by_status if group.key in statuses),
                "all_address": links.rows(status=list(statuses)),
                "never": never[step],
                "never_address": links.never_proposals(*statuses),
            }
            for step, statuses in STATUSES.items()
        ],
    }
