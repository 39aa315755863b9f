"""Check that the history of proposals is what was written, and keep or compare its head."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from proposals.queries.chain import Head, first_fault, head


class Command(BaseCommand):
    """Ends with 1 and names the first bad row when something was changed; run it daily and keep the head elsewhere."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Take an earlier head and where to write the present one."""
        parser.add_argument("--head", type=Path, help="File with a head exported earlier.")
        parser.add_argument("--export", type=Path, help="Write the present head into this file.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check; raise CommandError with the first fault, or for an unreadable head."""
        kept = None
        if options["head"]:
            try:
                kept = Head.from_json(options["head"].read_text(encoding="utf-8"))
            except (OSError, ValueError) as error:
                raise CommandError(f"The head cannot be read: {error}") from error
        fault = first_fault(kept)
        if fault:
            raise CommandError(f"{fault.where}: {fault.what}.")
        present = head()
        if options["export"]:
            options["export"].write_text(present.as_json() + "\n", encoding="utf-8")
        self.stdout.write(f"{present.sequence} steps, nothing changed. Head {present.hash}")
