"""Arithmetic of the Kazakh identification numbers BIN and IIN. Pure.

Control digit: weights 1 … 11 over the first eleven digits modulo 11; when that gives 10, weights 3 … 11, 1, 2; when
that gives 10 again the number does not exist. Source: https://yvision.kz/post/iin-algoritm-rascheta-i-proverki-114938
"""

import datetime
import re

_FIRST = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)
_SECOND = (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)
_TWELVE_DIGITS = re.compile(r"[0-9]{12}")
# Twelve digits, perhaps in groups; a longer run of digits is no personal number.
_IN_A_TEXT = re.compile(r"(?<![0-9])[0-9](?:[ \u00a0\u202f-]?[0-9]){11}(?![0-9])")
_MASK = "•" * 12
_CENTURY = {"1": 1800, "2": 1800, "3": 1900, "4": 1900, "5": 2000, "6": 2000}


def control_digit(first_eleven: str) -> int | None:
    """Return the twelfth digit, or None where no number with these eleven digits exists."""
    digits = [int(char) for char in first_eleven]
    for weights in (_FIRST, _SECOND):
        rest = sum(digit * weight for digit, weight in zip(digits, weights, strict=True)) % 11
        if rest < 10:
            return rest
    return None


def _has_control_digit(number: str) -> bool:
    return bool(_TWELVE_DIGITS.fullmatch(number)) and control_digit(number[:11]) == int(number[11])


def is_bin(number: str) -> bool:
    """Tell whether the text is a business identification number: year, month, 4/5/6, 0–3, control digit."""
    return _has_control_digit(number) and 1 <= int(number[2:4]) <= 12 and number[4] in "456" and number[5] in "0123"


def is_iin(number: str) -> bool:
    """Tell whether the text is an individual identification number: a real birth date, century and sex 1–6."""
    if not _has_control_digit(number) or number[6] not in _CENTURY:
        return False
    try:
        datetime.date(_CENTURY[number[6]] + int(number[:2]), int(number[2:4]), int(number[4:6]))
    except ValueError:
        return False
    return True


def _is_personal(found: re.Match[str]) -> bool:
    return is_iin(re.sub(r"[^0-9]", "", found[0]))


def holds_iin(text: str) -> bool:
    """Tell whether a valid IIN, in one piece or in groups, stands somewhere in the text."""
    return any(_is_personal(found) for found in _IN_A_TEXT.finditer(text))


def mask_iins(text: str) -> str:
    """Return the text with every valid IIN in it made unreadable."""
    return _IN_A_TEXT.sub(lambda found: _MASK if _is_personal(found) else found[0], text)
