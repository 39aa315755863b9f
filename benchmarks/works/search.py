"""P8: searches in Kazakh and Russian, the page and what it says of how many, at two sizes and against ``icontains``."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any
from urllib.parse import quote
from urllib.request import urlopen

import psycopg

from benchmarks.comparison import Figure, Single, Stage
from benchmarks.versions import new_version

SEARCHES = {
    "rare": "Синтетика-777",
    "common": "мектеп",
    "missing": "жоқжоба",
    "two words": "Шымкент стадион",
    "number": "№ 4242",
    "mistyped": "стадеон",
}
RIGHT = {"стадеон": "стадион"}
"""What a mistyped word is searched as."""
PAGE = 25
_ROWS = "SELECT number FROM projects_project WHERE {where} ORDER BY number LIMIT {page}"
_COUNT = "SELECT count(*) FROM projects_project WHERE {where}"
_COLUMNS = ("title_kk", "title_ru", "private_partner")


def _page(stage: Stage, text: str) -> dict[str, Any]:
    with urlopen(f"{stage.site.rstrip('/')}/api/v1/projects/?search={quote(text)}", timeout=60) as answer:
        return json.load(answer)


def _ours(stage: Stage, text: str) -> Callable[[], float]:
    def once() -> float:
        new_version(stage)
        began = time.perf_counter()
        _page(stage, text)
        return (time.perf_counter() - began) * 1_000

    return once


def _slowest(stage: Stage) -> Callable[[], float]:
    return lambda: max(_ours(stage, text)() for text in SEARCHES.values())


def _by_icontains(stage: Stage) -> Callable[[], float]:
    """Return the slowest of the searches as ``icontains`` on three columns asks them: every word in any of them."""

    def once() -> float:
        slowest = 0.0
        with psycopg.connect(stage.application) as connection:
            for text in SEARCHES.values():
                words = text.split()
                where = " AND ".join(
                    "(" + " OR ".join(f"upper({c}) LIKE upper(%s)" for c in _COLUMNS) + ")" for _ in words
                )
                parameters = [f"%{word}%" for word in words for _ in _COLUMNS]
                began = time.perf_counter()
                connection.execute(_ROWS.format(where=where, page=PAGE), parameters).fetchall()
                connection.execute(_COUNT.format(where=where), parameters).fetchall()
                slowest = max(slowest, (time.perf_counter() - began) * 1_000)
        return slowest

    return once


@lru_cache(maxsize=4)
def _scanned(stage: Stage) -> dict[str, tuple[int, list[int]]]:
    """Return how many rows hold each search and the first of them, by reading every row in Python. One pass."""
    from reference.kazakh import fold, search_words

    wanted = {name: search_words(RIGHT.get(text, text)) for name, text in SEARCHES.items()}
    found: dict[str, tuple[int, list[int]]] = {name: (0, []) for name in SEARCHES}
    number = SEARCHES["number"].strip("№ ")
    with psycopg.connect(stage.application) as connection, connection.cursor("scan") as cursor:
        named = [
            dict(connection.execute(f"SELECT code, concat_ws(' ', name_kk, name_ru, name_en) FROM {table}").fetchall())
            for table in ("reference_territory", "reference_sector")
        ]
        names = [{code: f" {fold(text)}" for code, text in table.items()} for table in named]
        cursor.itersize = 5_000
        cursor.execute(
            "SELECT number, concat_ws("
            " ' ', '', title_kk, title_ru, title_en, place_kk, place_ru, place_en, private_partner), territory_id,"
            " sector_id FROM projects_project ORDER BY number"
        )
        for key, text, territory, sector in cursor:
            texts = (fold(f"{text} "), names[0][territory], names[1][sector])
            for name, words in wanted.items():
                holds = all(any((word if len(word) > 2 else f" {word}") in one for one in texts) for word in words)
                if holds or (name == "number" and str(key) == number):
                    count, first = found[name]
                    found[name] = (count + 1, first if len(first) == PAGE else [*first, key])
    return found


def _same(stage: Stage) -> Callable[[], None]:
    def compare() -> None:
        for name, text in SEARCHES.items():
            answer, (rows, first) = _page(stage, text), _scanned(stage)[name]
            assert [row["number"] for row in answer["results"]] == first, (name, first)
            if answer["rows"] is None:
                assert rows > answer["more_than"], (name, rows)
            else:
                assert answer["rows"] == rows, (name, rows)

    return compare


def _blocks(stage: Stage, text: str) -> Callable[[], float]:
    """Return how many blocks page and figures touch: each statement that the site sends, explained."""

    def once() -> float:
        from django.http import QueryDict
        from django.test.utils import CaptureQueriesContext

        from projects.filters import ProjectFilter
        from projects.queries.register import register

        with reading_from(stage.database) as connection:
            filters = ProjectFilter(QueryDict(f"search={quote(text)}"), queryset=register())
            filters.form.is_valid()
            with CaptureQueriesContext(connection) as asked:
                list(filters.page(0, PAGE))
            return sum(explained(connection, query["sql"]) for query in asked.captured_queries)

    return once


@contextmanager
def reading_from(url: str) -> Iterator[Any]:
    """Let Django, set up already, read this database for the block, with the settings of the site's own moments."""
    import dj_database_url
    from django.db import connections

    from projects.queries.snapshot import one_moment

    settings = connections.settings["default"]
    before = {name: settings[name] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT")}

    def go_to(values: dict[str, Any]) -> None:
        connections["default"].close()
        del connections["default"]
        settings.update({name: values[name] for name in before})

    wanted = dj_database_url.parse(url)
    go_to({name: wanted[name] for name in before})
    try:
        with one_moment(seconds=60):
            yield connections["default"]
    finally:
        go_to(before)


def explained(connection: Any, statement: str) -> float:
    """Return the blocks that a statement touches; 0 for what is no question."""
    if not statement.lstrip().upper().startswith(("SELECT", "WITH")):
        return 0
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) {statement}")
        (told,) = cursor.fetchone()
    plan = (json.loads(told) if isinstance(told, str) else told)[0]["Plan"]
    return plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]


def figures(stage: Stage) -> Iterator[Figure | Single]:
    """Yield P8: the growth of the slowest search, all against ``icontains``, and the blocks of each."""
    same = _same(stage)
    if stage.smaller is not None:
        yield Figure(
            "P8 growth", f"slowest search, {stage.rows} rows", _slowest(stage), _slowest(stage.smaller),
            f"the same at {stage.smaller.rows} rows", "ms", "ours/reference", same,
        )  # fmt: skip
    yield Figure(
        "P8 icontains", f"slowest search, {stage.rows} rows", _slowest(stage), _by_icontains(stage),
        "icontains on three columns, page and count", "ms", "reference/ours", same,
    )  # fmt: skip
    for name, text in SEARCHES.items():
        yield Single("P8 blocks", f"{name} ({text}), {stage.rows} rows", _blocks(stage, text), "blocks")
