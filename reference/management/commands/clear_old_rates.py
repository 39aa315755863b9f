"""Remove counts of tries that count nothing any more; once a day is enough."""

from typing import Any

from django.core.management.base import BaseCommand

from reference.rates import clear_old


class Command(BaseCommand):
    """Any number of these may run at once; who is counted meanwhile stays."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """Remove and say how many."""
        self.stdout.write(f"{clear_old()} removed.")
