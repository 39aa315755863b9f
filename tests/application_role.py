"""The database role of the application: given its rights, and acted as."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from psycopg import sql

ROLE = settings.APP_DATABASE_ROLE
_NAME = sql.Identifier(ROLE)


def grant() -> None:
    """Give the role its rights; it is made where the cluster has none yet."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE])
        if not cursor.fetchone():
            cursor.execute(sql.SQL("CREATE ROLE {}").format(_NAME))
            cursor.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(_NAME))
    call_command("grant_application_role", verbosity=0)


@contextmanager
def application() -> Iterator[None]:
    """Act as the application does until the block ends."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql.SQL("SET LOCAL ROLE {}").format(_NAME))
        yield
        cursor.execute("SET LOCAL ROLE NONE")
