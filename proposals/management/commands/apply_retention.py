"""Delete what is past its period: old drafts after a letter, old letters, sessions, invitations, follows."""

from contextlib import nullcontext
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

from proposals.services.retention import apply_retention


class Command(BaseCommand):
    """Once a day. Periods and their reasons stand in docs/privacy.md; what was filed is never touched."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Take whether to look only."""
        parser.add_argument("--dry-run", action="store_true", help="Only count; nothing is deleted, nobody is told.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print how many rows of each kind."""
        # Looking is one transaction that is undone; doing is many short ones.
        with transaction.atomic() if options["dry_run"] else nullcontext():
            done = apply_retention(site=settings.SITE_URL)
            if options["dry_run"]:
                transaction.set_rollback(True)
        said = ", ".join(f"{kind} {count}" for kind, count in done.items())
        self.stdout.write(f"{said}{' (nothing is changed)' if options['dry_run'] else ''}")
