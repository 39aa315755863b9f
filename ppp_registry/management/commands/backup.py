"""Take a backup of database and files of one moment into a folder, or check one; see docs/backup.md."""

import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError
from django.utils import timezone

from ppp_registry.backup import keeping, manifest, places
from ppp_registry.backup.taking import take

DAMAGED = 2
"""The exit code of a backup that was written while files of the site are missing or damaged."""


class Command(BaseCommand):
    """Ends with 0; with 1 when no backup was made or the checked one is damaged; with 2 when files of the site are."""

    help = __doc__
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the folder and what to do with it."""
        parser.add_argument("folder", type=Path, help="Where backups lie, each in a folder of its own.")
        parser.add_argument("--check", action="store_true", help="Only read a backup (by default the newest) again.")
        parser.add_argument(
            "--full", action="store_true", help="Copy every file instead of linking to the last backup."
        )
        parser.add_argument("--hours", type=int, help="With --check: the backup must be younger than this.")
        parser.add_argument("--keep", default="", help="Days, weeks, months to keep, such as 7,4,12. Default: all.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it; raise CommandError with the reason and the exit code."""
        home = options["folder"].absolute()
        try:
            if options["check"]:
                self._check(places.chosen(home), options["hours"])
                return
            numbers = keeping.counts(options["keep"]) if options["keep"] else None
            taken = take(home, full=options["full"])
            keeping.sweep(home)
            gone = keeping.remove_old(home, numbers) if numbers else []
        except (places.BackupError, DatabaseError, OSError) as error:
            raise CommandError(str(error)) from error
        told = taken.manifest
        rows = sum(told.facts["rows"].values())
        self.stdout.write(
            f"{taken.folder}: {rows} rows, {len(told.files)} files ({taken.linked} as in the last backup), "
            f"{told.bytes / 1e6:.1f} MB, {told.seconds} s, as of {told.moment}"
        )
        self.stdout.write(f"Keep this elsewhere: {taken.hash}  {places.MANIFEST}")
        for folder in gone:
            self.stdout.write(f"Removed: {folder.name}")
        wrong = [f"{name}: is missing" for name in told.missing] + [f"{name}: is damaged" for name in told.damaged]
        if wrong:
            self.stderr.write("\n".join(wrong))
            raise CommandError(
                f"The backup is written, but {len(wrong)} files of the site are missing or damaged. "
                "Take them out of an earlier backup.",
                returncode=DAMAGED,
            )

    def _check(self, folder: Path, hours: int | None) -> None:
        told = manifest.read(folder)
        age = timezone.now() - datetime.datetime.fromisoformat(told.moment)
        if hours is not None and age > datetime.timedelta(hours=hours):
            raise CommandError(f"{folder} is of {told.moment}: no backup of the last {hours} hours is there.")
        wrong = list(manifest.problems(folder, told))
        if wrong:
            self.stderr.write("\n".join(wrong))
            raise CommandError(f"{folder} is damaged: {len(wrong)} of {len(told.files) + 1} files.")
        self.stdout.write(f"{folder} is whole: dump and {len(told.files)} files, {told.bytes / 1e6:.1f} MB.")
