"""Commands that look again and again until they are told to stop: one loop for all of them."""

import logging
import signal
import threading
from abc import ABC, abstractmethod
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any, ClassVar

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, InterfaceError, close_old_connections, connection

logger = logging.getLogger(__name__)


def watch(
    pause: float, look: Callable[[], object], *, waits: str, unreachable: tuple[type[Exception], ...] = ()
) -> None:
    """Look until SIGTERM or SIGINT. Nothing else ends it: a server that is down today is up tomorrow.

    ``waits`` says what waits meanwhile; ``unreachable`` are the errors of a server that does not answer. Raises
    CommandError for a pause that is none.
    """
    if not 0 < pause <= 3600:
        raise CommandError("Give --watch a number of seconds, above 0 and up to 3600.")
    stopped = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        stopped.set()

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        while not stopped.is_set():
            _round(look, waits, unreachable)
            stopped.wait(pause)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _round(look: Callable[[], object], waits: str, unreachable: tuple[type[Exception], ...]) -> None:
    try:
        close_old_connections()
        look()
    except (DatabaseError, InterfaceError) as error:
        logger.warning("The database does not answer (%s): %s wait.", type(error).__name__, waits)
        connection.close()
    except unreachable as error:
        logger.warning("The server does not answer (%s): %s wait.", type(error).__name__, waits)
    except Exception:
        logger.exception("A round failed: %s wait.", waits)
        connection.close()


def beat(name: str) -> None:
    """Leave a sign of life in HEARTBEAT_FOLDER, if there is one: an empty file with the time of the last good round."""
    if not settings.HEARTBEAT_FOLDER:
        return
    try:
        Path(settings.HEARTBEAT_FOLDER, name).touch()
    except OSError as error:
        logger.warning("HEARTBEAT_FOLDER cannot be written (%s).", type(error).__name__)


class WatchingCommand(BaseCommand, ABC):
    """A command that does its round once, or with --watch again and again.

    ``waits`` says what waits while nobody looks; ``unreachable`` are the errors of a server that does not answer.
    """

    requires_system_checks = ()
    waits: ClassVar[str]
    unreachable: ClassVar[tuple[type[Exception], ...]] = ()

    @abstractmethod
    def look(self) -> Any:
        """Do one round and return what was done."""

    @abstractmethod
    def say(self, done: Any) -> None:
        """Say what the only round did; raise CommandError when something of it could not be done."""

    def trouble(self, error: Exception) -> str:
        """Return what is wrong when the server of the only round does not answer."""
        return str(error)

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the pause between two looks."""
        parser.add_argument("--watch", type=float, metavar="SECONDS", help="look again after so many seconds")

    def handle(self, *args: Any, **options: Any) -> None:
        """Watch, or look once and say what came of it; raise CommandError when nothing could."""
        if options["watch"] is not None:
            watch(options["watch"], self._look_and_beat, waits=self.waits, unreachable=self.unreachable)
            return
        try:
            done = self._look_and_beat()
        except self.unreachable as error:
            raise CommandError(self.trouble(error)) from error
        self.say(done)

    def _look_and_beat(self) -> Any:
        done = self.look()
        beat(type(self).__module__.rpartition(".")[2])
        return done
