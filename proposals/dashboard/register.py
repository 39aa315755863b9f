"""Figures: what the register holds. Two queries of totals whatever is asked, from the cells where they know it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from django.db.models import CharField, F, Q, QuerySet, Value
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _, pgettext

from projects.filters import NOT_ON_FILE
from projects.models import Face, Project, Resolution
from projects.queries.cells import Choice, totals_of_each, totals_of_faces
from projects.queries.declared import Comparison, entered_by
from projects.queries.facets import UNKNOWN_YEAR
from projects.queries.register import register, resolutions
from projects.queries.summary import percent
from projects.queries.totals import Figures, Totals, added, totals_by_each
from proposals.dashboard.blocks import Block, Cell, Chart, Column, Figure, Kind, Row, Section, Series
from proposals.dashboard.scope import Scope
from proposals.dashboard.words import short_sum, without_cost
from reference.codelists import APPROVED, NOT_APPROVED, InitiatorType, ProjectStatus
from reference.models import Sector, Territory
from reference.queries import within
from reference.templatetags.registry_formats import decimal

RESOLUTIONS_SHOWN = 10


def rows_of(scope: Scope) -> QuerySet[Project]:
    """Return the rows of the register that the filters leave, of every year and of the status asked for, if any."""
    chosen = register()
    if scope.sector:
        chosen = chosen.filter(sector=scope.sector)
    if scope.territory:
        chosen = chosen.filter(within([scope.territory.pk]))
    if scope.initiator_type:
        chosen = chosen.filter(initiator_type=scope.initiator_type)
    return chosen.filter(status=scope.status) if scope.status else chosen


def in_period(scope: Scope, projects: QuerySet[Project]) -> QuerySet[Project]:
    """Return those of the period; where one is set, rows of unknown year are not in it."""
    if scope.first_year:
        projects = projects.filter(year__gte=scope.first_year)
    return projects.filter(year__lte=scope.last_year) if scope.last_year else projects


def _parts(parts: Iterable[tuple[Any, Totals]]) -> dict[Any, Totals]:
    """Return the totals of each key, added up."""
    found: dict[Any, list[Totals]] = {}
    for key, totals in parts:
        found.setdefault(key, []).append(totals)
    return {key: added(some) for key, some in found.items()}


@dataclass(frozen=True)
class _Names:
    sectors: dict[str, str] = field(default_factory=dict)
    territories: dict[str, str] = field(default_factory=dict)
    regions: dict[str, str] = field(default_factory=dict)


def _names() -> _Names:
    """Return the names of sectors and territories, and the region of each territory. One query."""
    columns = ("name_kk", "name_ru", "name_en")
    sectors = Sector.objects.order_by().annotate(above=Value(None, CharField())).values_list("code", "above", *columns)
    places = Territory.objects.order_by().annotate(above=F("parent_id")).values_list("code", "above", *columns)
    found = _Names()
    for code, above, *texts in sectors.union(places, all=True):
        name = str(Sector(**dict(zip(columns, texts, strict=True))).name)
        if code.isdecimal():  # A KATO code: nine digits. Codes of sectors are words.
            found.territories[code] = name
            found.regions[code] = above or code
        else:
            found.sectors[code] = name
    return found


class Holding:
    """What the register holds in a scope, told apart in every way the page shows. Three queries."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.names = _names()
        choice = scope.choice
        self._sectors_and_years = self._of_every_year(choice)
        self.by_initiator, self.by_status, self.by_region = self._of_faces(choice)
        self.by_sector = _parts((sector, one) for (sector, year), one in self._counted() if self._within(year))
        self.by_every_year = _parts((year, one) for (_sector, year), one in self._counted())
        self.by_year = {year: one for year, one in self.by_every_year.items() if self._within(year)}
        self.whole = added(self.by_sector.values())

    def _of_every_year(self, choice: Choice | None) -> dict[tuple[Any, ...], Totals]:
        """Return totals by sector, year and whether they count: of all years, to compare one with the one before."""
        if choice is not None:
            return totals_of_each(["sector", "year", "is_approved"], choice.without("first_year", "last_year"))
        found = totals_by_each(["sector", "year", "status"], rows_of(self.scope))
        return _parts(((sector, year, status in APPROVED), one) for (sector, year, status), one in found.items())

    def _counted(self) -> Iterable[tuple[tuple[str, int | None], Totals]]:
        return [
            ((sector, year), one)
            for (sector, year, is_approved), one in self._sectors_and_years.items()
            if is_approved or self.scope.status
        ]

    def _of_faces(self, choice: Choice | None) -> tuple[dict[Any, Totals], dict[Any, Totals], dict[Any, Totals]]:
        """Return totals by initiator, by status and by region; only those by status include what does not count."""
        if choice is not None and choice.face is None:
            parts = totals_of_faces(choice)
            return (
                _parts((key, one) for (face, key, counts), one in parts.items() if face == Face.INITIATOR and counts),
                _parts((key, one) for (face, key, _counts), one in parts.items() if face == Face.STATUS),
                _parts(
                    (self.names.regions[key], one)
                    for (face, key, counts), one in parts.items()
                    if face == Face.TERRITORY and counts
                ),
            )
        rows = totals_by_each(["initiator_type", "status", "region"], in_period(self.scope, rows_of(self.scope)))
        counted = {key: one for key, one in rows.items() if self.scope.status or key[1] in APPROVED}
        return (
            _parts((initiator, one) for (initiator, _status, _region), one in counted.items()),
            _parts((status, one) for (_initiator, status, _region), one in rows.items()),
            _parts((region, one) for (_initiator, _status, region), one in counted.items()),
        )

    def _within(self, year: int | None) -> bool:
        first, last = self.scope.first_year, self.scope.last_year
        if not first and not last:
            return True
        return year is not None and (not first or first <= year) and (not last or year <= last)

    def address(self, **more: Any) -> str:
        """Return the address of the public list with the rows of the scope and of this line; empty if there are none.

        A period is said by its years that have rows: the list knows years one by one.
        """
        given: dict[str, Any] = {
            "sector": self.scope.sector and self.scope.sector.pk,
            "territory": self.scope.territory and self.scope.territory.pk,
            "initiator_type": self.scope.initiator_type,
            "status": self.scope.status or [status.value for status in APPROVED],
        }
        if self.scope.first_year or self.scope.last_year:
            given["year"] = sorted({year for _s, year, _a in self._sectors_and_years if self._within(year)})
            if not given["year"] and "year" not in more:
                return ""
        chosen = {name: value for name, value in (given | more).items() if value}
        return f"{reverse('projects')}?{urlencode(chosen, doseq=True)}"


def known(figures: Figures) -> int | None:
    """Return the known sum; None where there are projects and no cost of them is known."""
    return None if figures.projects and not figures.cost_known else figures.cost


def share(part: int, whole: int) -> Decimal | None:
    """Return the share in percent, to one place; None where the whole is nothing."""
    found = percent(part, whole)
    return None if found is None else Decimal(str(found))


def _cells(figures: Figures, address: str = "") -> list[Cell]:
    return [
        Cell(figures.projects, address if figures.projects else ""),
        Cell(known(figures), sub=without_cost(figures)),
    ]


def _columns() -> list[Column]:
    return [Column(_("Projects")), Column(_("Known cost"), Kind.TENGE)]


def _line(label: str, totals: Totals, whole: Totals, address: str, longest: int = 0) -> Row:
    return Row(
        label,
        [
            *_cells(totals, address),
            Cell(share(totals.projects, whole.projects)),
            Cell(share(totals.cost, whole.cost)),
        ],
        bar=round(100 * totals.cost / longest, 2) if longest else None,
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
    sums = known(now), known(before)
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
    if scope.first_year:
        found = found.filter(adopted_year__gte=scope.first_year)
    if scope.last_year:
        found = found.filter(adopted_year__lte=scope.last_year)
    if scope.territory:
        found = found.filter(maslikhat__territory=scope.territory)
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
            Cell(known(entered), sub=without_cost(entered)),
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
        Figure(_("Known cost"), known(whole), Kind.TENGE, sub=without_cost(whole)),
        _basis(_("By a resolution on file"), whole.on_file),
        _basis(_("By public sources only"), whole.public_sources, holding.address(resolution=NOT_ON_FILE)),
    ]
    if not holding.scope.initiator_type:
        small = holding.by_initiator.get(InitiatorType.SME, Totals())
        of_cost = share(small.cost, whole.cost)
        found.append(
            Figure(
                _("Share of SMEs"),
                share(small.projects, whole.projects),
                Kind.PERCENT,
                address=holding.address(initiator_type=InitiatorType.SME.value) if small.projects else "",
                sub="" if of_cost is None else _("%(share)s %% of the known cost") % {"share": decimal(of_cost)},
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
