"""Two people at once: one order of numbers, one winner, and no rule broken between a look and a write."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction

from projects.models import Project, StatusChange
from projects.services.register import approve, enter_all, exclude, record_status
from reference.codelists import ProjectStatus, ResolutionKind
from tests import factories

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("reference_data")]


def at_once(acts: list[Callable[[], Any]]) -> list[Any]:
    """Run the acts at the same moment, each on a connection of its own; return results, or what was raised."""
    start = Barrier(len(acts))

    def run(act):
        try:
            start.wait()
            return act()
        except (ValidationError, DatabaseError) as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def winners(results: list[Any]) -> list[Any]:
    return [result for result in results if not isinstance(result, Exception)]


def test_lists_entered_at_once_get_numbers_of_their_own_without_gaps():
    lists = [[factories.entry() for _ in range(3)] for _ in range(8)]
    entered = at_once([lambda entries=entries: enter_all(entries) for entries in lists])
    assert len(winners(entered)) == 8
    for projects in entered:
        first = projects[0].number
        assert [project.number for project in projects] == [first, first + 1, first + 2]
    assert sorted(Project.objects.values_list("number", flat=True)) == list(range(1, 25))


def test_a_list_that_fails_leaves_no_gap_for_the_next():
    bad = [factories.entry(), factories.entry(cost=-1)]
    lists = [bad, [factories.entry()], bad, [factories.entry()], bad, [factories.entry()]]
    results = at_once([lambda entries=entries: enter_all(entries) for entries in lists])
    assert len(winners(results)) == 3
    assert sorted(Project.objects.values_list("number", flat=True)) == [1, 2, 3]


def test_of_two_resolutions_that_approve_a_project_at_once_one_wins():
    project = factories.project()
    papers = [factories.resolution() for _ in range(4)]
    results = at_once([lambda paper=paper: approve([project], resolution=paper, by=None) for paper in papers])
    assert len(winners(results)) == 1
    assert [type(result) for result in results].count(ValidationError) == 3
    project.refresh_from_db()
    assert list(StatusChange.objects.filter(status="approved").values_list("resolution", flat=True)) == [
        project.resolution_id
    ]


def test_of_two_exclusions_of_a_project_at_once_one_wins():
    project = factories.project_in(ProjectStatus.APPROVED)
    papers = [factories.resolution(ResolutionKind.EXCLUSION) for _ in range(4)]
    results = at_once([lambda paper=paper: exclude([project], resolution=paper, by=None) for paper in papers])
    assert len(winners(results)) == 1
    assert StatusChange.objects.filter(status="excluded").count() == 1


@pytest.mark.parametrize("attempt", range(5))
def test_a_project_excluded_at_the_same_moment_is_not_brought_back_by_a_recorded_status(attempt):
    project, paper = factories.project_in(ProjectStatus.APPROVED), factories.resolution(ResolutionKind.EXCLUSION)
    at_once(
        [
            lambda: record_status(project, "operation", by=None),
            lambda: exclude([project], resolution=paper, by=None),
        ]
    )
    project.refresh_from_db()
    assert (project.status, project.excluded_by) == ("excluded", paper)


@pytest.mark.parametrize("attempt", range(5))
def test_the_same_rows_in_another_order_never_wait_for_each_other(attempt):
    projects = [factories.project() for _ in range(6)]
    papers = [factories.resolution(), factories.resolution()]
    results = at_once(
        [
            lambda: approve(projects, resolution=papers[0], by=None),
            lambda: approve(projects[::-1], resolution=papers[1], by=None),
        ]
    )
    assert len(winners(results)) == 1
    assert [type(result) for result in results].count(ValidationError) == 1


@pytest.fixture
def somebody_else() -> Iterator[Any]:
    """A second connection that gives up waiting for a lock after a moment."""
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SET lock_timeout = '300ms'")
    yield other
    other.close()


def both(mine: tuple[str, list], theirs: tuple[str, list], other) -> list[str]:
    """Do mine, then theirs on another connection before mine is committed; return whose act was taken."""
    taken = []
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(*mine)
        taken.append("mine")
        try:
            with other.cursor() as second:
                second.execute(*theirs)
            taken.append("theirs")
        except DatabaseError:
            pass
    return taken


@pytest.mark.parametrize("first", ["project", "kind"])
def test_the_kind_of_a_resolution_cannot_change_while_a_project_enters_by_it(first, somebody_else):
    project, paper = factories.project(), factories.resolution()
    enters = (
        "WITH line AS (INSERT INTO projects_listchange (project_id, resolution_id, act, is_listed, title_kk, title_ru,"
        " title_en, cost, conditions_kk, conditions_ru, reason_kk, reason_ru, recorded_at) SELECT id, %s, 'entered',"
        " true, title_kk, title_ru, title_en, cost, '', '', '', '', now() FROM projects_project WHERE id = %s)"
        " UPDATE projects_project SET status = 'approved', resolution_id = %s WHERE id = %s",
        [paper.pk, project.pk, paper.pk, project.pk],
    )
    changes = ("UPDATE projects_resolution SET kind = 'yearly_report' WHERE id = %s", [paper.pk])
    acts = (enters, changes) if first == "project" else (changes, enters)
    assert both(*acts, somebody_else) == ["mine"]
    # One after the other, the database says no by itself.
    project.refresh_from_db()
    paper.refresh_from_db()
    assert (project.resolution_id, paper.kind) in {(paper.pk, "list_approval"), (None, "yearly_report")}


@pytest.mark.parametrize("first", ["member", "group"])
def test_a_group_cannot_cease_to_be_one_while_a_member_joins(first, somebody_else):
    member, group = factories.project(), factories.project(is_group=True)
    joins = ("UPDATE projects_project SET group_id = %s WHERE id = %s", [group.pk, member.pk])
    ceases = ("UPDATE projects_project SET is_group = false WHERE id = %s", [group.pk])
    acts = (joins, ceases) if first == "member" else (ceases, joins)
    assert both(*acts, somebody_else) == ["mine"]
    assert not Project.objects.filter(group__is_group=False).exists()
