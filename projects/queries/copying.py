"""Rows as PostgreSQL itself writes them: COPY of a query, a piece at a time.

COPY is one statement for the whole download, and while its reader takes nothing the database can only wait: neither
``statement_timeout`` nor ``idle_in_transaction_session_timeout`` end that, so a watch here cuts the connection.
"""

import os
import select
import socket
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet
from psycopg import ClientCursor, Connection
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGconn
from psycopg.sql import SQL, Composable, Composed, Identifier, Literal

from projects.queries.reading import reading

LONGEST_SILENCE = 120
"""Seconds without a row taken, whoever is slow, after which the transaction behind a download ends."""
PIECE = 256 * 1024
"""Bytes handed on at once: each piece is a turn of the interpreter, and readers of pages wait for theirs."""
_LOOKS = 24
"""How often the watch looks within the longest silence."""


def copied(
    rows: QuerySet[Any],
    names: Sequence[str],
    line: Composable,
    *,
    delimiter: str = ",",
    quote: str = '"',
    under: Mapping[str, str],
) -> Iterator[list[bytes]]:
    """Yield the rows of a query as COPY writes them, lists of lines of about ``PIECE`` bytes.

    ``rows`` select the columns called ``names``; ``line`` is the SQL of what is written of each, comma by comma.
    ``under``: settings of the session that hold while the rows are read. The caller has opened a transaction. Raises
    django.db.OperationalError when the database is away, or after ``LONGEST_SILENCE``.
    """
    connection = reading()
    try:
        query, params = rows.query.sql_with_params()
    except EmptyResultSet:
        return
    connection.ensure_connection()
    with connection.wrap_database_errors, ClientCursor(connection.connection) as cursor:
        statement = SQL("COPY (SELECT {} FROM ({}) AS r({})) TO STDOUT (FORMAT csv, DELIMITER {}, QUOTE {})").format(
            line,
            # COPY takes no parameters: psycopg writes them into the statement, each as a literal.
            SQL(cursor.mogrify(query, params)),
            SQL(", ").join(Identifier(name) for name in names),
            Literal(delimiter),
            Literal(quote),
        )
        with _settings(cursor, {**under, "statement_timeout": "0"}):
            yield from _lines(cursor, statement)


@contextmanager
def _settings(cursor: ClientCursor, wanted: Mapping[str, str]) -> Iterator[None]:
    """Set these until the transaction ends, or until all rows are read where it goes on."""
    names = list(wanted)
    before = cursor.execute(
        SQL("SELECT {}").format(SQL(", ").join(SQL("current_setting({})").format(Literal(name)) for name in names))
    ).fetchone()
    _set(cursor, wanted)
    yield
    # Not after an error: then the transaction is lost, and they with it.
    _set(cursor, dict(zip(names, before or (), strict=True)))


def _set(cursor: ClientCursor, wanted: Mapping[str, str]) -> None:
    each = (SQL("set_config({}, {}, true)").format(Literal(name), Literal(value)) for name, value in wanted.items())
    cursor.execute(SQL("SELECT {}").format(SQL(", ").join(each)))


def _lines(cursor: ClientCursor, statement: Composed) -> Iterator[list[bytes]]:
    with _watched(cursor.connection) as watch, cursor.copy(statement):
        held: list[bytes] = []
        size = 0
        for line in _messages(cursor.connection.pgconn):
            held.append(line)
            size += len(line)
            if size >= PIECE:
                watch.moved = time.monotonic()
                yield held
                watch.moved = time.monotonic()
                held, size = [], 0
        if held:
            yield held


def _messages(pgconn: PGconn) -> Iterator[bytes]:
    """Yield what COPY sends; PostgreSQL sends each row as one message."""
    # Copy.read() of psycopg comes to the same and takes five times as long for each row.
    ready = select.poll()
    ready.register(pgconn.socket, select.POLLIN)
    get = pgconn.get_copy_data
    while True:
        size, line = get(1)
        if size > 0:
            yield line  # type: ignore[misc]
        elif size == 0:
            ready.poll()
            pgconn.consume_input()
        else:
            break
    while result := pgconn.get_result():
        if result.status != ExecStatus.COMMAND_OK:
            raise error_from_result(result)


class _Watch(threading.Thread):
    """Cuts a connection over which nothing has moved for too long."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(name="watch over a download", daemon=True)
        self.moved = time.monotonic()
        self.over = threading.Event()
        # A handle of its own: a number that was closed elsewhere may by then be another connection's.
        self._socket = socket.socket(fileno=os.dup(connection.pgconn.socket))

    def run(self) -> None:
        with self._socket:
            while not self.over.wait(LONGEST_SILENCE / _LOOKS):
                if time.monotonic() - self.moved > LONGEST_SILENCE:
                    self._socket.shutdown(socket.SHUT_RDWR)
                    return


@contextmanager
def _watched(connection: Connection) -> Iterator[_Watch]:
    watch = _Watch(connection)
    watch.start()
    try:
        yield watch
    finally:
        watch.over.set()
