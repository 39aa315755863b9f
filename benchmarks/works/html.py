"""P13: the list as a page: 304 against a page made, a page made against a plain page of Django with the same rows."""

import contextlib
import itertools
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks import requests
from benchmarks.comparison import Figure, Stage
from benchmarks.load import load
from benchmarks.serving import fetched, served

COMPARED = 6
"""Addresses at which both pages must show the same rows, totals and counts of facets before either is timed."""
REPEATED = 50
"""Addresses that are asked for again and again while the register stays as it is."""
MOST_A_SECOND = 800
"""Addresses drawn for a second of load: more than are answered, so that no page asked for was kept."""
LONGER = 2
"""How many times longer than usual a round lasts: the plain page makes few in a second."""
_ROW = re.compile(r'<th[^>]*><a href="/en/projects/(\d+)/"')
_FACET = re.compile(r'<section class="facet">.*?</section>|<ul class="facet">.*?</ul>', re.DOTALL)
_COUNT = re.compile(r"<b>([\d\u00a0]+)</b>")
_TOTALS = re.compile(r'<dl class="totals-main">.*?</dl>|<p class="totals">.*?</p>', re.DOTALL)
_FIGURE = re.compile(r"<(?:dd|b)>([\d\u00a0]+)</|value=\"(\d+)\"")


class Pages:
    """A site that shows the list as a page, and where."""

    def __init__(self, stage: Stage, site: str, path: str) -> None:
        self.stage, self.site, self.path = stage, site, path
        self._seeds = itertools.count(500)

    def paths(self, seed: int, count: int) -> list[str]:
        """Return addresses of choices drawn with this seed."""
        return [f"{self.path}?{query}" for query in requests.queries(self.stage.database, seed, count)]

    def rate(self) -> float:
        """Return pages per second at 4 connections, each at an address that nobody asked for before."""
        seconds = LONGER * self.stage.seconds
        fresh = self.paths(next(self._seeds), int((seconds + 0.5) * MOST_A_SECOND))
        return load(self.site, fresh, connections=4, seconds=seconds).rate

    def shown(self, path: str) -> tuple[list[str], list[list[int]], set[int]]:
        """Return numbers of the rows, counts of each facet, and the totals; raises AssertionError where they lack."""
        status, _headers, body = fetched(self.site, path)
        text = body.decode()
        assert status == 200, f"{self.site}{path}: {status} {text[:300]!r}"
        facets = [sorted(_whole(count) for count in _COUNT.findall(facet)) for facet in _FACET.findall(text)]
        found = _TOTALS.search(text)
        assert found, f"{self.site}{path} shows no totals"
        totals = {_whole(first or second) for first, second in _FIGURE.findall(found[0])}
        return _ROW.findall(text), [[count for count in facet if count] for facet in facets if any(facet)], totals


def _whole(text: str) -> int:
    return int(text.replace("\u00a0", ""))


def same(ours: Pages, plain: Pages) -> None:
    """Refuse pages that do not show the same rows, counts and totals."""
    queries = zip(ours.paths(7, COMPARED), plain.paths(7, COMPARED), strict=True)
    for here, there in queries:
        rows, facets, totals = ours.shown(here)
        plain_rows, plain_facets, plain_totals = plain.shown(there)
        assert len(rows) == requests.LEAST, f"{here}: {len(rows)} rows"
        assert rows == plain_rows, f"{here}: {rows} is not {plain_rows}"
        assert facets == plain_facets, f"{here}: {facets} is not {plain_facets}"
        # Ours tells what is not known, theirs what is: number and sum stand on both.
        assert len(totals & plain_totals) >= 2, f"{here}: {totals} is not {plain_totals}"


def figures(stage: Stage) -> Iterator[Figure]:
    """Yield the figures of the page at this size."""
    ours = Pages(stage, stage.site, "/en/projects/")
    known, marks = ours.paths(3, REPEATED), []

    def marked() -> None:
        for path in known:
            _status, headers, _body = fetched(ours.site, path)
            status, _headers, body = fetched(ours.site, path, If_None_Match=headers["ETag"])
            assert (status, body) == (304, b""), f"{path}: {status}"
            marks.append(f"If-None-Match: {headers['ETag']}\r\n")

    def unchanged() -> float:
        return load(ours.site, known, connections=4, seconds=stage.seconds, status=304, headers=marks).rate

    yield Figure(
        "P13 304", "list as a page with If-None-Match, register unchanged: 304", unchanged, ours.rate,
        "the page made", "requests/s", "ours/reference", marked,
    )  # fmt: skip
    values = {
        "DATABASE_URL": stage.application,
        "DJANGO_SETTINGS_MODULE": "benchmarks.peers.settings",
        "BENCHMARK_PEER": "benchmarks.peers.plain_html",
    }
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ppp-benchmark-")))
        path = "/projects/?year=2020"
        site = stack.enter_context(served("benchmarks.peers.wsgi:application", values, folder / "peer.log", path=path))
        plain = Pages(stage, site, "/projects/")
        yield Figure(
            "P13 plain", "list as a page, made anew", ours.rate, plain.rate, "a plain page of Django", "requests/s",
            "ours/reference", lambda: same(ours, plain),
        )  # fmt: skip
