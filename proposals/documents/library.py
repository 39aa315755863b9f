"""The typical documents that come with the registry: plain text in proposals/data, made into DOCX templates."""

import csv
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH

from proposals.documents.word import new_document, packed, repeat_on_each_page

SOURCES = Path(__file__).resolve().parent.parent / "data" / "typical_documents"
LANGUAGES = ("kk", "ru")


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
        repeat_on_each_page(row)


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
    made, table = new_document(language, title), list[str]()
    for line in [*_source(name, language, sector), ""]:
        if line.startswith("|"):
            table.append(line)
            continue
        if table:
            _add_table(made, table)
            table = []
        if line.strip():
            _add_line(made, line.strip())
    return packed(made)


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
