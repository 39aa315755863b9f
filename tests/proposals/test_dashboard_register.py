"""The approved totals of the head: every figure is that of the rows, and its link opens these rows."""

import datetime
from decimal import ROUND_HALF_UP, Decimal
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings, strategies as st

from projects.filters import ProjectFilter
from projects.models import Project
from projects.queries.register import register
from projects.queries.summary import approved_summary, approved_summary_of_cells
from projects.queries.totals import totals
from projects.services.register import approve, exclude
from proposals.dashboard import register as page
from proposals.dashboard.scope import Scope
from reference.codelists import NOT_APPROVED, InitiatorType, ProjectStatus, ResolutionKind
from reference.models import Sector, Territory
from tests import factories
from tests.projects.registers import REGIONS, REGISTERS, SECTORS, papers_on_file, written
from tests.registry.people import logged_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data", "in_english")]

TODAY = datetime.date(2018, 6, 1)
FILTERS = st.fixed_dictionaries(
    {},
    optional={
        "sector": st.sampled_from(SECTORS),
        "territory": st.sampled_from([factories.ALMATY, factories.ASTANA]),
        "initiator_type": st.sampled_from(InitiatorType.values),
        "status": st.sampled_from(ProjectStatus.values),
        "first_year": st.integers(2015, 2019),
        "last_year": st.integers(2015, 2019),
    },
)


def scope(**filters):
    """Return the scope that an address with these filters asks for."""
    given = dict(filters)
    if "sector" in given:
        given["sector"] = Sector.objects.get(pk=given["sector"])
    if "territory" in given:
        given["territory"] = Territory.objects.get(pk=given["territory"])
    return Scope(AnonymousUser(), today=TODAY, **given)


def region(project):
    return REGIONS.get(project.territory_id, project.territory_id)


def fits(project, filters, *, any_status=False, any_year=False):
    """Tell in plain Python whether a row is meant; members stand behind their groups."""
    first, last = filters.get("first_year"), filters.get("last_year")
    if project.group_id is not None:
        return False
    if not any_year and (first or last) and not (first or 0) <= (project.year or -1) <= (last or 9999):
        return False
    if "status" in filters:
        if project.status != filters["status"]:
            return False
    elif not any_status and project.status in NOT_APPROVED:
        return False
    return (
        filters.get("sector", project.sector_id) == project.sector_id
        and filters.get("territory", region(project)) == region(project)
        and filters.get("initiator_type", project.initiator_type) == project.initiator_type
    )


def told(rows):
    """Return number, known sum or None, and how many are without cost."""
    costs = [row.cost for row in rows if row.cost is not None]
    return len(rows), None if rows and not costs else sum(costs), len(rows) - len(costs)


def shown(row):
    count, cost = row.cells[:2]
    return count.value, cost.value, int(cost.sub.split()[0]) if cost.sub else 0


def table(section, key):
    """Return the lines of a block by their labels, without its sums."""
    (block,) = [block for block in section.blocks if block.key == key]
    return {row.label: shown(row) for row in block.rows if not row.is_total}


def by(rows, label):
    """Return the same from rows."""
    found = {}
    for row in rows:
        found.setdefault(label(row), []).append(row)
    return {key: told(some) for key, some in found.items()}


def opened(address):
    """Return how many projects the list behind an address counts; it must know every parameter."""
    parts = urlsplit(address)
    asked = ProjectFilter(QueryDict(parts.query), queryset=register())
    assert not asked.problems(parse_qs(parts.query)), address
    return totals(asked.rows()).projects


@settings(max_examples=40)
@given(
    rows=REGISTERS,
    filters=FILTERS,
    later=st.lists(st.tuples(st.integers(1, 25), st.none() | st.integers(0, 9)), max_size=4),
)
def test_every_figure_is_that_of_the_rows_and_opens_them(rolled_back, rows, filters, later):
    with rolled_back():
        written(rows, papers_on_file())
        for number, cost in later:
            Project.objects.filter(number=number).update(cost=cost)
        everything = list(Project.objects.select_related("sector", "territory__parent"))
        meant = [one for one in everything if fits(one, filters)]
        made = page.section(scope(**filters))

        figures = {figure.label: figure for figure in made.figures}
        count, cost, unknown = told(meant)
        assert figures["Projects"].value == count
        assert (figures["Known cost"].value, figures["Known cost"].sub) == (
            cost,
            f"{unknown} without cost" if unknown else "",
        )
        on_file = [one for one in meant if one.resolution_id]
        assert figures["By a resolution on file"].value == len(on_file)
        assert figures["By public sources only"].value == count - len(on_file)
        small = [one for one in meant if one.initiator_type == "sme"]
        if "initiator_type" not in filters:
            share = (Decimal(100 * len(small)) / count).quantize(Decimal("0.1"), ROUND_HALF_UP) if count else "–"
            assert figures["Share of SMEs"].value == share

        assert table(made, "by-sector") == by(meant, lambda one: one.sector.name)
        assert table(made, "by-initiator") == by(meant, lambda one: one.get_initiator_type_display())
        assert table(made, "by-territory") == by(meant, lambda one: (one.territory.parent or one.territory).name)
        any_status = [one for one in everything if fits(one, filters, any_status=True)]
        assert table(made, "by-status") == by(any_status, lambda one: one.get_status_display())
        assert table(made, "by-year") == by(meant, lambda one: str(one.year or "unknown"))
        year = filters.get("last_year", TODAY.year)
        any_year = [one for one in everything if fits(one, filters, any_year=True)]
        two = {str(one): told([row for row in any_year if row.year == one]) for one in (year, year - 1)}
        assert table(made, "year") == (two if any(count for count, *_rest in two.values()) else {})

        charts = [block.chart for block in made.blocks if block.chart]
        drawn = sum(sum(series.values) for chart in charts for series in chart.series)
        assert drawn == sum(one.cost or 0 for one in meant if one.year is not None)
        links = [(figure.address, figure.value) for figure in made.figures if figure.label != "Share of SMEs"]
        links += [(one.cells[0].address, one.cells[0].value) for block in made.blocks for one in block.rows]
        for address, value in links:
            assert not address or opened(address) == value
        assert not count or opened(figures["Projects"].address) == count
        if small and "initiator_type" not in filters:
            assert opened(figures["Share of SMEs"].address) == len(small)


@settings(max_examples=20)
@given(rows=REGISTERS)
def test_the_desk_says_the_same_from_cells_as_from_rows(rolled_back, rows):
    with rolled_back():
        written(rows, papers_on_file())
        assert approved_summary_of_cells() == approved_summary(register())


def declared(made):
    (block,) = [block for block in made.blocks if block.key == "declared"]
    return [[row.address, *(cell.value for cell in row.cells)] for row in block.rows]


def test_the_newest_papers_stand_beside_what_is_entered():
    silent = factories.resolution(adopted="2018-05-05")
    approve([factories.project(cost=3)], resolution=silent, by=None)
    for month in range(1, 12):
        factories.resolution(adopted=f"2017-{month:02d}-01", declared_count=month)
    paper = factories.resolution(adopted="2018-01-01", declared_count=3, declared_total=100)
    rows = [factories.project(cost=60), factories.project(cost=None)]
    approve(rows, resolution=paper, by=None)
    out = factories.resolution(ResolutionKind.EXCLUSION, adopted="2018-02-01", declared_count=1)
    exclude(rows[:1], resolution=out, by=None)
    lines = declared(page.section(scope()))
    assert len(lines) == page.RESOLUTIONS_SHOWN
    assert lines[0][:4] == [out.get_absolute_url(), 1, 1, 0]
    assert lines[1] == [paper.get_absolute_url(), 3, 2, 1, 100, 60, 40]
    assert lines[2][1:4] == [11, 0, 11]
    assert [line[1] for line in declared(page.section(scope(first_year=2018)))] == [1, 3]
    assert declared(page.section(scope(territory=factories.ASTANA))) == []


@pytest.mark.parametrize(
    ("filters", "most"),
    [({}, 5), ({"territory": factories.ALMATY, "first_year": 2017}, 6), ({"status": "approved", "sector": "sport"}, 5)],
)
def test_a_bounded_number_of_queries_whatever_the_register_holds(filters, most):
    asked = scope(**filters)
    for place in range(3):
        paper = factories.resolution(number=f"{place}", declared_count=1)
        approve([factories.project(sector=SECTORS[place])], resolution=paper, by=None)
        with CaptureQueriesContext(
            connection,
        ) as made:
            page.section(asked)
        assert len(made) == most


@pytest.mark.parametrize(("role", "may"), [("head", True), ("expert", True), ("administrator", False)])
def test_the_desk_leads_to_the_figures_whoever_may_see_them(role, may):
    factories.project_in("operation", cost=5)
    browser = logged_in(role)
    assert ('href="/admin/statistics/register/"' in browser.get("/admin/").content.decode()) is may
    with CaptureQueriesContext(connection) as made:
        answer = browser.get("/admin/statistics/register/")
    assert answer.status_code == (200 if may else 403)
    assert len(made) <= 12
