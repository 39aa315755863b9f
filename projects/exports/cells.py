"""How values are written: no formula that somebody else wrote, no character that breaks a file. Pure."""

import re
import unicodedata
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from django.conf import settings

_UNSHOWN = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_LINE_ENDS = re.compile(r"\r\n?")
_FORMULA = frozenset("=+-@")
_BREAKS = ("\t", "\r", "\n")
LONGEST_IN_EXCEL = 32_767
"""UTF-16 units that a cell of Excel holds; a file with more does not open."""


def clean(text: str) -> str:
    """Return the text without control characters, halves of letters and what XML cannot hold; tabs become blanks."""
    if not _UNSHOWN.search(text):
        return text
    return _UNSHOWN.sub("", _LINE_ENDS.sub("\n", text).replace("\t", " "))


def _reads_as_formula(text: str) -> bool:
    if text.startswith(_BREAKS):
        return True
    for char in text:
        if char.isspace() or unicodedata.category(char) in {"Cc", "Cf"}:
            continue
        # Full-width and small signs are formulas to some spreadsheets; NFKC makes them plain.
        return unicodedata.normalize("NFKC", char)[:1] in _FORMULA
    return False


def safe(text: str) -> str:
    """Return clean text that no spreadsheet reads as a formula: a leading apostrophe makes it text."""
    # Nearly every text begins with a letter or a digit and needs no closer look.
    if text and not text[0].isalnum() and _reads_as_formula(text):
        return "'" + clean(text)
    return clean(text)


def fits_excel(text: str) -> str:
    """Return the text, cut with an ellipsis where a cell of Excel ends."""
    if len(text) * 2 <= LONGEST_IN_EXCEL:
        return text
    units = text.encode("utf-16-le")
    if len(units) <= LONGEST_IN_EXCEL * 2:
        return text
    return units[: (LONGEST_IN_EXCEL - 1) * 2].decode("utf-16-le", "ignore") + "…"


def plain_decimal(value: Decimal) -> str:
    """Return a decimal without needless zeros: ``10``, ``2.5``."""
    return format(value.normalize(), "f")


ZONE = ZoneInfo(settings.TIME_ZONE)
"""The time of Almaty; to ask Django for the current zone of each moment takes longer than to write it."""


def moment(value: datetime) -> str:
    """Return a moment as ISO 8601 in the time of Almaty."""
    return value.astimezone(ZONE).isoformat()


def csv_cell(value: Any) -> str | int:
    """Return a value as a CSV cell: numbers stay numbers, what is not known is empty."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return value
    if isinstance(value, Decimal):
        return plain_decimal(value)
    if isinstance(value, datetime):
        return moment(value)
    return safe(str(value))


def json_value(value: Any) -> Any:
    """Return what JSON has for a value that it does not know: a number for a decimal, text for a moment or a day."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"JSON has no {type(value).__name__}")


def as_json(value: Any) -> str:
    """Return JSON on one line, letters as they are."""
    return orjson.dumps(value, default=json_value, option=orjson.OPT_PASSTHROUGH_DATETIME).decode()
