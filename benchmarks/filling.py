"""A made-up register filled quickly, by two connections at once, for figures that only read it.

Constraints hold, and the triggers that add the register up beforehand run as always. What rows of ours cannot break or
no figure reads is left out while they enter: the guards that look at one row, and history. Indexes that nothing needs
for that are made anew in the end, from their own definitions. Nothing of it stays switched off.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psycopg
from psycopg import sql

from benchmarks.generate import generate

TABLES = ("projects_project", "projects_statuschange", "projects_listchange")
PARTS = 2
"""Connections that fill at once; a fixed number, so that the same seed makes the same rows on every machine."""
BEGINNING = 1_000
"""Rows that enter first, with the lists and papers that all others point to."""

_TRIGGERS = """
    SELECT tgrelid::regclass::text, tgname FROM pg_trigger
    WHERE tgrelid = ANY(%s::regclass[]) AND NOT tgisinternal AND tgenabled = 'O'
      AND (tgtype & 1 = 1 OR tgname LIKE 'pgtrigger\\_insert\\_insert%%')
"""
"""Guards of single rows, and what writes history."""
_INDEXES = """
    SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
    WHERE indrelid = ANY(%s::regclass[]) AND NOT indisunique AND indisvalid ORDER BY pg_relation_size(indrelid), 1
"""


def fill_quickly(url: str, rows: int, seed: int) -> None:
    """Fill an empty database, as the owner of its tables."""
    with _prepared(url):
        beginning = min(rows, BEGINNING)
        generate(url, beginning, seed=seed, swept=False)
        part = -(-(rows - beginning) // PARTS)
        # Bounds by number, not by what is free: both connections look before either has entered anything.
        firsts = [beginning + 1 + turn * part for turn in range(PARTS)]
        _at_once(
            [
                lambda first=first: generate(url, min(part, rows + 1 - first), seed=seed, first=first, swept=False)
                for first in firsts
                if first <= rows
            ]
        )
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SELECT setval(pg_get_serial_sequence('projects_project', 'id'), %s)", [rows])


@contextmanager
def _prepared(url: str) -> Iterator[None]:
    """Without guards of rows, history and plain indexes for the block; all as before behind it."""
    tables = list(TABLES)
    with psycopg.connect(url) as connection:
        triggers = [tuple(row) for row in connection.execute(_TRIGGERS, [tables])]
        indexes = connection.execute(_INDEXES, [tables]).fetchall()
        for table, trigger in triggers:
            connection.execute(_alter(table, trigger, "DISABLE"))
        for name, _definition in indexes:
            connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name.strip('"'))))
    yield

    def make(definition: str) -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(definition)

    _at_once([lambda definition=definition: make(definition) for _name, definition in reversed(indexes)])
    with psycopg.connect(url) as connection:
        for table, trigger in triggers:
            connection.execute(_alter(table, trigger, "ENABLE"))


def _alter(table: str, trigger: str, what: str) -> sql.Composed:
    statement = sql.SQL("ALTER TABLE {} {} TRIGGER {}")
    return statement.format(sql.Identifier(table), sql.SQL(what), sql.Identifier(trigger))


def _at_once(acts: Sequence[Callable[[], object]]) -> None:
    with ThreadPoolExecutor(PARTS) as threads:
        for done in [threads.submit(act) for act in acts]:
            done.result()
