"""The role the application runs as owns nothing: even its own bugs cannot rewrite history or switch it off."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection
from psycopg import sql as query

from ppp_registry.management.commands.grant_application_role import append_only_tables
from projects.models import Project
from projects.services.register import approve, enter
from tests import factories
from tests.application_role import ROLE, application, grant
from tests.rules import update

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

HISTORY = sorted(model._meta.db_table for model in apps.get_models() if getattr(model, "pgh_tracked_model", None))
ADDED_UP = ["projects_registercell", "projects_registerchange", "projects_registercube", "projects_registerversion"]
APPEND_ONLY = [
    *HISTORY,
    *ADDED_UP,
    "projects_statuschange",
    "projects_listchange",
    "projects_contractchange",
    "projects_toldnews",
    "proposals_stagechange",
    "proposals_opening",
    "proposals_paperreading",
    "proposals_reporttaking",
    "proposals_declaration",
    "proposals_refusal",
    "proposals_refusal_reasons",
    "django_admin_log",
]
VIEWS = {"pghistory_events"}  # a model that stands for a query
TABLES = sorted({model._meta.db_table for model in apps.get_models(include_auto_created=True)} - VIEWS)


def asked(statement, *parameters):
    """Return the rows of an answer."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters or None)
        return cursor.fetchall()


@pytest.fixture(scope="module")
def granted(django_db_setup, django_db_blocker) -> None:
    """The application's role with its rights."""
    with django_db_blocker.unblock():
        grant()


def refused(statement, *parameters):
    """Tell whether the database refuses the statement to the application for want of rights."""
    with pytest.raises(DatabaseError) as refusal, application(), connection.cursor() as cursor:
        cursor.execute(statement, parameters or None)
    assert refusal.value.__cause__.sqlstate == "42501", refusal.value
    return True


def test_the_command_guards_every_history_table_and_the_steps():
    assert append_only_tables() == sorted(APPEND_ONLY)
    assert len(HISTORY) == 18


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("act", ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_the_application_cannot_change_delete_or_empty_history(granted, table, act):
    columns = {"projects_registercube": "year", **dict.fromkeys(HISTORY, "pgh_label")}
    column = columns.get(table, "id")
    assert refused(act.format(table, column, column))


@pytest.mark.parametrize("table", TABLES)
def test_the_application_cannot_empty_alter_or_drop_a_table(granted, table):
    assert refused(f"TRUNCATE {table} CASCADE")
    assert refused(f"ALTER TABLE {table} ADD COLUMN back_door text")
    assert refused(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    assert refused(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
    assert refused(f"DROP TABLE {table} CASCADE")


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE public.back_door (id int)",
        "CREATE VIEW public.back_door AS SELECT 1",
        "CREATE FUNCTION public.back_door() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE SCHEMA back_door",
        "CREATE RULE back_door AS ON INSERT TO projects_projectevent DO INSTEAD NOTHING",
        "DROP TRIGGER pgtrigger_append_only_7ca27 ON projects_statuschange",
        "SET session_replication_role = replica",
        "ALTER ROLE CURRENT_USER CREATEDB",
        "CREATE ROLE back_door",
        "UPDATE django_migrations SET name = name",
        "INSERT INTO django_migrations (app, name, applied) VALUES ('x', 'y', now())",
        "SELECT setval('projects_project_id_seq', 1)",
        "SELECT pg_read_file('/etc/passwd')",
        "COPY projects_project TO PROGRAM 'cat'",
    ],
)
def test_the_application_cannot_build_a_way_around(granted, statement):
    assert refused(statement)


def test_the_application_owns_nothing_and_is_nobody_special(granted):
    assert asked("SELECT count(*) FROM pg_class WHERE relowner = %s::regrole", ROLE) == [(0,)]
    assert asked("SELECT count(*) FROM pg_proc WHERE proowner = %s::regrole", ROLE) == [(0,)]
    assert asked("SELECT count(*) FROM pg_namespace WHERE nspowner = %s::regrole", ROLE) == [(0,)]
    assert asked("SELECT count(*) FROM pg_database WHERE datdba = %s::regrole", ROLE) == [(0,)]
    assert asked(
        "SELECT rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls FROM pg_roles WHERE rolname = %s",
        ROLE,
    ) == [(False, False, False, False, False)]
    assert asked("SELECT count(*) FROM pg_auth_members WHERE member = %s::regrole", ROLE) == [(0,)]


def test_the_application_enters_and_changes_projects_and_history_is_written(granted, clerk):
    entry, paper = factories.entry(), factories.resolution()
    with application():
        project = enter(entry, by=clerk)
        approve([project], resolution=paper, by=clerk)
        Project.objects.filter(pk=project.pk).update(jobs=12)
    labels = project.events.order_by("pgh_id").values_list("pgh_label", "status", "jobs")
    assert list(labels) == [("insert", "planned", None), ("update", "approved", None), ("update", "approved", 12)]
    assert list(project.status_changes.values_list("status", flat=True)) == ["planned", "approved"]


@pytest.mark.parametrize("table", TABLES)
def test_the_application_reads_everywhere_and_adds_everywhere_but_to_history(granted, table):
    """Only the triggers write history: a row written by hand could be back-dated or name somebody else."""
    rights = asked(
        "SELECT has_table_privilege(%s, %s, 'SELECT'), has_table_privilege(%s, %s, 'INSERT')", ROLE, table, ROLE, table
    )
    assert rights == [(True, table not in [*HISTORY, *ADDED_UP])]


@pytest.mark.parametrize("table", [table for table in TABLES if table not in APPEND_ONLY])
def test_the_application_changes_and_deletes_everywhere_else(granted, table):
    rights = asked(
        "SELECT has_any_column_privilege(%s, %s, 'UPDATE'), has_table_privilege(%s, %s, 'DELETE')",
        *(ROLE, table, ROLE, table),
    )
    assert rights == [(True, True)]


@contextmanager
def ignoring(trigger: str) -> Iterator[None]:
    """Act as the application, asking the trigger library to leave a trigger of the projects out."""
    names = asked(
        "SELECT tgname::text FROM pg_trigger WHERE tgrelid = 'projects_project'::regclass AND tgname LIKE %s",
        f"pgtrigger_{trigger}_%",
    )
    assert len(names) == 1
    with application(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pgtrigger.ignore', %s, true)", ["{" + names[0][0] + "}"])
        yield
        cursor.execute("SELECT set_config('pgtrigger.ignore', '{}', true)")


def test_the_application_cannot_switch_history_off_by_a_setting(granted):
    project, entry = factories.project(), factories.entry()
    with ignoring("update_update"):
        Project.objects.filter(pk=project.pk).update(jobs=12)
    with ignoring("insert_insert"):
        second = enter(entry)
    assert list(project.events.order_by("pgh_id").values_list("jobs", flat=True)) == [None, 12]
    assert second.events.count() == 1


def test_the_application_cannot_switch_a_rule_off_by_a_setting(granted):
    project, paper = factories.project(), factories.resolution("yearly_report")
    facts = {"status": "approved", "resolution_id": paper.pk}
    with pytest.raises(DatabaseError, match="another kind"), ignoring("resolution_is_of_fitting_kind"):
        update(project, **facts)


def test_the_application_cannot_borrow_the_writers_of_history(granted):
    """They write as the owner: hung on a table of the application's own they would write whatever it likes.

    It may not make tables of its own either; here it may, so that only the right on the function is asked.
    """
    with connection.cursor() as cursor:
        database = query.Identifier(connection.settings_dict["NAME"])
        cursor.execute(query.SQL("GRANT TEMPORARY ON DATABASE {} TO PUBLIC").format(database))
    writers = asked(
        "SELECT DISTINCT tgfoid::regproc::text FROM pg_trigger"
        " WHERE tgname ~ '^pgtrigger_(insert_insert|update_update|delete_delete)_'"
    )
    assert len(writers) >= 10
    for (writer,) in writers:
        assert refused(
            "CREATE TEMPORARY TABLE forged (LIKE projects_project) ON COMMIT DROP;"
            f"CREATE TRIGGER forge AFTER INSERT ON forged FOR EACH ROW EXECUTE FUNCTION {writer}()"
        )


def test_granting_again_changes_nothing(granted):
    def rights():
        return asked(
            "SELECT relname, relacl::text FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY 1"
        )

    before = rights()
    told = StringIO()
    call_command("grant_application_role", stdout=told)
    assert rights() == before
    assert told.getvalue() == f"{ROLE} may read and write, and owns nothing.\n"


def test_rights_that_were_given_by_hand_are_taken_back(granted):
    with connection.cursor() as cursor:
        cursor.execute(query.SQL("GRANT ALL ON projects_projectevent TO {}").format(query.Identifier(ROLE)))
    call_command("grant_application_role", stdout=StringIO())
    assert refused("DELETE FROM projects_projectevent")
    assert refused("TRUNCATE projects_projectevent")


def test_a_role_that_does_not_exist_is_named(settings):
    settings.APP_DATABASE_ROLE = "nobody_of_this_name"
    with pytest.raises(CommandError, match="nobody_of_this_name"):
        call_command("grant_application_role", stdout=StringIO())


def test_where_the_application_is_the_owner_nothing_is_granted(settings):
    settings.APP_DATABASE_ROLE = asked("SELECT current_user::text")[0][0]
    told = StringIO()
    call_command("grant_application_role", stdout=told)
    assert "nothing to grant" in told.getvalue()
