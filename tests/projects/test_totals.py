"""Every sum of the register equals what a person would add up with a pencil, to the tenge."""

from collections import defaultdict

import pytest
from hypothesis import given, settings, strategies as st

from projects.queries.register import approved, register
from projects.queries.totals import GROUPINGS, Figures, Group, Totals, largest_first, totals, totals_by
from reference.codelists import NOT_APPROVED, ProjectStatus
from reference.money import TENGE_CEILING
from reference.queries import within
from tests import factories
from tests.projects.registers import (
    ALONE,
    GROUP,
    MEMBER,
    REGISTERS,
    SECTORS,
    TERRITORIES,
    YEARS,
    Row,
    papers_on_file,
    written,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]


@pytest.fixture
def papers():
    return papers_on_file()


def pencil(rows):
    """Add up by hand."""
    counted = [row for row in rows if row.role != MEMBER]

    def figures(some):
        known = [row.cost for row in some if row.cost is not None]
        return len(some), len(known), sum(known)

    return Totals(
        *figures(counted),
        on_file=Figures(*figures([row for row in counted if row.resolution is not None])),
        groups=sum(row.role == GROUP for row in counted),
        members=sum(row.role == MEMBER for row in rows),
    )


def pencil_by(name, rows):
    lines = defaultdict(list)
    for row in rows:
        lines[getattr(row, name)].append(row)
    return {key: pencil(some) for key, some in lines.items()}


@settings(max_examples=60)
@given(rows=REGISTERS)
def test_totals_equal_what_a_person_adds_up(rolled_back, papers, rows):
    with rolled_back():
        rows = written(rows, papers)
        assert totals() == pencil(rows)
        assert totals(approved()) == pencil([row for row in rows if row.status not in NOT_APPROVED])


@settings(max_examples=60)
@given(
    rows=REGISTERS,
    sectors=st.lists(st.sampled_from(SECTORS), unique=True),
    statuses=st.lists(st.sampled_from(ProjectStatus.values), unique=True),
    years=st.lists(st.sampled_from(YEARS[1:]), unique=True),
    places=st.lists(st.sampled_from(TERRITORIES), unique=True),
    on_file=st.none() | st.booleans(),
)
def test_totals_of_any_filter_equal_what_a_person_adds_up(
    rolled_back, papers, rows, sectors, statuses, years, places, on_file
):
    with rolled_back():
        rows = written(rows, papers)
        chosen = register()
        if sectors:
            chosen, rows = chosen.filter(sector__in=sectors), [row for row in rows if row.sector in sectors]
        if statuses:
            chosen, rows = chosen.filter(status__in=statuses), [row for row in rows if row.status in statuses]
        if years:
            chosen, rows = chosen.filter(year__in=years), [row for row in rows if row.year in years]
        if places:
            chosen = chosen.filter(within(places))
            rows = [row for row in rows if row.territory in places or row.region in places]
        if on_file is not None:
            chosen = chosen.filter(resolution__isnull=not on_file)
            rows = [row for row in rows if (row.resolution is not None) is on_file]
        assert totals(chosen) == pencil(rows)
        assert totals(chosen.order_by("-cost", "title_kk")) == pencil(rows)


@settings(max_examples=40)
@given(rows=REGISTERS)
def test_every_breakdown_equals_what_a_person_adds_up_and_adds_up_to_the_whole(rolled_back, papers, rows):
    with rolled_back():
        rows = written(rows, papers)
        whole = Figures(pencil(rows).projects, pencil(rows).cost_known, pencil(rows).cost)
        keys = {paper.pk: place for place, paper in enumerate(papers[0])} | {papers[1].pk: 0, None: None}
        for name in GROUPINGS:
            lines = totals_by(name)
            shown = {
                keys[line.key] if name in {"resolution", "excluded_by"} else line.key: line.totals for line in lines
            }
            assert shown == pencil_by(name, rows)
            assert len(shown) == len(lines)
            assert sum((line.totals for line in lines), Figures()) == whole
            assert sum((line.totals.on_file for line in lines), Figures()) == pencil(rows).on_file
            assert sum(line.totals.groups for line in lines) == pencil(rows).groups
            assert sum(line.totals.rows for line in lines) == len(rows)


@settings(max_examples=20)
@given(rows=REGISTERS, sector=st.sampled_from(SECTORS))
def test_a_breakdown_of_a_filter_adds_up_to_the_filter(rolled_back, papers, rows, sector):
    with rolled_back():
        rows = [row for row in written(rows, papers) if row.sector == sector and row.status not in NOT_APPROVED]
        chosen = approved(register().filter(sector=sector))
        for name in ("status", "year", "initiator_type"):
            assert {line.key: line.totals for line in totals_by(name, chosen)} == pencil_by(name, rows)


def test_an_empty_register_has_no_totals():
    assert totals() == Totals()
    assert all(totals_by(name) == [] for name in GROUPINGS)


def test_sums_beyond_what_one_field_holds_stay_exact(papers):
    facts = ("approved", "education", factories.ALMATY, "sme", 2017)
    written([Row(ALONE, *facts, cost=TENGE_CEILING - place, paper=None) for place in range(200)], papers)
    assert totals().cost == 200 * TENGE_CEILING - sum(range(200))
    assert [line.totals.cost for line in totals_by("sector")] == [totals().cost]


def test_an_unknown_cost_is_counted_apart_and_never_taken_for_zero():
    factories.project(cost=None)
    factories.project(cost=0)
    factories.project(cost=7)
    assert (totals().projects, totals().cost_known, totals().cost_unknown, totals().cost) == (3, 2, 1, 7)


def test_a_member_stands_behind_its_group_and_is_never_added_to_it():
    factories.group_of({"cost": 3_000, "sector": "sport"}, {"cost": None}, cost=7_000, group_size=2)
    whole = totals()
    assert (whole.projects, whole.groups, whole.members, whole.rows, whole.cost) == (1, 1, 2, 3, 7_000)
    assert totals(register().filter(sector="sport")) == Totals(members=1)


def test_totals_tell_what_rests_on_a_resolution_from_what_rests_on_public_sources():
    factories.project_in(ProjectStatus.APPROVED, cost=5)
    factories.project(status=ProjectStatus.OPERATION, cost=11)
    factories.project(status=ProjectStatus.OPERATION, cost=None)
    whole = totals()
    assert (whole.on_file, whole.public_sources) == (Figures(1, 1, 5), Figures(2, 1, 11))
    assert whole.on_file + whole.public_sources == Figures(3, 2, 16)


@pytest.mark.parametrize("status", ProjectStatus)
def test_planned_and_excluded_projects_are_in_the_register_but_not_in_the_approved_totals(status):
    factories.project_in(status, cost=5)
    assert totals().projects == 1
    assert totals(approved()).projects == (0 if status in {"planned", "excluded"} else 1)


def test_a_breakdown_is_ordered_by_code_with_the_unknown_last():
    for year in (2018, None, 2016):
        factories.project(year=year)
    assert [line.key for line in totals_by("year")] == [2016, 2018, None]


def test_a_region_includes_its_districts():
    factories.project(territory=factories.MEDEU, cost=1)
    factories.project(territory=factories.ALMATY, cost=2)
    factories.project(territory=factories.ASTANA, cost=4)
    assert [(line.key, line.totals.cost) for line in totals_by("region")] == [
        (factories.ASTANA, 4),
        (factories.ALMATY, 3),
    ]


def test_another_breakdown_does_not_exist():
    with pytest.raises(KeyError):
        totals_by("astrology")


def test_the_largest_line_stands_first_and_equal_sums_by_number_then_code():
    lines = [
        Group("b", Totals(1, 1, 5)),
        Group("a", Totals(1, 1, 5)),
        Group("c", Totals(3, 1, 5)),
        Group(None, Totals(9, 0, 0)),
        Group("d", Totals(1, 1, 6)),
    ]
    assert [line.key for line in largest_first(lines)] == ["d", "c", "a", "b", None]


@pytest.mark.parametrize("count", [0, 1, 20])
def test_totals_cost_one_query_whatever_the_number_of_rows(count, django_assert_num_queries):
    for _ in range(count):
        factories.project()
    with django_assert_num_queries(1):
        totals()
    for name in GROUPINGS:
        with django_assert_num_queries(1):
            totals_by(name, approved())
