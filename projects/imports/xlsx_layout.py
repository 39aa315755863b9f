"""What a spreadsheet file is made of, read before its values: size, hidden rows, merged cells, places of cells.

A hostile file shows here first: how much it unpacks to, entities in its XML, rows out of order.
"""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Any
from xml.etree.ElementTree import Element, XMLPullParser
from xml.parsers import expat

from django.utils.translation import gettext as _
from openpyxl.utils import column_index_from_string, range_boundaries
from openpyxl.xml.constants import SHEET_MAIN_NS

from projects.imports.errors import FileRefused, refuse_file
from projects.imports.table import MAX_COLUMNS, MAX_ROWS, MAX_UNPACKED_BYTES

_MAX_PARTS = 5_000
_MAX_MERGES = 200
# More than any row of a table has, and less than what fills the memory.
_MAX_ELEMENTS_IN_ONE = 200_000
_CHUNK = 65_536
_FEW_ROWS = 4_096
_ENCRYPTED = 0x1
_LETTERS = re.compile(r"[A-Z]{1,3}")
_YES = {"1", "true"}
_NAMESPACES = {"", SHEET_MAIN_NS, "http://purl.oclc.org/ooxml/spreadsheetml/main"}
FILLING = {"v", "is", "f"}
"""What stands in a cell that holds something: value, text, formula."""


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


class LocalNames(dict[str, str]):
    """Tags as ElementTree writes them, to names without the namespace; empty for tags of other namespaces."""

    def __missing__(self, tag: str) -> str:
        namespace, _brace, name = tag[1:].partition("}") if tag.startswith("{") else ("", "", tag)
        self[tag] = name if namespace in _NAMESPACES else ""
        return self[tag]


def elements(stream: IO[bytes], names: LocalNames, wanted: set[str]) -> Iterator[tuple[str, Element]]:
    """Yield each element of these names when it is whole; it is emptied afterwards.

    Raises FileRefused for one that would fill the memory, ParseError for what is no XML.
    """
    parser: Any = XMLPullParser(events=("start", "end"))
    unfinished = 0
    # A few rows at a time: each element that waits is looked through again and again by the collector of garbage.
    while chunk := stream.read(_FEW_ROWS):
        parser.feed(chunk)
        for event, element in parser.read_events():
            if event == "start":
                unfinished += 1
            elif (name := names[element.tag]) in wanted:
                yield name, element
                element.clear()
                unfinished = 0
        if unfinished > _MAX_ELEMENTS_IN_ONE:
            raise damaged()
    parser.close()


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


FilledCell = tuple[int, Element]
"""A cell that holds something, after its column."""


class SheetParser:
    """Goes through the XML of one sheet once: yields the filled cells of each row and collects its Layout."""

    def __init__(self) -> None:
        self.layout = Layout()
        self.names = LocalNames()
        self._columns: dict[str, int] = {}
        self._row = 0

    def rows(self, stream: IO[bytes]) -> Iterator[tuple[int, list[FilledCell]]]:
        """Yield the number of each row that holds something, and its cells. Raises FileRefused, ParseError, ValueError.

        The layout is whole when all rows are through.
        """
        for name, element in elements(stream, self.names, {"row", "col", "mergeCell"}):
            if name == "row":
                if cells := self._filled(element):
                    yield self._row, cells
            elif name == "col":
                self._see_column(element)
            else:
                self._see_merge(element)

    def _filled(self, row: Element) -> list[FilledCell]:
        number = int(row.get("r") or self._row + 1)
        # Rows out of order could stand twice: one of them would vanish without a word.
        if number <= self._row:
            raise damaged()
        self._row = number
        if row.get("hidden") in _YES:
            self.layout.hidden_rows.add(number)
        names, column, cells, ending = self.names, 0, [], str(number)
        for cell in row:
            if names[cell.tag] != "c":
                continue
            before = column
            column = self._column(reference, ending) if (reference := cell.get("r")) else column + 1
            if column <= before:
                raise damaged()
            for part in cell:
                if names[part.tag] in FILLING:
                    cells.append((column, cell))
                    break
        if cells:
            self._see_filled(number, cells[-1][0], len(cells))
        return cells

    def _column(self, reference: str, ending: str) -> int:
        letters = reference.removesuffix(ending)
        column = self._columns.get(letters)
        if column is None:
            if not _LETTERS.fullmatch(letters) or letters == reference:
                raise damaged()
            column = self._columns[letters] = column_index_from_string(letters)
        return column

    def _see_filled(self, number: int, last_column: int, count: int) -> None:
        if number > MAX_ROWS + 1:
            raise refuse_file(_("The table has more than 100 000 rows. Split the file."), row=number)
        if last_column > MAX_COLUMNS:
            raise refuse_file(
                _("The table has more than 200 columns. Leave only the columns of the register."), row=number
            )
        self.layout.last_row = number
        self.layout.last_column = max(self.layout.last_column, last_column)
        self.layout.most_cells = max(self.layout.most_cells, count)

    def _see_column(self, column: Element) -> None:
        if column.get("hidden") in _YES:
            last = min(int(column.attrib["max"]), MAX_COLUMNS)
            self.layout.hidden_columns.update(range(int(column.attrib["min"]), last + 1))

    def _see_merge(self, merge: Element) -> None:
        if len(self.layout.merges) == _MAX_MERGES:
            raise refuse_file(_("The table has more than 200 merged ranges. Take the merging away."))
        left, top, right, bottom = range_boundaries(merge.attrib["ref"])
        if left is None or top is None or right is None or bottom is None:
            raise damaged()
        self.layout.merges.append((top, left, bottom, right))


def read_layout(archive: zipfile.ZipFile, path: str) -> Layout:
    """Return the layout of the sheet stored under this path. Raises FileRefused, ParseError, ValueError."""
    parser = SheetParser()
    with archive.open(path) as stream:
        for _row in parser.rows(stream):
            pass
    return parser.layout
