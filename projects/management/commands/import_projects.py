"""Enter the projects of a table, all or none."""

from contextlib import ExitStack
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from projects.management.commands._tables import TableCommand, opened, report_to
from projects.services.imports import import_table


class Command(TableCommand):
    """import_projects FILE [--resolutions FILE] [--dry-run] [--report FILE.json]"""

    help = (
        "Enter the projects of a CSV or XLSX table: all rows, or none and a list of what to correct. "
        "Rows the register has already are left as they are."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take a file of resolutions as well."""
        super().add_arguments(parser)
        parser.add_argument(
            "--resolutions", type=Path, metavar="FILE", help="Resolutions to enter first, in the same transaction."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Import, write the report, tell."""
        table: Path = options["file"]
        papers: Path | None = options["resolutions"]
        with ExitStack() as stack:
            inputs = [path for path in (table, papers) if path]
            write = stack.enter_context(report_to(options["report"], inputs=inputs))
            result = import_table(
                stack.enter_context(opened(table)),
                table.name,
                dry_run=options["dry_run"],
                resolutions=(stack.enter_context(opened(papers)), papers.name) if papers else None,
                progress=self.show_progress,
            )
            write(result)
        self.tell(result)
