"""The cells when two change the register at once, when it is emptied, and when somebody writes past the triggers."""

import random
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from threading import Barrier

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models.functions import Coalesce

from projects.models import Project, RegisterCell, RegisterCube
from projects.models.register_cell import EVERYWHERE
from projects.queries.cells import Choice, totals_of
from projects.queries.cells_against_rows import differences
from projects.queries.totals import totals
from projects.services.lists import Amending, amend
from projects.services.register import approve, enter_all, exclude, record_status
from reference.codelists import ResolutionKind
from tests import factories
from tests.projects.registers import SECTORS, YEARS
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


def _history(seed, projects, papers):
    """Return a writer that changes the register by services, in an order of its own; refusals are answers."""
    choose = random.Random(seed)
    entering, amending, excluding = papers

    def act():
        some = choose.sample(projects, 2)
        kind = choose.choice(["enter", "approve", "amend", "record", "exclude"])
        if kind == "enter":
            entries = [factories.entry(sector=choose.choice(SECTORS), cost=choose.randrange(10**14)) for _ in range(2)]
            enter_all([replace(one, territory=choose.choice(projects).territory) for one in entries])
        elif kind == "approve":
            approve(some, resolution=entering, by=None)
        elif kind == "amend":
            told = [
                {"project": one, "title_kk": one.title_kk, "title_ru": one.title_ru, "title_en": ""} for one in some
            ]
            lines = [Amending(**words, cost=choose.randrange(10**14), term_years=None) for words in told]
            amend(lines, resolution=amending, by=None)
        elif kind == "record":
            record_status(some[0], choose.choice(["operation", "implementation"]), by=None)
        else:
            exclude(some[:1], resolution=excluding, by=None)

    def write():
        done = 0
        for _ in range(6):
            with suppress(ValidationError):
                act()
                done += 1
        return done

    return write


def _statements(seed, place):
    """Return a writer of its own rows by single statements: every row of the cube is emptied and filled by all."""
    choose = random.Random(seed)

    def write():
        with connection.cursor() as cursor:
            for _ in range(12):
                values = [
                    choose.choice(SECTORS),
                    choose.choice(YEARS),
                    choose.choice([None, 0, choose.randrange(10**14)]),
                ]
                cursor.execute(
                    "UPDATE projects_project SET sector_id = %s, year = %s, cost = %s"
                    " WHERE number %% 8 = %s AND resolution_id IS NULL",
                    [*values, place],
                )
        return 12

    return write


def test_eight_who_write_at_once_leave_the_sums_that_the_rows_have():
    """First by services, which take turns; then by plain statements, which wait for each other's cells only."""
    places = ("750000000", "751710000", "710000000")
    entries = [factories.entry(sector=one, territory=place) for one in ("sport", "waste") for place in places * 4]
    projects = enter_all(entries)
    kinds = (ResolutionKind.LIST_APPROVAL, ResolutionKind.AMENDMENT, ResolutionKind.EXCLUSION)
    papers = [
        factories.resolution(kind, adopted=f"20{year}-01-01") for year, kind in zip((17, 18, 19), kinds, strict=True)
    ]
    for writers in (
        [_history(seed, projects, papers) for seed in range(8)],
        [_statements(seed, seed) for seed in range(8)],
    ):
        results = at_once(writers)
        assert all(isinstance(one, int) for one in results), results
        assert sum(results) > 16
        assert differences() == []
    # Nothing empty was left, and nothing that stands was taken away.
    key = ("status", "initiator_type", "sector")
    known = set(Project.objects.values_list(*key, Coalesce("year", 0), "territory"))
    known |= {(*others, EVERYWHERE) for *others, _territory in known}
    assert set(RegisterCube.objects.values_list(*key, "year", "territory")) == known


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
