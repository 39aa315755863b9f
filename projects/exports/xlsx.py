"""The view as a workbook: typed cells, and a sheet that says what was taken, when, and how much it is."""

import tempfile
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import IO, Any

from django.utils import timezone
from django.utils.translation import gettext as _, override, pgettext
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from projects.exports.about import about
from projects.exports.cells import fits_excel, safe
from projects.exports.dictionary import labels
from projects.exports.tables import COLUMNS, row_of
from projects.exports.view import View
from projects.exports.words import words_in
from projects.queries.records import Record
from projects.queries.totals import Figures

LARGEST_EXACT = 999_999_999_999_999
"""Excel keeps fifteen digits; a larger whole number is written as text, so that no digit is lost."""

_WIDTHS = {"title_kk": 60, "title_ru": 60, "title_en": 40, "private_partner": 34, "source_url": 40, "cost": 20}
_WIDTHS |= {"sector_name": 24, "territory_name": 24, "initiator_name": 20, "status_name": 24, "updated_at": 20}
_HEAD = {"font": Font(bold=True), "fill": PatternFill("solid", fgColor="E3F3F7")}
_GROUPED = "#,##0"


def _cell(sheet: Any, value: Any) -> Any:
    """Return a value as a typed cell; text is text, whatever it looks like."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return value if value <= LARGEST_EXACT else _text(sheet, str(value))
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, datetime):
        return timezone.localtime(value).replace(tzinfo=None, microsecond=0)
    return _text(sheet, value)


def _text(sheet: Any, value: str) -> Any:
    shown = fits_excel(safe(value))
    if not shown.startswith("#"):
        return shown or None
    # openpyxl takes #N/A and its like for errors of a formula.
    cell = WriteOnlyCell(sheet, shown)
    cell.data_type = "s"
    return cell


def _money(sheet: Any, value: Any) -> Any:
    if not isinstance(value, int):
        return value
    cell = WriteOnlyCell(sheet, value)
    cell.number_format = _GROUPED
    return cell


def _styled(sheet: Any, value: Any, **style: Any) -> Any:
    cell = WriteOnlyCell(sheet, value)
    for name, setting in style.items():
        setattr(cell, name, setting)
    return cell


def _rows_sheet(book: Workbook, view: View, records: Iterator[Record]) -> int:
    words, head = words_in(view.language), labels(view.language)
    sheet = book.create_sheet(_("Projects")[:31])
    sheet.freeze_panes = "B2"
    for place, column in enumerate(COLUMNS, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = _WIDTHS.get(column, 14)
    wrapped = Alignment(wrap_text=True, vertical="top")
    sheet.append([_styled(sheet, head[column], alignment=wrapped, **_HEAD) for column in COLUMNS])
    cost, rows = COLUMNS.index("cost"), 0
    for rows, record in enumerate(records, start=1):  # noqa: B007 – the number of rows is wanted afterwards
        cells = [_cell(sheet, value) for value in row_of(record, words)]
        cells[cost] = _money(sheet, cells[cost])
        sheet.append(cells)
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(COLUMNS))}{rows + 1}"
    return rows


def _about_sheet(book: Workbook, view: View, figures: Figures, rows: int) -> None:
    sheet = book.create_sheet(pgettext("sheet", "About")[:31])
    sheet.column_dimensions["A"].width = 44
    sheet.column_dimensions["B"].width = 90
    for name, value in about(view, figures, rows):
        label = _styled(sheet, name, font=Font(bold=True), alignment=Alignment(vertical="top", wrap_text=True))
        shown = _money(sheet, _cell(sheet, value)) if isinstance(value, int) else _cell(sheet, value)
        sheet.append([label, shown])


def workbook(view: View, records: Iterator[Record], figures: Figures) -> IO[bytes]:
    """Return an open temporary file with the workbook, at its beginning."""
    # All at once in one call: here the language may be set without leaking into other pages.
    with override(view.language):
        book = Workbook(write_only=True)
        rows = _rows_sheet(book, view, records)
        _about_sheet(book, view, figures, rows)
    target = tempfile.TemporaryFile()  # noqa: SIM115 – whoever sends it closes it
    book.save(target)
    target.seek(0)
    return target


def xlsx(view: View, records: Iterator[Record], figures: Figures) -> Iterator[bytes]:
    """Yield the workbook; its first piece comes when all rows are read."""
    with workbook(view, records, figures) as made:
        while piece := made.read(256 * 1024):
            yield piece
