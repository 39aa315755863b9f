"""The connection that the register is read by now, for the few questions that are no queries of a model."""

from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections, router
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import QuerySet

from projects.models import Project


def reading() -> BaseDatabaseWrapper:
    """Return the connection that queries of the register use: both must see the same rows at the same moment."""
    return connections[router.db_for_read(Project)]


def statement_of(rows: QuerySet[Any]) -> tuple[str, tuple[Any, ...]] | None:
    """Return what the database is asked for these rows, and the parameters; None where no row can fit."""
    try:
        text, parameters = rows.query.get_compiler(connection=reading()).as_sql()
    except EmptyResultSet:
        return None
    return text, tuple(parameters)
