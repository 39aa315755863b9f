"""CSV as offices save it: UTF-8, UTF-16 or a Cyrillic code page; comma, semicolon or tab."""

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterator

from django.utils.translation import gettext as _

from projects.imports.errors import CellError, FileRefused, error, refuse_file
from projects.imports.table import MAX_COLUMNS, MAX_ROWS, UNREADABLE, Record, Table

DELIMITERS = ",;\t"
_LARGEST_CELL = 131_072
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# Excel writes “?” for letters the code page lacks; before a Cyrillic letter it is no question mark.
_LOST_LETTER = re.compile(r"\?(?=[а-яёіА-ЯЁІ])")
_SEPARATOR_LINE = re.compile(r"sep=([,;\t])\r?\n?", re.IGNORECASE)


def _decode(content: bytes) -> tuple[str, bool]:
    """Return the text, and whether it came in a code page. Raises FileRefused."""
    # KZ-1048 is Windows-1251 with Kazakh letters in the places of Serbian and Ukrainian ones: it reads both.
    encodings = ["utf-16"] if content.startswith(_UTF16_MARKS) else ["utf-8-sig", "kz1048"]
    for encoding in encodings:
        try:
            return content.decode(encoding), encoding == "kz1048"
        except UnicodeDecodeError:
            continue
    raise refuse_file(_("The letters of the file cannot be read. Save it as “CSV UTF-8”."))


def _records(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each record with the line on which it begins; raise csv.Error for broken quotation marks."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as problem:
            raise refuse_file(
                _("A quotation mark of this row is not closed, or a cell has over 130 000 characters. Correct it."),
                row=line,
            ) from problem
        yield line, cells


def _first_filled(text: str, delimiter: str) -> tuple[int, list[str]]:
    return next((found for found in _records(text, delimiter) if any(cell.strip() for cell in found[1])), (1, []))


def _detect_delimiter(text: str, knows: Callable[[str], bool]) -> str:
    """Return the delimiter under which the header has most names that are known, then most cells."""

    def merit(delimiter: str) -> tuple[int, int]:
        try:
            header = _first_filled(text, delimiter)[1]
        except FileRefused:
            return -1, 0  # quotation marks that make sense under another delimiter only
        return sum(knows(name) for name in header), len(header)

    return max(DELIMITERS, key=merit)


def read(content: bytes, *, knows: Callable[[str], bool]) -> Table:
    """Return the table of a CSV file. Raises FileRefused."""
    csv.field_size_limit(_LARGEST_CELL)
    text, from_code_page = _decode(content)
    skipped = 0
    if hint := _SEPARATOR_LINE.match(text):
        delimiter, text, skipped = hint[1], text[hint.end() :], 1
    else:
        delimiter = _detect_delimiter(text, knows)
    header_row, header = _first_filled(text, delimiter)
    if not header:
        raise refuse_file(_("The file is empty. Put the names of the columns into its first row."))
    if len(header) > MAX_COLUMNS:
        raise refuse_file(_("The table has more than 200 columns. Leave only the columns of the register."))
    table = Table([name.strip() for name in header], header_row + skipped, [])
    for line, cells in _records(text, delimiter):
        if line <= header_row or not any(cell.strip() for cell in cells):
            continue
        row = line + skipped
        if len(table.records) == MAX_ROWS:
            raise refuse_file(_("The table has more than 100 000 rows. Split the file."), row=row)
        # Only blanks may stand beyond the last name: some programs write a delimiter too many.
        surplus = cells[len(header) :]
        if len(cells) < len(header) or any(cell.strip() for cell in surplus):
            table.errors.append(_wrong_width(row, len(cells), len(header)))
            continue
        record = Record(row, [cell if cell.strip() else None for cell in cells[: len(header)]])
        if from_code_page:
            table.errors.extend(_lost_letters(record, table.header))
        table.records.append(record)
    return table


def _wrong_width(row: int, found: int, wanted: int) -> CellError:
    message = _(
        "Cells in this row: %(found)s, in the header: %(wanted)s. "
        "Put a cell that holds a delimiter or a line break into quotation marks."
    )
    return error(row, "", "", message % {"found": found, "wanted": wanted})


def _lost_letters(record: Record, header: list[str]) -> Iterator[CellError]:
    """Yield an error for each cell whose Kazakh letters became question marks, and take its value away."""
    for place, (name, cell) in enumerate(zip(header, record.cells, strict=True)):
        if isinstance(cell, str) and _LOST_LETTER.search(cell):
            record.cells[place] = UNREADABLE
            yield error(
                record.number,
                name,
                cell,
                _("Kazakh letters were lost when the file was saved. Save it as “CSV UTF-8”."),
            )
