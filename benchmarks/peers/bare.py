"""The reference: a WSGI callable with psycopg and orjson, one lasting connection for each thread, nothing else."""

import os
import threading
from collections.abc import Callable, Iterable
from typing import Any

import orjson
import psycopg
from psycopg.rows import dict_row

from benchmarks.peers.plain_sql import FIGURES, ROWS, body, conditions

_local = threading.local()


def _connection() -> psycopg.Connection:
    if not hasattr(_local, "connection"):
        _local.connection = psycopg.connect(
            os.environ["DATABASE_URL"],
            autocommit=True,
            row_factory=dict_row,
            prepare_threshold=1,
            options="-c timezone=Asia/Almaty",
        )
    return _local.connection


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer any address with the page that its query asks for."""
    where, values = conditions(environ["QUERY_STRING"])
    connection = _connection()
    rows = connection.execute(ROWS.format(where=where), values).fetchall()
    figures = connection.execute(FIGURES.format(where=where), values).fetchone()
    answer = orjson.dumps(body(rows, figures))
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(answer)))])
    return [answer]
