"""Remind applicants of requests they have not answered; the letters wait in the outbox for send_letters."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from proposals.services.reminders import remind_all


class Command(BaseCommand):
    """Run it daily, best in the morning; a second run on the same day writes nothing."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the reminders of today; raise CommandError when some could not be written."""
        told = remind_all()
        self.stdout.write(f"{told.written} reminders written.")
        if told.failed:
            raise CommandError(f"{told.failed} requests failed: see the log. Run again after mending.")
