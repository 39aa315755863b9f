"""Addresses of the filtered list: sectors, statuses, years and initiators, drawn with a seed, never twice."""

import itertools
import random
from collections import Counter
from collections.abc import Iterator
from functools import cache
from urllib.parse import urlencode

import psycopg

LEAST = 25
"""Rows that an address must find, so that every page is a full one."""
_MOST = {"sector": 3, "status": 3, "year": 4, "initiator_type": 2}
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
    for place, name in enumerate(_MOST):
        shares: Counter[str] = Counter()
        for key, number in counts.items():
            shares[key[place]] += number
        values[name] = [value for value, _number in sorted(shares.items(), key=lambda item: (-item[1], item[0]))]
    return counts, values


def choices(url: str, seed: int) -> Iterator[Choice]:
    """Yield what is filtered by, without end and never the same twice: one to four values of each filter.

    There are some ten million combinations, more than any cache holds, and each finds a full page of rows.
    """
    counts, values = _counts(url)
    draw = random.Random(seed)
    seen = set()
    while True:
        chosen = {
            name: sorted(draw.sample(values[name], draw.randint(1, min(most, len(values[name])))))
            for name, most in _MOST.items()
        }
        key = tuple(map(tuple, chosen.values()))
        if key in seen:
            continue
        if sum(counts.get(one, 0) for one in itertools.product(*chosen.values())) < LEAST:
            continue
        seen.add(key)
        yield chosen


def queries(url: str, seed: int, count: int) -> list[str]:
    """Return the query strings of so many choices."""
    return [urlencode(chosen, doseq=True) for chosen in itertools.islice(choices(url, seed), count)]
