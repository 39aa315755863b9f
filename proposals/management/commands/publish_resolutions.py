"""Publish the confirmed resolutions whose day and hour have come; with --watch go on until SIGTERM."""

from django.core.management.base import CommandError

from proposals.services.publishing import publish_due
from reference.management.watching import WatchingCommand


class Command(WatchingCommand):
    """Repeatable: what is published is not published again. Run it every minute, or let it watch."""

    help = __doc__
    waits = "resolutions"

    def look(self) -> tuple[int, int]:
        """Publish what is due."""
        return publish_due()

    def say(self, done: tuple[int, int]) -> None:
        """Say how many; raise CommandError when one could not be, after the others are done."""
        published, stuck = done
        self.stdout.write(f"Published: {published}.")
        if stuck:
            raise CommandError(f"Could not be published: {stuck}. Why stands on their pages of the staff site.")
