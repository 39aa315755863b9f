"""The monthly report as a workbook: a sheet that says what it is, and a sheet for each section, cells typed."""

import io
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _, override, pgettext
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from projects.exports.typed import GROUPED, HEAD, styled
from proposals.dashboard.blocks import Block, Kind, Value
from proposals.dashboard.words import unknown
from proposals.documents.monthly_report import Part, Report, not_asked

_FORMATS = {Kind.NUMBER: GROUPED, Kind.TENGE: f'{GROUPED} "₸"', Kind.PERCENT: 'General" %"'}
_WRAPPED = Alignment(wrap_text=True, vertical="top")
_RIGHT = Alignment(horizontal="right", vertical="top")
_FIRST_WIDTH, _OTHER_WIDTH, _WIDEST = 44, 20, 16_384


def _value(sheet: Any, value: Value, kind: Kind, **style: Any) -> Any:
    """Return a value; one that is not known stands in words, so that nobody takes a blank for zero."""
    if value is None and kind != Kind.TEXT:
        return styled(sheet, unknown(kind), alignment=_RIGHT, **{"font": Font(italic=True), **style})
    if kind == Kind.TEXT:
        return styled(sheet, None if value is None else str(value), alignment=_WRAPPED, **style)
    grouped = _FORMATS.get(kind) if isinstance(value, int | float | Decimal) else None
    return styled(sheet, value, alignment=_RIGHT, **({"number_format": grouped} if grouped else {}), **style)


def _noted(block: Block) -> list[bool]:
    """Tell for each column whether a second line stands anywhere in it: then it has a column of its own."""
    return [any(row.cells[place].sub for row in block.rows) for place in range(len(block.columns))]


def _head(block: Block, noted: Sequence[bool]) -> Iterator[str]:
    yield str(block.first)
    for column, has_note in zip(block.columns, noted, strict=True):
        yield str(column.label)
        if has_note:
            yield _("%(column)s: note") % {"column": column.label}


def _block(sheet: Any, block: Block) -> None:
    sheet.append([])
    sheet.append([styled(sheet, str(block.heading), font=Font(bold=True, size=13))])
    if block.how:
        sheet.append([styled(sheet, str(block.how), font=Font(italic=True))])
    if not block.rows:
        sheet.append([styled(sheet, str(block.empty))])
        return
    noted = _noted(block)
    sheet.append([styled(sheet, word, alignment=_WRAPPED, **HEAD) for word in _head(block, noted)])
    for row in block.rows:
        style = {"font": Font(bold=True)} if row.is_total else {}
        cells = [styled(sheet, str(row.label), alignment=_WRAPPED, **style)]
        for column, cell, has_note in zip(block.columns, row.cells, noted, strict=True):
            cells.append(_value(sheet, cell.value, column.kind, **style))
            if has_note:
                cells.append(styled(sheet, str(cell.sub), alignment=_WRAPPED))
        sheet.append(cells)


def _widths(sheet: Any, first: int, others: int) -> None:
    sheet.column_dimensions["A"].width = first
    for place in range(2, others + 2):
        sheet.column_dimensions[get_column_letter(place)].width = _OTHER_WIDTH


def _part_sheet(book: Workbook, part: Part) -> None:
    sheet = book.create_sheet(part.heading[:31])
    widest = max((1 + 2 * len(block.columns) for block in part.made.blocks), default=3)
    _widths(sheet, _FIRST_WIDTH, min(widest, _WIDEST - 1))
    sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.append([styled(sheet, part.heading, font=Font(bold=True, size=16))])
    sheet.append([styled(sheet, part.lead)])
    if note := not_asked(part):
        sheet.append([styled(sheet, note, font=Font(italic=True))])
    if part.made.figures:
        sheet.append([])
    for figure in part.made.figures:
        label = styled(sheet, str(figure.label), alignment=_WRAPPED)
        sheet.append([label, _value(sheet, figure.value, figure.kind), styled(sheet, str(figure.sub))])
    for block in part.made.blocks:
        _block(sheet, block)


def _about_sheet(book: Workbook, report: Report) -> None:
    sheet = book.create_sheet(pgettext("sheet", "About")[:31])
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 30, 100
    sheet.append([styled(sheet, report.title, font=Font(bold=True, size=16))])
    for label, words in report.facts:
        sheet.append([styled(sheet, label, font=Font(bold=True), alignment=_WRAPPED), styled(sheet, words)])


def report_xlsx(report: Report) -> bytes:
    """Return the workbook."""
    with override(report.language):
        book = Workbook(write_only=True)
        _about_sheet(book, report)
        for part in report.parts:
            _part_sheet(book, part)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()
