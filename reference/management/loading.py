"""What the commands load_kato, load_sectors, load_parameters and load_working_days share."""

import csv
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from reference.services import Loaded


class LoadCommand(BaseCommand):
    """Adds missing rows; leaves rows that stand already, unless --overwrite."""

    load: ClassVar[Callable[..., Loaded]]

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take another file than the one shipped, and leave to overwrite what staff changed."""
        parser.add_argument("file", nargs="?", type=Path, help="CSV file; default: the one shipped with the code")
        parser.add_argument("--overwrite", action="store_true", help="set existing rows to the file's values")

    def handle(self, *args: Any, **options: Any) -> None:
        """Load and say what happened; raise CommandError for a file that cannot be read."""
        places = [options["file"]] if options["file"] else []
        try:
            loaded = type(self).load(*places, overwrite=options["overwrite"])
        except (OSError, KeyError, ValueError, ArithmeticError, csv.Error, ValidationError, DatabaseError) as error:
            raise CommandError(f"The file cannot be loaded: {error!r}") from error
        self.stdout.write(f"{loaded.added} added, {loaded.changed} changed, {loaded.kept} kept as staff left them.")
