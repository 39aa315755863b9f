"""What the two import commands share: the file, the report, the lines on the terminal."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from projects.imports.errors import CellError
from projects.services.imports import ImportResult

PRINTED = 50


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """Open a file for reading; raise CommandError where that is not possible."""
    try:
        stream = path.open("rb")
    except OSError as problem:
        raise CommandError(
            _("Cannot read %(file)s: %(reason)s.") % {"file": path, "reason": problem.strerror}
        ) from problem
    with stream:
        yield stream


@contextmanager
def report_to(path: Path | None, *, inputs: list[Path]) -> Iterator[Callable[[ImportResult], None]]:
    """Give a function that writes the report; the file appears whole, or not at all.

    It is opened before the import, so that a report nobody can write stops the import and not the other way round.
    """
    if path is None:
        yield lambda _result: None
        return
    if any(path.exists() and given.exists() and path.samefile(given) for given in inputs):
        raise CommandError(_("The report would overwrite the table. Give the report another name."))
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        stream = temporary.open("w", encoding="utf-8")
    except OSError as problem:
        message = _("Cannot write the report %(file)s: %(reason)s.")
        raise CommandError(message % {"file": path, "reason": problem.strerror}) from problem

    def write(result: ImportResult) -> None:
        try:
            json.dump(result.as_dict(), stream, ensure_ascii=False, indent=2)
            stream.write("\n")
            stream.flush()
            os.fsync(stream.fileno())
        except OSError as problem:
            message = _("The import is over, but the report could not be written: %(reason)s. Import again to get it.")
            raise CommandError(message % {"reason": problem.strerror}) from problem

    try:
        with stream:
            yield write
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


class TableCommand(BaseCommand):
    """A command that imports one table: progress on a terminal only, errors by row, exit code 1 with bad rows."""

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file and the options that both commands have."""
        parser.add_argument("file", type=Path, metavar="FILE", help="Table in CSV or XLSX.")
        parser.add_argument("--dry-run", action="store_true", help="Check everything and store nothing.")
        parser.add_argument(
            "--report", type=Path, metavar="FILE.json", help="Write what was done, or all errors, to this file."
        )

    def show_progress(self, stage: str, done: int, total: int) -> None:
        """Keep one line of the terminal up to date; say nothing where nobody watches."""
        if not self.stdout.isatty() or self._verbosity == 0:
            return
        label = {"checked": _("Checked"), "stored": _("Stored")}[stage]
        self.stdout.write(f"\r{label}: {done} / {total}", ending="\n" if done == total else "")
        self.stdout.flush()

    def execute(self, *args: Any, **options: Any) -> str | None:
        """Remember the verbosity for the progress line."""
        self._verbosity = options.get("verbosity", 1)
        return super().execute(*args, **options)

    def tell(self, result: ImportResult) -> None:
        """Print what was done; raise CommandError with the errors' count when nothing was."""
        for part in filter(None, (result.resolutions, result)):
            self._print_errors(part)
        if not result.ok:
            parts = [part for part in (result.resolutions, result) if part]
            message = _("Nothing was stored. Rows with errors: %(rows)s. Errors: %(errors)s.")
            raise CommandError(
                message
                % {"rows": sum(part.bad_rows for part in parts), "errors": sum(len(part.errors) for part in parts)}
            )
        if self._verbosity == 0:
            return
        for part in filter(None, (result.resolutions, result)):
            self.stdout.write(_summary(part))
        if result.dry_run:
            self.stdout.write(_("This was a dry run: nothing was stored."))

    def _print_errors(self, result: ImportResult) -> None:
        for item in result.errors[:PRINTED]:
            self.stderr.write(f"{result.file}: {_line(item)}")
        if (more := len(result.errors) - PRINTED) > 0:
            self.stderr.write(
                _("… and %(count)s more: the report has all of them (--report FILE.json).") % {"count": more}
            )


def _line(item: CellError) -> str:
    where = [
        _("row %(row)s") % {"row": item.row} if item.row else "",
        _("column “%(column)s”") % {"column": item.column} if item.column else "",
        f"“{item.value}”" if item.value else "",
    ]
    place = ", ".join(filter(None, where))
    return f"{place}: {item.message}" if place else item.message


def _summary(result: ImportResult) -> str:
    if result.dry_run:
        message = _("%(file)s: rows %(rows)s, would be added %(added)s, in the register already %(unchanged)s.")
    else:
        message = _("%(file)s: rows %(rows)s, added %(added)s, in the register already %(unchanged)s.")
    return message % {
        "file": result.file,
        "rows": result.rows,
        "added": result.added,
        "unchanged": result.unchanged,
    }
