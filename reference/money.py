"""How people write sums in tenge, and how we print them. Pure; amounts are whole tenge in int."""

import re
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext_lazy as _

TENGE_CEILING = 10**14
"""Largest amount one field may hold: 100 trillion tenge, about a year of the country's product."""

LONGEST_AMOUNT = 200
"""Characters that any sum people write fits into."""

NBSP = "\u00a0"

_UNITS = {
    1_000: ("тыс", "мың", "мын", "тысяча", "тысячи", "тысяч", "thousand", "k"),
    1_000_000: ("млн", "миллион", "миллиона", "миллионов", "mln", "million", "m"),
    1_000_000_000: ("млрд", "миллиард", "миллиарда", "миллиардов", "bn", "bln", "billion"),
    1_000_000_000_000: ("трлн", "триллион", "триллиона", "триллионов", "trn", "tn", "trillion"),
}
_FACTOR = {word: factor for factor, words in _UNITS.items() for word in words}
# After an English unit a comma may part thousands; in Kazakh and Russian it never does.
_ENGLISH_UNITS = {"thousand", "k", "million", "m", "bn", "bln", "billion", "trn", "tn", "trillion"}
_CURRENCY = r"(?:₸|тг|тенге|теңге|kzt|tenge)"
_AMOUNT = re.compile(
    rf"^(?:{_CURRENCY}\.? ?)?"
    r"(?P<number>[0-9]{1,3}(?: [0-9]{3})+|[0-9]{1,21})(?:(?P<point>[.,])(?P<fraction>[0-9]{1,12}))?"
    r"(?: ?(?P<unit>[a-zа-яәғқңөұүһі]+)\.?)??"
    rf"(?: ?{_CURRENCY}\.?)?$"
)
_SHORT_UNITS = {
    "kk": {10**12: "трлн", 10**9: "млрд", 10**6: "млн", 10**3: "мың"},
    "ru": {10**12: "трлн", 10**9: "млрд", 10**6: "млн", 10**3: "тыс."},
    "en": {10**12: "trn", 10**9: "bn", 10**6: "m", 10**3: "k"},
}


class AmountError(ValueError):
    """The text is not an amount in whole tenge; its first argument is a lazy sentence with the remedy."""


def parse_tenge(text: str) -> int:
    """Return the whole tenge a person meant by ``1 100 000 000``, ``1,1 млрд`` or ``1 100 000 тыс. тг``.

    Raises AmountError for anything that could be read in two ways (``1,250``), for parts of a tenge, for signs and
    for digits of other scripts. Nothing is rounded.
    """
    plain = re.sub(r"[ \u00a0\u202f\u2009]+", " ", text).strip().lower()
    found = _AMOUNT.match(plain) if len(plain) <= LONGEST_AMOUNT else None
    unit = found["unit"] if found else None
    if not found or (unit and unit not in _FACTOR):
        raise AmountError(
            _("Write the sum in whole tenge, digits and spaces only, for example 1 100 000 000 or 1,1 bn.")
        )
    factor = _FACTOR[unit] if unit else 1
    digits = found["number"].replace(" ", "")
    fraction = found["fraction"] or ""
    if fraction and not unit:
        raise AmountError(_("Write whole tenge without a comma or a point: “1,250” can be read in two ways."))
    if len(fraction) == 3 and found["point"] == "," and unit in _ENGLISH_UNITS:
        raise AmountError(
            _("Write the sum in full: “%(sum)s” can be read in two ways.") % {"sum": f"{digits},{fraction} {unit}"}
        )
    amount = Decimal(f"{digits}.{fraction or 0}") * factor
    if amount != amount.to_integral_value():
        raise AmountError(_("Write whole tenge: the sum has parts of a tenge."))
    if amount > TENGE_CEILING:
        raise AmountError(_("The sum is too large: at most 100 000 000 000 000 tenge."))
    return int(amount)


def format_number(number: int) -> str:
    """Return an integer in groups of three parted by no-break spaces, as Kazakh and Russian print it."""
    return f"{number:,}".replace(",", NBSP).replace("-", "\u2212")


def format_tenge(amount: int) -> str:
    """Return the full sum as tables and documents show it: ``1 100 000 000 ₸``."""
    return f"{format_number(amount)}{NBSP}₸"


def format_tenge_short(amount: int, language: str) -> str:
    """Return the sum as cards show it: ``1,1 млрд ₸``, ``950 мың ₸``, ``₸1.1 bn``; half up to one decimal.

    The decimal ``,0`` is left out only where nothing was rounded away.
    """
    units = _SHORT_UNITS.get(language, _SHORT_UNITS["en"])
    number, unit = format_number(amount), ""
    for size in sorted(units):
        # 999 950 000 rounds to 1 000,0 million and is better said as 1,0 billion.
        if abs(amount) < size - size // 20_000:
            break
        scaled = (Decimal(amount) / size).quantize(Decimal("0.1"), ROUND_HALF_UP)
        exact = scaled * size == amount and scaled == int(scaled)
        number = format_number(int(scaled)) if exact else f"{scaled:,}".replace(",", NBSP)
        unit = units[size]
    if language == "en":
        return f"₸{number}{NBSP}{unit}" if unit else f"₸{number}"
    return NBSP.join(filter(None, [number.replace(".", ","), unit, "₸"]))
