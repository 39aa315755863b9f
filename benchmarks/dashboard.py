"""Measure the approved totals of the head at two sizes: ``python -m benchmarks.dashboard --rows 10000,100000``.

Fills the database of ``DATABASE_URL`` by ``benchmarks.generate``; it must be empty, and its role must own it. A round
times each way once, in turn. What comes from cells is checked against the rows before the clock starts.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable
from typing import Any

import psycopg

from benchmarks.generate import generate
from benchmarks.run import set_up, timed

MOST_GROWTH = 1.5
"""Time at the larger size by that at the smaller one."""
TOP = 10
"""How many resolutions are made to declare something: as many as the page shows."""


def _declare(url: str) -> None:
    """Let the newest resolutions declare something, as the page compares these."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "UPDATE projects_resolution SET declared_count = 100, declared_total = 1000000000 WHERE id IN"
            " (SELECT id FROM projects_resolution ORDER BY adopted DESC, id DESC LIMIT %s)",
            [TOP],
        )
        connection.execute("VACUUM (ANALYZE) projects_registercell, projects_resolution")


def ways() -> dict[str, Callable[[], Any]]:
    """Return what is timed, by name."""
    from django.contrib.auth.models import AnonymousUser

    from projects.queries.register import register
    from projects.queries.summary import approved_summary, approved_summary_of_cells
    from projects.queries.totals import totals_by
    from proposals.dashboard.register import section
    from proposals.dashboard.scope import Scope
    from reference.models import Sector

    if approved_summary_of_cells() != approved_summary(register()):
        raise AssertionError("cells and rows differ")
    sector = Sector.objects.get(pk="education")
    return {
        "section, from cells": lambda: section(Scope(AnonymousUser())),
        "section, one sector and years": lambda: section(Scope(AnonymousUser(), sector=sector, first_year=2020)),
        "section, a status (rows)": lambda: section(Scope(AnonymousUser(), status="operation")),
        "desk, from cells": approved_summary_of_cells,
        "desk, from rows": lambda: approved_summary(register()),
        "totals_by(region), from rows": lambda: totals_by("region"),
    }


def plans() -> str:
    """Return how the database reads the cells and, for the same figures, the rows."""
    from django.db import connection

    def told(statement: str) -> str:
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, SUMMARY OFF) {statement}")
            return "\n".join(line for (line,) in cursor.fetchall())

    cells = (
        "SELECT sector_id, year, is_approved, sum(projects), sum(cost) FROM projects_registercell WHERE face = 'status'"
    )
    faces = "SELECT face, key, is_approved, sum(projects), sum(cost) FROM projects_registercell"
    rows = "SELECT sector_id, year, count(*), sum(cost) FROM projects_project WHERE group_id IS NULL"
    return "\n\n".join(
        told(statement)
        for statement in (f"{cells} GROUP BY 1, 2, 3", f"{faces} GROUP BY 1, 2, 3", f"{rows} GROUP BY 1, 2")
    )


def main(arguments: list[str]) -> int:
    """Read the command line, fill, measure, print; 1 where the time grows with the register."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.dashboard", description=__doc__.splitlines()[0])
    parser.add_argument("--rows", default="10000,100000", help="two sizes, ascending; default 10000,100000")
    parser.add_argument("--rounds", type=int, default=15, help="times that each way is measured; default 15")
    parser.add_argument("--explain", action="store_true", help="print how the database reads them")
    chosen = parser.parse_args(arguments)
    url = os.environ.get("DATABASE_URL")
    if not url:
        parser.error("set DATABASE_URL to an empty database")
    set_up(url)
    found: list[dict[str, float]] = []
    sizes = [int(size) for size in chosen.rows.split(",")]
    filled = 0
    for size in sizes:
        began = time.perf_counter()
        generate(url, size - filled)
        filled = size
        _declare(url)
        print(f"{size:,} rows: filled in {time.perf_counter() - began:.1f} s", file=sys.stderr)
        found.append(timed(ways(), chosen.rounds))
        if chosen.explain:
            print(plans())
    print("| what | " + " | ".join(f"{size:,} rows, ms" for size in sizes) + " | ratio |")
    print("|---|" + "---:|" * (len(sizes) + 1))
    for what in found[0]:
        print(
            f"| {what} | {' | '.join(f'{one[what]:.1f}' for one in found)} | {found[-1][what] / found[0][what]:.2f} |"
        )
    flat = max(found[-1][what] / found[0][what] for what in found[0] if what.endswith("from cells"))
    print(f"\nRatio of what comes from cells: {flat:.2f}, to stay below {MOST_GROWTH}.")
    return 0 if flat < MOST_GROWTH else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
