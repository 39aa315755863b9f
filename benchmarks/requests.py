"""Addresses of the filtered list: sectors, statuses, years and initiators, drawn with a seed, never twice."""

import itertools
import random
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Any
from urllib.parse import urlencode

import psycopg

LEAST = 25
"""Rows that an address must find, so that every page is a full one."""
_VALUES = {"sector": (2, 6), "status": (1, 3), "year": (3, 6), "initiator_type": (1, 3)}
"""How many values of a filter an address names: wide views, of which the database finds a page at once, so that what
stands above it counts as much as it can."""
_FILTERS = (("sector", "status", "year"), ("sector", "initiator_type", "year"), tuple(_VALUES))
Choice = dict[str, list[str]]


@cache
def _counts(url: str) -> tuple[dict[tuple[str, str, str, str], int], dict[str, list[str]]]:
    """Return how many rows each combination has, and the values of each filter, the commonest first."""
    with psycopg.connect(url) as connection:
        found = connection.execute(
            "SELECT sector_id, status, year::text, initiator_type, count(*) FROM projects_project"
            " WHERE year IS NOT NULL GROUP BY 1, 2, 3, 4"
        ).fetchall()
    counts = {tuple(key): number for *key, number in found}
    values = {}
    for place, name in enumerate(_VALUES):
        shares: Counter[str] = Counter()
        for key, number in counts.items():
            shares[key[place]] += number
        values[name] = [value for value, _number in sorted(shares.items(), key=lambda item: (-item[1], item[0]))]
    return counts, values


def choices(url: str, seed: int) -> Iterator[Choice]:
    """Yield what is filtered by, without end and never the same twice: sectors, years, statuses, initiators or both.

    There are thousands of millions, more than any cache holds, and each finds a full page of rows.
    """
    counts, values = _counts(url)
    draw = random.Random(seed)
    seen = set()
    while True:
        chosen = {}
        for name in draw.choice(_FILTERS):
            least, most = _VALUES[name]
            chosen[name] = sorted(draw.sample(values[name], draw.randint(least, min(most, len(values[name])))))
        key = tuple((name, *found) for name, found in chosen.items())
        if key in seen or _rows(counts, values, chosen) < LEAST:
            continue
        seen.add(key)
        yield chosen


def _rows(counts: dict[Any, int], values: Choice, chosen: Choice) -> int:
    """Return how many rows a choice finds, or LEAST where it finds more."""
    found = 0
    for one in itertools.product(*(chosen.get(name, values[name]) for name in _VALUES)):
        found += counts.get(one, 0)
        if found >= LEAST:
            break
    return found


def queries(url: str, seed: int, count: int) -> list[str]:
    """Return the query strings of so many choices."""
    return [urlencode(chosen, doseq=True) for chosen in itertools.islice(choices(url, seed), count)]
