"""Workbooks for the tests of the import: a good one, its cells by name, and ways to make it another."""

import io
import re
import zipfile
from collections.abc import Callable
from typing import Any

from django.utils.translation import override
from openpyxl import Workbook

from projects.services.imports import ImportResult
from tests.projects.import_files import good_row, good_rows, run, saved, workbook

COLUMN = {name: place for place, name in enumerate([*good_row(), "implementation_start", "note", "is_group"], start=1)}
ROWS = [row | {"implementation_start": "", "note": "", "is_group": ""} for row in good_rows(3)]
SHEET = "xl/worksheets/sheet1.xml"
SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRINGS_TYPE = (
    '<Override PartName="/xl/sharedStrings.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/>'
)


def book() -> Workbook:
    """Return three good rows; row 1 is the header."""
    return workbook(ROWS)


def cell(made: Workbook, row: int, column: str) -> Any:
    """Return a cell by the name of its column."""
    return made.active.cell(row, COLUMN[column])


def imported(made: Workbook) -> ImportResult:
    """Import the workbook, with messages in English."""
    with override("en"):
        return run(saved(made), "table.xlsx")


def rewritten(content: bytes, part: str, change: Callable[[str], str]) -> bytes:
    """Return the file with one part changed as text."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            text = old.read(name)
            new.writestr(name, change(text.decode()).encode() if name == part else text)
    return stream.getvalue()


def as_excel_saves(content: bytes) -> bytes:
    """Return the file with its texts in the shared table of strings, where Excel keeps them; openpyxl does not."""
    texts: list[str] = []

    def share(found: re.Match[str]) -> str:
        texts.append(found[2])
        return f'<c {found[1]} t="s"><v>{len(texts) - 1}</v></c>'

    pattern = r'<c (r="[A-Z]+[0-9]+"(?: s="[0-9]+")?) t="inlineStr"><is><t[^>]*>(.*?)</t></is></c>'
    content = rewritten(content, SHEET, lambda text: re.sub(pattern, share, text, flags=re.DOTALL))
    content = rewritten(
        content, "[Content_Types].xml", lambda text: text.replace("</Types>", f"{STRINGS_TYPE}</Types>")
    )
    strings = "".join(f"<si><t>{text}</t></si>" for text in texts)
    with zipfile.ZipFile(stream := io.BytesIO(content), "a") as archive:
        archive.writestr("xl/sharedStrings.xml", f'<sst xmlns="{SPREADSHEET}">{strings}</sst>')
    return stream.getvalue()
