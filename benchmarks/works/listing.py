"""P1 to P4: the filtered list by the API, against the bare database, itself unchanged, DRF, FastAPI and others."""

import contextlib
import itertools
import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode

from benchmarks import requests
from benchmarks.comparison import Figure, Stage
from benchmarks.load import load
from benchmarks.peers import datasette, is_installed
from benchmarks.serving import fetched, served

OURS = "/api/v1/projects/?"
COMPARED = 12
"""Addresses at which two contenders must give the same before either is timed."""
REPEATED = 50
"""Addresses that are asked for again and again while the register stays as it is."""
MOST_A_SECOND = 1_500
"""Addresses drawn for a second of load: more than we answer, so none comes twice to whoever could remember it."""

Path_ = Callable[[str], str]


class Contender:
    """A site, and how a choice is asked of it."""

    def __init__(self, stage: Stage, site: str, path: Path_) -> None:
        self.stage, self.site, self.path = stage, site, path
        self._seeds = itertools.count(100)

    def paths(self, seed: int, count: int) -> list[str]:
        """Return addresses of choices drawn with this seed."""
        return [self.path(query) for query in requests.queries(self.stage.database, seed, count)]

    def rate(self) -> float:
        """Return requests per second at 4 connections, over addresses that nobody asked for before."""
        return load(self.site, self._fresh(), connections=4, seconds=self.stage.seconds).rate

    def wait(self) -> float:
        """Return the median milliseconds of an answer at 1 connection."""
        return load(self.site, self._fresh(), connections=1, seconds=self.stage.seconds).median_ms

    def _fresh(self) -> list[str]:
        # Both ways of a figure draw the same seeds in the same order, so both answer the same requests.
        return self.paths(next(self._seeds), int((self.stage.seconds + 0.5) * MOST_A_SECOND))

    def answer(self, path: str) -> Any:
        """Return what it says; raises AssertionError for another status than 200."""
        status, _headers, body = fetched(self.site, path, Accept="application/json")
        assert status == 200, f"{self.site}{path}: {status} {body[:300]!r}"
        return json.loads(body)


def _ours(query: str) -> str:
    return OURS + query


def _plain(query: str) -> str:
    return f"/projects/?{query}"


def same(ours: Contender, other: Contender, rows_of: Callable[[Any], tuple[int, Sequence[dict[str, Any]]]]) -> None:
    """Refuse contenders that do not give the same rows and the same count for the same choices."""
    for query in requests.queries(ours.stage.database, 7, COMPARED):
        said = ours.answer(ours.path(query))
        count, rows = rows_of(other.answer(other.path(query)))
        assert said["rows"] == count, f"{query}: {said['rows']} rows here, {count} at {other.site}"
        assert len(said["results"]) == len(rows) == requests.LEAST, f"{query}: {len(said['results'])}, {len(rows)} rows"
        for mine, theirs in zip(said["results"], rows, strict=True):
            for name, value in theirs.items():
                assert mine[name] == value, f"{query}: row {mine['number']}, {name}: {mine[name]!r} is not {value!r}"


def same_as_bare(ours: Contender, bare: Contender) -> None:
    """Refuse a reference that says anything else than we do, but for the address of the next page."""
    same(ours, bare, lambda said: (said["rows"], said["results"]))
    for query in requests.queries(ours.stage.database, 7, COMPARED):
        mine, theirs = ours.answer(ours.path(query)), bare.answer(bare.path(query))
        assert {**mine, "next": None} == {**theirs, "next": None}, f"{query}: {mine} is not {theirs}"


def _of_drf(said: Any) -> tuple[int, list[dict[str, Any]]]:
    return said["count"], [_flat(row) for row in said["results"]]


def _of_ninja(said: Any) -> tuple[int, list[dict[str, Any]]]:
    return said["count"], [_flat(row) for row in said["items"]]


def _of_datasette(said: Any) -> tuple[int, list[dict[str, Any]]]:
    return said["filtered_table_rows_count"], [{"number": row["number"], "cost": row["cost"]} for row in said["rows"]]


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    """Return the columns that libraries write alike; times and decimals each writes in its own way."""
    alike = ("number", "title_kk", "title_ru", "cost", "is_group", "year", "status", "private_partner", "jobs")
    return {name: row[name] for name in alike}


def figures(stage: Stage) -> Iterator[Figure]:
    """Yield the figures of the list at this size."""
    ours = Contender(stage, stage.site, _ours)
    values = {"DATABASE_URL": stage.application}
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ppp-benchmark-")))
        log = folder / "peer.log"
        bare = Contender(
            stage,
            stack.enter_context(served("benchmarks.peers.bare:application", values, log, path="/?sector=education")),
            _plain,
        )
        yield from _against_bare(stage, ours, bare)
    peers: tuple[Callable[..., Iterator[Figure]], ...] = (
        _against_drf,
        _against_fastapi,
        _against_ninja,
        _against_datasette,
    )
    for against in peers:
        with contextlib.ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ppp-benchmark-")))
            yield from against(stage, stack, folder)


def _against_bare(stage: Stage, ours: Contender, bare: Contender) -> Iterator[Figure]:
    what, against = "filtered list, 25 rows + count", "bare psycopg + orjson"
    yield Figure(
        "P1 rate",
        f"{what}, requests/s at 4 connections",
        ours.rate,
        bare.rate,
        against,
        "requests/s",
        "ours/reference",
        lambda: same_as_bare(ours, bare),
    )
    yield Figure(
        "P1 p50", f"{what}, p50 at 1 connection", ours.wait, bare.wait, against, "ms", "ours/reference",
        lambda: same_as_bare(ours, bare),
    )  # fmt: skip
    known = ours.paths(3, REPEATED)

    def again() -> float:
        return load(ours.site, known, connections=4, seconds=stage.seconds).rate

    yield Figure(
        "P2 rate", "the same list, asked for again, register unchanged", again, bare.rate, against, "requests/s",
        "ours/reference", lambda: same_as_bare(ours, bare),
    )  # fmt: skip
    marks: list[str] = []

    def unchanged() -> float:
        return load(ours.site, known, connections=4, seconds=stage.seconds, status=304, headers=marks).rate

    def marked() -> None:
        same_as_bare(ours, bare)
        for path in known:
            _status, headers, _body = fetched(ours.site, path, Accept="application/json")
            marks.append(f"If-None-Match: {headers['ETag']}\r\n")
            status, _headers, body = fetched(ours.site, path, Accept="application/json", If_None_Match=headers["ETag"])
            assert (status, body) == (304, b""), f"{path}: {status}"

    yield Figure(
        "P2 304", "the same list with If-None-Match, register unchanged: 304", unchanged, bare.rate, against,
        "requests/s", "ours/reference", marked,
    )  # fmt: skip


def _peer(
    goal: str, against: str, what: str, ours: Contender, peer: Contender, rows_of: Callable[[Any], Any]
) -> Figure:
    return Figure(
        goal, what, ours.rate, peer.rate, against, "requests/s", "ours/reference", lambda: same(ours, peer, rows_of)
    )


def _against_drf(stage: Stage, stack: contextlib.ExitStack, folder: Path) -> Iterator[Figure]:
    values = {
        "DATABASE_URL": stage.application,
        "DJANGO_SETTINGS_MODULE": "benchmarks.peers.settings",
        "BENCHMARK_PEER": "benchmarks.peers.drf",
    }
    site = stack.enter_context(served("benchmarks.peers.wsgi:application", values, folder / "peer.log", path="/flat/"))
    for kind in ("flat", "nested"):
        peer = Contender(stage, site, lambda query, kind=kind: f"/{kind}/?{query}")
        ours = Contender(stage, stage.site, _ours)
        what = "filtered list, against rows as keys" if kind == "flat" else "filtered list, against rows nested"
        yield _peer(f"P3 {kind}", f"plain DRF ModelViewSet, {kind}", what, ours, peer, _of_drf)


def _missing(goal: str, against: str) -> Figure:
    """Return a figure that only says against what, for the table to tell that it is not installed."""

    def never() -> float:
        raise AssertionError(f"{against} is not installed")

    return Figure(goal, "filtered list", never, never, against, "requests/s", "ours/reference", lambda: None)


def _against_fastapi(stage: Stage, stack: contextlib.ExitStack, folder: Path) -> Iterator[Figure]:
    goal, against = "P4 fastapi", "FastAPI + psycopg"
    if not is_installed("FastAPI"):
        yield _missing(goal, against)
        return
    values = {"DATABASE_URL": stage.application}
    site = stack.enter_context(
        served(
            "benchmarks.peers.fastapi:application",
            values,
            folder / "peer.log",
            way="uvicorn",
            path="/projects/?year=2020",
        )
    )
    yield _peer(
        goal, against, "filtered list", Contender(stage, stage.site, _ours), Contender(stage, site, _plain),
        lambda said: (said["rows"], said["results"]),
    )  # fmt: skip


def _against_ninja(stage: Stage, stack: contextlib.ExitStack, folder: Path) -> Iterator[Figure]:
    goal, against = "P4 ninja", "django-ninja + django-filter"
    if not is_installed("django-ninja"):
        yield _missing(goal, against)
        return
    values = {
        "DATABASE_URL": stage.application,
        "DJANGO_SETTINGS_MODULE": "benchmarks.peers.settings",
        "BENCHMARK_PEER": "benchmarks.peers.ninja",
    }
    site = stack.enter_context(
        served("benchmarks.peers.wsgi:application", values, folder / "peer.log", path="/projects/")
    )
    yield _peer(
        goal, against, "filtered list", Contender(stage, stage.site, _ours), Contender(stage, site, _plain), _of_ninja
    )


def _against_datasette(stage: Stage, stack: contextlib.ExitStack, folder: Path) -> Iterator[Figure]:
    goal, against = "P4 datasette", "Datasette on the same rows"
    if not is_installed("Datasette"):
        yield _missing(goal, against)
        return
    file = folder / "rows.db"
    datasette.copied(stage.database, file)
    site = stack.enter_context(
        served(
            "benchmarks.peers.datasette:application", {"BENCHMARK_ROWS": str(file)}, folder / "peer.log", way="uvicorn",
            path="/-/versions.json",
        )
    )  # fmt: skip

    def path(query: str) -> str:
        chosen = {f"{name}__in": ",".join(values) for name, values in parse_qs(query).items()}
        return f"/rows/projects.json?{urlencode({**chosen, '_size': 25, '_sort': 'number', '_shape': 'objects'})}"

    yield _peer(
        goal, against, "filtered list", Contender(stage, stage.site, _ours), Contender(stage, site, path), _of_datasette
    )
