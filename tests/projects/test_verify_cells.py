"""The check of the cells finds every spoilt one and says which; mending makes them those of the rows."""

import time
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from threading import Event

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection, transaction
from psycopg import sql

from projects.models import Project, RegisterCell, RegisterCube
from projects.models.register_cell import EVERYWHERE, MEASURES
from projects.queries.cells_against_rows import differences
from projects.services import cells as service
from projects.services.cells import mend_cells
from reference.codelists import ProjectStatus
from tests import factories
from tests.projects.test_database_roles import granted as granted

CELLS = RegisterCell._meta.db_table


def ran(*options):
    """Return what the command says."""
    said = StringIO()
    call_command("verify_cells", *options, stdout=said)
    return said.getvalue()


@pytest.fixture
def some(reference_data):
    """A register with a row of every kind."""
    factories.group_of({"cost": 1}, {"cost": None}, cost=5)
    factories.project_in(ProjectStatus.EXCLUDED, cost=None)
    factories.project_in(ProjectStatus.OPERATION, year=None, cost=7)
    return factories.project(cost=9, year=2017)


@pytest.mark.django_db
@pytest.mark.usefixtures("some")
class TestCheck:
    def test_cells_that_triggers_kept_are_right(self):
        assert f"{RegisterCell.objects.count()} cells and {RegisterCube.objects.count()} rows of the cube" in ran()
        assert "all as the rows say" in ran("--mend")

    @pytest.mark.parametrize("measure", MEASURES)
    @pytest.mark.parametrize("face", ["initiator_type", "status", "territory"])
    def test_one_wrong_number_is_found_and_named(self, measure, face):
        spoilt = RegisterCell.objects.filter(face=face).latest("pk")
        RegisterCell.objects.filter(pk=spoilt.pk).update(**{measure: getattr(spoilt, measure) + 1})
        (found,) = differences()
        year = spoilt.year or None
        assert (found.face, found.key) == (face, (spoilt.key, spoilt.sector_id, year, spoilt.is_approved))
        with pytest.raises(CommandError, match="1 cells differ"):
            ran()
        assert f"{face} {spoilt.key}, sector {spoilt.sector_id}, year {year or 'unknown'}" in ran("--mend")
        assert differences() == []

    @pytest.mark.parametrize("measure", ["projects", "cost", "on_file_cost"])
    @pytest.mark.parametrize("place", [EVERYWHERE, factories.ALMATY])
    def test_one_wrong_number_of_the_cube_is_found_and_named(self, measure, place):
        spoilt = RegisterCube.objects.filter(territory=place).first()
        RegisterCube.objects.filter(pk=spoilt.pk).update(**{measure: getattr(spoilt, measure) + 1})
        (found,) = differences()
        key = (spoilt.status, spoilt.initiator_type, place, spoilt.sector, spoilt.year or None)
        assert (found.face, found.key) == (None, key)
        assert f"cube {spoilt.status} {spoilt.initiator_type} {place}, sector {spoilt.sector}" in ran("--mend")
        assert differences() == []

    def test_a_lost_cell_and_one_too_many_are_found(self):
        """One too many with a sum and no project: totals by cells would add it and no breakdown would show it."""
        lost = RegisterCell.objects.filter(projects__gt=0).first()
        lost.delete()
        RegisterCell.objects.create(
            face="status",
            key="planned",
            sector_id="sport",
            year=2001,
            is_approved=False,
            **dict.fromkeys(MEASURES, 0) | {"cost": 3},
        )
        assert {one.key for one in differences()} == {
            (lost.key, lost.sector_id, lost.year or None, lost.is_approved),
            ("planned", "sport", 2001, False),
        }
        assert "2 cells differed and were written anew." in ran("--mend")
        assert differences() == []

    def test_cells_that_stand_at_zero_are_right(self, some):
        Project.objects.filter(pk=some.pk).update(sector="waste", year=2001)
        Project.objects.filter(pk=some.pk).update(sector="sport", year=2002)
        assert RegisterCell.objects.filter(year=2001, projects=0).exists()
        assert differences() == []

    def test_rows_written_past_the_triggers_are_found(self, some):
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE projects_project DISABLE TRIGGER USER")
            cursor.execute("UPDATE projects_project SET cost = 11 WHERE id = %s", [some.pk])
            cursor.execute("ALTER TABLE projects_project ENABLE TRIGGER USER")
        assert [one.face for one in differences()] == ["initiator_type", "status", "territory", None, None]
        ran("--mend")
        assert differences() == []

    def test_the_application_checks_and_may_not_mend(self, granted):
        RegisterCell.objects.filter(face="status").update(cost=1)
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(settings.APP_DATABASE_ROLE)))
            assert differences()
            with pytest.raises(CommandError, match="as the owner of the tables"):
                ran("--mend")
            transaction.set_rollback(True)
        assert differences()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("some")
class TestWhileOthersWrite:
    def test_mending_waits_for_a_writer_and_a_writer_for_mending(self, some):
        """A cost raised before, during and after is in the cells once."""
        RegisterCell.objects.filter(face="status").update(cost=1_000)
        wrote, may_end = Event(), Event()

        def writes():
            try:
                with transaction.atomic():
                    Project.objects.filter(pk=some.pk).update(cost=100)
                    wrote.set()
                    may_end.wait(5)
                for cost in range(200, 230):
                    Project.objects.filter(pk=some.pk).update(cost=cost)
            finally:
                connection.close()

        def mends():
            try:
                return mend_cells()
            finally:
                connection.close()

        with ThreadPoolExecutor(2) as pool:
            writer = pool.submit(writes)
            assert wrote.wait(5)
            mending = pool.submit(mends)
            time.sleep(0.3)
            assert not mending.done()
            may_end.set()
            assert mending.result(10)
            writer.result(10)
        assert Project.objects.get(pk=some.pk).cost == 229
        assert differences() == []

    def test_nobody_writes_between_the_adding_up_and_its_end(self, monkeypatch):
        """A project of a year that no cell knows: no lock on a cell would keep it out, and it would be added twice."""
        RegisterCell.objects.filter(face="status").update(cost=1_000)
        with ThreadPoolExecutor(1) as pool:
            late = []

            def write():
                try:
                    factories.project(year=2031)
                finally:
                    connection.close()

            def added(rows, adding=service.adding):
                late.append(pool.submit(write))
                time.sleep(0.3)
                assert not late[0].done()
                return adding(rows)

            monkeypatch.setattr(service, "adding", added)
            mend_cells()
            late[0].result(10)
        assert RegisterCell.objects.get(face="status", year=2031).projects == 1
        assert differences() == []

    def test_a_writer_that_does_not_end_is_not_waited_for_without_end(self, some, monkeypatch):
        monkeypatch.setattr(service, "_PATIENCE", "200ms")
        RegisterCell.objects.filter(face="status").update(cost=1_000)
        other = connection.copy()
        try:
            other.set_autocommit(False)
            with other.cursor() as cursor:
                cursor.execute("UPDATE projects_project SET jobs = 1 WHERE id = %s", [some.pk])
            with pytest.raises(CommandError, match="nothing was written"):
                ran("--mend")
            with pytest.raises(OperationalError):
                mend_cells()
        finally:
            other.rollback()
            other.close()
        assert ran("--mend").count("status ") >= 1
        assert differences() == []
