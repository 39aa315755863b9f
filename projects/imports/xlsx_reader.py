"""XLSX as people make it: values as they are seen, and a named error where a cell is not what it seems."""

import io
import warnings
import zipfile
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from openpyxl.utils import get_column_letter

from projects.imports.errors import CellError, CellRefused, FileRefused, error, refuse_file
from projects.imports.table import UNREADABLE, Raw, Record, Table
from projects.imports.xlsx_cells import CellReader, load_workbook
from projects.imports.xlsx_layout import FilledCell, Layout, SheetParser, check_archive, damaged, read_layout


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
        book, strings = load_workbook(io.BytesIO(content))
        try:
            sheets: list[Any] = list(book.worksheets)
            if len(sheets) == 1:
                # Read once: where there is no choice the layout can wait until the values are there.
                return _read_sheet(archive, sheets[0], strings)
            # The public interface does not tell where a sheet is stored.
            chosen = _only_table([(sheet, read_layout(archive, sheet._worksheet_path)) for sheet in sheets])
            return _read_sheet(archive, chosen, strings)
        finally:
            book.close()


def _only_table(layouts: list[tuple[Any, Layout]]) -> Any:
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
    sheet, _layout = tables[0]
    if sheet.sheet_state != "visible":
        raise refuse_file(_("The sheet “%(name)s” is hidden. Show it and look through it.") % {"name": sheet.title})
    return sheet


def _read_sheet(archive: zipfile.ZipFile, sheet: Any, strings: list[str]) -> Table:
    parser = SheetParser()
    cells = CellReader(sheet, strings, parser.names)
    table: Table | None = None
    # The size a sheet claims to have may be a lie, and rows beyond it would be lost: nobody asks for it.
    with archive.open(sheet._worksheet_path) as stream:
        for number, filled in parser.rows(stream):
            if table is None:
                header = _header(number, filled, cells)
                table = Table(header, number, []) if any(header) else None
            else:
                _add_record(number, filled, cells, table)
    _only_table([(sheet, parser.layout)])
    if table is None:
        raise refuse_file(_("The file is empty. Put the names of the columns into its first row."))
    for record in table.records:
        record.cells.extend([None] * (len(table.header) - len(record.cells)))
    table.errors.extend(_merged(table, parser.layout))
    table.errors.extend(_hidden(table, parser.layout))
    return table


def _header(number: int, filled: list[FilledCell], cells: CellReader) -> list[str]:
    names = [""] * filled[-1][0]
    for column, cell in filled:
        try:
            names[column - 1] = str(cells.read(cell, number, column) or "").strip()
        except CellRefused as refusal:
            sentence, typed = refusal.args
            raise refuse_file(sentence, row=number, column=get_column_letter(column), value=typed) from refusal
    while names and not names[-1]:
        names.pop()
    return names


def _add_record(number: int, filled: list[FilledCell], cells: CellReader, table: Table) -> None:
    header = table.header
    values: list[Raw] = [None] * max(len(header), filled[-1][0])
    is_blank = True
    for column, cell in filled:
        try:
            value = cells.read(cell, number, column)
        except CellRefused as refusal:
            name = header[column - 1] if column <= len(header) else ""
            table.errors.append(error(number, name or get_column_letter(column), refusal.args[1], refusal.args[0]))
            value = UNREADABLE
        if value is not None:
            values[column - 1], is_blank = value, False
    if not is_blank:
        if len(values) > len(header):
            header.extend([""] * (len(values) - len(header)))
        table.records.append(Record(number, values))


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
