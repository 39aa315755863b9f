"""P5: the first page and one 90 % deep by the API, at two sizes, and what the deep one touches."""

import json
import time
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any
from urllib.parse import quote, urlencode
from urllib.request import urlopen

import psycopg

from benchmarks.comparison import Figure, Single, Stage
from benchmarks.versions import new_version
from benchmarks.works.search import explained, reading_from

ORDERINGS = ("number", "-cost", "-year", "title", "status")
"""The first is timed; the blocks of a deep page are counted in each."""
PAGE = 25


def _get(stage: Stage, query: str) -> dict[str, Any]:
    with urlopen(f"{stage.site.rstrip('/')}/api/v1/projects/?{query}", timeout=60) as answer:
        return json.load(answer)


@lru_cache(maxsize=8)
def _deep_query(stage: Stage, ordering: str) -> str:
    """Return the query of the page 90 % deep; its cursor is made as the site makes it."""
    with reading_from(stage.database):
        from django.http import QueryDict

        from projects.api.paging import View, view_name
        from projects.api.views import _NEVER_IN_A_CURSOR
        from projects.queries.ordering import order_terms, sorted_by
        from projects.queries.register import register
        from projects.queries.turning import key, with_keys

        terms = order_terms(ordering, "kk")
        keyed = with_keys(register(), terms).order_by(*sorted_by(terms))
        position = keyed.values_list(*(key(place) for place in range(len(terms))))[stage.rows * 9 // 10 - 1]
        given = QueryDict(urlencode({"ordering": ordering}))
        view = View(register(), terms, {}, view_name(given, _NEVER_IN_A_CURSOR, "kk"))
        return f"ordering={ordering}&lang=kk&cursor={quote(view._closed(position))}"


def _timed(stage: Stage, query: Callable[[], str]) -> Callable[[], float]:
    def once() -> float:
        asked = query()
        new_version(stage)
        began = time.perf_counter()
        _get(stage, asked)
        return (time.perf_counter() - began) * 1_000

    return once


def _first(stage: Stage) -> Callable[[], float]:
    return _timed(stage, lambda: f"ordering={ORDERINGS[0]}&lang=kk")


def _deep(stage: Stage) -> Callable[[], float]:
    return _timed(stage, lambda: _deep_query(stage, ORDERINGS[0]))


def _same(stage: Stage) -> Callable[[], None]:
    def compare() -> None:
        with psycopg.connect(stage.application) as connection:
            for query, skipped in (
                (f"ordering={ORDERINGS[0]}", 0),
                (_deep_query(stage, ORDERINGS[0]), stage.rows * 9 // 10),
            ):
                found = connection.execute(
                    "SELECT number FROM projects_project ORDER BY number OFFSET %s LIMIT %s", [skipped, PAGE]
                ).fetchall()
                assert [row["number"] for row in _get(stage, query)["results"]] == [number for (number,) in found], (
                    query
                )

    return compare


def _blocks(stage: Stage, ordering: str) -> Callable[[], float]:
    """Return how many blocks the rows of the deep page touch, the figures of the view left out."""

    def once() -> float:
        query = _deep_query(stage, ordering)
        with reading_from(stage.database) as connection:
            from django.http import QueryDict
            from django.test.utils import CaptureQueriesContext

            from projects.api.paging import View, cursor, view_name
            from projects.api.views import _NEVER_IN_A_CURSOR
            from projects.queries.ordering import order_terms
            from projects.queries.records import columns_of_project
            from projects.queries.register import register

            given = QueryDict(query)
            name = view_name(given, _NEVER_IN_A_CURSOR, "kk")
            view = View(register(), order_terms(ordering, "kk"), columns_of_project(), name)
            with CaptureQueriesContext(connection) as asked:
                view.page(cursor(given["cursor"]), PAGE)
            return sum(explained(connection, one["sql"]) for one in asked.captured_queries)

    return once


def figures(stage: Stage) -> Iterator[Figure | Single]:
    """Yield P5: growth of first and deep page, deep against first, and the blocks of a deep page in each order."""
    same = _same(stage)
    if stage.smaller is not None:
        for goal, name, way in (("P5 first", "first page", _first), ("P5 deep growth", "page 90 % deep", _deep)):
            yield Figure(
                goal, f"{name}, {stage.rows} rows", way(stage), way(stage.smaller),
                f"the same at {stage.smaller.rows} rows", "ms", "ours/reference", same,
            )  # fmt: skip
    yield Figure(
        "P5 deep", f"page 90 % deep, {stage.rows} rows", _deep(stage), _first(stage), "first page", "ms",
        "ours/reference", same,
    )  # fmt: skip
    for ordering in ORDERINGS:
        yield Single(
            "P5 blocks", f"page 90 % deep by {ordering}, {stage.rows} rows", _blocks(stage, ordering), "blocks"
        )
