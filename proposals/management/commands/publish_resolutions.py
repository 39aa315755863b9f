"""Publish the confirmed resolutions whose day and hour have come; with --watch go on until SIGTERM."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from proposals.services.publishing import publish_due
from reference.management.watching import add_watch, watch


class Command(BaseCommand):
    """Repeatable: what is published is not published again. Run it every minute, or let it watch."""

    help = __doc__
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the pause between two looks."""
        add_watch(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Publish and say how many; raise CommandError when one could not be, after the others are done."""
        if options["watch"] is not None:
            watch(options["watch"], publish_due, waits="resolutions")
            return
        done, stuck = publish_due()
        self.stdout.write(f"Published: {done}.")
        if stuck:
            raise CommandError(f"Could not be published: {stuck}. Why stands on their pages of the staff site.")
