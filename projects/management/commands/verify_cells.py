"""Check that the register added up beforehand says what its rows say, and write it anew where it does not."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError, ProgrammingError

from projects.models import RegisterCell, RegisterCube
from projects.queries.cells_against_rows import Difference, differences
from projects.queries.snapshot import one_moment
from projects.services.cells import mend_cells


class Command(BaseCommand):
    """Ends with 1 and names every cell that differs; with --mend the cells are written anew and it ends with 0."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Take whether to mend."""
        parser.add_argument(
            "--mend", action="store_true", help="Write the cells anew; writers wait meanwhile. Run by the owner."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Check; raise CommandError when cells differ and are not to be mended, or cannot be."""
        found = self._mended() if options["mend"] else self._found()
        for one in found:
            self.stdout.write(str(one))
        if not found:
            cells, cube = RegisterCell.objects.count(), RegisterCube.objects.count()
            self.stdout.write(f"{cells} cells and {cube} rows of the cube, all as the rows say.")
        elif options["mend"]:
            self.stdout.write(f"{len(found)} cells differed and were written anew.")
        else:
            raise CommandError(f"{len(found)} cells differ from the rows. Write them anew with --mend.")

    def _found(self) -> list[Difference]:
        with one_moment():
            return differences()

    def _mended(self) -> list[Difference]:
        try:
            return mend_cells()
        except OperationalError as error:
            raise CommandError(f"Somebody kept the register for too long, nothing was written: {error}") from error
        except ProgrammingError as error:
            raise CommandError(f"This role may not write cells; run it as the owner of the tables: {error}") from error
