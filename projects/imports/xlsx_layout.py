"""What a spreadsheet file is made of, read before its values: size, sheets, hidden rows, merged cells.

A hostile file shows here first: how much it unpacks to, entities in its XML, rows out of order.
"""

import re
import zipfile
from dataclasses import dataclass, field
from xml.parsers import expat

from django.utils.translation import gettext as _
from openpyxl.utils import column_index_from_string, range_boundaries

from projects.imports.errors import FileRefused, refuse_file
from projects.imports.table import MAX_COLUMNS, MAX_ROWS, MAX_UNPACKED_BYTES

_MAX_PARTS = 5_000
_MAX_MERGES = 200
_CHUNK = 65_536
_ENCRYPTED = 0x1
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_YES = {"1", "true"}


def damaged() -> FileRefused:
    """Return the refusal of a file that no spreadsheet program wrote so."""
    return refuse_file(_("The file is damaged. Open it in Excel and save it anew as “Excel Workbook (.xlsx)”."))


class _RootReached(Exception):
    """Not an error: tells the parser to stop."""


def check_archive(archive: zipfile.ZipFile) -> None:
    """Refuse what unpacks to more than 200 MB, is encrypted, or declares entities. Raises FileRefused."""
    parts = archive.infolist()
    # The sizes come from the directory; zipfile never reads more of a part than its entry there says.
    if len(parts) > _MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED_BYTES:
        raise refuse_file(_("The file unpacks to more than 200 MB. Leave only the table in it, or split it."))
    if any(part.flag_bits & _ENCRYPTED for part in parts):
        raise refuse_file(_("The file has a password. Save it without one."))
    for part in parts:
        if part.filename.lower().endswith((".xml", ".rels")):
            _refuse_doctype(archive, part)


def _refuse_doctype(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    def refuse(*_unused: object) -> None:
        raise damaged()

    def stop(*_unused: object) -> None:
        raise _RootReached

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = stop
    try:
        with archive.open(part) as stream:
            while chunk := stream.read(_CHUNK):
                parser.Parse(chunk)
    except _RootReached:
        return
    raise damaged()


@dataclass
class Layout:
    """One sheet without its values. Rows and columns count from 1."""

    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    """Merged ranges as first row, first column, last row, last column."""
    last_row: int = 0
    """Last row in which a cell has a value."""
    last_column: int = 0
    """Last column in which a cell has a value."""
    most_cells: int = 0
    """Number of cells with a value in the fullest row; a table has at least two somewhere."""

    @property
    def has_content(self) -> bool:
        """Whether any cell has a value."""
        return self.last_row > 0

    @property
    def is_table(self) -> bool:
        """Whether the sheet holds more than lines of text one under another."""
        return self.most_cells > 1


class _LayoutParser:
    """Collects a Layout from the XML of one sheet."""

    def __init__(self) -> None:
        self.layout = Layout()
        self._row = self._column = self._cells = 0
        self._has_value = False
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.StartElementHandler = self._start

    def feed(self, archive: zipfile.ZipFile, path: str) -> Layout:
        with archive.open(path) as stream:
            while chunk := stream.read(_CHUNK):
                self._parser.Parse(chunk)
        self._parser.Parse(b"", True)
        return self.layout

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        handler = self._HANDLERS.get(tag.rpartition(" ")[2])
        if handler:
            handler(self, attributes)

    def _start_row(self, attributes: dict[str, str]) -> None:
        number = int(attributes.get("r", self._row + 1))
        # The value reader skips rows that stand before the last one: they would vanish without a word.
        if number <= self._row:
            raise damaged()
        self._row, self._column, self._cells = number, 0, 0
        if attributes.get("hidden") in _YES:
            self.layout.hidden_rows.add(number)

    def _start_cell(self, attributes: dict[str, str]) -> None:
        column = self._column + 1
        if reference := attributes.get("r"):
            found = _REFERENCE.fullmatch(reference)
            if not found or int(found[2]) != self._row:
                raise damaged()
            column = column_index_from_string(found[1])
        if column <= self._column:
            raise damaged()
        self._column, self._has_value = column, False

    def _start_value(self, _attributes: dict[str, str]) -> None:
        if self._has_value or not self._row:
            return
        self._has_value = True
        if self._row > MAX_ROWS + 1:
            raise refuse_file(_("The table has more than 100 000 rows. Split the file."), row=self._row)
        if self._column > MAX_COLUMNS:
            raise refuse_file(
                _("The table has more than 200 columns. Leave only the columns of the register."), row=self._row
            )
        self._cells += 1
        self.layout.last_row = self._row
        self.layout.last_column = max(self.layout.last_column, self._column)
        self.layout.most_cells = max(self.layout.most_cells, self._cells)

    def _start_column(self, attributes: dict[str, str]) -> None:
        if attributes.get("hidden") in _YES:
            last = min(int(attributes["max"]), MAX_COLUMNS)
            self.layout.hidden_columns.update(range(int(attributes["min"]), last + 1))

    def _start_merge(self, attributes: dict[str, str]) -> None:
        if len(self.layout.merges) == _MAX_MERGES:
            raise refuse_file(_("The table has more than 200 merged ranges. Take the merging away."))
        left, top, right, bottom = range_boundaries(attributes["ref"])
        if left is None or top is None or right is None or bottom is None:
            raise damaged()
        self.layout.merges.append((top, left, bottom, right))

    _HANDLERS = {
        "row": _start_row,
        "c": _start_cell,
        "v": _start_value,
        "is": _start_value,
        "f": _start_value,
        "col": _start_column,
        "mergeCell": _start_merge,
    }


def read_layout(archive: zipfile.ZipFile, path: str) -> Layout:
    """Return the layout of the sheet stored under this path. Raises FileRefused, expat.ExpatError, ValueError."""
    return _LayoutParser().feed(archive, path)
