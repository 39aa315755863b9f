"""Measure the register against bare psycopg: ``python -m benchmarks.run --rows 1000,10000,100000``.

Makes a database of its own beside the one of MIGRATE_DATABASE_URL (or DATABASE_URL), and drops it in the end. What is
compared returns the same rows and sums, and that is checked before the clock starts. A round times each way once, in
turn, so that a busy moment of the machine hits all of them.
"""

import argparse
import os
import platform
import re
import statistics
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from benchmarks.generate import generate

PAGES = {
    "all": "",
    "one sector": "?sector=education",
    "sector, status, year": "?sector=education&status=operation&year=2020",
    "dearest first": "?ordering=-cost",
    "one word": "?search=мектеп",
    "a rare word": "?search=синтетика-777",
    "deep page": "?page={last}",
}


@dataclass(frozen=True)
class Query:
    """A statement as Django sent it."""

    text: str
    parameters: tuple | dict[str, Any]


@dataclass(frozen=True)
class Result:
    """One line of the table: medians in milliseconds, and blocks the database touched.

    ``bare`` is what cannot be left out, ``same`` our own statements sent by bare psycopg, ``ours`` the whole.
    """

    rows: int
    what: str
    bare: float
    same: float
    ours: float
    blocks: int
    queries: int


@contextmanager
def temporary_database(url: str, *, suffix: str = "", like: str = "template1") -> Iterator[str]:
    """Make a database in the cluster of the address, empty or a copy of another, and drop it whatever happens."""
    name = f"ppp_benchmark_{os.getpid()}{suffix}"
    parts = urlsplit(url)
    own = urlunsplit(parts._replace(path=f"/{name}"))
    postgres = urlunsplit(parts._replace(path="/postgres"))
    with psycopg.connect(postgres, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(like)))
    try:
        yield own
    finally:
        with psycopg.connect(postgres, autocommit=True) as server:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def set_up(url: str) -> None:
    """Start Django on the database with production settings, but for TLS and collected static files."""
    os.environ |= {
        "DATABASE_URL": url,
        "SECRET_KEY": "only-for-benchmarks-" + "x" * 40,
        "ALLOWED_HOSTS": "testserver",
        "PLAIN_HTTP": "on",
        "DEBUG": "",
        "DJANGO_SETTINGS_MODULE": "ppp_registry.settings",
    }
    import django
    from django.conf import settings
    from django.core.management import call_command

    warnings.filterwarnings("ignore", message="No directory at")
    # Before the applications load: some of them ask for the storage while they do.
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    django.setup()
    call_command("migrate", verbosity=0)


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


def timed(acts: dict[str, Callable[[], Any]], rounds: int) -> dict[str, float]:
    """Return the median milliseconds of each act; every round does each of them once, in turn."""
    spent: dict[str, list[float]] = {name: [] for name in acts}
    for act in acts.values():
        act()
    for turn in range(rounds):
        names = list(acts) if turn % 2 else list(acts)[::-1]
        for name in names:
            began = time.perf_counter()
            acts[name]()
            spent[name].append((time.perf_counter() - began) * 1_000)
    return {name: statistics.median(values) for name, values in spent.items()}


def blocks(bare: psycopg.Connection, queries: list[Query]) -> int:
    """Return how many blocks of 8 kB the statements touch, from memory or disk."""
    touched = 0
    for query in queries:
        (plan,) = bare.execute(
            f"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) {query.text}", query.parameters
        ).fetchone()
        touched += plan[0]["Plan"]["Shared Hit Blocks"] + plan[0]["Plan"]["Shared Read Blocks"]
    return touched


def answers(bare: psycopg.Connection, queries: list[Query]) -> list[list[tuple]]:
    """Ask bare psycopg."""
    return [bare.execute(query.text, query.parameters).fetchall() for query in queries]


def same(first: Any, second: Any, what: str) -> None:
    """Refuse to time two ways that do not give the same."""
    if first != second:
        raise AssertionError(f"{what}: {first!r} is not {second!r}")


def sums(bare: psycopg.Connection, rows: int, rounds: int) -> Iterator[Result]:
    """Time the totals and the breakdowns against their own statements."""
    from projects.queries.totals import Totals, totals, totals_by

    def figures(found: Totals) -> tuple:
        paper = found.on_file
        return (
            *(found.projects, found.cost_known, found.cost),
            *(paper.projects, paper.cost_known, paper.cost, found.groups, found.members),
        )

    ways: dict[str, tuple[Callable[[], Any], Callable[[Any], list[tuple]]]] = {
        "totals()": (totals, lambda found: [figures(found)]),
    }
    for name in ("sector", "year", "region"):
        ways[f"totals_by({name})"] = (
            lambda name=name: totals_by(name),
            lambda found: [(line.key, *figures(line.totals)) for line in found],
        )
    for what, (act, plain) in ways.items():
        queries = captured(act)
        (answer,) = answers(bare, queries)
        same(plain(act()), answer, what)
        median = timed({"bare": lambda queries=queries: answers(bare, queries), "ours": act}, rounds)
        bare_ms = median["bare"]
        yield Result(rows, what, bare_ms, bare_ms, median["ours"], blocks(bare, queries), len(queries))


def needed_of(queries: list[Query]) -> Iterator[Query]:
    """Yield the statement of the sums and the one of the rows, as plain as they can be written."""
    for query in queries:
        is_sum = "SUM(" in query.text and "grouping_key" not in query.text
        is_list = '"projects_project"."title_kk"' in query.text and "LIMIT" in query.text
        if is_sum or is_list:
            yield Query(query.text.replace("SELECT DISTINCT", "SELECT"), query.parameters)


def pages(bare: psycopg.Connection, rows: int, rounds: int) -> Iterator[Result]:
    """Time the list page against the two statements without which there is no such page: its sums and its rows."""
    from django.test import Client

    client = Client()
    for what, address in PAGES.items():
        path = "/kk/projects/" + address.format(last=-(-rows // 25))
        html = []

        def act(path=path, html=html):
            answer = client.get(path)
            same(answer.status_code, 200, path)
            html[:] = [answer.content.decode()]

        queries = captured(act)
        needed = list(needed_of(queries))
        figures, *listed = answers(bare, needed)
        shown = [int(number) for number in re.findall(r'<th scope="row"><a href="/kk/projects/(\d+)/"', html[0])]
        same(shown, [row[1] for row in listed[0]] if listed else [], path)
        if figures[0][0]:
            same(
                f'value="{figures[0][2]}"' in html[0] or f"{figures[0][2]:,}".replace(",", "\xa0") in html[0],
                True,
                path,
            )
        ways = {
            "bare": lambda needed=needed: answers(bare, needed),
            "same": lambda queries=queries: answers(bare, queries),
            "ours": act,
        }
        yield Result(rows, f"list, {what}", **timed(ways, rounds), blocks=blocks(bare, queries), queries=len(queries))


def table(results: list[Result]) -> str:
    """Return the results as a Markdown table."""
    lines = [
        "| rows | what | bare, ms | same queries, ms | ours, ms | bare / ours | queries | blocks |",
        "|---:|---|---:|---:|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {item.rows:,} | {item.what} | {item.bare:.2f} | {item.same:.2f} | {item.ours:.2f}"
        f" | {item.bare / item.ours:.2f} | {item.queries} | {item.blocks:,} |"
        for item in results
    ]
    return "\n".join(lines)


def measure(url: str, sizes: list[int], *, rounds: int, seed: int) -> list[Result]:
    """Fill step by step and measure at each size."""
    results: list[Result] = []
    filled = 0
    for size in sizes:
        began = time.perf_counter()
        spent = generate(url, size - filled, seed=seed)
        speed = (size - filled) / spent["projects"]
        print(
            f"{size:,} rows: filled in {time.perf_counter() - began:.1f} s, COPY {speed:,.0f} rows/s", file=sys.stderr
        )
        filled = size
        # Large answers take long enough to be measured with fewer rounds.
        turns = max(5, rounds if size <= 100_000 else rounds // 3)
        with psycopg.connect(url, autocommit=True) as bare:
            results += [*sums(bare, size, turns), *pages(bare, size, turns)]
    return results


def main(arguments: list[str]) -> int:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run", description=__doc__.splitlines()[0])
    parser.add_argument("--rows", default="1000,10000,100000", help="sizes, ascending; default 1000,10000,100000")
    parser.add_argument("--rounds", type=int, default=21, help="times that each way is measured; default 21")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args(arguments)
    sizes = sorted({int(size) for size in chosen.rows.replace("_", "").split(",")})
    url = os.environ.get("MIGRATE_DATABASE_URL") or os.environ.get("DATABASE_URL")
    if not url:
        parser.error("set MIGRATE_DATABASE_URL or DATABASE_URL")
    with temporary_database(url) as own:
        set_up(own)
        results = measure(own, sizes, rounds=chosen.rounds, seed=chosen.seed)
        with psycopg.connect(own) as bare:
            server = bare.execute("SHOW server_version").fetchone()[0]
        from django.db import connections
        from django.utils.version import get_version

        connections.close_all()
    print(table(results))
    print(
        f"\nPython {platform.python_version()}, Django {get_version()}, psycopg {psycopg.__version__}, "
        f"PostgreSQL {server}, {os.cpu_count()} cores, {chosen.rounds} rounds."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
