"""Give the role the application runs as exactly what it needs; the owner of the tables runs this after migrating."""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from psycopg import sql

APPEND_ONLY = (
    "projects_statuschange",
    "projects_listchange",
    "projects_contractchange",
    "projects_toldnews",
    "proposals_stagechange",
    "proposals_paperreading",
    "proposals_reporttaking",
    "proposals_declaration",
    "proposals_refusal",
    "proposals_refusal_reasons",
    "django_admin_log",
)
"""Tables the application may read and add to, but never change or empty."""


ADDED_UP = ("projects_registercell",)
"""Tables that triggers keep: the application reads what stands there and writes nothing past the triggers."""

_OWNERS_WRITERS = """
    SELECT DISTINCT tgfoid::regprocedure::text FROM pg_trigger
    WHERE tgname ~ '^pgtrigger_(insert_insert|update_update|delete_delete|cells_gain|cells_lose|cells_follow)_'
"""
# The library lets anybody switch its triggers off by a setting of the session. Nothing of ours needs that.
_NEVER_IGNORED = """
    CREATE OR REPLACE FUNCTION _pgtrigger_should_ignore(trigger_name NAME) RETURNS BOOLEAN
    LANGUAGE sql IMMUTABLE AS 'SELECT FALSE'
"""


def history_tables() -> list[str]:
    """Return the tables of history: only their triggers write there, as the owner of the tables."""
    return sorted(model._meta.db_table for model in apps.get_models() if hasattr(model, "pgh_trackers"))


def append_only_tables() -> list[str]:
    """Return every table that the application may never change or empty."""
    return sorted([*history_tables(), *ADDED_UP, *APPEND_ONLY])


class Command(BaseCommand):
    """Idempotent: takes everything back first, then grants anew."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """Grant; raise CommandError when the role does not exist."""
        role = settings.APP_DATABASE_ROLE
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_NEVER_IGNORED)
            cursor.execute(_OWNERS_WRITERS)
            for (function,) in cursor.fetchall():
                cursor.execute(f"ALTER FUNCTION {function} SECURITY DEFINER SET search_path = public, pg_temp")
                # Else the application could hang the function on a table of its own and write history with it.
                cursor.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
            cursor.execute("SELECT current_user, to_regrole(%s) IS NOT NULL", [role])
            current, exists = cursor.fetchone()
            if current == role:
                self.stdout.write(f"The application runs as the owner {role}: nothing to grant.")
                return
            if not exists:
                raise CommandError(f"There is no database role {role}. Create it, or set APP_DATABASE_ROLE.")
            name = sql.Identifier(role)
            for statement in (
                "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {}",
                "REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {}",
                "GRANT USAGE ON SCHEMA public TO {}",
                "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {}",
                "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}",
            ):
                cursor.execute(sql.SQL(statement).format(name))
            for table in [*history_tables(), *ADDED_UP]:
                cursor.execute(sql.SQL("REVOKE ALL ON {} FROM {}").format(sql.Identifier(table), name))
                cursor.execute(sql.SQL("GRANT SELECT ON {} TO {}").format(sql.Identifier(table), name))
            for table in APPEND_ONLY:
                cursor.execute(sql.SQL("REVOKE UPDATE, DELETE ON {} FROM {}").format(sql.Identifier(table), name))
            cursor.execute(sql.SQL("REVOKE ALL ON django_migrations FROM {}").format(name))
            cursor.execute(sql.SQL("GRANT SELECT ON django_migrations TO {}").format(name))
        self.stdout.write(f"{role} may read and write, and owns nothing.")
