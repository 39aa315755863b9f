"""Rules one value can break; each says in a sentence what to do."""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from reference.identifiers import holds_iin, is_bin, is_iin
from reference.money import TENGE_CEILING
from reference.partial_dates import PartialDateError, parse_partial_date

# Marks that change the direction of text or stand for nothing: they hide what a reader sees and are dropped.
_INVISIBLE = dict.fromkeys(
    [0x200B, 0x2060, 0xFEFF, 0x200E, 0x200F, 0x061C, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
)
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f\ud800-\udfff]")


def clean_text(text: str) -> str:
    """Return the text as NFC, without invisible marks, with plain line ends and no blanks at either end."""
    return unicodedata.normalize("NFC", text).translate(_INVISIBLE).replace("\r\n", "\n").replace("\r", "\n").strip()


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
    """Refuse what is not an ISO date, month or year."""
    try:
        parse_partial_date(value)
    except PartialDateError as error:
        raise ValidationError(error.args[0], code="partial_date") from error


TENGE_VALIDATORS = (
    MinValueValidator(0, _("A sum in tenge cannot be negative.")),
    MaxValueValidator(TENGE_CEILING, _("The sum is too large: at most 100 000 000 000 000 tenge.")),
)
