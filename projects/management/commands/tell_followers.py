"""Write the letters to followers about what is new in the register; with --watch go on until SIGTERM."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from projects.services.following import tell_followers
from reference.management.watching import add_watch, watch


class Command(BaseCommand):
    """Two at once are one after the other. The letters wait in the outbox for send_letters."""

    help = __doc__
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the pause between two looks."""
        add_watch(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Tell once, or watch."""
        if options["watch"] is not None:
            watch(options["watch"], tell_followers, waits="news")
            return
        told = tell_followers()
        self.stdout.write(f"{told.news} news, {told.letters} letters, {told.forgotten} unconfirmed addresses deleted.")
