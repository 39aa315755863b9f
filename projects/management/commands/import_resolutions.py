"""Enter the resolutions of a table, all or none."""

from pathlib import Path
from typing import Any

from projects.management.commands._tables import TableCommand, opened, report_to
from projects.services.imports import import_resolution_table


class Command(TableCommand):
    """import_resolutions FILE [--dry-run] [--report FILE.json]"""

    help = (
        "Enter the resolutions of a CSV or XLSX table with the maslikhats that passed them: all rows, or none and a "
        "list of what to correct. A resolution the register has already is left as it is."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Import, write the report, tell."""
        table: Path = options["file"]
        with report_to(options["report"], inputs=[table]) as write, opened(table) as stream:
            result = import_resolution_table(
                stream, table.name, dry_run=options["dry_run"], progress=self.show_progress
            )
            write(result)
        self.tell(result)
