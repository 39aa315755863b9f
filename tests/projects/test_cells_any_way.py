"""Whatever way rows are written, the cells say what the rows say: SQL, COPY, upserts, MERGE, several steps at once."""

import random

import pytest
from django.db import connection, transaction

from projects.models import Project, RegisterCell
from projects.models.register_cell import MEASURES
from projects.queries.cells_against_rows import differences
from reference.codelists import InitiatorType, ProjectStatus, ResolutionKind
from tests import factories
from tests.projects.registers import SECTORS, TERRITORIES, YEARS

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]


def sql(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return cursor.rowcount


def cells():
    """Return what the cells hold, without those that came to stand at zero."""
    key = ("face", "key", "sector", "year", "is_approved")
    return {row for row in RegisterCell.objects.values_list(*key, *MEASURES) if any(row[len(key) :])}


@pytest.fixture(autouse=True)
def taken_back(db):
    """Leave nothing: at the end of a transaction a line of the list would ask for a record of its change."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def some(reference_data):
    group = factories.group_of({"cost": 1}, {"cost": None}, cost=5)
    factories.project_in(ProjectStatus.EXCLUDED, cost=None)
    return group, factories.project_in(ProjectStatus.OPERATION, year=None, cost=7), factories.project(cost=9, year=2017)


def test_everything_of_a_row_changes_in_one_transaction_step_by_step(some):
    *_others, one = some
    with transaction.atomic():
        sql("UPDATE projects_project SET sector_id = 'sport', territory_id = '710000000' WHERE id = %s", one.pk)
        sql("UPDATE projects_project SET year = NULL, cost = NULL, initiator_type = 'unknown' WHERE id = %s", one.pk)
        sql("UPDATE projects_project SET sector_id = 'waste', cost = 3, year = 2019 WHERE id = %s", one.pk)
    assert differences() == []
    assert RegisterCell.objects.get(face="status", sector="waste", year=2019).cost == 3


def test_a_row_that_joins_and_leaves_a_group_stops_and_begins_to_count(some):
    group, _running, one = some
    before = cells()
    sql("UPDATE projects_project SET group_id = %s WHERE id = %s", group.pk, one.pk)
    assert differences() == []
    assert cells() != before
    sql("UPDATE projects_project SET group_id = NULL WHERE id = %s", one.pk)
    assert differences() == []
    assert cells() == before


def test_a_row_that_is_excluded_and_comes_back_is_where_it_was(some):
    *_others, running, _one = some
    before = cells()
    paper = factories.resolution(ResolutionKind.EXCLUSION)
    with transaction.atomic():
        Project.objects.filter(pk=running.pk).update(status="excluded", excluded_by=paper)
        assert RegisterCell.objects.get(face="status", key="excluded", year=0).projects == 1
        assert differences() == []
        transaction.set_rollback(True)
    assert cells() == before


def test_rows_of_one_statement_that_change_places_leave_every_cell_as_it_was(some):
    factories.project(cost=9, year=2018)
    before = cells()
    assert sql("UPDATE projects_project SET year = 4035 - year WHERE year IN (2017, 2018) AND group_id IS NULL") >= 2
    assert differences() == []
    sql("UPDATE projects_project SET year = 4035 - year WHERE year IN (2017, 2018) AND group_id IS NULL")
    assert cells() == before


def test_copy_upsert_and_merge_are_added_up(some):
    written = [field for field in Project._meta.concrete_fields if not field.primary_key and not field.generated]
    columns = [field.column for field in written]
    plain = ", ".join(f'"{name}"' for name in columns)
    with connection.cursor() as cursor:
        # A member and its group, a row without cost and one of unknown year among them; numbers are new.
        shifted = ", ".join("number + 500" if name == "number" else f'"{name}"' for name in columns)
        cursor.execute(f"SELECT {shifted} FROM projects_project WHERE group_id IS NULL AND status <> 'excluded'")
        rows = cursor.fetchall()
        with cursor.copy(f"COPY projects_project ({plain}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
    assert differences() == []
    assert Project.objects.filter(number__gt=500).count() == len(rows) >= 3
    again = f"INSERT INTO projects_project ({plain}) SELECT {plain} FROM projects_project WHERE number > 500"
    sql(f"{again} ON CONFLICT (number) DO NOTHING")
    assert differences() == []
    sql(f"{again} ON CONFLICT (number) DO UPDATE SET cost = 77, sector_id = 'sport'")
    assert differences() == []
    sql(
        "MERGE INTO projects_project p USING (SELECT number FROM projects_project WHERE number > 500) q"
        " ON p.number = q.number WHEN MATCHED AND p.year IS NULL THEN UPDATE SET year = 2001"
        " WHEN MATCHED THEN UPDATE SET cost = 78"
    )
    assert differences() == []
    assert RegisterCell.objects.get(face="status", sector="sport", year=2001).cost == 77


def test_rows_that_are_deleted_leave_nothing_behind():
    """Rows of the register are not deleted; whoever owns the table and switches the rule off still counts right."""
    made = [factories.project(cost=5, status="planned") for _ in range(3)]
    names = ("projects_statuschange", "projects_listchange", "projects_project")
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    for name in names[:2]:
        sql(f"ALTER TABLE {name} DISABLE TRIGGER USER")
    sql("DELETE FROM projects_statuschange")
    sql("DELETE FROM projects_listchange")
    assert sql("DELETE FROM projects_project WHERE id = %s", made[0].pk) == 1
    assert differences() == []
    assert sql("WITH gone AS (DELETE FROM projects_project RETURNING 1) SELECT count(*) FROM gone") == 1
    assert differences() == []
    assert cells() == set()


@pytest.mark.parametrize("seed", range(4))
def test_a_long_row_of_random_statements(some, seed):
    choose = random.Random(seed)
    settings = {
        "sector_id": SECTORS,
        "territory_id": TERRITORIES,
        "initiator_type": InitiatorType.values,
        "year": YEARS,
        "cost": [None, 0, 1, 10**14],
    }
    for _ in range(15):
        factories.project(cost=choose.choice(settings["cost"]), year=choose.choice(YEARS))
    for _ in range(40):
        names = choose.sample(list(settings), choose.randint(1, 5))
        assigned = ", ".join(f"{name} = %s" for name in names)
        values = [choose.choice(settings[name]) for name in names]
        which = (choose.randint(1, 5), choose.randint(0, 2))
        sql(f"UPDATE projects_project SET {assigned} WHERE number %% %s = %s", *values, *which)
    assert differences() == []
    assert len(cells()) > 10
