"""Send the letters that wait in the outbox; with --watch go on until SIGTERM."""

import logging
import signal
import threading
from argparse import ArgumentParser
from smtplib import SMTPException
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, InterfaceError, close_old_connections, connection

from accounts.services.outbox import send_waiting

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    """Any number of these may run at once: none sends a letter that another has in hand."""

    help = __doc__
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the pause between two looks."""
        parser.add_argument("--watch", type=float, metavar="SECONDS", help="look again after so many seconds")

    def handle(self, *args: Any, **options: Any) -> None:
        """Send once, or watch; raise CommandError when a single round cannot be done."""
        if options["watch"] is None:
            try:
                told = send_waiting()
            except (OSError, SMTPException) as error:
                raise CommandError(f"The mail server does not answer: {error!r}. The letters wait.") from error
            self.stdout.write(f"{told.sent} sent, {told.put_off} put off, {told.given_up} given up.")
            return
        if not 0 < options["watch"] <= 3600:
            raise CommandError("Give --watch a number of seconds, above 0 and up to 3600.")
        self._watch(options["watch"])

    def _watch(self, pause: float) -> None:
        stopped = threading.Event()

        def stop(number: int, frame: FrameType | None) -> None:
            stopped.set()

        before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            while not stopped.is_set():
                self._round()
                stopped.wait(pause)
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _round(self) -> None:
        """Send what waits. Nothing may end the watch: a server that is down today is up tomorrow."""
        try:
            close_old_connections()
            send_waiting()
        except (DatabaseError, InterfaceError) as error:
            logger.warning("The database does not answer (%s): letters wait.", type(error).__name__)
            connection.close()
        except (OSError, SMTPException) as error:
            logger.warning("The mail server does not answer (%s): letters wait.", type(error).__name__)
        except Exception:
            logger.exception("A round of letters failed.")
            connection.close()
