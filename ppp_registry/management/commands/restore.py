"""Restore a backup into an empty database and an empty folder of files; see docs/backup.md."""

import re
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from ppp_registry.backup import places
from ppp_registry.backup.restoring import make_database, restore

_NAME = re.compile(r"[a-z][a-z0-9_]{0,50}")


class Command(BaseCommand):
    """Run by the owner of the tables. Ends with 1 when nothing was restored, or when something is not as it was."""

    help = __doc__
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the backup and where it goes."""
        parser.add_argument("folder", type=Path, help="The folder of one backup, or of all: then the newest.")
        parser.add_argument(
            "--into-new", default="", help="Create a database of this name on the server, and MEDIA_ROOT-NAME beside."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Restore; raise CommandError with the reason, or with what differs."""
        media, name = Path(settings.MEDIA_ROOT), options["into_new"]
        try:
            folder = places.chosen(options["folder"].absolute())
            if name:
                if not _NAME.fullmatch(name):
                    raise CommandError("The name of a database here: small Latin letters, digits and _.")
                make_database(name)
                media = media.with_name(f"{media.name}-{name}")
            done = restore(folder, media)
        except (places.BackupError, DatabaseError) as error:
            raise CommandError(str(error)) from error
        for line in done.differences:
            self.stderr.write(line)
        if done.differences:
            raise CommandError(f"{len(done.differences)} things are not as in the backup.")
        told = done.manifest
        self.stdout.write(
            f"{folder.name}: {done.rows} rows and {len(told.files)} files restored and compared in {done.seconds} s: "
            f"counts, sums, hashes, head of the chain and cells are as of {told.moment}."
        )
        if name:
            self.stdout.write(f"To run on it: name the database {name} in DATABASE_URL, and MEDIA_ROOT={media}")
        for what, names in (("missing", told.missing), ("damaged", told.damaged)):
            if names:
                self.stdout.write(f"{len(names)} files were {what} before the backup: {', '.join(names[:5])}")
