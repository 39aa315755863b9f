"""Publish the confirmed resolutions whose day and hour have come. Run every minute."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from proposals.services.publishing import publish_due


class Command(BaseCommand):
    """Repeatable: what is published is not published again."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """Publish and say how many; raise CommandError when one could not be, after the others are done."""
        done, stuck = publish_due()
        self.stdout.write(f"Published: {done}.")
        if stuck:
            raise CommandError(f"Could not be published: {stuck}. Why stands on their pages of the staff site.")
