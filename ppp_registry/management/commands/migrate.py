"""Django's ``migrate``, fit to run while the site serves: as the owner, one at a time, never long in anybody's way."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from django.core.management import CommandError, CommandParser
from django.core.management.commands import migrate
from django.db import DEFAULT_DB_ALIAS, OperationalError, connection, transaction
from django.db.migrations import Migration

from ppp_registry.management.commands.grant_application_role import secure
from reference.locks import Turn

LOCK_TIMEOUT = 500
"""Milliseconds to wait for a lock: pages that came later wait behind a migration that waits."""
TRIES = 20
PAUSE = 1.0
"""Seconds between two tries, in which those who waited go first."""
PATIENCE = 30
"""Seconds to wait for another migration, or for what a killed one left in the database."""

IN_THE_WAY = {"55P03", "40P01"}
"""A lock was not got in time; two waited for each other."""

_MAY_MIGRATE = """
    SELECT current_user, has_schema_privilege('public', 'CREATE') AND NOT EXISTS (
        SELECT 1 FROM pg_tables WHERE schemaname = 'public' AND NOT pg_has_role(tableowner, 'USAGE'))
"""
_HALF_BUILT = """
    SELECT indexrelid::regclass::text FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
    WHERE NOT indisvalid AND relnamespace = 'public'::regnamespace AND relkind = 'i'
"""


class Command(migrate.Command):
    """Each migration and the rights of its tables are one transaction; what was done stays done when run again."""

    def add_arguments(self, parser: CommandParser) -> None:
        """Take how long to wait and how often to try, beside Django's own words."""
        super().add_arguments(parser)
        parser.add_argument("--lock-timeout", type=int, default=LOCK_TIMEOUT, help="Milliseconds to wait for a lock.")
        parser.add_argument("--tries", type=int, default=TRIES, help="How often to try when a lock was not got.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate and grant; raise CommandError for the application's role or when the tables stay in use."""
        asks_only = options["plan"] or options["check_unapplied"]
        if options["database"] != DEFAULT_DB_ALIAS or asks_only:
            super().handle(*args, **options)
            return
        refuse_the_application()
        with alone(options["lock_timeout"]):
            for turn in range(1, options["tries"] + 1):
                try:
                    remove_half_built_indexes()
                    with ExitStack() as self.one_migration:
                        super().handle(*args, **options)
                    break
                except OperationalError as error:
                    if getattr(error.__cause__, "sqlstate", "") not in IN_THE_WAY:
                        raise
                    self.wait(turn, options["tries"], error)
            self.grant()

    def wait(self, turn: int, tries: int, error: OperationalError) -> None:
        """Say that the tables are in use and pause; raise CommandError after the last try."""
        if turn >= tries:
            raise CommandError(
                f"The tables are in use: {tries} times a lock was not got in time. What was applied stays applied, and"
                " the rest is undone. End what holds them (pg_stat_activity shows it) and run migrate again."
            ) from error
        if self.verbosity > 0:
            self.stdout.write(f" in use, so it is undone and tried again ({turn} of {tries}).")
        time.sleep(PAUSE)

    def migration_progress_callback(self, action: str, migration: Migration | None = None, fake: bool = False) -> None:
        """Hold each migration and the rights of what it made together: between the two the old code would fail."""
        if action in ("apply_start", "unapply_start") and migration and migration.atomic:
            self.one_migration.enter_context(transaction.atomic())
        if action in ("apply_success", "unapply_success"):
            self.grant()
            self.one_migration.close()
        super().migration_progress_callback(action, migration, fake)

    def grant(self) -> None:
        """Give the application its rights; where it has no role yet, say so once at the end."""
        try:
            secure()
        except CommandError as problem:
            if self.verbosity > 0 and not connection.in_atomic_block:
                self.stderr.write(f"{problem} Then run grant_application_role.")


def refuse_the_application() -> None:
    """Raise CommandError for a role that may not change every table."""
    with connection.cursor() as cursor:
        cursor.execute(_MAY_MIGRATE)
        role, may_migrate = cursor.fetchone()
    if not may_migrate:
        raise CommandError(
            f"The database role {role} does not own the tables, as is right for the application. Set"
            " MIGRATE_DATABASE_URL to the address of their owner: manage.py takes it for this command."
        )


@contextmanager
def alone(lock_timeout: int) -> Iterator[None]:
    """Keep other migrations out and waits short until the block ends; raise CommandError when another one runs."""
    with connection.cursor() as cursor:
        deadline = time.monotonic() + PATIENCE
        while True:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [Turn.MIGRATION.value])
            if cursor.fetchone()[0]:
                break
            if time.monotonic() > deadline:
                raise CommandError("Another migration of this database runs. Wait for its end and run migrate again.")
            time.sleep(0.2)
        cursor.execute(
            "SELECT set_config('lock_timeout', %s, false), set_config('statement_timeout', '0', false)",
            [str(lock_timeout)],
        )
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET lock_timeout; RESET statement_timeout")
            cursor.execute("SELECT pg_advisory_unlock(%s)", [Turn.MIGRATION.value])


def remove_half_built_indexes() -> None:
    """Drop what a CREATE INDEX CONCURRENTLY left that did not come to its end: it would stand in the way of the next.

    Nobody else builds one: only the owner can, and migrations run one at a time.
    """
    if connection.in_atomic_block:
        return
    with connection.cursor() as cursor:
        cursor.execute(_HALF_BUILT)
        for (index,) in cursor.fetchall():
            cursor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {index}")
