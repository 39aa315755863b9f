"""Remove files of papers that no row knows: left behind when a machine died between the file and its row."""

import datetime
from collections.abc import Iterator
from typing import Any

from django.core.files.storage import default_storage
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from projects.models import Document
from proposals.models import DraftResolution, Paper, TypicalDocument
from reference.forgetting import forget_file

FOLDERS: dict[str, tuple[tuple[Any, str], ...]] = {
    "papers": ((Paper, "file"),),
    "documents": ((Document, "file"), (DraftResolution, "scan")),
    "typical": ((TypicalDocument, "file"),),
}
"""Folders below MEDIA_ROOT and the columns that know their files."""

LEAST_HOURS = 1


class Command(BaseCommand):
    """Names what it removes; a file younger than the given hours may still get its row and stays."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the age and whether to look only."""
        parser.add_argument("--hours", type=int, default=24, help="Leave younger files alone (default 24).")
        parser.add_argument("--dry-run", action="store_true", help="Only name the files.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Remove the files; raise CommandError for less than an hour."""
        if options["hours"] < LEAST_HOURS:
            raise CommandError("Give at least one hour: an upload may be under way.")
        before = timezone.now() - datetime.timedelta(hours=options["hours"])
        removed = 0
        for name in lost_files(before):
            if not options["dry_run"] and not forget_file(default_storage, name):
                raise CommandError(f"A backup runs and may need what has no row: {removed} removed. Run this later.")
            self.stdout.write(name)
            removed += 1
        self.stdout.write(f"{removed} files without a row{' would be' if options['dry_run'] else ''} removed.")


def lost_files(before: datetime.datetime) -> Iterator[str]:
    """Yield the names of files older than the moment that no row knows."""
    for folder, columns in FOLDERS.items():
        if not default_storage.exists(folder):
            continue
        known = {name for model, column in columns for name in model.objects.values_list(column, flat=True)}
        for name in sorted(default_storage.listdir(folder)[1]):
            path = f"{folder}/{name}"
            if path not in known and default_storage.get_modified_time(path) < before:
                yield path
