"""A worker that starts names every right too much, every right too little and every trigger that does not watch."""

import pytest
from django.core.management import call_command
from django.db import connection

from ppp_registry import database_role
from tests.application_role import ROLE, grant

pytestmark = pytest.mark.django_db


def sql(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.fixture
def right(settings):
    """The role as it should be, in production; everything is undone in the end."""
    settings.PLAIN_HTTP = False
    grant()


def pretend(**powers):
    """Let the catalogue say that the role has these powers: the owner of a test may not give them."""
    usual = dict.fromkeys(("rolsuper", "rolbypassrls", "rolcreaterole", "rolcreatedb", "rolreplication"), False)
    columns = ", ".join(f"{value} AS {name}" for name, value in (usual | powers).items())
    real = f"pg_catalog.pg_roles WHERE rolname = '{ROLE}'"
    sql(f"CREATE TEMP TABLE pg_roles AS SELECT oid, rolname, {columns} FROM {real}")
    sql(f"GRANT SELECT ON pg_temp.pg_roles TO {ROLE}")
    sql("SET LOCAL search_path = pg_temp, public, pg_catalog")


def found():
    sql(f"SET LOCAL ROLE {ROLE}")
    try:
        return database_role.faults()
    finally:
        sql("SET LOCAL ROLE NONE")


FAULTS = {
    "builds tables": (f"GRANT CREATE ON SCHEMA public TO {ROLE}", "may build tables that stand before the real ones."),
    "temporary tables": ("GRANT TEMPORARY ON DATABASE {database} TO PUBLIC", "may build tables that stand before"),
    "schemas": (f"GRANT CREATE ON DATABASE {{database}} TO {ROLE}", "may build tables that stand before"),
    "empties": (f"GRANT TRUNCATE ON projects_project TO {ROLE}", "may rewrite, empty or guard anew: projects_project."),
    "guards anew": (f"GRANT TRIGGER ON projects_project TO {ROLE}", "guard anew: projects_project."),
    "writes history": ("GRANT INSERT ON projects_projectevent TO PUBLIC", "guard anew: projects_projectevent."),
    "rewrites history": (f"GRANT UPDATE (pgh_label) ON projects_projectevent TO {ROLE}", "projects_projectevent."),
    "rewrites a note": (f"GRANT UPDATE (note) ON proposals_stagechange TO {ROLE}", "anew: proposals_stagechange."),
    "takes a step out": (f"GRANT DELETE ON proposals_stagechange TO {ROLE}", "anew: proposals_stagechange."),
    "sums by hand": (f"GRANT UPDATE ON projects_registercell TO {ROLE}", "anew: projects_registercell."),
    "migrations": (f"GRANT INSERT ON django_migrations TO {ROLE}", "anew: django_migrations."),
    "a table without rights": (f"REVOKE ALL ON projects_contract FROM {ROLE}", "may not read: projects_contract."),
    "a table that is missing": ("DROP TABLE proposals_reporttaking", "may not read: proposals_reporttaking."),
    "a trigger switched off": (
        "ALTER TABLE proposals_stagechange DISABLE TRIGGER USER",
        "Triggers that do not watch: proposals_stagechange pgtrigger_append_only",
    ),
}


def test_the_role_as_it_should_be_has_no_fault(right):
    assert found() == []


@pytest.mark.parametrize("kind", FAULTS)
def test_each_fault_is_named_and_shuts_the_door(right, kind):
    act, said = FAULTS[kind]
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    sql(act.format(database=connection.settings_dict["NAME"]))
    (fault, *more) = found()
    assert said in fault.message
    assert [one.message[:20] for one in more] in ([], ["Triggers that do not"])  # a missing table has none
    assert fault.is_fatal
    assert fault.remedy


@pytest.mark.parametrize("act", ["DROP TRIGGER {} ON {}", "ALTER TABLE {1} ENABLE REPLICA TRIGGER {0}"])
def test_a_trigger_that_is_gone_or_watches_replication_only_is_named(right, act):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = 'projects_project'::regclass AND NOT tgisinternal"
        )
        name = cursor.fetchone()[0]
        cursor.execute(act.format(name, "projects_project"))
    (fault,) = found()
    assert f"projects_project {name}" in fault.message


@pytest.mark.parametrize("power", ["rolcreaterole", "rolcreatedb", "rolreplication"])
def test_a_role_that_makes_roles_or_replicates_shuts_the_door(right, power):
    pretend(**{power: True})
    (fault,) = found()
    assert "may make roles or databases, or replicate" in fault.message
    assert fault.is_fatal


def test_a_member_of_a_mighty_group_shuts_the_door(right, monkeypatch):
    """The owner of a test may not give the groups of PostgreSQL away; every role is a member of itself."""
    monkeypatch.setattr(database_role, "MIGHTY_GROUPS", ("pg_write_all_data", "no_such_group", ROLE))
    (fault,) = found()
    assert fault.message == f"The database role {ROLE} is a member of {ROLE}."
    assert fault.remedy == f"REVOKE {ROLE} FROM {ROLE};"


def test_a_session_for_replication_shuts_the_door(right, monkeypatch):
    asked = database_role._ROLE.replace("current_setting('session_replication_role')", "'replica'")
    monkeypatch.setattr(database_role, "_ROLE", asked)
    (fault,) = found()
    assert "session_replication_role is replica" in fault.message


def test_a_demo_warns_only(right, settings):
    settings.PLAIN_HTTP = True
    sql(f"GRANT TRUNCATE ON projects_project TO {ROLE}")
    (fault,) = found()
    assert not fault.is_fatal


def test_of_many_tables_the_first_are_named(right):
    sql(f"GRANT TRUNCATE ON ALL TABLES IN SCHEMA public TO {ROLE}")
    (fault,) = found()
    assert "accounts_membership, accounts_membershipevent" in fault.message
    assert " more." in fault.message


def test_granting_mends_what_was_granted_too_much(right):
    sql(f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {ROLE}, PUBLIC")
    sql(f"GRANT UPDATE (hash) ON proposals_stagechange TO {ROLE}")
    assert found() != []
    call_command("grant_application_role", verbosity=0)
    assert found() == []
