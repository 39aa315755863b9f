"""Tables for the tests of the import: rows that are good, and files made of them."""

import csv
import io
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from projects.services.imports import ImportResult, import_resolution_table, import_table

DATA = Path(__file__).resolve().parents[2] / "projects" / "data"
REAL_PROJECTS = DATA / "real_projects.csv"
REAL_RESOLUTIONS = DATA / "real_resolutions.csv"

Rows = list[dict[str, Any]]


def read_rows(path: Path) -> Rows:
    """Return the rows of a shipped CSV file."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def good_row(turn: int = 1, **cells: Any) -> dict[str, Any]:
    """Return a row that enters as it is."""
    return {
        "name_kk": f"№ {turn} мектеп салу",
        "name_ru": f"Строительство школы № {turn}",
        "territory_code": "750000000",
        "sector": "education",
        "cost_tenge": str(1_000_000_000 + turn),
        "year": "2017",
        "status_code": "planned",
        "source_url": f"https://example.kz/news/{turn}",
        **cells,
    }


def good_rows(count: int) -> Rows:
    """Return rows that differ in their titles and costs."""
    return [good_row(turn) for turn in range(1, count + 1)]


def _header(rows: Rows) -> list[str]:
    return list(dict.fromkeys(name for row in rows for name in row))


def csv_file(rows: Rows, *, encoding: str = "utf-8", delimiter: str = ",", line_end: str = "\r\n") -> bytes:
    """Return the rows as a CSV file."""
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, _header(rows), delimiter=delimiter, lineterminator=line_end, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue().encode(encoding)


def workbook(rows: Rows) -> Workbook:
    """Return the rows as a workbook of one sheet."""
    book = Workbook()
    header = _header(rows)
    book.active.append(header)
    for row in rows:
        book.active.append([row.get(name) or None for name in header])
    return book


def saved(book: Workbook) -> bytes:
    """Return the bytes of a workbook."""
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def run(content: bytes | Rows, name: str = "table.csv", **options: Any) -> ImportResult:
    """Import a table of projects: bytes, or rows which become a CSV file."""
    return import_table(io.BytesIO(content if isinstance(content, bytes) else csv_file(content)), name, **options)


def run_resolutions(content: bytes | Rows, name: str = "papers.csv", **options: Any) -> ImportResult:
    """Import a table of resolutions: bytes, or rows which become a CSV file."""
    content = content if isinstance(content, bytes) else csv_file(content)
    return import_resolution_table(io.BytesIO(content), name, **options)


def where(result: ImportResult) -> list[tuple[int | None, str]]:
    """Return row and column of every error, in order."""
    return [(item.row, item.column) for item in result.errors]
