"""The cells when two change the register at once, when it is emptied, and when somebody writes past the triggers."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, transaction

from projects.models import Project, RegisterCell
from projects.queries.cells import Choice, totals_of
from projects.queries.cells_against_rows import differences
from projects.queries.totals import totals
from projects.services.register import approve, exclude, record_status
from reference.codelists import ResolutionKind
from tests import factories
from tests.projects.test_at_once import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("reference_data")]


def test_two_transactions_that_change_the_same_cells_lose_nothing():
    projects = [factories.project(cost=0) for _ in range(4)]
    start = Barrier(len(projects))

    def raise_cost(key):
        try:
            start.wait()
            for cost in range(1, 16):
                with transaction.atomic():
                    Project.objects.filter(pk=key).update(cost=cost)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(projects)) as pool:
        list(pool.map(raise_cost, [project.pk for project in projects]))
    assert totals_of(Choice()) == totals()
    assert totals_of(Choice()).cost == 4 * 15


@pytest.mark.parametrize("attempt", range(3))
def test_two_acts_over_the_same_sectors_in_another_order_both_end_well(attempt):
    """Each changes rows one by one; without a turn they would wait for each other's cells, and one would be lost."""
    sectors = ("sport", "health", "waste", "education")
    lists = [[factories.project(sector=sector) for sector in order * 3] for order in (sectors, sectors[::-1])]
    papers = [factories.resolution(), factories.resolution()]
    approving = [
        lambda rows=rows, paper=paper: approve(rows, resolution=paper, by=None)
        for rows, paper in zip(lists, papers, strict=True)
    ]
    assert [len(rows) for rows in at_once(approving)] == [12, 12]
    moving = [lambda one=one: record_status(one, "operation", by=None) for one in lists[0][:3]]
    out = factories.resolution(ResolutionKind.EXCLUSION, adopted="2018-01-01")
    leaving = [lambda: exclude(lists[1], resolution=out, by=None)]
    assert not [one for one in at_once([*moving, *leaving]) if isinstance(one, Exception)]
    assert differences() == []


def test_what_is_taken_back_is_not_in_the_cells():
    factories.project(cost=5)
    before = totals_of(Choice())
    with transaction.atomic():
        factories.project(cost=7)
        assert totals_of(Choice()).cost == before.cost + 7
        transaction.set_rollback(True)
    assert totals_of(Choice()) == before == totals()


def test_an_emptied_register_has_empty_cells():
    factories.project(cost=5)
    assert RegisterCell.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE projects_project CASCADE")
    assert not RegisterCell.objects.exists()
    factories.project(cost=6)
    assert totals_of(Choice()) == totals()
