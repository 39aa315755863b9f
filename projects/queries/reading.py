"""The connection that the register is read by now, for the few questions that are no queries of a model."""

from collections.abc import Sequence
from typing import Any, cast

from django.core.exceptions import EmptyResultSet
from django.db import connections, router
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import QuerySet

from projects.models import Project


def reading() -> BaseDatabaseWrapper:
    """Return the connection that queries of the register use: both must see the same rows at the same moment."""
    return connections[router.db_for_read(Project)]


def rows_of(statement: str, parameters: Sequence[Any] = (), *, planned_anew: bool = False) -> list[tuple[Any, ...]]:
    """Return the rows of one statement of ours, whose parameters the server binds. Raises the errors of ``django.db``.

    Each connection keeps the plan of what is asked again; ``planned_anew``: the best plan depends on the values.
    """
    connection = reading()
    if connection.execute_wrappers or connection.queries_logged:
        # Somebody looks at what is asked.
        with connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            return cursor.fetchall()
    with connection.prepared_cursor() as plain:  # type: ignore[attr-defined]
        plain.execute(statement, parameters, prepare=False if planned_anew else None)
        return cast(list[tuple[Any, ...]], plain.fetchall())


def statement_of(rows: QuerySet[Any]) -> tuple[str, tuple[Any, ...]] | None:
    """Return what the database is asked for these rows, and the parameters; None where no row can fit."""
    try:
        text, parameters = rows.query.get_compiler(connection=reading()).as_sql()
    except EmptyResultSet:
        return None
    return text, tuple(parameters)
