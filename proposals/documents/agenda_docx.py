"""A paper of a session as Word document, for officials who edit it."""

from collections.abc import Sequence
from typing import Any

from docx.document import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Cm, Pt, RGBColor

from proposals.documents.agenda_sheets import Cell, Column, Paper, Sheet
from proposals.documents.word import (
    add_page_number,
    keep_whole,
    new_document,
    packed,
    repeat_on_each_page,
    turn_to_landscape,
)

_BLACK = RGBColor(0, 0, 0)
_MARGIN_CM = 1.5
_CORNER_CM = 16.2


def paper_docx(paper: Paper) -> bytes:
    """Return the paper as DOCX; every text is the text of a run, so nothing in it is markup."""
    made = new_document(paper.language, paper.title)
    turn_to_landscape(made, margin_cm=_MARGIN_CM)
    for name, size in (("Normal", 11), ("Heading 1", 14)):
        made.styles[name].font.color.rgb, made.styles[name].font.size = _BLACK, Pt(size)
        made.styles[name].paragraph_format.space_after = Pt(0)
    _write_edges(made, paper)
    for number, sheet in enumerate(paper.sheets):
        above = len(made.paragraphs)
        _write_sheet(made, sheet)
        made.paragraphs[above].paragraph_format.page_break_before = number > 0
    return packed(made)


def _write_edges(made: Document, paper: Paper) -> None:
    page = made.sections[0]
    if paper.mark:
        top = page.header.paragraphs[0]
        top.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        top.add_run(paper.mark).bold = True
    bottom = page.footer.paragraphs[0]
    bottom.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    made.styles["Footer"].font.size = Pt(9)
    bottom.add_run(f"{paper.footer}    ")
    add_page_number(bottom)


def _write_sheet(made: Document, sheet: Sheet) -> None:
    for line in sheet.corner:
        paragraph = made.add_paragraph(line)
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.paragraph_format.left_indent = Cm(_CORNER_CM)
    heading = made.add_paragraph(style="Heading 1")
    heading.alignment = WD_ALIGN_PARAGRAPH.CENTER
    heading.paragraph_format.space_before = heading.paragraph_format.space_after = Pt(12)
    for number, line in enumerate(sheet.title):
        run = heading.add_run(line)
        if number + 1 < len(sheet.title):
            run.add_break()
    for name, value in sheet.facts:
        paragraph = made.add_paragraph(f"{name}: ")
        paragraph.add_run(value).bold = True
    if sheet.facts:
        made.paragraphs[-1].paragraph_format.space_after = Pt(8)
    if sheet.rows:
        _write_table(made, sheet)
    else:
        made.add_paragraph(sheet.nothing).alignment = WD_ALIGN_PARAGRAPH.CENTER


def _write_table(made: Document, sheet: Sheet) -> None:
    table = made.add_table(rows=len(sheet.rows) + 2, cols=len(sheet.columns))
    table.style, table.alignment, table.autofit = "Table Grid", WD_TABLE_ALIGNMENT.CENTER, False
    for column, facts in zip(table.columns, sheet.columns, strict=True):
        column.width = Cm(facts.width_cm)
    # Asking the table for its rows and the row for its cells each time would take minutes for a long list.
    rows = [(row, row.cells) for row in table.rows]
    head, cells = rows[0]
    repeat_on_each_page(head)
    keep_whole(head)
    for cell, column in zip(cells, sheet.columns, strict=True):
        cell.width = Cm(column.width_cm)
        _write(cell, Cell(column.head), WD_ALIGN_PARAGRAPH.CENTER, is_bold=True)
    for (row, places), texts in zip(rows[1:], (*sheet.rows, sheet.total), strict=True):
        keep_whole(row)
        _write_row(places, texts, sheet.columns, is_bold=texts is sheet.total)
    # The total does not stand alone on the last page.
    for cell in rows[-2][1]:
        for paragraph in cell.paragraphs:
            paragraph.paragraph_format.keep_with_next = True


def _write_row(places: Sequence[Any], cells: Sequence[Cell], columns: Sequence[Column], *, is_bold: bool) -> None:
    at = 0
    for cell in cells:
        place, column = places[at], columns[at]
        if cell.span > 1:
            place = place.merge(places[at + cell.span - 1])
        place.width = Cm(sum(one.width_cm for one in columns[at : at + cell.span]))
        side = WD_ALIGN_PARAGRAPH.RIGHT if column.is_sum else WD_ALIGN_PARAGRAPH.LEFT
        _write(place, cell, side, is_bold=is_bold)
        at += cell.span


def _write(place: Any, cell: Cell, side: WD_ALIGN_PARAGRAPH, *, is_bold: bool = False) -> None:
    for number, text in enumerate((cell.text, *cell.below)):
        paragraph = place.add_paragraph() if number else place.paragraphs[0]
        paragraph.alignment = side
        paragraph.paragraph_format.space_before = Pt(0 if number else 2)
        run = paragraph.add_run(text)
        run.bold, run.italic, run.font.size = is_bold, cell.is_quiet, Pt(9 if number or cell.is_quiet else 10)
    paragraph.paragraph_format.space_after = Pt(2)
