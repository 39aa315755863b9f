"""What one cell of a spreadsheet says, and what only seems to be a value: formulas, errors, cut digits, short dates."""

import datetime
import math
import re
from typing import Any
from xml.etree.ElementTree import Element

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell.read_only import ReadOnlyCell
from openpyxl.formula.translate import Translator
from openpyxl.reader.excel import ExcelReader
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import from_excel, from_ISO8601
from openpyxl.xml.constants import SHARED_STRINGS

from projects.imports.errors import CellRefused
from projects.imports.table import DateCell, Raw
from projects.imports.xlsx_layout import LocalNames, elements

_FIFTEEN_DIGITS = 10**15
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
# In a number format only what stands outside of quotes, brackets and escapes is a sign for day, month or year.
_NOT_SIGNS = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|;.*', re.DOTALL)
_BAD_DATE = "#VALUE!"


def _text_of(holder: Element, names: LocalNames) -> str:
    """Return the text of a shared or inline string: its runs without their looks, and without the reading aids."""
    pieces = []
    for part in holder:
        name = names[part.tag]
        if name == "t":
            pieces.append(part.text or "")
        elif name == "r":
            pieces.extend(run.text or "" for run in part if names[run.tag] == "t")
    return "".join(pieces)


class _BookReader(ExcelReader):
    """The library's reader of workbooks; shared strings, one for each text of a table, come by a shorter way."""

    def read_strings(self) -> None:
        part = self.package.find(SHARED_STRINGS)
        if part is None:
            return
        names = LocalNames()
        with self.archive.open(part.PartName[1:]) as stream:
            # The library takes this sign away from shared strings, and what Excel escaped comes out right.
            self.shared_strings = [
                _text_of(element, names).replace("x005F_", "") for _name, element in elements(stream, names, {"si"})
            ]


def load_workbook(stream: Any) -> tuple[Workbook, list[str]]:
    """Return the workbook without its cells, and its shared strings."""
    reader = _BookReader(stream, read_only=True, keep_links=False)
    reader.read()
    return reader.wb, reader.shared_strings


class CellReader:
    """Reads the cells of one sheet, given as XML, as the library would and quicker."""

    def __init__(self, sheet: Any, strings: list[str], names: LocalNames) -> None:
        book = sheet.parent
        self._sheet, self._strings, self._names, self._epoch = sheet, strings, names, book.epoch
        self._dates, self._durations = book._date_formats, book._timedelta_formats
        self._shared: dict[str, Translator] = {}
        self._formats: dict[int, str] = {}

    def read(self, cell: Element, row: int, column: int) -> Raw:
        """Return what a person sees in the cell; raise CellRefused(sentence, what stands in the file)."""
        names, kind, value = self._names, cell.get("t", "n"), None
        for part in cell:
            name = names[part.tag]
            if name == "f":
                sentence = _("Cell %(cell)s holds a formula. Copy the column and paste it as values.")
                raise _refusal(sentence, self._formula(part, row, column), row, column)
            if name == "v" and kind != "inlineStr":
                value = part.text
            elif name == "is" and kind == "inlineStr":
                value = _text_of(part, names)
        if not value:
            return None
        if kind == "n":
            return self._number(value, int(cell.get("s", 0)), row, column)
        if kind == "s":
            return _text(self._strings[int(value)])
        if kind == "b":
            return bool(int(value))
        if kind == "e":
            raise _error_shown(value, row, column)
        if kind == "d":
            return _date(from_ISO8601(value), self._format(int(cell.get("s", 0))))
        return _text(value)

    def _number(self, value: str, style: int, row: int, column: int) -> Raw:
        number = float(value) if "." in value or "E" in value or "e" in value else int(value)
        if style in self._dates:
            try:
                moment = from_excel(number, self._epoch, timedelta=style in self._durations)
            except (OverflowError, ValueError) as problem:
                raise _error_shown(_BAD_DATE, row, column) from problem
            return _date(moment, self._format(style))
        if not math.isfinite(number) or abs(number) >= _FIFTEEN_DIGITS:
            sentence = _(
                "Cell %(cell)s has a number of more than 15 digits, and Excel has changed its end. Type it as text."
            )
            raise _refusal(sentence, number, row, column)
        return int(number) if number == int(number) else number

    def _format(self, style: int) -> str:
        if style not in self._formats:
            self._formats[style] = ReadOnlyCell(self._sheet, 1, 1, None, "n", style).number_format
        return self._formats[style]

    def _formula(self, formula: Element, row: int, column: int) -> str:
        """Return the formula as it is typed; one that is shared stands in full in its first cell only."""
        value, key = f"={formula.text or ''}", formula.get("si")
        if formula.get("t") == "shared" and key is not None:
            if key in self._shared:
                return str(self._shared[key].translate_formula(_name(row, column)))
            if formula.text:
                self._shared[key] = Translator(value, _name(row, column))
        return value


def _name(row: int, column: int) -> str:
    return f"{get_column_letter(column)}{row}"


def _refusal(sentence: str, value: Any, row: int, column: int) -> CellRefused:
    return CellRefused(sentence % {"cell": _name(row, column)}, str(value))


def _error_shown(value: str, row: int, column: int) -> CellRefused:
    return _refusal(_("Cell %(cell)s shows an error. Correct the cell."), value, row, column)


def _text(text: str) -> str | None:
    # A spreadsheet writes control characters in this way; the text rules decide about them later.
    if "_x" in text:
        text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    return None if not text or text.isspace() else text


def _date(value: datetime.date | datetime.time | datetime.timedelta, number_format: str) -> DateCell:
    """Return the date as exactly as its format shows it: “09.2017” typed into Excel is stored as 1 September."""
    midnight = not isinstance(value, datetime.datetime) or value.time() == datetime.time()
    signs = _NOT_SIGNS.sub("", number_format).lower()
    if not isinstance(value, datetime.date) or not midnight or "y" not in signs:
        return DateCell("", str(value))
    iso = f"{value:%Y-%m-%d}" if "d" in signs else f"{value:%Y-%m}" if "m" in signs else f"{value:%Y}"
    return DateCell(iso, iso)
