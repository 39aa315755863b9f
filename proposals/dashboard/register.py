"""Figures: what the register holds. Two queries of totals whatever is asked, from the cells where they know it."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _, pgettext

from projects.filters import NOT_ON_FILE
from projects.models import Resolution
from projects.queries.declared import Comparison, entered_by
from projects.queries.facets import UNKNOWN_YEAR
from projects.queries.register import resolutions
from projects.queries.totals import Figures, Totals
from proposals.dashboard.blocks import NOTHING, Block, Cell, Chart, Column, Figure, Kind, Row, Section, Series
from proposals.dashboard.holding import Holding
from proposals.dashboard.scope import Scope
from proposals.dashboard.values import bar, known_sum, share, sum_cell
from proposals.dashboard.words import short_sum, without_cost
from reference.codelists import APPROVED, NOT_APPROVED, InitiatorType, ProjectStatus
from reference.queries import within
from reference.shares import percent
from reference.templatetags.registry_formats import decimal

RESOLUTIONS_SHOWN = 10


def _cells(figures: Figures, address: str = "") -> list[Cell]:
    return [Cell(figures.projects, address if figures.projects else ""), sum_cell(figures)]


def _columns() -> list[Column]:
    return [Column(_("Projects")), Column(_("Known cost"), Kind.TENGE)]


def _line(label: str, totals: Totals, whole: Totals, address: str, longest: int = 0) -> Row:
    return Row(
        label,
        [
            *_cells(totals, address),
            Cell(share(totals.projects, whole.projects)),
            Cell(share(totals.cost, whole.cost) if known_sum(totals) is not None else NOTHING),
        ],
        bar=bar(totals.cost, longest),
    )


def _shares(key: str, heading: str, first: str, holding: Holding, lines: Iterable[tuple[str, Totals, str]]) -> Block:
    shown = [line for line in lines if line[1].projects]
    longest = max((totals.cost for _label, totals, _address in shown), default=0)
    rows = [_line(label, totals, holding.whole, address, longest) for label, totals, address in shown]
    if rows:
        total = _line(_("Total"), holding.whole, holding.whole, holding.address())
        rows.append(replace(total, is_total=True))
    columns = [
        *_columns(),
        Column(_("Share of projects"), Kind.PERCENT),
        Column(_("Share of the known cost"), Kind.PERCENT),
    ]
    return Block(key, heading, first, columns, rows, empty=_("No project counts here."))


def _largest(found: Mapping[Any, Totals]) -> list[tuple[Any, Totals]]:
    return sorted(found.items(), key=lambda one: (-one[1].cost, -one[1].projects, str(one[0])))


def _by_sector(holding: Holding) -> Block:
    lines = [
        (holding.names.sectors[code], totals, holding.address(sector=code))
        for code, totals in _largest(holding.by_sector)
    ]
    return _shares("by-sector", _("By sector"), _("Sector"), holding, lines)


def _by_initiator(holding: Holding) -> Block:
    lines = [
        (str(InitiatorType(code).label), totals, holding.address(initiator_type=code))
        for code, totals in _largest(holding.by_initiator)
    ]
    block = _shares("by-initiator", _("By initiator"), _("Initiator"), holding, lines)
    return replace(block, how=_("Shares are of all lines, those of unknown initiator included."))


def _by_region(holding: Holding) -> Block:
    lines = [
        (holding.names.territories[code], totals, holding.address(territory=code))
        for code, totals in _largest(holding.by_region)
    ]
    return _shares("by-territory", _("By territory"), _("Territory"), holding, lines)


def _by_status(holding: Holding) -> Block:
    lines = [(status, holding.by_status[status]) for status in ProjectStatus if status in holding.by_status]
    lines = [(status, totals) for status, totals in lines if totals.projects]

    def row(status: ProjectStatus, totals: Totals) -> Row:
        return Row(str(status.label), _cells(totals, holding.address(status=status.value)))

    rows = [row(status, totals) for status, totals in lines if status in APPROVED or holding.scope.status]
    if rows:
        rows.append(Row(_("Total"), _cells(holding.whole, holding.address()), is_total=True))
    if not holding.scope.status:
        rows += [row(status, totals) for status, totals in lines if status in NOT_APPROVED]
    return Block(
        "by-status",
        _("By status"),
        _("Status"),
        _columns(),
        rows,
        how="" if holding.scope.status else _("What is planned or excluded stands below the total and is not in it."),
        empty=_("No project counts here."),
    )


def _by_year(holding: Holding) -> Block:
    years = sorted(year for year, totals in holding.by_year.items() if year is not None and totals.projects)
    found = {year: holding.by_year.get(year, Totals()) for year in range(years[0], years[-1] + 1)} if years else {}
    lines = [(str(year), totals, holding.address(year=year)) for year, totals in found.items()]
    unknown = holding.by_year.get(None)
    if unknown:
        lines.append((pgettext("year", "unknown"), unknown, holding.address(year=UNKNOWN_YEAR)))
    chart = Chart(
        [str(year) for year in found],
        [
            Series(_("By a resolution on file"), [totals.on_file.cost for totals in found.values()]),
            Series(_("By public sources only"), [totals.public_sources.cost for totals in found.values()]),
        ],
        Kind.TENGE,
    )
    block = _shares("by-year", _("By year"), _("Year"), holding, lines)
    return replace(block, chart=chart if found else None, how=_("The columns are the known costs of each year."))


def _difference(now: Figures, before: Figures) -> Row:
    sums = known_sum(now), known_sum(before)
    cost = None if sums[0] is None or sums[1] is None else sums[0] - sums[1]
    return Row(_("Difference"), [Cell(now.projects - before.projects), Cell(cost)], is_total=True)


def _year_against_last(holding: Holding) -> Block:
    year = holding.scope.last_year or holding.scope.today.year
    now, before = (holding.by_every_year.get(one, Totals()) for one in (year, year - 1))
    rows = [Row(str(one), _cells(found, holding.address(year=one))) for one, found in ((year, now), (year - 1, before))]
    return Block(
        "year",
        _("The year against the one before"),
        _("Year"),
        _columns(),
        [*rows, _difference(now, before)] if now.projects or before.projects else [],
        how=_("Whole years: the register knows the year of a project and not always the day."),
        empty=_("No project counts in either year."),
    )


def _papers(scope: Scope) -> list[Resolution]:
    """Return the newest resolutions that declare a number or a sum. One query."""
    found = resolutions().filter(Q(declared_count__isnull=False) | Q(declared_total__isnull=False))
    found = found.filter(scope.years.of("adopted_year"))
    if scope.territory:
        found = found.filter(within([scope.territory.pk], "maslikhat__"))
    return list(found[:RESOLUTIONS_SHOWN])


def _declared_row(paper: Resolution, entered: Figures) -> Row:
    line = Comparison("", paper.declared_count, paper.declared_total, entered)
    count, total = line.declared_count, line.declared_total
    silent, about = _("not declared"), pgettext("sum", "about") if paper.declared_is_approximate else ""
    return Row(
        str(paper),
        [
            Cell(count, sub=silent if count is None else about),
            Cell(entered.projects),
            Cell(line.missing_count),
            Cell(total, sub=silent if total is None else about),
            sum_cell(entered),
            Cell(line.missing_total, sub="" if line.missing_total is None else without_cost(entered)),
        ],
        address=reverse("resolution", args=[paper.pk]),
    )


def _declared(scope: Scope) -> Block:
    """Compare the newest papers with what of them is entered. Two queries."""
    papers = _papers(scope)
    entered = entered_by("resolution", [paper.pk for paper in papers]) if papers else {}
    return Block(
        "declared",
        _("Declared beside entered"),
        _("Resolution"),
        [
            Column(_("Declared projects")),
            Column(_("Entered projects")),
            Column(_("Difference")),
            Column(_("Declared sum"), Kind.TENGE),
            Column(_("Entered sum"), Kind.TENGE),
            Column(_("Difference of sums"), Kind.TENGE),
        ],
        [_declared_row(paper, entered.get(paper.pk, Figures())) for paper in papers],
        how=_(
            "The newest papers that declare something, by year of adoption and maslikhat; a paper declares its whole,"
            " so sector, initiator and status do not narrow it."
        ),
        empty=_("No resolution on file declares a number or a sum."),
    )


def _basis(label: str, figures: Figures, address: str = "") -> Figure:
    parts = [short_sum(figures.cost)] if figures.cost_known else []
    if figures.cost_unknown:
        parts.append(without_cost(figures))
    return Figure(label, figures.projects, address=address if figures.projects else "", sub=" · ".join(parts))


def _figures(holding: Holding) -> list[Figure]:
    whole = holding.whole
    found = [
        Figure(_("Projects"), whole.projects, address=holding.address() if whole.projects else ""),
        Figure(_("Known cost"), known_sum(whole), Kind.TENGE, sub=without_cost(whole)),
        _basis(_("By a resolution on file"), whole.on_file),
        _basis(_("By public sources only"), whole.public_sources, holding.address(resolution=NOT_ON_FILE)),
    ]
    if not holding.scope.initiator_type:
        small = holding.by_initiator.get(InitiatorType.SME, Totals())
        of_cost = decimal(percent(small.cost, whole.cost))
        found.append(
            Figure(
                _("Share of SMEs"),
                share(small.projects, whole.projects),
                Kind.PERCENT,
                address=holding.address(initiator_type=InitiatorType.SME.value) if small.projects else "",
                sub=_("%(share)s %% of the known cost") % {"share": of_cost} if of_cost else "",
            )
        )
    return found


def section(scope: Scope) -> Section:
    """Return the approved totals; with a filter of status, those of this status. At most six queries."""
    holding = Holding(scope)
    blocks = [
        _by_year(holding),
        _year_against_last(holding),
        _by_sector(holding),
        _by_initiator(holding),
        _by_region(holding),
        _by_status(holding),
        _declared(scope),
    ]
    return Section(_figures(holding), blocks)
