"""What a paper declares beside what has been entered: the difference is shown, never hidden or invented."""

import pytest

from projects.models import DeclaredShare
from projects.queries.declared import Comparison, declared_against_entered, projects_of
from projects.queries.totals import Figures
from projects.services.register import approve, exclude
from reference.codelists import InitiatorType, ProjectStatus, ResolutionKind
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]


def line(row):
    """Return what a reader sees of one line."""
    return (
        (row.initiator_type, row.declared_count, row.declared_total),
        (row.entered.projects, row.entered.cost_known, row.entered.cost),
        (row.missing_count, row.missing_total, row.agrees),
    )


def september_2017():
    """The paper as published: 16 projects, about 45 bn tenge, of these 2 from SMEs, 1.1 bn tenge."""
    paper = factories.resolution(
        number="",
        adopted="2017-09",
        declared_count=16,
        declared_total=45_000_000_000,
        declared_is_approximate=True,
    )
    DeclaredShare.objects.create(resolution=paper, initiator_type="sme", count=2, total=1_100_000_000)
    return paper


def test_the_resolution_of_september_2017_declares_16_and_7_are_entered():
    paper = september_2017()
    projects = [factories.project(cost=None, is_group=place > 4) for place in range(7)]
    approve(projects, resolution=paper, by=None)
    assert [line(row) for row in declared_against_entered(paper)] == [
        (("", 16, 45_000_000_000), (7, 0, 0), (9, 45_000_000_000, False)),
        (("sme", 2, 1_100_000_000), (0, 0, 0), (2, 1_100_000_000, False)),
    ]


def test_each_initiator_type_is_compared_with_its_own_projects():
    paper = september_2017()
    facts = [("sme", 1_000_000_000), ("sme", None), ("large_business", 5), ("unknown", 7)]
    approve([factories.project(initiator_type=kind, cost=cost) for kind, cost in facts], resolution=paper, by=None)
    factories.project_in(ProjectStatus.APPROVED, initiator_type="sme")
    assert [line(row) for row in declared_against_entered(paper)] == [
        (("", 16, 45_000_000_000), (4, 3, 1_000_000_012), (12, 43_999_999_988, False)),
        (("sme", 2, 1_100_000_000), (2, 1, 1_000_000_000), (0, 100_000_000, False)),
    ]


def test_lines_stand_in_the_order_of_their_codes_after_the_whole():
    paper = factories.resolution(declared_count=3)
    for kind in ("unknown", "association", "sme"):
        DeclaredShare.objects.create(resolution=paper, initiator_type=kind, count=1)
    rows = declared_against_entered(paper)
    assert [row.initiator_type for row in rows] == ["", "association", "sme", "unknown"]


def test_paper_and_register_agree_when_nothing_is_missing_and_no_cost_unknown():
    paper = factories.resolution(declared_count=2, declared_total=12)
    approve([factories.project(cost=5), factories.project(cost=7)], resolution=paper, by=None)
    (whole,) = declared_against_entered(paper)
    assert (whole.missing_count, whole.missing_total, whole.agrees) == (0, 0, True)


@pytest.mark.parametrize(
    ("count", "total", "costs", "missing"),
    [
        (1, 5, [5, 7], (-1, -7)),  # more entered than declared is shown as well
        (2, 13, [5, 7], (0, 1)),
        (2, 12, [12, None], (0, 0)),
        (3, 12, [5, 7], (1, 0)),
    ],
)
def test_any_difference_is_no_agreement(count, total, costs, missing):
    paper = factories.resolution(declared_count=count, declared_total=total)
    approve([factories.project(cost=cost) for cost in costs], resolution=paper, by=None)
    (whole,) = declared_against_entered(paper)
    assert ((whole.missing_count, whole.missing_total), whole.agrees) == (missing, False)


def test_what_is_not_declared_is_not_missing():
    paper = factories.resolution()
    approve([factories.project(cost=5)], resolution=paper, by=None)
    (whole,) = declared_against_entered(paper)
    assert (whole.declared_count, whole.missing_count, whole.missing_total) == (None, None, None)


def test_a_paper_that_declares_nothing_agrees_with_nothing():
    assert not Comparison("", None, None, Figures()).agrees
    assert Comparison("", 0, 0, Figures()).agrees


def test_a_member_of_a_group_is_not_entered_twice():
    paper = factories.resolution(declared_count=1, declared_total=10)
    group = factories.project(is_group=True, cost=10)
    approve([group, factories.project(group=group, cost=4)], resolution=paper, by=None)
    (whole,) = declared_against_entered(paper)
    assert (whole.entered.projects, whole.entered.cost) == (1, 10)
    assert whole.agrees


def test_a_paper_on_exclusion_is_compared_with_what_left_by_it():
    paper = factories.resolution(ResolutionKind.EXCLUSION, declared_count=4)
    leaving = [factories.project_in(ProjectStatus.APPROVED, cost=5) for _ in range(3)]
    exclude(leaving, resolution=paper, by=None)
    (whole,) = declared_against_entered(paper)
    assert (whole.entered.projects, whole.entered.cost, whole.missing_count) == (3, 15, 1)
    assert set(projects_of(paper)) == set(leaving)


def test_a_project_that_left_still_stands_under_the_paper_it_entered_by():
    project = factories.project_in(ProjectStatus.EXCLUDED)
    assert list(projects_of(project.resolution)) == list(projects_of(project.excluded_by)) == [project]


@pytest.mark.parametrize("count", [1, 5])
def test_the_comparison_costs_two_queries_and_the_shares(count, django_assert_num_queries):
    paper = factories.resolution(declared_count=16)
    approve([factories.project() for _ in range(count)], resolution=paper, by=None)
    with django_assert_num_queries(2):
        declared_against_entered(paper)
    for kind in list(InitiatorType)[:count]:
        DeclaredShare.objects.create(resolution=paper, initiator_type=kind, count=1)
    with django_assert_num_queries(3):
        declared_against_entered(paper)
