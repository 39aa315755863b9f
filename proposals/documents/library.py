"""The typical documents that come with the registry: plain text in proposals/data, made into DOCX templates."""

import csv
import io
import re
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import docx
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

SOURCES = Path(__file__).resolve().parent.parent / "data" / "typical_documents"
LANGUAGES = ("kk", "ru")

_FONT = "Times New Roman"
_INK = RGBColor(0x13, 0x22, 0x2C)
_SKY = RGBColor(0x00, 0x54, 0x68)
_MADE = datetime(2026, 1, 1, tzinfo=UTC)
_LOCALE = {"kk": "kk-KZ", "ru": "ru-RU"}


@dataclass(frozen=True)
class ShippedDocument:
    """One template in one language; an empty ``sector_code`` is for every sector."""

    code: str
    sector_code: str
    language: str
    title_kk: str
    title_ru: str
    title_en: str
    content: bytes


def _set_font(style: Any, size: float, colour: RGBColor = _INK, *, bold: bool = False) -> None:
    style.font.name, style.font.size, style.font.bold, style.font.italic = _FONT, Pt(size), bold, False
    style.font.color.rgb = colour
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{name}"), None)
    for name in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{name}"), _FONT)


def _new(language: str, title: str) -> Document:
    made = docx.Document()
    page = made.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin, page.right_margin, page.top_margin, page.bottom_margin = Cm(3), Cm(1.5), Cm(2), Cm(2)
    styles = made.styles
    _set_font(styles["Normal"], 12)
    styles["Normal"].paragraph_format.space_after = Pt(6)
    _set_font(styles["Title"], 18, bold=True)
    _set_font(styles["Heading 1"], 14, _SKY, bold=True)
    _set_font(styles["Heading 2"], 12, _SKY, bold=True)
    _set_font(styles["List Bullet"], 12)
    _set_font(styles["Intense Quote"], 11)
    words = OxmlElement("w:lang")
    words.set(qn("w:val"), _LOCALE[language])
    styles["Normal"].element.get_or_add_rPr().append(words)
    facts = made.core_properties
    facts.title, facts.author, facts.language, facts.comments = title, "", _LOCALE[language], ""
    facts.created = facts.modified = _MADE.replace(tzinfo=None)
    return made


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def _write_row(row: Any, cells: list[str], *, is_head: bool = False) -> None:
    for place, text in zip(row.cells, cells, strict=False):
        paragraph = place.paragraphs[0]
        run = paragraph.add_run(text)
        run.bold = is_head
        if text.startswith("{{ row.sum"):
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    if is_head:
        mark = OxmlElement("w:tblHeader")
        row._tr.get_or_add_trPr().append(mark)


def _add_table(made: Document, lines: list[str]) -> None:
    """Write a table; a row that begins with ``@payments`` is repeated for each of the payments."""
    head, *rows = [_cells(line) for line in lines]
    table = made.add_table(rows=1, cols=len(head))
    table.style = "Table Grid"
    _write_row(table.rows[0], head, is_head=True)
    for cells in rows:
        listed = re.fullmatch(r"@(\w+)", cells[0])
        if listed:
            _write_row(table.add_row(), [f"{{%tr for row in {listed[1]} %}}"])
            _write_row(table.add_row(), cells[1:])
            _write_row(table.add_row(), ["{%tr endfor %}"])
        else:
            _write_row(table.add_row(), cells)
    made.add_paragraph()


def _add_line(made: Document, line: str) -> None:
    marks = {"# ": "Title", "## ": "Heading 1", "### ": "Heading 2", "- ": "List Bullet"}
    for mark, style in marks.items():
        if line.startswith(mark):
            made.add_paragraph(line.removeprefix(mark), style=style)
            return
    if line.startswith("? "):
        made.add_paragraph(style="List Bullet").add_run(line.removeprefix("? ")).italic = True
    elif line.startswith("> "):
        made.add_paragraph(line.removeprefix("> ")).alignment = WD_ALIGN_PARAGRAPH.RIGHT
    else:
        made.add_paragraph(line)


def _packed(made: Document) -> bytes:
    """Return the same bytes for the same document: python-docx would stamp the parts with the hour."""
    raw, fixed = io.BytesIO(), io.BytesIO()
    made.save(raw)
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            target.writestr(zipfile.ZipInfo(entry.filename, (2026, 1, 1, 0, 0, 0)), source.read(entry.filename), 8)
    return fixed.getvalue()


def _source(name: str, language: str, sector: str) -> list[str]:
    lines = (SOURCES / f"{name}.{language}.txt").read_text(encoding="utf-8").splitlines()
    found = []
    for line in lines:
        if line == "@questions":
            found += _source(f"questions_{sector or 'general'}", language, sector)
        else:
            found.append(line)
    return found


def _built(name: str, language: str, sector: str, title: str) -> bytes:
    made, table = _new(language, title), list[str]()
    for line in [*_source(name, language, sector), ""]:
        if line.startswith("|"):
            table.append(line)
            continue
        if table:
            _add_table(made, table)
            table = []
        if line.strip():
            _add_line(made, line.strip())
    return _packed(made)


def shipped_documents() -> list[ShippedDocument]:
    """Return every document of the library in Kazakh and Russian; the same bytes at every call."""
    found = []
    with open(SOURCES / "documents.csv", encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            titles = {name: row[name] for name in ("title_kk", "title_ru", "title_en")}
            for language in LANGUAGES:
                content = _built(row["source"], language, row["sector"], row[f"title_{language}"])
                found.append(
                    ShippedDocument(
                        code=row["code"], sector_code=row["sector"], language=language, content=content, **titles
                    )
                )
    return found
