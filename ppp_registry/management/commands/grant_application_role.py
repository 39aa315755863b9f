"""Give the role the application runs as exactly what it needs; the owner of the tables runs this after migrating."""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from psycopg import sql

APPEND_ONLY = ("projects_statuschange", "django_admin_log")
"""Tables besides the history of rows that the application may only add to."""


def append_only_tables() -> list[str]:
    """Return every table the application may read and add to, but never change or empty."""
    history = [model._meta.db_table for model in apps.get_models() if hasattr(model, "pgh_trackers")]
    return sorted([*history, *APPEND_ONLY])


class Command(BaseCommand):
    """Idempotent: takes everything back first, then grants anew."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """Grant; raise CommandError when the role does not exist."""
        role = settings.APP_DATABASE_ROLE
        with transaction.atomic(), connection.cursor() as cursor:
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
            for table in append_only_tables():
                cursor.execute(sql.SQL("REVOKE UPDATE, DELETE ON {} FROM {}").format(sql.Identifier(table), name))
            cursor.execute(sql.SQL("REVOKE ALL ON django_migrations FROM {}").format(name))
            cursor.execute(sql.SQL("GRANT SELECT ON django_migrations TO {}").format(name))
        self.stdout.write(f"{role} may read and write, and owns nothing.")
