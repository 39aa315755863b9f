"""What an import did, or would do, or why it did nothing."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from projects.imports.errors import CellError

Progress = Callable[[str, int, int], None]
"""Told of the stage (``checked`` or ``stored``), the rows that are through and all rows."""


def silent(_stage: str, _done: int, _total: int) -> None:
    """Tell nobody."""


@dataclass
class ImportResult:
    """Counts in rows. With errors, or after a dry run, nothing has been stored; ``added`` then is what would be."""

    file: str
    sha256: str
    dry_run: bool = False
    rows: int = 0
    added: int = 0
    unchanged: int = 0
    errors: list[CellError] = field(default_factory=list)
    resolutions: "ImportResult | None" = None
    """The file of resolutions that came with a file of projects."""

    @property
    def ok(self) -> bool:
        """Whether every row of every file is good."""
        return not self.errors and (self.resolutions is None or self.resolutions.ok)

    @property
    def bad_rows(self) -> int:
        """Number of rows with at least one error."""
        return len({item.row for item in self.errors})

    def as_dict(self) -> dict[str, Any]:
        """Return the report as it is written to a file."""
        report: dict[str, Any] = {
            name: getattr(self, name) for name in ("file", "sha256", "rows", "added", "unchanged", "dry_run")
        }
        report["errors"] = [item.as_dict() for item in self.errors]
        if self.resolutions is not None:
            report["resolutions"] = self.resolutions.as_dict()
        return report
