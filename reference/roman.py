"""Roman numerals, in which sessions and convocations of a maslikhat are counted. Pure."""

import re

_VALUES = ((100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))
_PATTERN = re.compile(r"C{0,3}(XC|XL|L?X{0,3})(IX|IV|V?I{0,3})")
# Typists of Kazakh and Russian use look-alike Cyrillic letters on their keyboard.
_LOOK_ALIKES = str.maketrans("ІХСЛУ", "IXCLV")
LARGEST = 399


def to_roman(number: int) -> str:
    """Return 1 … 399 in Roman numerals; raise ValueError outside."""
    if not 1 <= number <= LARGEST:
        raise ValueError(number)
    written = ""
    for value, letters in _VALUES:
        while number >= value:
            written += letters
            number -= value
    return written


def from_roman(text: str) -> int:
    """Return the number that Roman numerals or ordinary digits write; raise ValueError otherwise."""
    plain = text.strip().upper().translate(_LOOK_ALIKES)
    if re.fullmatch(r"[0-9]{1,3}", plain):
        number = int(plain)
    elif plain and _PATTERN.fullmatch(plain):
        number, rest = 0, plain
        for value, letters in _VALUES:
            while rest.startswith(letters):
                number += value
                rest = rest[len(letters) :]
    else:
        raise ValueError(text)
    if not 1 <= number <= LARGEST:
        raise ValueError(text)
    return number
