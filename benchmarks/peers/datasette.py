"""Datasette on the same rows: BENCHMARK_ROWS is an SQLite file with them, indexed by what is asked for."""

import os
import sqlite3
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.peers.plain_sql import FROM, NAMES, ROW

COLUMNS = ("sector", "status", "initiator_type", "year")
KINDS = {"number": "INTEGER PRIMARY KEY"} | dict.fromkeys(
    ("cost", "cost_known", "is_group", "group", "term_years", "jobs", "year", "resolution"), "INTEGER"
)


def copied(url: str, file: Path) -> None:
    """Write the rows of the register into a new SQLite file, with an index by each column that is filtered by."""
    with psycopg.connect(url) as source, sqlite3.connect(file) as target, source.cursor("rows") as rows:
        rows.itersize = 10_000
        rows.execute(f"SELECT {ROW} FROM {FROM} ORDER BY p.number")
        first = rows.fetchmany(10_000)
        columns = ", ".join(f'"{name}" {KINDS.get(name, "TEXT")}' for name in NAMES)
        target.execute(f"CREATE TABLE projects ({columns})")
        while first:
            marks = ", ".join("?" * len(NAMES))
            target.executemany(
                f"INSERT INTO projects VALUES ({marks})",
                [
                    [value if value is None or isinstance(value, int | float) else str(value) for value in row]
                    for row in first
                ],
            )
            first = rows.fetchmany(10_000)
        for name in COLUMNS:
            target.execute(f"CREATE INDEX by_{name} ON projects ({name}, number)")
        target.execute("ANALYZE")


def _made() -> Any:
    from datasette.app import Datasette

    return Datasette(
        files=[],
        immutables=[os.environ["BENCHMARK_ROWS"]],
        settings={
            "default_facet_size": 3,
            "suggest_facets": False,
            "default_page_size": 25,
            "sql_time_limit_ms": 60_000,
        },
    ).app()


if "BENCHMARK_ROWS" in os.environ:
    application = _made()
