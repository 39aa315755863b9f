"""How one cell becomes one value. Pure; each parser takes a cell that is not blank and raises CellRefused.

A parser returns None when nothing visible is left of the cell.
"""

import datetime
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext as _

from projects.imports.errors import CellRefused
from projects.imports.names import Names, folded_name
from projects.imports.table import DateCell, Raw
from reference.identifiers import holds_iin
from reference.money import AmountError, parse_tenge
from reference.partial_dates import EARLIEST_YEAR, LATEST_YEAR, PartialDateError, parse_partial_date
from reference.roman import from_roman
from reference.validators import clean_text, validate_visible_text

Parser = Callable[[Raw], Any]

_LINE_BREAKS = re.compile(r"[ \t]*[\n\u2028\u2029][\n\u2028\u2029 \t]*")
_LINE_BREAK = re.compile(r"[\n\u2028\u2029]")
_WHOLE = re.compile(r"[0-9]{1,3}(?:[ \u00a0\u202f][0-9]{3})+|[0-9]{1,15}")
_YEARS = re.compile(r"[0-9]{1,2}(?:[.,][0-9]{1,2})?")
_BARE_AMOUNT = re.compile(r"[0-9 \u00a0\u202f\u2009]+(?:[.,](?P<fraction>[0-9]+))?")
_KEY = re.compile(r"[-a-zA-Z0-9_]{1,60}")
_UNIT_WORDS = {10**3: "тыс", 10**6: "млн", 10**9: "млрд"}
_FLAGS = {
    **dict.fromkeys(map(folded_name, ("yes", "true", "1", "иә", "да")), True),
    **dict.fromkeys(map(folded_name, ("no", "false", "0", "жоқ", "нет")), False),
}
# Day numbers of Excel for 1 January 1991 and 31 December 2100.
_FIRST_SERIAL, _LAST_SERIAL = 33_239, 73_415
_SERIAL_ZERO = datetime.date(1899, 12, 30)


def _visible(raw: Raw) -> str:
    """Return the text of a cell as it would be typed; refuse characters nobody can see."""
    if isinstance(raw, float) and raw.is_integer():
        raw = int(raw)
    text = str(raw)
    try:
        validate_visible_text(text)
    except ValidationError as refusal:
        raise CellRefused(refusal.message) from refusal
    return clean_text(text)


def long_text(raw: Raw) -> str | None:
    """Return clean text of several lines. Dates, fractions, yes/no cells and IINs are refused."""
    if isinstance(raw, DateCell):
        raise CellRefused(_("The spreadsheet made a date of this cell. Format the cell as text and type it again."))
    if isinstance(raw, (bool, float)):
        raise CellRefused(_("The spreadsheet made a number of this cell. Format the cell as text and type it again."))
    text = _visible(raw)
    if holds_iin(text):
        raise CellRefused(_("The cell holds a personal number (IIN). It must not stand in the register. Delete it."))
    return text or None


def text_line(raw: Raw) -> str | None:
    """Return clean text of one line; line breaks in the cell become blanks."""
    text = long_text(raw)
    return _LINE_BREAKS.sub(" ", text) if text and _LINE_BREAK.search(text) else text


def amount(factor: int = 1, *, zero: str = "") -> Parser:
    """Return the parser of a column of sums in ``factor`` tenge; it gives whole tenge.

    ``zero`` is the sentence with which a sum of zero is refused; empty where zero means something.
    """

    def parse(raw: Raw) -> int | None:
        tenge = _tenge(raw, factor)
        if tenge == 0 and zero:
            raise CellRefused(zero)
        return tenge

    return parse


def _tenge(raw: Raw, factor: int) -> int | None:
    if isinstance(raw, (bool, DateCell)):
        raise CellRefused(_("Write the sum as a number in whole tenge."))
    if isinstance(raw, (int, float)):
        if raw < 0:
            raise CellRefused(_("A sum in tenge cannot be negative."))
        exact = Decimal(repr(raw)) * factor
        if exact != exact.to_integral_value():
            raise CellRefused(_("Write whole tenge: the sum has parts of a tenge."))
        text = str(int(exact))
    else:
        text = _visible(raw)
        if not text:
            return None
        if factor > 1:
            text = f"{text} {_unit_of_column(text, factor)}"
    try:
        return parse_tenge(text)
    except AmountError as refusal:
        raise CellRefused(str(refusal.args[0])) from refusal


def _unit_of_column(text: str, factor: int) -> str:
    found = _BARE_AMOUNT.fullmatch(text)
    if not found:
        raise CellRefused(_("The name of the column gives the unit already. Write digits only."))
    if len(found["fraction"] or "") == 3:
        raise CellRefused(_("“1,250” can be read in two ways. Write the sum in whole tenge, in a column for tenge."))
    return _UNIT_WORDS[factor]


def whole(least: int, message: str) -> Parser:
    """Return the parser of a count that is at least ``least``; ``message`` says what to write."""

    def parse(raw: Raw) -> int | None:
        if isinstance(raw, (bool, DateCell, float)):
            raise CellRefused(message)
        text = _visible(raw)
        if not text:
            return None
        if not _WHOLE.fullmatch(text):
            raise CellRefused(message)
        number = int(re.sub(r"[^0-9]", "", text))
        if number < least:
            raise CellRefused(message)
        return number

    return parse


def calendar_year(raw: Raw) -> int | None:
    """Return a year between 1991 and 2100."""
    if isinstance(raw, (bool, DateCell, float)):
        raise CellRefused(_("Write the year in four digits, for example 2017."))
    text = _visible(raw)
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{4}", text):
        raise CellRefused(_("Write the year in four digits, for example 2017."))
    if not EARLIEST_YEAR <= int(text) <= LATEST_YEAR:
        raise CellRefused(_("The year must lie between 1991 and 2100."))
    return int(text)


def term(raw: Raw) -> Decimal | None:
    """Return a term of 1 to 49 years with at most two decimals, comma or point."""
    if isinstance(raw, (bool, DateCell)):
        raise CellRefused(_("Write the term in years, for example 10 or 7,5."))
    text = _visible(raw)
    if not text:
        return None
    if not _YEARS.fullmatch(text):
        raise CellRefused(_("Write the term in years with at most two decimals, for example 10 or 7,5."))
    years = Decimal(text.replace(",", "."))
    if not 1 <= years <= 49:
        raise CellRefused(_("The term must lie between 1 and 49 years."))
    return years


def flag(raw: Raw) -> bool | None:
    """Return yes or no, said in one of the three languages."""
    text = _visible(raw)
    if not text:
        return None
    answer = _FLAGS.get(folded_name(text))
    if answer is None or isinstance(raw, DateCell):
        raise CellRefused(_("Write yes or no."))
    return answer


def partial_date(raw: Raw) -> str | None:
    """Return a date, month or year in the ISO form of the register."""
    if isinstance(raw, DateCell):
        if not raw.iso:
            raise CellRefused(_("The cell shows no full date. Write a date such as 14.09.2017."))
        text = raw.iso
    else:
        text = _visible(raw)
    if not text:
        return None
    if re.fullmatch(r"[0-9]{5}", text) and _FIRST_SERIAL <= int(text) <= _LAST_SERIAL:
        day = _SERIAL_ZERO + datetime.timedelta(days=int(text))
        raise CellRefused(
            _("This is a day number of the spreadsheet, perhaps %(day)s. Format the cell as a date.")
            % {"day": f"{day:%d.%m.%Y}"}
        )
    try:
        return parse_partial_date(text)
    except PartialDateError as refusal:
        raise CellRefused(str(refusal.args[0])) from refusal


def web_address(raw: Raw) -> str | None:
    """Return an address that begins with http:// or https://."""
    text = long_text(raw)
    if not text:
        return None
    try:
        URLValidator(schemes=["http", "https"])(text)
    except ValidationError as refusal:
        raise CellRefused(_("Write one full address that begins with https:// or http://.")) from refusal
    return text


def roman_number(raw: Raw) -> int | None:
    """Return the number that Roman numerals or digits write, 1 to 399."""
    text = _visible(raw)
    if not text:
        return None
    try:
        return from_roman(text)
    except ValueError as refusal:
        raise CellRefused(_("Write Roman numerals or digits from 1 to 399, for example XXXIV or 34.")) from refusal


def key(raw: Raw) -> str | None:
    """Return the key of a resolution: Latin letters, digits, hyphen, at most 60."""
    text = long_text(raw)
    if text and not _KEY.fullmatch(text):
        raise CellRefused(_("Write the key in Latin letters, digits and hyphens, for example almaty-2017-09."))
    return text


def one_of(names: Names[Any], message: str) -> Parser:
    """Return the parser of a column whose cells name one thing; ``message`` says where the names are listed."""

    def parse(raw: Raw) -> Any:
        text = text_line(raw)
        if not text:
            return None
        found = names.find(text)
        if len(found) == 1:
            return next(iter(found))
        if found:
            codes = ", ".join(sorted(str(getattr(thing, "pk", thing)) for thing in found))
            raise CellRefused(_("Several have this name. Write the code instead: %(codes)s.") % {"codes": codes})
        raise CellRefused(f"{message}{near_names(names, text)}")

    return parse


def near_names(names: Names[Any], text: str) -> str:
    """Return a sentence with the names most like the text, after a blank; empty when none is near."""
    near = names.near(text)
    return " " + _("Near to it: %(names)s.") % {"names": ", ".join(f"“{name}”" for name in near)} if near else ""


def several_of(names: Names[Any], message: str) -> Parser:
    """Return the parser of a column whose cells name things, parted by semicolons; it gives a list."""
    one = one_of(names, message)

    def parse(raw: Raw) -> list[Any] | None:
        text = long_text(raw)
        parts = [part for part in re.split(r"[;\n]", text or "") if part.strip()]
        return list(dict.fromkeys(one(part) for part in parts)) or None

    return parse
