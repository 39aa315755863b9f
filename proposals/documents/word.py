"""What every Word file of ours begins and ends with: fonts, page, language, the same bytes each time."""

import io
import zipfile
from datetime import UTC, datetime
from typing import Any

import docx
from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

_FONT = "Times New Roman"
_INK = RGBColor(0x13, 0x22, 0x2C)
_SKY = RGBColor(0x00, 0x54, 0x68)
_MADE = datetime(2026, 1, 1, tzinfo=UTC)
_LOCALE = {"kk": "kk-KZ", "ru": "ru-RU"}


def _set_font(style: Any, size: float, colour: RGBColor = _INK, *, bold: bool = False) -> None:
    style.font.name, style.font.size, style.font.bold, style.font.italic = _FONT, Pt(size), bold, False
    style.font.color.rgb = colour
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{name}"), None)
    for name in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{name}"), _FONT)


def new_document(language: str, title: str) -> Document:
    """Return an empty A4 page with the styles of the registry; ``language`` is kk or ru."""
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


def packed(made: Document) -> bytes:
    """Return the same bytes for the same document: python-docx would stamp the parts with the hour."""
    raw, fixed = io.BytesIO(), io.BytesIO()
    made.save(raw)
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            target.writestr(zipfile.ZipInfo(entry.filename, (2026, 1, 1, 0, 0, 0)), source.read(entry.filename), 8)
    return fixed.getvalue()


def turn_to_landscape(made: Document, *, margin_cm: float) -> None:
    """Lay the A4 page on its side, with these margins."""
    page = made.sections[0]
    page.orientation = WD_ORIENT.LANDSCAPE
    page.page_width, page.page_height = Cm(29.7), Cm(21)
    page.left_margin = page.right_margin = page.top_margin = page.bottom_margin = Cm(margin_cm)
    page.header_distance = page.footer_distance = Cm(margin_cm / 2)


def repeat_on_each_page(row: Any) -> None:
    """Let the row of a table stand on top of every page the table goes on."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def keep_whole(row: Any) -> None:
    """Let no page end in the middle of the row."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def add_page_number(paragraph: Any) -> None:
    """Write “2 / 7” into a footer; Word counts."""
    for number, name in enumerate(("PAGE", "NUMPAGES")):
        if number:
            paragraph.add_run(" / ")
        field = OxmlElement("w:fldSimple")
        field.set(qn("w:instr"), name)
        run = OxmlElement("w:r")
        shown = OxmlElement("w:t")
        shown.text = "1"
        run.append(shown)
        field.append(run)
        paragraph._p.append(field)
