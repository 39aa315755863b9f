"""Boxes for counts and years. Python's own numbers would accept digits of other scripts and ``1_000``."""

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from reference.money import format_number
from reference.templatetags.registry_formats import decimal

_BLANKS = re.compile(r"[ \u00a0\u202f\u2009]")
_COUNT = re.compile(r"[0-9]{1,10}")
_YEARS = re.compile(r"(?P<whole>[0-9]{1,3})(?:[.,](?P<part>[0-9]{1,2}))?")


class CountField(forms.IntegerField):
    """A whole number that is not negative; blanks between thousands are welcome: ``1 250``."""

    widget = forms.TextInput(attrs={"inputmode": "numeric"})

    def to_python(self, value: Any) -> int | None:
        """Return the number or None; raise ValidationError."""
        if value in self.empty_values:
            return None
        plain = _BLANKS.sub("", str(value).strip())
        if not _COUNT.fullmatch(plain):
            raise ValidationError(_("Write a whole number in digits, for example 250."), code="count")
        return int(plain)

    def prepare_value(self, value: Any) -> Any:
        """Show a stored number in groups, and what was typed as it was typed."""
        return format_number(value) if isinstance(value, int) else value


class TermField(forms.DecimalField):
    """Years, with months as a part of a year: ``10`` or ``7,5``."""

    widget = forms.TextInput(attrs={"inputmode": "decimal"})

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        """Return the years or None; raise ValidationError."""
        if value in self.empty_values:
            return None
        found = _YEARS.fullmatch(str(value).strip())
        if not found:
            raise ValidationError(_("Write the years in digits, for example 10 or 7,5."), code="years")
        return Decimal(f"{found['whole']}.{found['part'] or 0}")

    def prepare_value(self, value: Any) -> Any:
        """Show stored years as people write them, and what was typed as it was typed."""
        return decimal(value) if isinstance(value, Decimal) else value
