"""The site does not run as a database role that could switch the register's rules off."""

import importlib
import logging

import pytest
from django.conf import settings as site
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import DatabaseError, OperationalError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from ppp_registry import database_role
from ppp_registry.management.commands.grant_application_role import APPEND_ONLY, history_tables
from projects.models import Project
from tests import factories

pytestmark = pytest.mark.django_db


def sql(statement):
    """Run a statement; return its rows if it has any."""
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


def me():
    return sql("SELECT current_user")[0][0]


@pytest.fixture
def application():
    """Return the application's role; it is made for the test where there is none. All is undone at the end."""
    role = site.APP_DATABASE_ROLE
    if not sql(f"SELECT 1 FROM pg_roles WHERE rolname = '{role}'"):
        sql(f"CREATE ROLE {role}")
    assert role != me(), "tests run as the owner of the tables"
    return role


@pytest.fixture
def modest(application):
    """Act as the application's role with the rights it should have."""
    call_command("grant_application_role", verbosity=0)
    sql(f"SET LOCAL ROLE {application}")


def pretend(name, powers):
    """Let the catalogue say that the role has these powers: nobody may give them to a role of a test."""
    columns = f"oid, rolname, {powers}, false AS rolcreaterole, false AS rolcreatedb, false AS rolreplication"
    sql(f"CREATE TEMP TABLE pg_roles AS SELECT {columns} FROM pg_catalog.pg_roles WHERE rolname = '{name}'")
    sql("SET LOCAL search_path = pg_temp, public, pg_catalog")


def said():
    return [(fault.message, fault.is_fatal) for fault in database_role.faults()]


SUPERUSER = ["true AS rolsuper, false AS rolbypassrls", "false AS rolsuper, true AS rolbypassrls"]
MIGHTY = "The database role {} is a superuser."
OWNER = "The database role {} owns the tables and could switch their rules off."


def test_the_applications_role_is_right(modest):
    assert said() == []


@pytest.mark.parametrize("is_demo", [False, True])
def test_the_owner_of_the_tables_stops_production_and_warns_in_a_demo(settings, is_demo):
    settings.PLAIN_HTTP = is_demo
    pretend(me(), "false AS rolsuper, false AS rolbypassrls")
    assert said() == [(OWNER.format(me()), not is_demo)]


@pytest.mark.parametrize("powers", SUPERUSER)
@pytest.mark.parametrize("is_demo", [False, True])
def test_a_mighty_role_stops_production_and_warns_in_a_demo(application, settings, powers, is_demo):
    settings.PLAIN_HTTP = is_demo
    pretend(application, powers)
    sql(f"GRANT SELECT ON pg_temp.pg_roles TO {application}")
    sql(f"SET LOCAL ROLE {application}")
    assert said() == [(MIGHTY.format(application), not is_demo)]


def test_a_member_of_the_owner_is_as_mighty_as_the_owner(application, settings):
    settings.PLAIN_HTTP = False
    pretend(me(), "false AS rolsuper, false AS rolbypassrls")
    sql(f"GRANT CREATE ON SCHEMA public TO {application}")
    for (table,) in sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"):
        sql(f'ALTER TABLE "{table}" OWNER TO {application}')
    assert said() == [(OWNER.format(me()), True)]


def test_every_fault_says_what_to_do(application, settings):
    settings.PLAIN_HTTP = False
    pretend(me(), SUPERUSER[0])
    found = database_role.faults()
    assert [fault.message for fault in found] == [MIGHTY.format(me()), OWNER.format(me())]
    assert [fault.remedy for fault in found] == [
        "Run the site as a role that is not.",
        "Migrate as an owner (MIGRATE_DATABASE_URL) and run the site as another role.",
    ]


def test_a_database_that_does_not_know_kazakh_capitals_never_serves(modest, settings, monkeypatch):
    monkeypatch.setattr(database_role, "_ROLE", database_role._ROLE.replace("lower('ҚӘ')", "lower('ҚӘ' COLLATE \"C\")"))
    for is_demo in (False, True):
        settings.PLAIN_HTTP = is_demo
        assert said() == [("The database does not know Kazakh capitals.", True)]


def test_one_query_tells_everything(modest):
    with CaptureQueriesContext(connection) as captured:
        database_role.faults()
    assert len(captured) == 1


# --- the door ---


@pytest.fixture
def door(monkeypatch, settings):
    """Return the server's module, loaded as in a demo: loading it asks for faults itself."""
    settings.PLAIN_HTTP = True
    monkeypatch.setattr(connections["default"], "close", lambda: None)
    # The limits of pages would stay on every connection that the tests open afterwards.
    monkeypatch.setattr("ppp_registry.waiting.limit_waits", lambda databases: None)
    return importlib.import_module("ppp_registry.wsgi")


def test_the_door_stays_shut_for_the_owner(door, settings):
    settings.PLAIN_HTTP = False
    pretend(me(), "false AS rolsuper, false AS rolbypassrls")
    with pytest.raises(ImproperlyConfigured) as refusal:
        door.refuse_faulty_database()
    assert str(refusal.value).startswith(f"{OWNER.format(me())} Migrate as an owner")


def test_the_door_opens_for_the_application(door, modest, settings, caplog):
    settings.PLAIN_HTTP = False
    with caplog.at_level(logging.WARNING):
        door.refuse_faulty_database()
    assert caplog.records == []


def test_the_door_of_a_demo_opens_with_a_warning(door, caplog):
    pretend(me(), "false AS rolsuper, false AS rolbypassrls")
    with caplog.at_level(logging.WARNING):
        door.refuse_faulty_database()
    (record,) = caplog.records
    assert record.getMessage().startswith(OWNER.format(me()))


def test_a_database_that_is_down_shuts_no_door(door, monkeypatch):
    def cursor():
        raise OperationalError("down")

    monkeypatch.setattr(connections["default"], "cursor", cursor)
    assert door.refuse_faulty_database() is None


def test_a_worker_knows_the_addresses_of_all_languages_before_it_answers(door, monkeypatch):
    asked = []
    monkeypatch.setattr("django.urls.reverse", lambda name: asked.append(translation.get_language()))
    door.load_addresses()
    assert asked == ["kk", "ru", "en"]


# --- what the application's role gets ---


@pytest.fixture
def granted(application, reference_data):
    """Grant the application's role what it needs, twice, and act as it."""
    made = factories.project_in("approved")
    for _ in range(2):
        call_command("grant_application_role", verbosity=0)
    sql(f"SET LOCAL ROLE {application}")
    return made


def refused(statement):
    with pytest.raises(DatabaseError, match=r"permission denied|must be owner"), transaction.atomic():
        sql(statement)


def test_the_application_works_with_what_it_is_granted(granted):
    factories.project_in("operation")
    factories.group_of({"cost": 5})
    granted.jobs = 7
    granted.save()
    assert Project.objects.count() == 4
    assert [row.jobs for row in granted.events.order_by("pgh_id")] == [None, None, 7]


def test_the_application_cannot_touch_history(granted):
    for table in [*history_tables(), *APPEND_ONLY]:
        column = "pgh_label" if table.endswith("event") else "id"
        refused(f'UPDATE "{table}" SET "{column}" = NULL')
        refused(f'DELETE FROM "{table}"')
        refused(f'TRUNCATE "{table}"')


def test_the_application_cannot_invent_history(granted):
    for table in history_tables():
        refused(f'INSERT INTO "{table}" DEFAULT VALUES')
        assert sql(f'SELECT count(*) FROM "{table}"') >= [(0,)]


@pytest.mark.parametrize("ignored", ["projects_project:update_update", "all", "projects.Project:number_never_changes"])
def test_no_setting_of_a_session_switches_the_rules_off(granted, ignored):
    sql(f"SET LOCAL pgtrigger.ignore = '{{{ignored}}}'")
    Project.objects.filter(pk=granted.pk).update(jobs=8)
    assert granted.events.filter(jobs=8).count() == 1
    with pytest.raises(DatabaseError), transaction.atomic():
        Project.objects.filter(pk=granted.pk).update(number=77)


def test_the_tables_of_history_are_these():
    assert history_tables() == [
        "accounts_membershipevent",
        "accounts_organisationevent",
        "accounts_secondfactorevent",
        "projects_contractevent",
        "projects_declaredshareevent",
        "projects_documentevent",
        "projects_obligationceilingevent",
        "projects_obligationevent",
        "projects_projectevent",
        "projects_resolutionevent",
        "projects_responsibilityevent",
        "proposals_assignmentevent",
        "proposals_criterionevent",
        "proposals_draftresolutionevent",
        "proposals_expertsectorevent",
        "proposals_lettertextevent",
        "proposals_refusalreasonevent",
        "proposals_sessionevent",
    ]
    assert sorted(APPEND_ONLY) == [
        "django_admin_log",
        "projects_contractchange",
        "projects_listchange",
        "projects_statuschange",
        "projects_toldnews",
        "proposals_declaration",
        "proposals_opening",
        "proposals_paperreading",
        "proposals_refusal",
        "proposals_refusal_reasons",
        "proposals_reporttaking",
        "proposals_stagechange",
    ]


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE projects_project DISABLE TRIGGER ALL",
        "ALTER TABLE projects_project DROP COLUMN jobs",
        "DROP TABLE projects_project",
        "TRUNCATE projects_project CASCADE",
        "CREATE TABLE mine (id int)",
        "CREATE INDEX mine ON projects_project (jobs)",
        "INSERT INTO django_migrations (app, name, applied) VALUES ('a', 'b', now())",
        "SET session_replication_role = replica",
    ],
)
def test_the_application_cannot_change_the_house(granted, statement):
    refused(statement)


def test_rights_that_somebody_added_are_taken_back(granted, application):
    sql("RESET ROLE")
    sql(f"GRANT ALL ON projects_projectevent, django_migrations TO {application}")
    call_command("grant_application_role", verbosity=0)
    sql(f"SET LOCAL ROLE {application}")
    refused("DELETE FROM projects_projectevent")
    refused("DELETE FROM django_migrations")


def test_a_role_that_does_not_exist_is_named(settings):
    settings.APP_DATABASE_ROLE = "nobody_here"
    with pytest.raises(CommandError) as refusal:
        call_command("grant_application_role")
    assert str(refusal.value) == "There is no database role nobody_here. Create it, or set APP_DATABASE_ROLE."


def test_an_application_that_is_the_owner_is_told_that_there_is_nothing_to_grant(settings, capsys):
    settings.APP_DATABASE_ROLE = me()
    call_command("grant_application_role")
    assert capsys.readouterr().out == f"The application runs as the owner {me()}: nothing to grant.\n"
