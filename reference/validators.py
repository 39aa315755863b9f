"""Rules one value can break; each says in a sentence what to do."""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from reference.identifiers import holds_iin, is_bin, is_iin
from reference.money import TENGE_CEILING
from reference.partial_dates import PartialDateError, is_iso, parse_partial_date

# Marks that change the direction of text or stand for nothing: they hide what a reader sees and are dropped.
_INVISIBLE = dict.fromkeys(
    [0x200B, 0x2060, 0xFEFF, 0x200E, 0x200F, 0x061C, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
)
_HIDDEN = re.compile(f"[{''.join(map(chr, _INVISIBLE))}]")
# What joins or modifies other characters shows nothing by itself; so do some blanks that count as letters.
_UNSEEN_CATEGORIES = {"Cc", "Cf", "Cs", "Mn", "Me", "Zl", "Zp", "Zs"}
_UNSEEN = frozenset("\u3164\u115f\u1160\uffa0\u2800\u180e")
_BREAKS = re.compile(r"[^\S\x0b\x0c]*[\r\n\t\u2028\u2029]+[^\S\x0b\x0c]*")
_BREAK = re.compile(r"[\r\n\t\u2028\u2029]")
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f\ud800-\udfff]")


def clean_text(text: str) -> str:
    """Return the text as NFC, without invisible marks, with plain line ends and no blanks at either end."""
    cleaned = unicodedata.normalize("NFC", text)
    if _HIDDEN.search(cleaned):
        cleaned = cleaned.translate(_INVISIBLE)
    cleaned = cleaned.replace("\r\n", "\n").replace("\r", "\n").strip()
    if any(map(_is_seen, cleaned)):
        return cleaned
    # Nothing to be seen is no text; what must be refused is left for the validator to see.
    return "".join(_FORBIDDEN.findall(cleaned))


def one_line(text: str) -> str:
    """Return clean text with every break of a line, and the blanks around it, as one blank."""
    text = clean_text(text)
    # Most texts have no break, and looking for one with the blanks around it takes ten times as long.
    return _BREAKS.sub(" ", text) if _BREAK.search(text) else text


def _is_seen(char: str) -> bool:
    return unicodedata.category(char) not in _UNSEEN_CATEGORIES and char not in _UNSEEN


def validate_visible_text(text: str) -> None:
    """Refuse NUL, control characters and lone surrogates."""
    if _FORBIDDEN.search(text):
        raise ValidationError(_("The text has characters that cannot be shown. Type it again."), code="control")


def validate_no_iin(text: str) -> None:
    """Refuse a personal number in a text that everybody may read."""
    if holds_iin(text):
        raise ValidationError(
            _("The text holds a personal number (IIN), which must not stand in the register. Delete it."), code="iin"
        )


def validate_bin(number: str) -> None:
    """Refuse what is not a business identification number."""
    if not is_bin(number):
        raise ValidationError(_("This is not a BIN: check the 12 digits, the last one is a control digit."), code="bin")


def validate_iin(number: str) -> None:
    """Refuse what is not an individual identification number."""
    if not is_iin(number):
        raise ValidationError(
            _("This is not an IIN: check the 12 digits, the last one is a control digit."), code="iin"
        )


def validate_partial_date(value: str) -> None:
    """Refuse what is not a date, month or year in the stored ISO form."""
    if not is_iso(value):
        raise ValidationError(
            _("Write a date such as 14.09.2017, a month such as 09.2017 or a year such as 2017."), code="partial_date"
        )
    try:
        parse_partial_date(value)
    except PartialDateError as error:
        raise ValidationError(error.args[0], code="partial_date") from error


TENGE_VALIDATORS = (
    MinValueValidator(0, _("A sum in tenge cannot be negative.")),
    MaxValueValidator(TENGE_CEILING, _("The sum is too large: at most 100 000 000 000 000 tenge.")),
)
