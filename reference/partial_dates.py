"""Dates of which old papers name only the year, or the year and month. Pure.

The value is ISO 8601 with reduced precision: ``2017``, ``2017-09`` or ``2017-09-14``; an unknown date is ``""``.
"""

import datetime
import re

from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _, override

from reference.languages import reader_language

PATTERN = r"[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?"
_ISO = re.compile(PATTERN)
_LOCAL = re.compile(r"(?:(?:(?P<day>[0-9]{1,2})\.)?(?P<month>[0-9]{1,2})\.)?(?P<year>[0-9]{4})")
EARLIEST_YEAR, LATEST_YEAR = 1991, 2100

_KK_MONTHS = [
    "қаңтар",
    "ақпан",
    "наурыз",
    "сәуір",
    "мамыр",
    "маусым",
    "шілде",
    "тамыз",
    "қыркүйек",
    "қазан",
    "қараша",
    "желтоқсан",
]


class PartialDateError(ValueError):
    """The text is not a date, a month or a year; its first argument is a lazy sentence with the remedy."""


def is_iso(text: str) -> bool:
    """Tell whether the text has the stored form."""
    return bool(_ISO.fullmatch(text))


def parse_partial_date(text: str) -> str:
    """Return the ISO form of ``2017``, ``09.2017``, ``2017-09``, ``14.09.2017`` or ``2017-09-14``.

    Raises PartialDateError for anything else, for days that do not exist and for years outside 1991–2100.
    """
    plain = text.strip()
    if _ISO.fullmatch(plain):
        parts = plain.split("-")
    elif found := _LOCAL.fullmatch(plain):
        parts = [part.zfill(2) for part in (found["year"], found["month"], found["day"]) if part]
    else:
        raise PartialDateError(_("Write a date such as 14.09.2017, a month such as 09.2017 or a year such as 2017."))
    year, month, day = (int(part) for part in (*parts, "1", "1")[:3])
    try:
        datetime.date(year, month, day)
    except ValueError as error:
        raise PartialDateError(_("There is no such day: check day and month.")) from error
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        raise PartialDateError(_("The year must lie between 1991 and 2100."))
    return "-".join(parts)


def format_partial_date(value: str, language: str | None = None) -> str:
    """Return the date in the reader's words, no more exact than it is known: ``2017 ж. қыркүйек``, ``2017``."""
    if not value:
        return ""
    parts = [int(part) for part in value.split("-")]
    language = language or reader_language()
    if len(parts) == 1:
        return {"kk": f"{parts[0]}\u00a0ж.", "ru": f"{parts[0]}\u00a0г."}.get(language, str(parts[0]))
    first_day = datetime.date(*([*parts, 1])[:3])
    if language == "kk":
        month = f"{parts[0]}\u00a0ж. {_KK_MONTHS[parts[1] - 1]}"
        return month if len(parts) == 2 else f"{parts[0]}\u00a0ж. {parts[2]}\u00a0{_KK_MONTHS[parts[1] - 1]}"
    with override(language):
        printed = date_format(first_day, "DATE_FORMAT" if len(parts) == 3 else "YEAR_MONTH_FORMAT")
    return printed.lower() if language == "ru" else printed


def last_certain(day: datetime.date) -> dict[int, str]:
    """Return, by length of the stored text, the greatest date that certainly lies on the day or before.

    ``2017-09`` is certain from 30 September 2017 on, ``2017`` from 31 December on. Unknown dates never are.
    """
    tomorrow = day + datetime.timedelta(days=1)
    month = day if tomorrow.month != day.month else day.replace(day=1) - datetime.timedelta(days=1)
    year = day.year if tomorrow.year != day.year else day.year - 1
    return {10: day.isoformat(), 7: f"{month:%Y-%m}", 4: f"{year:04d}"}
