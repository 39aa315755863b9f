"""Rows written by statements that are composed once and planned once, for acts that write many (docs/decisions/0039).

What a column makes of its value is Django's, as in ``save``: defaults, times, files, checks of the database. There is
no signal, and no look at what is there already.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, connections, models
from django.db.models.expressions import DatabaseDefault
from pghistory.trigger import Event


def insert(row: models.Model) -> None:
    """Insert a new row as ``save(force_insert=True)`` does; what the database gives is set on the object.

    Raises TypeError for a model with a tracked history, which would not hear who acts, and the database's errors.
    """
    text, fields, given = _insertion(type(row))
    for field in given:
        if not isinstance(getattr(row, field.attname), DatabaseDefault | None):
            raise TypeError(f"{field}: the database gives this value")
    values = _values(row, fields, add=True)
    with connection.prepared_cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute(text, values)
        found = cursor.fetchone() if given else ()
    for field, value in zip(given, found, strict=True):
        setattr(row, field.attname, value)
    row._state.adding, row._state.db = False, connection.alias


def update(row: models.Model, names: Sequence[str]) -> None:
    """Write these columns of a row as ``save(update_fields=names)`` does; raise DatabaseError where it is gone.

    Raises TypeError for a model with a tracked history, and the database's errors.
    """
    text, fields = _change(type(row), tuple(names))
    with connection.prepared_cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute(text, [*_values(row, fields, add=False), row.pk])
        if cursor.rowcount != 1:
            raise DatabaseError("A row that was to be changed is gone.")


def _values(row: models.Model, fields: Sequence[Any], *, add: bool) -> list[Any]:
    plain = connections[DEFAULT_DB_ALIAS]  # ``connection`` looks it up anew at each word
    return [field.get_db_prep_save(field.pre_save(row, add), plain) for field in fields]


def _refuse_tracked(model: type[models.Model]) -> None:
    if any(isinstance(trigger, Event) for trigger in getattr(model._meta, "triggers", ())):
        raise TypeError(f"{model.__name__} has a history: write it by save()")


def _names(fields: Sequence[Any]) -> str:
    return ", ".join(connection.ops.quote_name(field.column) for field in fields)


@cache
def _insertion(model: type[models.Model]) -> tuple[str, list[Any], list[Any]]:
    """Return the statement, the columns that are written and those that the database gives."""
    _refuse_tracked(model)
    meta = model._meta
    given = [field for field in meta.local_concrete_fields if field is meta.auto_field or field.has_db_default()]
    fields = [field for field in meta.local_concrete_fields if not field.generated and field not in given]
    places = ", ".join(["%s"] * len(fields))
    text = f"INSERT INTO {connection.ops.quote_name(meta.db_table)} ({_names(fields)}) VALUES ({places})"  # noqa: S608
    return (f"{text} RETURNING {_names(given)}" if given else text), fields, given


@cache
def _change(model: type[models.Model], names: tuple[str, ...]) -> tuple[str, list[Any]]:
    _refuse_tracked(model)
    meta = model._meta
    fields: list[Any] = [meta.get_field(name) for name in names]
    changes = ", ".join(f"{connection.ops.quote_name(field.column)} = %s" for field in fields)
    table, key = connection.ops.quote_name(meta.db_table), _names([meta.pk])
    return f"UPDATE {table} SET {changes} WHERE {key} = %s", fields  # noqa: S608
