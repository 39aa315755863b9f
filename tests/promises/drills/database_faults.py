"""The database is killed, stopped, full or kept by somebody else; meanwhile 503, afterwards no error at all."""

import contextlib
import itertools
import math
import os
import random
import signal
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg

from devtools.roles import DATABASE, SUPERUSER
from tests.promises.drills.applicants import Told
from tests.promises.drills.browser import Answer, Browser
from tests.promises.drills.stand import Stand

AFTERWARDS = 60
"""Requests at once when the database is back; none may fail."""
LINES = 8
PUBLIC = (
    "/kk/",
    "/ru/projects/?sector=education",
    "/en/projects/?search=%D0%BC%D0%B5%D0%BA%D1%82%D0%B5%D0%BF",
    "/kk/queue/",
    "/ru/statistics/",
    "/api/v1/projects/",
    "/api/v1/totals/?by=sector",
    "/readyz",
)
OWN = ("/kk/applications/", "/ru/account/")
LANGUAGES = ("kk", "ru", "en")


class DatabaseFaults:
    """Does harm to the database and looks at the site; ``wrong`` says what the site did not bear."""

    def __init__(self, stand: Stand, server: Any, session: str, told: Told) -> None:
        self.cluster = stand.cluster
        self.server = server
        self.session = session
        self.told = told
        self.done: Counter[str] = Counter()
        self.asked = 0
        self.slowest_503 = 0.0
        self.wrong: list[str] = []
        self._kinds = itertools.cycle(("postmaster killed", "stopped at once", "backend killed"))

    def one(self, chance: random.Random) -> None:
        """The next fault, until the site is well again."""
        self.server.get("/healthz")
        kind = next(self._kinds)
        self.done[kind] += 1
        if kind == "backend killed":
            # The others cannot trust the shared memory any more: the database ends them all and recovers by itself.
            self._kill_a_backend(chance)
            self._wait_until_back()
        else:
            self._take_down(kind)
            time.sleep(chance.uniform(0.2, 1.0))
            self.site_is_away(kind)
            self.cluster.start()
        self.site_is_back(kind)

    def once_each(self) -> None:
        """Connections used up; a table and a row that somebody keeps for ten seconds."""
        self._no_connection_left()
        self._kept("a table kept", "LOCK TABLE proposals_application IN ACCESS EXCLUSIVE MODE", "/kk/applications/")
        self._kept("the register kept", "LOCK TABLE projects_project IN ACCESS EXCLUSIVE MODE", "/api/v1/projects/")

    def _take_down(self, kind: str) -> None:
        if kind == "postmaster killed":
            os.kill(self._postmaster(), signal.SIGKILL)
        else:
            self.cluster._pg_ctl("stop", "-m", "immediate")

    def _postmaster(self) -> int:
        return int(self.cluster.pid_file.read_text().split()[0])

    def _kill_a_backend(self, chance: random.Random) -> None:
        told = self.cluster.psql(
            f"SELECT pid FROM pg_stat_activity WHERE datname = '{DATABASE}' AND pid <> pg_backend_pid()"
            " AND usename = 'ppp_app' ORDER BY state <> 'active', random() LIMIT 3",
            role=SUPERUSER,
        )
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(chance.choice(told.stdout.split())), signal.SIGKILL)

    def _wait_until_back(self) -> None:
        time.sleep(0.3)
        deadline = time.monotonic() + 30
        while not (self.cluster.answers() and self.cluster.answers()) and time.monotonic() < deadline:
            time.sleep(0.05)

    def site_is_away(self, kind: str) -> None:
        """Every page says 503 and when to come back, soon, in the reader's language; programs read JSON."""
        for path in (*PUBLIC, *OWN):
            answer = self._open(path)
            self._check_503(answer, f"{path} while {kind}")
            if path.startswith("/api/") and answer.headers.get("content-type") != "application/problem+json":
                self.wrong.append(f"{path} while {kind}: no problem document")
            if path[1:3] in LANGUAGES and f'<html lang="{path[1:3]}"' not in answer.text:
                self.wrong.append(f"{path} while {kind}: not in the language of the address")
        if (alive := self._open("/healthz")).status != 200:
            self.wrong.append(f"/healthz while {kind}: {alive.status}")

    def site_is_back(self, kind: str) -> None:
        """So many requests at once over several lines; none fails."""
        paths = [path for path, _turn in zip(itertools.cycle((*PUBLIC, *OWN)), range(AFTERWARDS), strict=False)]

        def line(part: list[str]) -> list[tuple[str, Answer]]:
            browser = Browser(self.server.port, session=self.session)
            try:
                return [(path, browser.get(path)) for path in part]
            finally:
                browser.close()

        with ThreadPoolExecutor(LINES) as pool:
            for answers in pool.map(line, [paths[turn::LINES] for turn in range(LINES)]):
                for path, answer in answers:
                    self.asked += 1
                    if answer.status != 200:
                        self.wrong.append(f"{path} after {kind}: {answer.status} after {answer.seconds:.1f} s")

    def _open(self, path: str) -> Answer:
        browser = Browser(self.server.port, session=self.session)
        try:
            return browser.get(path)
        finally:
            browser.close()

    def _check_503(self, answer: Answer, what: str) -> None:
        self.slowest_503 = max(self.slowest_503, answer.seconds)
        if not answer.asks_to_come_back or answer.seconds > 5:
            self.wrong.append(
                f"{what}: {answer.status} after {answer.seconds:.1f} s, Retry-After {answer.headers.get('retry-after')}"
            )

    def _no_connection_left(self) -> None:
        self.done["no connection left"] += 1
        self.told.up_since = math.inf
        self.server.kill("all")
        taken = []
        with contextlib.suppress(psycopg.OperationalError):
            while len(taken) < 500:
                taken.append(psycopg.connect(self.cluster.application_url))
        try:
            self.server.start()
            self.told.up_since = time.perf_counter()
            for path in (*PUBLIC, *OWN):
                self._check_503(self._open(path), f"{path} without a free connection")
        finally:
            for connection in taken:
                connection.close()
        self.server.get("/healthz")
        self.site_is_back("no connection left")

    def _kept(self, what: str, lock: str, path: str) -> None:
        self.done[what] += 1
        with psycopg.connect(self.cluster.url(SUPERUSER)) as somebody:
            somebody.execute(lock)
            began = time.monotonic()
            self._check_503(self._open(path), f"{path} while {what}")
            if (other := self._open("/ru/account/")).status != 200:
                self.wrong.append(f"/ru/account/ while {what}: {other.status}")
            time.sleep(max(0.0, 10 - (time.monotonic() - began)))
            somebody.rollback()
        self.site_is_back(what)
