"""The connection that the register is read by now, for the few questions that are no queries of a model."""

from collections.abc import Sequence
from typing import Any

import psycopg
from django.core.exceptions import EmptyResultSet
from django.db import connections, router
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import QuerySet

from projects.models import Project


def reading() -> BaseDatabaseWrapper:
    """Return the connection that queries of the register use: both must see the same rows at the same moment."""
    return connections[router.db_for_read(Project)]


def rows_of(statement: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """Return the rows of one statement of ours, whose parameters the server binds; it keeps the parsed statement.

    For statements that are few and asked often: each connection keeps them. Raises the errors of ``django.db``.
    """
    connection = reading()
    if connection.execute_wrappers or connection.queries_logged:
        # Somebody looks at what is asked.
        with connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            return cursor.fetchall()
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as plain:
        return plain.execute(statement, parameters).fetchall()


def statement_of(rows: QuerySet[Any]) -> tuple[str, tuple[Any, ...]] | None:
    """Return what the database is asked for these rows, and the parameters; None where no row can fit."""
    try:
        text, parameters = rows.query.get_compiler(connection=reading()).as_sql()
    except EmptyResultSet:
        return None
    return text, tuple(parameters)
