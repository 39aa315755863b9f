"""A request that does not end takes its worker with it, so that the other readers are served.

gunicorn's own time limit sees only a worker whose main loop stands still; its threads may hang for ever, and eight of
them are the whole site. Waiting for the database ends by itself (`waiting.py`); this is for everything else.
"""

import contextlib
import logging
import os
import signal
import sys
import threading
import time
import traceback
import types
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

logger = logging.getLogger(__name__)

LONGEST: Final = 90.0
"""Seconds of work on one request, or on one piece of its answer. Reading what comes in and sending do not count: the
other end of a slow line decides about them."""
GRACE: Final = 10.0
"""Seconds the other requests of the worker get to end."""


def where(frame: types.FrameType) -> str:
    """Return the innermost lines of the program: no values, which may be personal, and no more than a log keeps."""
    return "".join(traceback.format_stack(frame, limit=8))


class _Body:
    """The body of a request; waiting for its bytes is not work."""

    def __init__(self, stream: Any, pause: Callable[[], contextlib.AbstractContextManager[None]]) -> None:
        self._stream = stream
        self._pause = pause

    def read(self, *size: Any) -> bytes:
        with self._pause():
            return self._stream.read(*size)

    def readline(self, *size: Any) -> bytes:
        with self._pause():
            return self._stream.readline(*size)

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.readline, b"")


class _Answer:
    """The pieces of an answer; making each is work, sending it is not."""

    def __init__(self, pieces: Iterable[bytes], work: Callable[[], contextlib.AbstractContextManager[None]]) -> None:
        self._pieces = pieces
        self._source: Iterator[bytes] | None = None
        self._work = work

    def __iter__(self) -> "_Answer":
        return self

    def __next__(self) -> bytes:
        with self._work():
            if self._source is None:
                self._source = iter(self._pieces)
            return next(self._source)

    def close(self) -> None:
        with self._work():
            if hasattr(self._pieces, "close"):
                self._pieces.close()


class Watched:
    """A WSGI application whose worker ends when one of its requests works for longer than ``longest`` seconds."""

    def __init__(self, application: Callable[..., Any], *, longest: float = LONGEST, grace: float = GRACE) -> None:
        self._application = application
        self._longest = longest
        self._grace = grace
        self._since: dict[int, float] = {}
        self._watched_process = 0
        self._starting = threading.Lock()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        # Only there does somebody start a new worker.
        if not str(environ.get("SERVER_SOFTWARE", "")).startswith("gunicorn"):
            return self._application(environ, start_response)
        self._watch()
        environ["wsgi.input"] = _Body(environ["wsgi.input"], self._paused)
        with self._working():
            answer = self._application(environ, start_response)
        wrapper = environ.get("wsgi.file_wrapper")
        if wrapper is not None and isinstance(answer, wrapper):
            return answer  # gunicorn lets the kernel send it
        return _Answer(answer, self._working)

    @contextlib.contextmanager
    def _working(self) -> Iterator[None]:
        thread = threading.get_ident()
        self._since[thread] = time.monotonic()
        try:
            yield
        finally:
            self._since.pop(thread, None)

    @contextlib.contextmanager
    def _paused(self) -> Iterator[None]:
        thread = threading.get_ident()
        was_working = self._since.pop(thread, None) is not None
        try:
            yield
        finally:
            if was_working:
                self._since[thread] = time.monotonic()

    def _watch(self) -> None:
        if self._watched_process == os.getpid():
            return
        with self._starting:
            if self._watched_process != os.getpid():  # a thread does not outlive a fork
                self._watched_process = os.getpid()
                threading.Thread(target=self._look, name="hung requests", daemon=True).start()

    def _hung(self) -> list[int]:
        now = time.monotonic()
        return [thread for thread, since in list(self._since.items()) if now - since > self._longest]

    def _look(self) -> None:
        while not (hung := self._hung()):
            time.sleep(self._longest / 20)
        frames = sys._current_frames()
        for thread in hung:
            stack = where(frames[thread]) if thread in frames else ""
            logger.critical("A request works for longer than %.0f s: its worker ends.\n%s", self._longest, stack)
        os.kill(os.getpid(), signal.SIGTERM)  # takes no more requests
        deadline = time.monotonic() + self._grace
        while time.monotonic() < deadline and len(self._since) > len(self._hung()):
            time.sleep(0.1)
        time.sleep(0.2)  # the last answers are on their way
        os.kill(os.getpid(), signal.SIGKILL)
