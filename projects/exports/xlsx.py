"""The view as a workbook: typed cells, and a sheet that says what was taken, when, and how much it is."""

import tempfile
from collections.abc import Iterator
from typing import IO

from django.utils.translation import gettext as _, override, pgettext
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from projects.exports.about import about
from projects.exports.dictionary import labels
from projects.exports.tables import COLUMNS, row_of
from projects.exports.typed import HEAD, money, styled, typed
from projects.exports.view import View
from projects.exports.words import words_in
from projects.queries.records import Record
from projects.queries.totals import Figures

_WIDTHS = {"title_kk": 60, "title_ru": 60, "title_en": 40, "private_partner": 34, "source_url": 40, "cost": 20}
_WIDTHS |= {"sector_name": 24, "territory_name": 24, "initiator_name": 20, "status_name": 24, "updated_at": 20}


def _rows_sheet(book: Workbook, view: View, records: Iterator[Record]) -> int:
    words, head = words_in(view.language), labels(view.language)
    sheet = book.create_sheet(_("Projects")[:31])
    sheet.freeze_panes = "B2"
    for place, column in enumerate(COLUMNS, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = _WIDTHS.get(column, 14)
    wrapped = Alignment(wrap_text=True, vertical="top")
    sheet.append([styled(sheet, head[column], alignment=wrapped, **HEAD) for column in COLUMNS])
    cost, rows = COLUMNS.index("cost"), 0
    for rows, record in enumerate(records, start=1):  # noqa: B007 – the number of rows is wanted afterwards
        cells = [typed(sheet, value) for value in row_of(record, words)]
        cells[cost] = money(sheet, cells[cost])
        sheet.append(cells)
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(COLUMNS))}{rows + 1}"
    return rows


def _about_sheet(book: Workbook, view: View, figures: Figures, rows: int) -> None:
    sheet = book.create_sheet(pgettext("sheet", "About")[:31])
    sheet.column_dimensions["A"].width = 44
    sheet.column_dimensions["B"].width = 90
    for name, value in about(view, figures, rows):
        label = styled(sheet, name, font=Font(bold=True), alignment=Alignment(vertical="top", wrap_text=True))
        shown = money(sheet, typed(sheet, value)) if isinstance(value, int) else typed(sheet, value)
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
