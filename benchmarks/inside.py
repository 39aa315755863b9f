"""Django inside the benchmark's own process: set up once, then pointed at one database after the other."""

import contextlib
import os
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import psycopg


@dataclass(frozen=True)
class Query:
    """A statement as Django sent it."""

    text: str
    parameters: tuple | dict[str, Any]


def set_up(values: Mapping[str, str]) -> None:
    """Start Django with these variables; it stays so for the whole process."""
    os.environ |= values
    import django

    warnings.filterwarnings("ignore", message="No directory at")
    django.setup()


def go_to(url: str) -> None:
    """Let the default connection lead to another database; the one before is closed, and what was cached forgotten."""
    import dj_database_url
    from django.core.cache import cache
    from django.db import connections

    before = connections["default"]
    before.close()
    if hasattr(before, "close_pool") and before.settings_dict.get("OPTIONS", {}).get("pool"):
        before.close_pool()
    del connections["default"]
    wanted = dj_database_url.parse(url)
    connections.settings["default"].update(
        {name: wanted[name] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT")}
    )
    cache.clear()


@contextlib.contextmanager
def at(url: str, back_to: str) -> Iterator[None]:
    """Be at one database for the block, then at another."""
    go_to(url)
    try:
        yield
    finally:
        go_to(back_to)


def sweep(url: str) -> None:
    """Take away the dead rows that an act left, so that the next figure does not walk over them."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE)")


def captured(act: Callable[[], Any]) -> list[Query]:
    """Return what an act asks the database."""
    from django.db import connection

    seen = []

    def note(execute, text, parameters, many, context):
        seen.append(Query(text, parameters if isinstance(parameters, dict) else tuple(parameters or ())))
        return execute(text, parameters, many, context)

    with connection.execute_wrapper(note):
        act()
    return seen


def blocks(url: str, queries: list[Query]) -> int:
    """Return how many blocks of 8 kB the statements touch, from memory or disk; only those that read."""
    touched = 0
    with psycopg.connect(url, autocommit=True) as bare:
        for query in queries:
            if query.text.lstrip("( \n").split(None, 1)[0].upper() not in ("SELECT", "WITH"):
                continue
            (plan,) = bare.execute(
                f"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) {query.text}", query.parameters
            ).fetchone()
            touched += plan[0]["Plan"]["Shared Hit Blocks"] + plan[0]["Plan"]["Shared Read Blocks"]
    return touched
