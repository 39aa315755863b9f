"""Values as typed cells of a workbook; text is text, whatever it looks like."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Font, PatternFill

from projects.exports.cells import ZONE, fits_excel, safe

LARGEST_EXACT = 999_999_999_999_999
"""Excel keeps fifteen digits; a larger whole number is written as text, so that no digit is lost."""

HEAD = {"font": Font(bold=True), "fill": PatternFill("solid", fgColor="E3F3F7")}
GROUPED = "#,##0"


def plain_value(value: Any) -> Any:
    """Return what a cell holds: text that is no formula, None for nothing, an exact number, a moment of Almaty."""
    if isinstance(value, str):
        return fits_excel(safe(value)) or None
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, int):
        return value if value <= LARGEST_EXACT else str(value)
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, datetime):
        return value.astimezone(ZONE).replace(tzinfo=None, microsecond=0)
    return fits_excel(safe(str(value))) or None


def typed(sheet: Any, value: Any) -> Any:
    """Return a value as a typed cell of openpyxl; text is text, whatever it looks like."""
    return text_cell(sheet, value) if isinstance(value, str) else plain_value(value)


def text_cell(sheet: Any, value: str) -> Any:
    """Return text that no spreadsheet takes for a formula or an error."""
    shown = fits_excel(safe(value))
    if not shown.startswith("#"):
        return shown or None
    # openpyxl takes #N/A and its like for errors of a formula.
    cell = WriteOnlyCell(sheet, shown)
    cell.data_type = "s"
    return cell


def styled(sheet: Any, value: Any, **style: Any) -> Any:
    """Return a typed cell with fonts, grounds and alignments of its own; what looks like a formula stays text."""
    cell = typed(sheet, value)
    if not isinstance(cell, Cell):
        cell = WriteOnlyCell(sheet, cell)
    for name, setting in style.items():
        setattr(cell, name, setting)
    return cell
