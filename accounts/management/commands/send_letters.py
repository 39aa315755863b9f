"""Send the letters that wait in the outbox; with --watch go on until SIGTERM."""

from argparse import ArgumentParser
from smtplib import SMTPException
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.services.outbox import send_waiting
from reference.management.watching import add_watch, watch


class Command(BaseCommand):
    """Any number of these may run at once: none sends a letter that another has in hand."""

    help = __doc__
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the pause between two looks."""
        add_watch(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Send once, or watch; raise CommandError when a single round cannot be done."""
        if options["watch"] is not None:
            watch(options["watch"], send_waiting, waits="letters", unreachable=(OSError, SMTPException))
            return
        try:
            told = send_waiting()
        except (OSError, SMTPException) as error:
            raise CommandError(f"The mail server does not answer: {error!r}. The letters wait.") from error
        self.stdout.write(f"{told.sent} sent, {told.put_off} put off, {told.given_up} given up.")
