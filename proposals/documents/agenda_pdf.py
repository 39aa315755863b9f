"""A paper of a session as archival PDF."""

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Final

from proposals.documents.agenda_sheets import Cell, Paper, Sheet
from reference.archival import archival_pdf, page_images, soft

_SOURCE = Path(__file__).with_name("session_papers.typ")
_MOMENT: Final = 1_767_225_600
"""The papers bear the day of the session in their text; the file is dated alike each time, 1 January 2026."""


def _softened(sheet: Sheet) -> Sheet:
    def cell(one: Cell) -> Cell:
        return replace(one, text=soft(one.text), below=tuple(map(soft, one.below)))

    return replace(
        sheet,
        corner=tuple(map(soft, sheet.corner)),
        title=tuple(map(soft, sheet.title)),
        facts=tuple((name, soft(value)) for name, value in sheet.facts),
        rows=tuple(tuple(map(cell, row)) for row in sheet.rows),
    )


def _page(paper: Paper) -> dict[str, Any]:
    return asdict(replace(paper, sheets=tuple(map(_softened, paper.sheets))))


def paper_pdf(paper: Paper) -> bytes:
    """Return the paper as PDF/A-2a and PDF/UA-1."""
    return archival_pdf(_SOURCE.read_bytes(), _page(paper), _MOMENT)


def paper_image(paper: Paper, dots_per_inch: float = 96) -> list[bytes]:
    """Return the pages as PNG, for tests and for looking at them."""
    return page_images(_SOURCE.read_bytes(), _page(paper), dots_per_inch)
