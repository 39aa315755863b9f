"""The reference: a WSGI callable with psycopg and orjson, one lasting connection for each thread, nothing else."""

import os
import threading
from collections.abc import Callable, Iterable
from typing import Any

import orjson
import psycopg

from benchmarks.peers.plain_sql import body, question

_local = threading.local()


def _connection() -> psycopg.Connection:
    if not hasattr(_local, "connection"):
        _local.connection = psycopg.connect(
            os.environ["DATABASE_URL"], autocommit=True, prepare_threshold=1, options="-c timezone=Asia/Almaty"
        )
    return _local.connection


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer any address with the page that its query asks for."""
    answer = orjson.dumps(body(_connection().execute(*question(environ["QUERY_STRING"])).fetchall()))
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(answer)))])
    return [answer]
