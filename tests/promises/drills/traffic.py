"""Requests that come at their time whether or not the one before was answered, and what became of them."""

import http.client
import itertools
import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

HOST = "127.0.0.1"
IN_FLIGHT = 64


@dataclass(frozen=True)
class Request:
    """What is asked, by whom, and what to call it in a table."""

    kind: str
    path: str
    method: str = "GET"
    body: str = ""
    cookies: str = ""


@dataclass(frozen=True)
class Answer:
    """What came of it: status 0 when nothing came; seconds are counted from the moment it was due."""

    request: Request
    status: int
    seconds: float
    due: float
    location: str = ""


def ask(port: int, request: Request, patience: float = 20) -> tuple[int, str]:
    """Send a request on a line of its own; return status and Location, 0 and the fault when none came."""
    wire = http.client.HTTPConnection(HOST, port, timeout=patience)
    headers = {"Cookie": request.cookies, "Content-Type": "application/x-www-form-urlencoded"}
    try:
        wire.request(request.method, request.path, request.body or None, headers)
        answer = wire.getresponse()
        answer.read()
        return answer.status, answer.headers.get("Location", "")
    except (OSError, http.client.HTTPException) as fault:
        return 0, repr(fault)
    finally:
        wire.close()


@dataclass
class Traffic:
    """So many requests a second, in turn from a stream, until it is stopped."""

    port: int
    requests: Iterator[Request]
    a_second: float
    answers: list[Answer] = field(default_factory=list)
    moments: dict[str, float] = field(default_factory=dict)

    def __enter__(self) -> "Traffic":
        self._over = threading.Event()
        self._pool = ThreadPoolExecutor(IN_FLIGHT)
        self._sent: list[tuple[Request, float, Future[None]]] = []
        self._clock = threading.Thread(target=self._run)
        self.moments["start"] = time.monotonic()
        self._clock.start()
        return self

    def __exit__(self, *fault: object) -> None:
        self._over.set()
        self._clock.join()
        self._pool.shutdown(wait=False, cancel_futures=True)
        for request, due, sending in self._sent:
            if sending.cancelled():
                self.answers.append(
                    Answer(request, 0, time.monotonic() - due, due, "waited for its turn until the end")
                )
        self._pool.shutdown(wait=True)

    def note(self, name: str) -> None:
        """Remember when something began: the table counts from there."""
        self.moments[name] = time.monotonic()

    def _run(self) -> None:
        began = time.monotonic()
        for turn in itertools.count():
            due = began + turn / self.a_second
            if self._over.wait(max(0.0, due - time.monotonic())):
                return
            request = next(self.requests)
            self._sent.append((request, due, self._pool.submit(self._send, request, due)))

    def _send(self, request: Request, due: float) -> None:
        status, location = ask(self.port, request)
        self.answers.append(Answer(request, status, time.monotonic() - due, due, location))

    def table(self) -> str:
        """Return the figures from each remembered moment to the next, and of all."""
        moments = [*sorted(self.moments.items(), key=lambda one: one[1]), ("", float("inf"))]
        lines = [f"{'':22} {'requests':>8} {'2xx 3xx':>8} {'4xx':>5} {'5xx':>5} {'none':>5}  p50 ms  p99 ms  longest"]
        for (name, first), (_next, last) in itertools.pairwise(moments):
            lines.append(figures(name, [one for one in self.answers if first <= one.due < last]))
        return "\n".join([*lines, figures("all", self.answers)])


def figures(name: str, answers: list[Answer]) -> str:
    """Return one line of figures."""
    kinds = Counter(one.status // 100 for one in answers)
    fine = kinds[2] + kinds[3]
    times = f"{quantile(answers, 0.5):7.0f} {quantile(answers, 0.99):7.0f} {quantile(answers, 1):8.0f}"
    return f"{name:22} {len(answers):8} {fine:8} {kinds[4]:5} {kinds[5]:5} {kinds[0]:5} {times}"


def quantile(answers: list[Answer], share: float) -> float:
    """Return the milliseconds within which this share of the answers came; 0 when there are none."""
    spent = sorted(one.seconds * 1000 for one in answers)
    if not spent:
        return 0.0
    return statistics.median(spent) if share == 0.5 else spent[min(len(spent) - 1, int(share * len(spent)))]


def mixed(makers: list[Callable[[int], Request | None]]) -> Iterator[Request]:
    """Return requests of these makers in turn, without end; a maker that has none left is passed over."""
    for turn in itertools.count():
        request = makers[turn % len(makers)](turn // len(makers))
        if request:
            yield request
