"""Rows that PostgreSQL writes in words of its own, a chunk at a time, with other questions in between.

A cursor on the server, where ``copying.py`` has COPY: that statement holds its connection until its last row.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet
from psycopg import ClientCursor
from psycopg.abc import Buffer
from psycopg.adapt import Loader
from psycopg.sql import SQL, Composable, Identifier

from projects.queries.reading import reading


class _Bytes(Loader):
    """Leaves texts as they came: to read a line as letters and write it again takes longer than to fetch it."""

    def load(self, data: Buffer) -> bytes:
        return bytes(data)


def fetched(
    rows: QuerySet[Any], names: Sequence[str], written: Composable, *, chunk: int
) -> Iterator[list[tuple[Any, ...]]]:
    """Yield what is written of the rows of a query, in their order, so many at once; texts as their bytes.

    ``rows`` select the columns called ``names``; ``written`` is the SQL of what is fetched of each, comma by comma. The
    caller has opened a transaction. Raises django.db.OperationalError when the database is away.
    """
    connection = reading()
    try:
        query, params = rows.query.sql_with_params()
    except EmptyResultSet:
        return
    connection.ensure_connection()
    with connection.wrap_database_errors, ClientCursor(connection.connection) as cursor:
        statement = SQL("SELECT {} FROM ({}) AS r({})").format(
            written, SQL(cursor.mogrify(query, params)), SQL(", ").join(map(Identifier, names))
        )
        text = statement.as_string(cursor)
    with connection.chunked_cursor() as cursor:
        cursor.adapters.register_loader("text", _Bytes)
        cursor.execute(text)
        while found := cursor.fetchmany(chunk):
            yield found
