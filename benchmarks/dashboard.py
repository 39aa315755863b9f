"""Measure the head's figures as the register and the proposals grow: ``python -m benchmarks.dashboard --explain``.

Three databases are made beside the one of DATABASE_URL and dropped in the end: few projects and few proposals, few
projects and many proposals, many of both. A round times each way in all three at once, so that a busy moment of the
machine hits all of them; a ratio is the median of the ratios of the rounds. Ends with 1 where a way that no filter
narrows takes half as long again with the larger register, at the same proposals.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import psycopg

from benchmarks.beside import set_up, temporary_database
from benchmarks.generate import generate
from benchmarks.inside import captured
from benchmarks.intake import MAIL, fill, load_lists

MOST_GROWTH = 1.5
"""Time at the larger register by that at the smaller one."""
TOP = 10
"""How many resolutions are made to declare something: as many as the page shows."""


@dataclass
class Way:
    """What is timed, its milliseconds in each database, and how many statements it sends."""

    name: str
    act: Callable[[], Any]
    is_filtered: bool = False
    spent: list[list[float]] = field(default_factory=lambda: [[], [], []])
    queries: int = 0

    def median(self, place: int) -> float:
        """Return the median milliseconds in a database."""
        return statistics.median(self.spent[place])

    def ratio(self, larger: int, smaller: int) -> float:
        """Return the median of the rounds' ratios."""
        pairs = zip(self.spent[larger], self.spent[smaller], strict=True)
        return statistics.median(one / other for one, other in pairs)


def _declare(url: str) -> None:
    """Let the newest resolutions declare something, as the page compares these."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "UPDATE projects_resolution SET declared_count = 100, declared_total = 1000000000 WHERE id IN"
            " (SELECT id FROM projects_resolution ORDER BY adopted DESC, id DESC LIMIT %s)",
            [TOP],
        )
        connection.execute("VACUUM (ANALYZE)")


def ways() -> list[Way]:
    """Return what is timed: each section for the head and for an expert, the pages themselves, the desk."""
    from django.db import connection
    from django.test import Client
    from django.urls import reverse

    from accounts.models import User
    from projects.queries.register import register
    from projects.queries.summary import approved_summary, approved_summary_of_cells
    from proposals.dashboard.scope import Scope
    from proposals.dashboard.sections import PAGES
    from reference.models import Sector

    head = User.objects.get(email=MAIL.format("head", 0))
    expert = User.objects.get(email=MAIL.format("expert", 3))
    clients: dict[str, Client] = {}

    def page(address: str) -> None:
        database = connection.settings_dict["NAME"]
        if database not in clients:
            clients[database] = Client()
            clients[database].force_login(head)
        answer = clients[database].get(address)
        if answer.status_code != 200:
            raise AssertionError(f"{address}: {answer.status_code}")

    found = []
    for who, user in (("head", head), ("expert", expert)):
        for one in PAGES:
            found.append(Way(f"{one.key}, {who}", lambda one=one, user=user: one.make(Scope(user))))
    for one in PAGES:
        address = reverse("admin:statistics_section", args=[one.key])
        found.append(Way(f"page of {one.key}", lambda address=address: page(address)))
    found.append(Way("page of the desk", lambda: page(reverse("admin:index"))))
    found.append(Way("totals of the desk, from cells", approved_summary_of_cells))
    make, sector = PAGES[0].make, Sector.objects.get(pk="education")
    narrowed = {
        "register, one sector and years": Scope(head, sector=sector, first_year=2020),
        "register, a status": Scope(head, status="operation"),
        "register, a status and an initiator (rows)": Scope(head, status="operation", initiator_type="sme"),
    }
    for name, scope in narrowed.items():
        found.append(Way(name, lambda scope=scope: make(scope), is_filtered=True))
    found.append(Way("totals of the desk, from rows", lambda: approved_summary(register()), is_filtered=True))
    return found


def _check() -> None:
    """Refuse to time cells that do not say what the rows say."""
    from projects.queries.register import register
    from projects.queries.summary import approved_summary, approved_summary_of_cells

    if approved_summary_of_cells() != approved_summary(register()):
        raise AssertionError("cells and rows differ")


def plans() -> str:
    """Return how the database answers the dearest question of each section."""
    from django.db import connection

    from accounts.models import User
    from proposals.dashboard.scope import Scope
    from proposals.dashboard.sections import PAGES

    head = User.objects.get(email=MAIL.format("head", 0))
    told = []
    for page in PAGES:
        dearest = (0.0, "")
        for query in captured(lambda page=page: page.make(Scope(head))):
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS) {query.text}", query.parameters)
                lines = [line for (line,) in cursor.fetchall()]
            took = float(next(line for line in lines if line.startswith("Execution Time")).split()[2])
            dearest = max(dearest, (took, "\n".join(line[:160] for line in lines)))
        told.append(f"### {page.key}\n\n{dearest[1]}\n")
    return "\n".join(told)


def measure(urls: list[str], rounds: int) -> list[Way]:
    """Time every way in every database, all of them in each round."""
    from django.db import connection, connections

    opened = []
    for url in urls:
        own = connection.copy()
        own.settings_dict["NAME"] = urlsplit(url).path[1:]
        opened.append(own)

    def go_to(place: int) -> None:
        # Users, sectors and sessions have the same keys in all three: each was copied from the one before.
        connections["default"] = opened[place]

    connection.close()
    go_to(0)
    timed = ways()
    try:
        for place in range(len(opened)):
            go_to(place)
            _check()
            for way in timed:
                way.act()
                way.queries = max(way.queries, len(captured(way.act)))
        for turn in range(rounds):
            for way in timed if turn % 2 else timed[::-1]:
                for place in range(len(opened)) if turn % 2 else reversed(range(len(opened))):
                    go_to(place)
                    began = time.perf_counter()
                    way.act()
                    way.spent[place].append((time.perf_counter() - began) * 1_000)
    finally:
        for own in opened[:-1]:
            own.close()
        go_to(len(opened) - 1)
    return timed


def table(timed: list[Way], sizes: list[tuple[int, int]]) -> str:
    """Return the medians and the ratios as a Markdown table."""
    heads = [f"{rows:,} / {proposals:,}" for rows, proposals in sizes]
    lines = [
        f"| what | {' | '.join(heads)} | more proposals | larger register | queries |",
        "|---|" + "---:|" * (len(sizes) + 3),
    ]
    for way in timed:
        medians = " | ".join(f"{way.median(place):.1f}" for place in range(len(sizes)))
        ratios = f"{way.ratio(1, 0):.2f} | {way.ratio(2, 1):.2f}"
        lines.append(f"| {way.name}{' (filtered)' * way.is_filtered} | {medians} | {ratios} | {way.queries} |")
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    """Read the command line, fill, measure, print; 1 where the time grows with the register."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.dashboard", description=__doc__.splitlines()[0])
    parser.add_argument("--rows", default="10000,100000", help="projects, two sizes; default 10000,100000")
    parser.add_argument("--proposals", default="2000,20000", help="proposals, two sizes; default 2000,20000")
    parser.add_argument("--rounds", type=int, default=9, help="times that each way is measured; default 9")
    parser.add_argument("--explain", action="store_true", help="print how the database reads them")
    chosen = parser.parse_args(arguments)
    url = os.environ.get("DATABASE_URL")
    if not url:
        parser.error("set DATABASE_URL: the databases are made beside it")
    few, many = (int(size) for size in chosen.rows.split(","))
    first, last = (int(size) for size in chosen.proposals.split(","))
    sizes = [(few, first), (few, last), (many, last)]
    with ExitStack() as stack:
        urls: list[str] = []
        for place, (rows, proposals) in enumerate(sizes):
            began = time.perf_counter()
            like = urlsplit(urls[-1]).path[1:] if urls else "template1"
            own = stack.enter_context(temporary_database(url, suffix=f"_{place}", like=like))
            if not urls:
                set_up(own)
                load_lists()
                from django.db import connection

                connection.close()
            before = sizes[place - 1] if place else (0, 0)
            if rows > before[0]:
                generate(own, rows - before[0])
            if proposals > before[1]:
                fill(own, proposals - before[1])
            _declare(own)
            urls.append(own)
            spent = time.perf_counter() - began
            print(f"{rows:,} projects, {proposals:,} proposals: filled in {spent:.1f} s", file=sys.stderr)
        timed = measure(urls, chosen.rounds)
        if chosen.explain:
            print(plans())
        connection.close()
    print(table(timed, sizes))
    flat = max((way for way in timed if not way.is_filtered), key=lambda way: way.ratio(2, 1))
    print(
        f"\n{os.cpu_count()} cores, {chosen.rounds} rounds. Projects / proposals at the head of the columns,"
        f" milliseconds. Largest ratio of the register without a filter: {flat.ratio(2, 1):.2f}"
        f" ({flat.name}), to stay below {MOST_GROWTH}."
    )
    return 0 if flat.ratio(2, 1) < MOST_GROWTH else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
