"""Public reading from a copy of the database (REPLICA_DATABASE_URL); everything else from the one that is written.

Without that setting neither router nor middleware is there: see the end of the databases in settings.py and
`docs/decisions/0031-reading-from-a-copy.md`.
"""

import logging
import threading
import time
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, Final

from django.conf import settings
from django.db import InterfaceError, OperationalError, connections
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import resolve

logger = logging.getLogger(__name__)

REPLICA: Final = "replica"
READING: ContextVar[bool] = ContextVar("reading_from_replica", default=False)

_PRIVATE = ("admin", "account", "applications", "follow", "papers", "healthz", "readyz", "metrics")
"""First words of addresses (after the language) that are somebody's own, or that must see what was written just now."""
_WROTE = "wrote"
_LAG = """
    SELECT CASE WHEN NOT pg_is_in_recovery() THEN 0
                WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn()
                     AND EXISTS (SELECT FROM pg_stat_wal_receiver) THEN 0
                ELSE extract(epoch FROM now() - pg_last_xact_replay_timestamp()) END
"""


class ReplicaRouter:
    """Sends the reading of a public page to the copy, and never a write or a migration."""

    def db_for_read(self, model: Any, **hints: Any) -> str | None:
        """Return the copy while a public page is read."""
        return REPLICA if READING.get() else None

    def db_for_write(self, model: Any, **hints: Any) -> str | None:
        """Leave writes to the usual database; whoever writes reads there from now on."""
        READING.set(False)
        return None

    def allow_relation(self, first: Any, second: Any, **hints: Any) -> bool:
        """Allow: both are the same rows."""
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        """Never migrate the copy."""
        return False if db == REPLICA else None


class Health:
    """Whether the copy answers and is not too far behind; asked once in some seconds, by one thread."""

    def __init__(self) -> None:
        self._asked = -float(settings.REPLICA_LOOK)
        self._is_good = False
        self._turn = threading.Lock()

    def is_good(self) -> bool:
        """Tell whether to read from the copy now."""
        if time.monotonic() - self._asked >= settings.REPLICA_LOOK and self._turn.acquire(blocking=False):
            try:
                self._look()
            finally:
                self._turn.release()
        return self._is_good

    def failed(self) -> None:
        """Leave the copy alone until it is time to ask again."""
        self._is_good, self._asked = False, time.monotonic()

    def _look(self) -> None:
        was = self._is_good
        try:
            with connections[REPLICA].cursor() as cursor:
                cursor.execute(_LAG)
                (behind,) = cursor.fetchone()
            # Unknown is too far: a copy that never replayed anything.
            self._is_good = behind is not None and behind <= settings.REPLICA_LAG
        except (OperationalError, InterfaceError):
            connections[REPLICA].close()
            behind, self._is_good = None, False
        self._asked = time.monotonic()
        if was != self._is_good:
            logger.warning("The copy of the database %s.", "is read again" if self._is_good else "is left alone")


class ReplicaMiddleware:
    """Says of each request whether it may be answered from the copy: a public page, and nobody who is logged in.

    Whoever wrote without being logged in (a follower) sees the true rows for some seconds more, by a cookie.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self._health = Health()
        self._cookie = _WROTE if settings.PLAIN_HTTP else f"__Host-{_WROTE}"

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        # Set at the beginning and never taken back: the rows of a stream are read after this has ended.
        READING.set(self._is_public(request) and self._health.is_good())
        response = self.get_response(request)
        has_written = request.method not in {"GET", "HEAD", "OPTIONS"}
        if has_written and settings.SESSION_COOKIE_NAME not in request.COOKIES:
            response.set_cookie(
                self._cookie,
                "1",
                max_age=2 * settings.REPLICA_LAG,
                secure=not settings.PLAIN_HTTP,
                httponly=True,
                samesite="Lax",
            )
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        """Answer from the true database when the copy went away under a page; reading twice does no harm."""
        if not READING.get() or not isinstance(error, OperationalError | InterfaceError):
            return None
        self._health.failed()
        READING.set(False)
        connections[REPLICA].close()
        logger.warning("The copy of the database went away: %s.", type(error).__name__)
        match = request.resolver_match or resolve(request.path_info)
        return match.func(request, *match.args, **match.kwargs)

    def _is_public(self, request: HttpRequest) -> bool:
        if request.method not in {"GET", "HEAD"}:
            return False
        if settings.SESSION_COOKIE_NAME in request.COOKIES or self._cookie in request.COOKIES:
            return False
        words = request.path_info.strip("/").split("/")
        first = words[1] if len(words) > 1 and len(words[0]) == 2 else words[0]
        return first not in _PRIVATE
