"""XLSX as people make it: values as they are seen, and a named error where a cell is not what it seems."""

import datetime
import io
import math
import re
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from projects.imports.errors import CellError, CellRefused, FileRefused, error, refuse_file
from projects.imports.table import UNREADABLE, DateCell, Raw, Record, Table
from projects.imports.xlsx_layout import Layout, check_archive, damaged, read_layout

_FIFTEEN_DIGITS = 10**15
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
# In a number format only what stands outside of quotes, brackets and escapes is a sign for day, month or year.
_NOT_SIGNS = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|;.*', re.DOTALL)


def read(content: bytes) -> Table:
    """Return the table of the only sheet that has one. Raises FileRefused."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            check_archive(archive)
            return _read_workbook(content, archive)
    except FileRefused:
        raise
    except Exception as problem:
        # The libraries below raise whatever comes to them over a file that was made by hand.
        raise damaged() from problem


def _read_workbook(content: bytes, archive: zipfile.ZipFile) -> Table:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
        try:
            sheets: list[Any] = list(book.worksheets)
            # The public interface does not tell where a sheet is stored.
            sheet, layout = _only_table([(sheet, read_layout(archive, sheet._worksheet_path)) for sheet in sheets])
            return _read_sheet(sheet, layout)
        finally:
            book.close()


def _only_table(layouts: list[tuple[Any, Layout]]) -> tuple[Any, Layout]:
    """Return the sheet with the table; sheets with nothing but lines of text beside it do no harm."""
    filled = [found for found in layouts if found[1].has_content]
    tables = [found for found in filled if found[1].is_table] or filled
    if not tables:
        raise refuse_file(_("The file is empty. Put the names of the columns into its first row."))
    if len(tables) > 1:
        names = ", ".join(f"“{sheet.title}”" for sheet, layout in tables)
        raise refuse_file(
            _("Several sheets have a table: %(names)s. Leave one of them in the file.") % {"names": names}
        )
    sheet, layout = tables[0]
    if sheet.sheet_state != "visible":
        raise refuse_file(_("The sheet “%(name)s” is hidden. Show it and look through it.") % {"name": sheet.title})
    return sheet, layout


def _read_sheet(sheet: Any, layout: Layout) -> Table:
    # Both bounds are given because the size a sheet claims to have may be a lie, and rows beyond it would be lost.
    rows = sheet.iter_rows(min_row=1, max_row=layout.last_row, max_col=layout.last_column)
    table: Table | None = None
    for number, cells in enumerate(rows, start=1):
        if table is None:
            if any(str(cell.value or "").strip() for cell in cells):
                table = Table(_header(number, cells), number, [])
            continue
        record = Record(number, [None] * len(table.header))
        for place, cell in enumerate(cells):
            if cell.value is None:
                continue
            if place >= len(table.header):
                table.header.extend([""] * (place + 1 - len(table.header)))
            record.cells.extend([None] * (len(table.header) - len(record.cells)))
            record.cells[place] = _read_cell(cell, number, place, table)
        if not record.is_blank:
            table.records.append(record)
    if table is None:
        raise refuse_file(_("The file is empty. Put the names of the columns into its first row."))
    for record in table.records:
        record.cells.extend([None] * (len(table.header) - len(record.cells)))
    table.errors.extend(_merged(table, layout))
    table.errors.extend(_hidden(table, layout))
    return table


def _header(number: int, cells: Sequence[Any]) -> list[str]:
    names = []
    for place, cell in enumerate(cells, start=1):
        try:
            names.append(str(_value(cell) or "").strip() if cell.value is not None else "")
        except CellRefused as refusal:
            raise refuse_file(
                refusal.args[0], row=number, column=get_column_letter(place), value=_as_typed(cell)
            ) from refusal
    while names and not names[-1]:
        names.pop()
    return names


def _read_cell(cell: Any, number: int, place: int, table: Table) -> Raw:
    try:
        return _value(cell)
    except CellRefused as refusal:
        column = table.header[place] or get_column_letter(place + 1)
        table.errors.append(error(number, column, _as_typed(cell), refusal.args[0]))
        return UNREADABLE


def _as_typed(cell: Any) -> str:
    """Return the formula or the value; a formula over several cells comes as an object with its text."""
    return str(getattr(cell.value, "text", cell.value))


def _value(cell: Any) -> Raw:
    """Return what a person sees in the cell; raise CellRefused where the file holds something else."""
    value, kind = cell.value, cell.data_type
    if kind == "f":
        raise CellRefused(
            _("Cell %(cell)s holds a formula. Copy the column and paste it as values.") % {"cell": cell.coordinate}
        )
    if kind == "e":
        raise CellRefused(_("Cell %(cell)s shows an error. Correct the cell.") % {"cell": cell.coordinate})
    if isinstance(value, bool):
        return value
    if isinstance(value, (int, float)):
        if not math.isfinite(value) or abs(value) >= _FIFTEEN_DIGITS:
            raise CellRefused(
                _("Cell %(cell)s has a number of more than 15 digits, and Excel has changed its end. Type it as text.")
                % {"cell": cell.coordinate}
            )
        return int(value) if value == int(value) else value
    if isinstance(value, (datetime.date, datetime.time, datetime.timedelta)):
        return _date(value, cell.number_format)
    # A spreadsheet writes control characters in this way; the text rules decide about them later.
    text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), str(value))
    return text if text.strip() else None


def _date(value: datetime.date | datetime.time | datetime.timedelta, number_format: str) -> DateCell:
    """Return the date as exactly as its format shows it: “09.2017” typed into Excel is stored as 1 September."""
    midnight = not isinstance(value, datetime.datetime) or value.time() == datetime.time()
    signs = _NOT_SIGNS.sub("", number_format).lower()
    if not isinstance(value, datetime.date) or not midnight or "y" not in signs:
        return DateCell("", str(value))
    iso = f"{value:%Y-%m-%d}" if "d" in signs else f"{value:%Y-%m}" if "m" in signs else f"{value:%Y}"
    return DateCell(iso, iso)


def _merged(table: Table, layout: Layout) -> Iterator[CellError]:
    """Yield an error for each merged range that touches the table, and take the values of its cells away."""
    records = {record.number: record for record in table.records}
    width = len(table.header)
    last = max(records, default=table.header_row)
    for top, left, bottom, right in layout.merges:
        if bottom < table.header_row or top > last or left > width:
            continue
        name = f"{get_column_letter(left)}{top}:{get_column_letter(right)}{bottom}"
        yield error(
            max(top, table.header_row),
            table.header[left - 1] or get_column_letter(left),
            name,
            _("Cells %(cells)s are merged. Unmerge them and fill in each one.") % {"cells": name},
        )
        for number in range(max(top, table.header_row + 1), min(bottom, last) + 1):
            if record := records.get(number):
                for place in range(left - 1, min(right, width)):
                    record.cells[place] = UNREADABLE


def _hidden(table: Table, layout: Layout) -> Iterator[CellError]:
    for record in table.records:
        if record.number in layout.hidden_rows:
            yield error(
                record.number,
                "",
                "",
                _("Row %(row)s is hidden. Show it and check it, or delete it.") % {"row": record.number},
            )
    for place, name in enumerate(table.header):
        if place + 1 in layout.hidden_columns and any(record.cells[place] is not None for record in table.records):
            letter = get_column_letter(place + 1)
            yield error(
                table.header_row,
                name or letter,
                "",
                _("Column %(letter)s is hidden. Show it and check it, or delete it.") % {"letter": letter},
            )
