"""Write the full files of today into MEDIA_ROOT/open-data; with --watch go on until SIGTERM."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from projects.exports.daily import publish
from reference.management.watching import add_watch, watch


class Command(BaseCommand):
    """Repeatable: what is written of a day stays as it is. Keeps thirty days and the first of each month."""

    help = __doc__
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the pause between two looks."""
        add_watch(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Write and say what; raise CommandError when the disk does not take it."""
        if options["watch"] is not None:
            watch(options["watch"], publish, waits="the daily files", unreachable=(OSError,))
            return
        try:
            made = publish()
        except OSError as error:
            raise CommandError(f"The files cannot be written: {error.strerror or error}") from error
        if made is None:
            self.stdout.write("The files of today are there already.")
            return
        for file in made.files:
            self.stdout.write(f"{file.sha256}  {made.day}/{file.name}  {file.size} bytes")
