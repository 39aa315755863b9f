"""`migrate` while the site serves: as the owner only, one at a time, short waits for locks, rights at once."""

import threading
import time
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import OperationalError, ProgrammingError, connection, connections, migrations, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from ppp_registry import database_role
from ppp_registry.management.commands import migrate
from reference.locks import Turn

ROLE = settings.APP_DATABASE_ROLE


def asked(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return cursor.fetchall() if cursor.description else []


@pytest.fixture
def committed(django_db_setup, django_db_blocker):
    """The database without a transaction around: nothing is emptied afterwards, so each test undoes what it does."""
    with django_db_blocker.unblock():
        yield


@pytest.fixture
def role(committed):
    """The application's role, made where the cluster has none yet."""
    if not asked("SELECT 1 FROM pg_roles WHERE rolname = %s", ROLE):
        asked(f"CREATE ROLE {ROLE}")
        asked(f"GRANT {ROLE} TO CURRENT_USER")
    return ROLE


@pytest.fixture
def pending(role, monkeypatch):
    """Return a function that adds one migration of these operations to the newest of reference, not yet applied."""
    added = []

    def add(*operations, atomic=True):
        loader = MigrationLoader(connection)
        (newest,) = loader.graph.leaf_nodes("reference")
        facts = {"operations": list(operations), "dependencies": [newest], "atomic": atomic}
        made = type("Migration", (migrations.Migration,), facts)("9999_of_a_test", "reference")
        plain = MigrationLoader.load_disk

        def load_disk(self):
            plain(self)
            self.disk_migrations["reference", made.name] = made

        monkeypatch.setattr(MigrationLoader, "load_disk", load_disk)
        added.append(made)

    yield add
    connection.close()
    asked("DELETE FROM django_migrations WHERE name = '9999_of_a_test'")
    asked("DROP TABLE IF EXISTS reference_of_a_test")


@contextmanager
def held(statement):
    """Hold a lock in another session until the block ends or somebody sets the event that it yields."""
    ready, over = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
            ready.set()
            over.wait(60)
        connections.close_all()

    holder = threading.Thread(target=hold)
    holder.start()
    assert ready.wait(30)
    try:
        yield over
    finally:
        over.set()
        holder.join()


def run(**options):
    call_command("migrate", "reference", **{"verbosity": 0, "lock_timeout": 100, **options})


def is_applied():
    return ("reference", "9999_of_a_test") in MigrationExecutor(connection).loader.applied_migrations


NEW_TABLE = migrations.RunSQL("CREATE TABLE reference_of_a_test (id int)")
NEEDS_A_LOCK = migrations.RunSQL("COMMENT ON TABLE reference_sector IS NULL; LOCK TABLE reference_sector")


def test_rights_come_in_the_transaction_of_the_migration(pending, monkeypatch):
    pending(
        NEW_TABLE,
        migrations.RunSQL(
            "CREATE OR REPLACE FUNCTION _pgtrigger_should_ignore(trigger_name NAME)"
            " RETURNS BOOLEAN LANGUAGE sql AS 'SELECT TRUE'"
        ),
    )
    seen = []
    plain = migrate.Command.grant

    def grant(self):
        plain(self)
        seen.append(connection.in_atomic_block)

    monkeypatch.setattr(migrate.Command, "grant", grant)
    run()
    assert seen == [True, False]
    assert asked("SELECT has_table_privilege(%s, 'reference_of_a_test', 'INSERT')", ROLE) == [(True,)]
    assert asked("SELECT _pgtrigger_should_ignore('x')") == [(False,)]


def test_rights_that_cannot_be_given_undo_the_migration(pending, monkeypatch):
    pending(NEW_TABLE)

    def grant(self):
        raise ProgrammingError("no rights")

    monkeypatch.setattr(migrate.Command, "grant", grant)
    with pytest.raises(ProgrammingError, match="no rights"):
        run()
    assert asked("SELECT to_regclass('reference_of_a_test')") == [(None,)]
    assert not is_applied()


IN_USE = "LOCK TABLE reference_sector IN ACCESS SHARE MODE"


def test_a_lock_that_is_not_got_undoes_the_migration_and_it_is_tried_again(pending, monkeypatch, capsys):
    pending(NEW_TABLE, NEEDS_A_LOCK)
    left = []

    def pause(over):
        left.append(asked("SELECT to_regclass('reference_of_a_test')"))
        over.set()

    with held(IN_USE) as over:
        monkeypatch.setattr(migrate.time, "sleep", lambda seconds: pause(over))
        run(verbosity=1, tries=1000)
    assert left[0] == [(None,)]
    assert "in use, so it is undone and tried again (1 of 1000)." in capsys.readouterr().out
    assert is_applied()


def test_whoever_comes_later_waits_no_longer_than_the_migration(pending, monkeypatch):
    """A reader that came behind a migration without a limit would wait for the one who holds the table."""
    pending(NEEDS_A_LOCK)
    monkeypatch.setattr(migrate, "PAUSE", 0.05)
    fates = []

    def read(over):
        try:
            for _turn in range(8):
                with transaction.atomic():
                    asked("SET LOCAL statement_timeout = '5s'")
                    asked("SELECT count(*) FROM reference_sector")
                fates.append("read")
                time.sleep(0.05)
        except OperationalError:
            fates.append("waited for ever")
        over.set()
        connections.close_all()

    with held(IN_USE) as over:
        reader = threading.Thread(target=read, args=[over])
        reader.start()
        run(tries=1000)
        reader.join()
    assert fates == ["read"] * 8
    assert is_applied()


def test_tables_that_stay_in_use_end_it_with_a_sentence(pending, monkeypatch):
    pending(NEW_TABLE, NEEDS_A_LOCK)
    monkeypatch.setattr(migrate, "PAUSE", 0.05)
    with held(IN_USE), pytest.raises(CommandError, match="The tables are in use: 2 times") as refusal:
        run(tries=2)
    assert isinstance(refusal.value.__cause__, OperationalError)
    assert asked("SELECT to_regclass('reference_of_a_test')") == [(None,)]
    assert not is_applied()
    run()
    assert is_applied()


def test_other_faults_are_not_tried_again(pending):
    pending(NEW_TABLE, migrations.RunSQL("SELECT 1 / 0"))
    with pytest.raises(Exception, match="division by zero"):
        run()
    assert not is_applied()
    assert asked("SHOW lock_timeout") == [("0",)]


def test_a_second_migration_waits_for_the_first(pending, monkeypatch):
    pending(NEW_TABLE)
    monkeypatch.setattr(migrate, "PATIENCE", 0.3)
    with (
        held(f"SELECT pg_advisory_xact_lock({Turn.MIGRATION.value})"),
        pytest.raises(CommandError, match="Another migration of this database runs"),
    ):
        run()
    assert not is_applied()
    run()
    assert is_applied()


def test_an_index_that_was_not_built_to_its_end_is_removed(pending):
    """Two equal rows end a unique index by half, as kill -9 would."""
    asked("CREATE TABLE reference_of_a_test (id int); INSERT INTO reference_of_a_test VALUES (1), (1)")
    statement = "CREATE UNIQUE INDEX CONCURRENTLY reference_half ON reference_of_a_test (id)"
    with pytest.raises(Exception, match="could not create unique index"):
        asked(statement)
    assert asked("SELECT indisvalid FROM pg_index WHERE indexrelid = 'reference_half'::regclass") == [(False,)]
    asked("DELETE FROM reference_of_a_test")
    pending(migrations.RunSQL(statement), atomic=False)
    run()
    assert asked("SELECT indisvalid FROM pg_index WHERE indexrelid = 'reference_half'::regclass") == [(True,)]


def test_the_application_does_not_migrate(role):
    asked(f"SET ROLE {ROLE}")
    try:
        with pytest.raises(
            CommandError, match=f"The database role {ROLE} does not own the tables.*MIGRATE_DATABASE_URL"
        ):
            run()
        call_command("migrate", plan=True, verbosity=0)  # to ask is allowed
    finally:
        asked("RESET ROLE")


def test_after_migrating_the_application_starts(role, settings):
    settings.PLAIN_HTTP = False
    asked(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {ROLE}")
    run()
    asked(f"SET ROLE {ROLE}")
    try:
        assert database_role.faults() == []
    finally:
        asked("RESET ROLE")


def test_a_cluster_without_the_role_is_told_what_is_left_to_do(committed, settings, capsys):
    settings.APP_DATABASE_ROLE = "nobody_here"
    run(verbosity=1)
    told = capsys.readouterr().err
    assert told.count("There is no database role nobody_here.") == 1
    assert "Then run grant_application_role." in told
