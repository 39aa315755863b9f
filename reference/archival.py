"""Archival PDF by typst, the same bytes for the same facts on every machine: fonts come with typst."""

import json
import re
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import typst
from django.utils.formats import date_format
from django.utils.translation import gettext as _

UNSURE = re.compile(
    "[^\u0020-\u017e\u0400-\u045f\u0490-\u0493\u049a\u049b\u04a2\u04a3\u04ae-\u04b1\u04ba\u04bb\u04d8\u04d9"
    "\u04e8\u04e9\u200b\u2013\u2014\u2018-\u201e\u2026\u20b8\u2116]"
)
_STANDARDS: list[Any] = ["a-2a", "ua-1"]


def soft(text: str) -> str:
    """Let a word longer than any line of a table break; nobody sees where."""
    return re.sub(r"\S{21,}", lambda word: re.sub(r"(.{10})(?=.)", "\\1\u200b", word[0]), text)


def dated(moment: datetime) -> dict[str, Any]:
    """Return ``author`` and ``date`` of a paper, as typst wants them; the moment is local."""
    parts = {name: getattr(moment, name) for name in ("year", "month", "day", "hour", "minute", "second")}
    return {"author": _("Chamber of Entrepreneurs"), "date": parts}


def in_words(moment: datetime) -> str:
    """Return a local moment as papers print it, in the current language."""
    day = date_format(moment, "DATE_FORMAT")
    return _("%(date)s, %(time)s (Almaty time)") % {"date": day, "time": moment.strftime("%H:%M")}


def in_house_style(source: Path) -> bytes:
    """Return the source of a paper with our look before it: page, type, colours and the head with the mark."""
    return Path(__file__).with_name("house.typ").read_bytes() + source.read_bytes()


@cache
def fonts() -> typst.Fonts:
    """Return the fonts that travel with typst, and no others."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)


def compiler(source: bytes, page: dict[str, Any], *, only_known: bool = False) -> typst.Compiler:
    """Return a compiler of ``source`` that reads ``page`` as JSON: nothing a person typed is part of the source."""
    facts = json.dumps(page, ensure_ascii=False)
    if only_known:
        facts = UNSURE.sub("□", facts)
    return typst.Compiler(source, font_paths=fonts(), sys_inputs={"facts": facts})


def archival_pdf(source: bytes, page: dict[str, Any], moment: int) -> bytes:
    """Return PDF/A-2a and PDF/UA-1 dated ``moment`` (seconds); letters that no font of ours has are drawn as a box."""
    for only_known in (False, True):
        try:
            made = compiler(source, page, only_known=only_known).compile(
                format="pdf", pdf_standards=_STANDARDS, timestamp=moment
            )
        except typst.TypstError:
            # An archival PDF may hold no letter without a picture: typst refuses the whole page.
            if only_known:
                raise
        else:
            break
    assert isinstance(made, bytes)
    return made


def page_images(source: bytes, page: dict[str, Any], dots_per_inch: float = 96) -> list[bytes]:
    """Return the pages as PNG, for tests and for looking at them."""
    made = compiler(source, page).compile(format="png", ppi=dots_per_inch)
    return [made] if isinstance(made, bytes) else list(made or [])
