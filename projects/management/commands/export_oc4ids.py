"""Write the whole register as an OC4IDS project package; with --check hold it against the schema of the standard."""

import json
from argparse import ArgumentParser
from contextlib import closing
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from projects.exports.oc4ids import package
from projects.exports.oc4ids_check import Checked, check, load_standard
from projects.exports.view import Stream, whole_register
from reference.languages import LANGUAGES


class Command(BaseCommand):
    """The folder for --check holds project-package-schema.json, project-schema.json and codelists/ of OC4IDS 0.9."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take where to write, the language of texts, and the folder of the schema."""
        parser.add_argument("--output", metavar="FILE", help="write here instead of the standard output")
        parser.add_argument("--language", choices=LANGUAGES, default="kk", help="language of texts (default kk)")
        parser.add_argument("--check", metavar="FOLDER", help="only hold the package against the standard there")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the package, or check it; raise CommandError (exit 1) that counts the errors."""
        stream = Stream(whole_register(options["language"], path=reverse("oc4ids")), package)
        with closing(stream):
            if options["check"]:
                self._check(b"".join(stream), Path(options["check"]))
            elif options["output"]:
                with open(options["output"], "wb") as target:
                    target.writelines(stream)
            else:
                for piece in stream:
                    self.stdout.write(piece.decode(), ending="")

    def _check(self, written: bytes, folder: Path) -> None:
        try:
            standard = load_standard(folder)
        except (OSError, ValueError) as error:
            raise CommandError(f"The folder does not hold the standard: {error}") from error
        found: Checked = check(json.loads(written), standard)
        for line in found.errors:
            self.stderr.write(line)
        for line in found.notes:
            self.stdout.write(f"note: {line}")
        self.stdout.write(
            f"{found.projects} projects, {found.closed_codes} closed and {found.open_codes} open codes looked at, "
            f"{len(found.errors)} errors."
        )
        if found.errors:
            raise CommandError(f"{len(found.errors)} errors.")
