"""What a paper of a session shows, before it becomes PDF or DOCX: sheets of one table each, plain text only."""

import re
from dataclasses import dataclass
from typing import Any

from reference.languages import localized
from reference.validators import one_line

_NOT_XML = re.compile(r"[^\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Column:
    """A column: what stands in its head, how wide it is, and whether it holds sums."""

    head: str
    width_cm: float
    is_sum: bool = False


@dataclass(frozen=True)
class Cell:
    """A cell: its text and the smaller lines below it. ``is_quiet`` marks words that stand where a fact is missing."""

    text: str
    below: tuple[str, ...] = ()
    is_quiet: bool = False
    span: int = 1


@dataclass(frozen=True)
class Sheet:
    """One table with what stands above it; ``rows`` without one print ``nothing``."""

    corner: tuple[str, ...]
    title: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: tuple[Cell, ...]
    nothing: str


@dataclass(frozen=True)
class Paper:
    """A paper in one language; ``mark`` stands on top of every page, empty on what is adopted."""

    language: str
    title: str
    mark: str
    footer: str
    sheets: tuple[Sheet, ...]


def plain(text: str) -> str:
    """Return the text on one line without what no page can show."""
    return _NOT_XML.sub("", one_line(text)).strip()


def told(row: Any, field: str, language: str) -> str:
    """Return the row's text in the paper's language; another language stands with its mark: ``Школа (ru)``."""
    found = localized(row, field, language)
    text = plain(found.text)
    return f"{text} ({found.language})" if found.is_fallback and text else text
