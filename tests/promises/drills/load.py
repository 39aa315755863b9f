"""`make drill-load`: readers and applicants at once on 10 000 projects; no error, and p99 below half a second.

Two gunicorn workers as in gunicorn.conf.py. RATE requests a second (10) by readers of a mixed public site and
SUBMISSIONS (5) filings a second, each a paper of 50 KB and the press of the button, for SECONDS (60). Requests are due
by the clock and timed from the moment they were due, so a slow answer makes those behind it slow too. Every reader has
a loopback address of his own. The same mix by one single user comes first and gives the ratio.
"""

import contextlib
import os
import random
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from devtools.checkout import RunnerError, complain, say
from devtools.signals import Stopped, stop_on_signals
from tests.promises.drills.browser import Answer, Browser, paper_of_50_kb
from tests.promises.drills.stand import Stand, standing

PROJECTS, PROPOSALS = 10_000, 2_000
READERS, APPLICANTS = 16, 8
LIMIT: Final = 0.5
"""Seconds that 99 of 100 requests stay below."""
WHOLE_FILE: Final = "the whole register as CSV"
WHOLE_FILE_EVERY, WHOLE_FILE_LIMIT = 15.0, 5.0
"""Seconds. A file of 10 000 rows is no page: it has a limit of its own and stays out of the percentiles."""

_KK, _RU = "%D0%BC%D0%B5%D0%BA%D1%82%D0%B5%D0%BF", "%D1%88%D0%BA%D0%BE%D0%BB%D1%8B"  # мектеп, школы
_MISTYPED = "%D1%88%D0%BA%D0%BE%D0%BB%D0%B0%D1%8B"  # школаы: nothing holds it, so the nearest words are looked for
MIX: Final[tuple[tuple[str, int, tuple[str, ...]], ...]] = (
    (
        "list with filters",
        26,
        (
            "/kk/projects/?sector=education",
            "/ru/projects/?sector=health&ordering=-cost",
            "/en/projects/?status=operation&year=2020",
            "/kk/projects/?page={page}",
        ),
    ),
    ("search", 14, (f"/kk/projects/?search={_KK}", f"/ru/projects/?search={_RU}")),
    ("search, mistyped", 2, (f"/ru/projects/?search={_MISTYPED}",)),
    ("project", 22, ("/kk/projects/{number}/", "/ru/projects/{number}/")),
    ("front page", 8, ("/kk/", "/ru/")),
    ("statistics", 5, ("/kk/statistics/", "/ru/statistics/")),
    ("queue", 5, ("/kk/queue/", "/ru/queue/?page=2")),
    ("API", 12, ("/api/v1/projects/", "/api/v1/projects/{number}/", "/api/v1/totals/?by=sector")),
    ("login page", 4, ("/kk/account/login/",)),
    ("some rows as CSV", 2, ("/api/v1/projects.csv?sector=energy&year=2020",)),
)


class Times:
    """Seconds of each kind of request, and what was not answered well."""

    def __init__(self) -> None:
        self.of: dict[str, list[float]] = defaultdict(list)
        self.wrong: list[str] = []

    def note(self, kind: str, answer: Answer, seconds: float, good: int = 200) -> bool:
        """Keep one answer; tell whether it was the good one."""
        self.of[kind].append(seconds)
        if answer.status != good:
            self.wrong.append(f"{kind}: {answer.status} after {seconds:.2f} s")
        return answer.status == good

    def pages(self) -> list[float]:
        """Return the seconds of everything but the whole file."""
        return [value for kind, values in self.of.items() if kind != WHOLE_FILE for value in values]

    def table(self) -> str:
        """Return the figures of each kind in milliseconds."""
        lines = [f"  {'ms':24}{'n':>7}{'p50':>8}{'p95':>8}{'p99':>8}{'max':>8}"]
        for kind, values in [*sorted(self.of.items()), ("all but the whole file", self.pages())]:
            cells = [f"{share(values, part) * 1000:8.0f}" for part in (0.5, 0.95, 0.99, 1)]
            lines.append(f"  {kind:24}{len(values):7}{''.join(cells)}")
        return "\n".join(lines)


def share(values: list[float], part: float) -> float:
    """Return the value that this part of all stays below or at; 0 of none."""
    return sorted(values)[min(len(values) - 1, int(len(values) * part))] if values else 0.0


def wishes(numbers: list[int], seed: int) -> Iterator[tuple[str, str]]:
    """Yield what readers want: kind and address, without end."""
    chance = random.Random(seed)
    weights = [weight for _kind, weight, _paths in MIX]
    while True:
        kind, _weight, paths = chance.choices(MIX, weights)[0]
        yield kind, chance.choice(paths).format(number=chance.choice(numbers), page=chance.randrange(2, 40))


def by_the_clock(until: float, pause: float, first: float, act: Callable[[float], None]) -> None:
    """Act at every due moment, at once when late; ``act`` is told when it was due."""
    due = first
    while due < until:
        time.sleep(max(0.0, due - time.perf_counter()))
        act(due)
        due += pause


@contextlib.contextmanager
def busy(seconds: float) -> Iterator[None]:
    """Say in the end how many cores were busy, of the whole machine and for the load itself."""

    def spent() -> tuple[float, float]:
        ticks = [int(part) for part in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
        return (sum(ticks) - ticks[3] - ticks[4]) / os.sysconf("SC_CLK_TCK"), time.process_time()

    before = spent()
    yield
    machine, ours = (after - earlier for after, earlier in zip(spent(), before, strict=True))
    say(f"  busy cores of {os.cpu_count()}: {machine / seconds:.2f}, of these {ours / seconds:.2f} make the load")


class Drill:
    """The site under load."""

    def __init__(self, port: int, session: str, drafts: list[tuple[Any, Any]], numbers: list[int], seed: int) -> None:
        self.port, self.session, self.numbers, self.seed = port, session, numbers, seed
        self._drafts = iter(drafts)
        self._taking = threading.Lock()
        self.filed = 0

    def submit(self, browser: Browser, times: Times, due: float | None = None) -> None:
        """Send a paper and press the button, as one person."""
        with self._taking:
            application, proposal = next(self._drafts)
        below = f"/kk/applications/{application}/"
        began = due or time.perf_counter()
        answer = browser.upload(
            f"{below}proposals/{proposal}/papers/upload/",
            name="plan.pdf",
            content=paper_of_50_kb(f"{application} "),
            kind="business_plan",
        )
        times.note("paper of 50 KB", answer, time.perf_counter() - began, 302)
        began = time.perf_counter()
        answer = browser.post(f"{below}file/", consent="on")
        if times.note("filing", answer, time.perf_counter() - began, 302):
            self.filed += 1

    def one_user(self, seconds: float, filings_of: float) -> Times:
        """The same mix, one request after the other; ``filings_of`` is their share of all wishes."""
        times, want = Times(), wishes(self.numbers, self.seed)
        chance = random.Random(self.seed)
        reader, applicant = Browser(self.port), Browser(self.port, session=self.session)
        until = time.perf_counter() + seconds
        while time.perf_counter() < until:
            if chance.random() < filings_of:
                self.submit(applicant, times)
                continue
            kind, path = next(want)
            answer = reader.get(path)
            times.note(kind, answer, answer.seconds)
        return times

    def many(self, seconds: float, rate: float, submissions: float) -> Times:
        """Readers, applicants and now and then the whole file, all at once."""
        times = Times()
        begin = time.perf_counter() + 0.2
        until = begin + seconds
        threads = [
            threading.Thread(target=self._reader, args=(turn, begin, until, rate, times)) for turn in range(READERS)
        ]
        threads += [
            threading.Thread(target=self._applicant, args=(turn, begin, until, submissions, times))
            for turn in range(APPLICANTS)
        ]
        threads.append(threading.Thread(target=self._taker, args=(begin, until, times)))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return times

    def _reader(self, turn: int, begin: float, until: float, rate: float, times: Times) -> None:
        browser, want = Browser(self.port, address=f"127.0.1.{turn + 1}"), wishes(self.numbers, self.seed + turn)

        def read(due: float) -> None:
            kind, path = next(want)
            answer = browser.get(path)
            times.note(kind, answer, time.perf_counter() - due)

        by_the_clock(until, READERS / rate, begin + turn / rate, read)

    def _applicant(self, turn: int, begin: float, until: float, submissions: float, times: Times) -> None:
        browser = Browser(self.port, session=self.session, address=f"127.0.2.{turn + 1}")
        pause = APPLICANTS / submissions
        by_the_clock(until, pause, begin + turn / submissions, lambda due: self.submit(browser, times, due))

    def _taker(self, begin: float, until: float, times: Times) -> None:
        browser = Browser(self.port, address="127.0.3.1")

        def take(due: float) -> None:
            answer = browser.get("/api/v1/projects.csv")
            times.note(WHOLE_FILE, answer, time.perf_counter() - due)
            if answer.body.count(b"\n") < PROJECTS / 2 or answer.seconds > WHOLE_FILE_LIMIT:
                times.wrong.append(f"{WHOLE_FILE}: {len(answer.body)} bytes after {answer.seconds:.1f} s")

        by_the_clock(until, WHOLE_FILE_EVERY, begin + WHOLE_FILE_EVERY / 2, take)


def _drafts(count: int) -> tuple[list[tuple[Any, Any]], str]:
    from proposals.models import Proposal
    from proposals.services.papers import attach
    from tests.promises.many_drafts import drafts_ready_to_file, session_of, without_papers
    from tests.proposals.applications import applicant, pdf

    by = applicant()
    first = without_papers(by)
    for kind in ("own_funds", "registration"):
        attach(first.proposals.get(), kind=kind, upload=pdf(f"{kind}.pdf"), by=by)
    made = [row.pk for row in drafts_ready_to_file(by, count, first=first)]
    return list(Proposal.objects.filter(application__in=made).values_list("application_id", "pk")), session_of(by)


def _drill(stand: Stand, seconds: float, rate: float, submissions: float, seed: int) -> bool:
    from django.db import connections

    from benchmarks.generate import generate
    from benchmarks.intake import fill
    from projects.models import Project
    from tests.promises.server import Server

    say(f"Making {PROJECTS} projects and {PROPOSALS} proposals.")
    generate(stand.cluster.owner_url, PROJECTS)
    fill(stand.cluster.owner_url, PROPOSALS)
    alone = seconds / 4
    drafts, session = _drafts(int(seconds * submissions + alone * 30) + 100)
    numbers = list(Project.objects.order_by("number").values_list("number", flat=True)[:5_000:7])
    stand.cluster.psql("VACUUM (ANALYZE)", role="ppp_superuser")
    connections.close_all()
    with open(stand.folder / "server.log", "wb") as log:
        server = Server(log)
        try:
            server.start()
            drill = Drill(server.port, session, drafts, numbers, seed)
            say("Warming up.")
            drill.many(min(5.0, seconds), rate, submissions)
            say(f"One user, {alone:.0f} s.")
            single = drill.one_user(alone, submissions / (submissions + rate))
            say(single.table())
            say(f"{rate:.0f} requests a second of {READERS} readers and {submissions:.0f} filings, {seconds:.0f} s.")
            with busy(seconds):
                crowd = drill.many(seconds, rate, submissions)
            say(crowd.table())
        finally:
            server.close()
    return _verdict(single, crowd, drill, seconds)


def _verdict(single: Times, crowd: Times, drill: Drill, seconds: float) -> bool:
    from proposals.models import Application, StageChange

    wrong = [*single.wrong, *crowd.wrong]
    p99 = share(crowd.pages(), 0.99)
    ratios = [share(crowd.pages(), part) / (share(single.pages(), part) or 1) for part in (0.5, 0.99)]
    done = sum(map(len, crowd.of.values()))
    say(f"  {done / seconds:.1f} requests a second answered, {len(crowd.of['filing']) / seconds:.1f} filings a second")
    say(f"  against one user: p50 × {ratios[0]:.1f}, p99 × {ratios[1]:.1f}")
    filed = StageChange.objects.filter(action="file", channel="web", proposal__title_kk__startswith="Медеу").count()
    if filed != drill.filed:
        wrong.append(f"{drill.filed} filings were acknowledged, {filed} are there")
    online = Application.objects.filter(filed_at__isnull=False).values_list("year", "sequence")
    if len(set(online)) != len(online):
        wrong.append("a number was given twice")
    if p99 > LIMIT:
        wrong.append(f"p99 is {p99 * 1000:.0f} ms, more than {LIMIT * 1000:.0f}")
    for sentence in wrong[:20]:
        say(f"BROKEN: {sentence}")
    if not wrong:
        say(f"No error; p99 {p99 * 1000:.0f} ms.")
    return not wrong


def main() -> int:
    """Read SECONDS, RATE, SUBMISSIONS and SEED, run the drill; the exit code."""
    seconds, rate = float(os.environ.get("SECONDS") or 60), float(os.environ.get("RATE") or 10)
    submissions = float(os.environ.get("SUBMISSIONS") or 5)
    seed = int(os.environ.get("SEED") or random.randrange(10**6))
    stop_on_signals()
    say(f"Load drill, seed {seed}, {os.cpu_count()} cores with the maker of the load and the database.")
    try:
        with standing() as stand:
            return 0 if _drill(stand, seconds, rate, submissions, seed) else 1
    except RunnerError as problem:
        return complain(problem)
    except Stopped as stopped:
        return stopped.exit_code


if __name__ == "__main__":
    sys.exit(main())
