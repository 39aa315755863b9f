"""Limits of the public site: how often one address may ask, and how much heavy work a worker does at once.

The figures stand in the settings (PUBLIC_RATES, HEAVY_AT_ONCE). An answer of 429 or 503 leaves without words;
``WordsMiddleware`` gives them, in the reader's language or as a problem document.
"""

import functools
import threading
import time
import weakref
from collections.abc import Callable
from typing import Any, Final, TypeVar, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.functional import SimpleLazyObject

from reference.client_address import client_address
from reference.rates import Rate, spend

View = TypeVar("View", bound=Callable[..., Any])

PATIENCE: Final = 5
"""Seconds that one more heavy request of a worker waits for its turn."""
COME_BACK: Final = 10
"""Seconds after which a reader may ask again when all turns were taken."""
_FRESH: Final = 30
_MOST_READERS: Final = 10_000


class _InAdvance:
    """What this worker has counted in PostgreSQL but not used yet, so that light requests do not each cost a query."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._left: dict[tuple[str, str], tuple[int, float]] = {}

    def take(self, kind: str, who: str) -> bool:
        """Use up one that was counted in advance; false when none is left."""
        with self._lock:
            left, until = self._left.get((kind, who), (0, 0.0))
            if left < 1 or until < time.monotonic():
                return False
            self._left[kind, who] = (left - 1, until)
            return True

    def put(self, kind: str, who: str, count: int) -> None:
        """Keep what was counted in advance."""
        with self._lock:
            if len(self._left) >= _MOST_READERS:
                self._left.clear()
            self._left[kind, who] = (count, time.monotonic() + _FRESH)

    def forget(self) -> None:
        """Forget everything: tests begin anew."""
        with self._lock:
            self._left.clear()


in_advance = _InAdvance()


def too_often(request: HttpRequest, name: str, *, batch: int = 1) -> int:
    """Count the request; return 0, or after how many seconds this address may ask again.

    ``batch``: so many are counted at once and used up by this worker within half a minute, for one query.
    """
    figures = settings.PUBLIC_RATES.get(name)
    who = client_address(request) if figures else ""
    if not figures or not who or (batch > 1 and in_advance.take(name, who)):
        return 0
    wait = spend(Rate(name, *figures), who, batch, may_be_lost=True)
    if not wait and batch > 1:
        in_advance.put(name, who, batch - 1)
    return wait


def refused(status: int, wait: int) -> HttpResponse:
    """Return an answer without words; the middleware gives them."""
    return HttpResponse(status=status, headers={"Retry-After": str(wait)})


def limited(name: str, *, methods: tuple[str, ...] = (), batch: int = 1) -> Callable[[View], View]:
    """Let an address ask a view only so often; ``methods`` are those that count, by default all."""

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if (not methods or request.method in methods) and (wait := too_often(request, name, batch=batch)):
                return refused(429, wait)
            return cast(HttpResponseBase, view(request, *args, **kwargs))

        return cast(View, wrapped)

    return decorate


class _Turns:
    """Turns at heavy work in this process, and one place to wait for a turn."""

    def __init__(self, turns: int) -> None:
        self._turns = threading.BoundedSemaphore(turns)
        self._bench = threading.BoundedSemaphore(1)

    def take(self) -> bool:
        """Take a turn, waiting for it if nobody else waits; false when there is none."""
        if self._turns.acquire(blocking=False):
            return True
        if not self._bench.acquire(blocking=False):
            return False
        try:
            return self._turns.acquire(timeout=PATIENCE)
        finally:
            self._bench.release()

    def give_back(self) -> None:
        """Let the next one begin."""
        self._turns.release()


turns: Any = SimpleLazyObject(lambda: _Turns(settings.HEAVY_AT_ONCE))


def heavy(view: View) -> View:
    """Let only so many of these views work at once in a worker, until the last byte is sent; others get 503."""

    @functools.wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not turns.take():
            return refused(503, COME_BACK)
        try:
            response = view(request, *args, **kwargs)
        except BaseException:
            turns.give_back()
            raise
        if response.streaming:
            _until_closed(response)
        else:
            turns.give_back()
        return cast(HttpResponseBase, response)

    return cast(View, wrapped)


def _until_closed(response: HttpResponseBase) -> None:
    """Give the turn back when the server closes the answer, or when nobody holds the answer any more."""
    over = weakref.finalize(response, turns.give_back)  # runs once, whoever is first
    # Not by a method of our own: an answer that holds itself would keep its turn until the collector comes by.
    response._resource_closers.append(over)  # type: ignore[attr-defined]
