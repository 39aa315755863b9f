"""Questions that Django writes as SQL once and the server plans once, for acts that ask many small ones.

Django takes about a millisecond to write a statement, PostgreSQL half of one to plan it, and both less to answer it
(docs/decisions/0039). What is asked stands in Django's words, as everywhere.
"""

import datetime
import random
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, models
from django.db.models.query import get_related_populators


@dataclass(frozen=True)
class _Written:
    """A statement, its values or the places of the values that are given each time, and how its rows are read."""

    text: str
    parameters: tuple[Any, ...]
    places: dict[int, int]
    model: type[models.Model]
    names: list[str]
    related: list[Any]
    converters: dict[int, tuple[list[Callable[..., Any]], Any]]


def _mark(value: Any) -> Any:
    """Return a value of the same type that stands nowhere else."""
    if isinstance(value, uuid.UUID):
        return uuid.uuid4()
    if isinstance(value, str):
        return uuid.uuid4().hex
    if isinstance(value, int) and not isinstance(value, bool):
        return random.randrange(2**40, 2**60)  # noqa: S311 – no secret
    if type(value) is datetime.date:
        return datetime.date(random.randrange(5000, 9999), 1, 1)  # noqa: S311
    raise TypeError(f"{type(value).__name__}: only keys, texts, whole numbers and days are put into a written question")


class Once:
    """A question in Django's words, made by a function of the values that change from time to time.

    The function gets marks in their place and must not look at them. What changes the statement itself is a named
    argument: each combination is written for itself.
    """

    def __init__(self, make: Callable[..., models.QuerySet[Any, Any]]) -> None:
        self._make = make
        self._written: dict[tuple[Any, ...], _Written] = {}

    def rows(self, *values: Any, **choices: Any) -> list[tuple[Any, ...]]:
        """Return the rows of ``values_list``, or of all columns of the model."""
        written = self._of(values, choices)
        parameters = list(written.parameters)
        for place, turn in written.places.items():
            parameters[place] = values[turn]
        with connection.prepared_cursor() as cursor:  # type: ignore[attr-defined]
            cursor.execute(written.text, parameters)
            found = cursor.fetchall()
        return [_converted(row, written.converters) for row in found] if written.converters else found

    def objects(self, *values: Any, **choices: Any) -> list[Any]:
        """Return the rows as objects of their model, with what ``select_related`` names."""
        written = self._of(values, choices)
        made, names, width = written.model.from_db, written.names, len(written.names)
        found = []
        for row in self.rows(*values, **choices):
            found.append(made(DEFAULT_DB_ALIAS, names, row[:width]))
            for populator in written.related:
                populator.populate(row, found[-1])
        return found

    def _of(self, values: tuple[Any, ...], choices: dict[str, Any]) -> _Written:
        key = (*(type(value) for value in values), *sorted(choices.items()))
        if key not in self._written:
            self._written[key] = self._write(values, choices)
        return self._written[key]

    def _write(self, values: tuple[Any, ...], choices: dict[str, Any]) -> _Written:
        marks = [_mark(value) for value in values]
        queryset = self._make(*marks, **choices)
        compiler = queryset.query.get_compiler(connection=connection)
        text, parameters = compiler.as_sql()
        places = {place: marks.index(value) for place, value in enumerate(parameters) if value in marks}
        if set(places.values()) != set(range(len(values))):
            raise ValueError("A value of the question does not stand in its statement as it is.")
        columns = [column for column, _sql, _alias in compiler.select]
        info = compiler.klass_info or {"select_fields": [], "related_klass_infos": []}
        # Django puts the columns of the model itself first.
        names = [columns[place].target.attname for place in info["select_fields"]]
        related = get_related_populators(info, compiler.select, DEFAULT_DB_ALIAS)  # type: ignore[call-arg]
        converters = compiler.get_converters(columns)
        return _Written(text, tuple(parameters), places, queryset.model, names, related, converters)


def keep_prefetched(owners: Sequence[models.Model], name: str, rows: Sequence[models.Model]) -> None:
    """Give each owner its rows as ``prefetch_related`` does; ``name`` is that of the rows on their owner."""
    if not owners:
        return
    field: Any = owners[0]._meta.get_field(name).remote_field
    of: dict[Any, list[models.Model]] = {owner.pk: [] for owner in owners}
    for row in rows:
        of[getattr(row, field.attname)].append(row)
    for owner in owners:
        for row in of[owner.pk]:
            field.set_cached_value(row, owner)
        queryset = getattr(owner, name).get_queryset()
        queryset._result_cache, queryset._prefetch_done = of[owner.pk], True
        owner.__dict__.setdefault("_prefetched_objects_cache", {})[name] = queryset


def _converted(row: tuple[Any, ...], converters: dict[int, tuple[list[Callable[..., Any]], Any]]) -> tuple[Any, ...]:
    values = list(row)
    for place, (functions, expression) in converters.items():
        for function in functions:
            values[place] = function(values[place], expression, connection)
    return tuple(values)
