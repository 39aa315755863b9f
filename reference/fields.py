"""Columns that carry their rule with them: form, admin, import, API and the database itself meet it."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, URLValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from reference import partial_dates, roman, validators
from reference.money import TENGE_CEILING, AmountError, format_number, parse_tenge

_ROMAN = _("Write Roman numerals or digits from 1 to 399, for example XXXIV or 34.")
_WHOLE_TENGE = _("Write the sum in whole tenge, digits and spaces only, for example 1 100 000 000 or 1,1 bn.")


class _TextBox(forms.CharField):
    """A one-line box whose value is parsed by ``parse`` and shown again by ``show``."""

    def parse(self, text: str) -> Any:
        raise TypeError("a text box needs a parser")

    def show(self, value: Any) -> str:
        return str(value)

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if text is None or text in self.empty_values:
            return self.empty_value
        return self.parse(text)

    def prepare_value(self, value: Any) -> Any:
        # What was typed comes back as it was typed; what is stored comes as people write it.
        return value if value is None or isinstance(value, str) else self.show(value)

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return initial != self.to_python(data)
        except ValidationError:
            return True


class TengeFormField(_TextBox):
    """Accepts ``1 100 000 000`` and ``1,1 млрд``; cleans to int tenge or None."""

    def __init__(self, **kwargs: Any) -> None:
        for unused in ("min_value", "max_value"):
            kwargs.pop(unused, None)
        super().__init__(**{"empty_value": None, "max_length": 60, **kwargs})
        self.widget.attrs.setdefault("inputmode", "text")

    def parse(self, text: str) -> int:
        try:
            return parse_tenge(text)
        except AmountError as error:
            raise ValidationError(error.args[0], code="tenge") from error

    def show(self, value: Any) -> str:
        return format_number(value)

    def run_validators(self, value: Any) -> None:
        """Length was checked by the parser's pattern; the model's validators check the amount."""


class RomanFormField(_TextBox):
    """Accepts ``XXXIV`` and ``34``; cleans to int or None, shows Roman numerals."""

    def __init__(self, **kwargs: Any) -> None:
        for unused in ("min_value", "max_value"):
            kwargs.pop(unused, None)
        super().__init__(**{"empty_value": None, "max_length": 12, **kwargs})

    def parse(self, text: str) -> int:
        try:
            return roman.from_roman(text)
        except ValueError as error:
            raise ValidationError(_ROMAN, code="roman") from error

    def show(self, value: Any) -> str:
        return roman.to_roman(value)

    def run_validators(self, value: Any) -> None:
        """The parser has checked everything."""


class PartialDateFormField(_TextBox):
    """Accepts ``14.09.2017``, ``09.2017`` and ``2017``; cleans to the ISO form, shows the local one."""

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, str) and partial_dates.is_iso(value):
            return ".".join(reversed(value.split("-")))
        return value

    def parse(self, text: str) -> str:
        try:
            return partial_dates.parse_partial_date(text)
        except partial_dates.PartialDateError as error:
            raise ValidationError(error.args[0], code="partial_date") from error


class TengeField(models.BigIntegerField):
    """An amount in whole tenge, 0 … 100 trillion. Never a float, never negative; unknown is NULL."""

    default_validators = [*validators.TENGE_VALIDATORS]

    def to_python(self, value: Any) -> int | None:
        """Return whole tenge; refuse fractions and whatever would have to be cut or guessed."""
        if value is None or (isinstance(value, int) and not isinstance(value, bool)):
            return value
        try:
            if isinstance(value, Decimal) and value == value.to_integral_value():
                return int(value)
            if isinstance(value, str):
                return parse_tenge(value)
        except (AmountError, ArithmeticError) as error:
            raise ValidationError(_WHOLE_TENGE, code="tenge") from error
        raise ValidationError(_WHOLE_TENGE, code="tenge")

    def get_prep_value(self, value: Any) -> Any:
        return super().get_prep_value(value if hasattr(value, "resolve_expression") else self.to_python(value))

    def db_check(self, connection: Any) -> str:
        column = connection.ops.quote_name(self.column)
        return f"{column} BETWEEN 0 AND {TENGE_CEILING}"

    def formfield(self, **kwargs: Any) -> Any:
        # The admin brings a number box, which cannot hold what people type.
        kwargs = {name: value for name, value in kwargs.items() if name not in {"form_class", "widget"}}
        return models.Field.formfield(self, form_class=TengeFormField, **kwargs)


class RomanNumberField(models.PositiveSmallIntegerField):
    """A count written in Roman numerals on paper and kept as a number, 1 … 399."""

    default_validators = [MinValueValidator(1, _ROMAN), MaxValueValidator(roman.LARGEST, _ROMAN)]

    def db_check(self, connection: Any) -> str:
        return f"{connection.ops.quote_name(self.column)} BETWEEN 1 AND {roman.LARGEST}"

    def formfield(self, **kwargs: Any) -> Any:
        kwargs = {name: value for name, value in kwargs.items() if name not in {"form_class", "widget"}}
        return models.Field.formfield(self, form_class=RomanFormField, **kwargs)


class PartialDateField(models.CharField):
    """A date, a month or only a year in ISO 8601 with reduced precision; unknown is an empty string."""

    default_validators = [validators.validate_partial_date]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"max_length": 10, "db_collation": "C", **kwargs})

    def db_check(self, connection: Any) -> str:
        column = connection.ops.quote_name(self.column)
        parts = f"substr({column}, 1, 4)::int, substr({column}, 6, 2)::int, substr({column}, 9, 2)::int"
        years = f"{partial_dates.EARLIEST_YEAR} AND {partial_dates.LATEST_YEAR}"
        # make_date itself fails for 31 February.
        return (
            f"CASE WHEN {column} = '' THEN true "
            f"WHEN {column} !~ '^{partial_dates.PATTERN}$' THEN false "
            f"WHEN substr({column}, 1, 4)::int NOT BETWEEN {years} THEN false "
            f"WHEN length({column}) = 10 THEN make_date({parts}) IS NOT NULL ELSE true END"
        )

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": PartialDateFormField, **kwargs})


class _CleanText:
    """Normalises what is entered: NFC, no invisible marks; refuses control characters."""

    clean_text = staticmethod(validators.clean_text)

    def to_python(self, value: Any) -> Any:
        value = super().to_python(value)  # type: ignore[misc]
        return self.clean_text(value) if isinstance(value, str) else value

    def get_prep_value(self, value: Any) -> Any:
        return self.to_python(super().get_prep_value(value))  # type: ignore[misc]


class CleanCharField(_CleanText, models.CharField):
    """One line of clean text without personal numbers; breaks of lines become blanks."""

    clean_text = staticmethod(validators.one_line)

    default_validators = [validators.validate_visible_text, validators.validate_no_iin]


class CleanTextField(_CleanText, models.TextField):
    """Several lines of clean text without personal numbers."""

    default_validators = [validators.validate_visible_text, validators.validate_no_iin]


class WebAddressField(models.URLField):
    """An address of a public page: http or https only, so that no link of ours runs script."""

    default_validators = [URLValidator(schemes=["http", "https"])]

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"assume_scheme": "https", **kwargs})


class BinField(models.CharField):
    """A business identification number: 12 digits as text, leading zeros kept; unknown is an empty string."""

    default_validators = [validators.validate_bin]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"max_length": 12, **kwargs})

    def db_check(self, connection: Any) -> str:
        return f"{connection.ops.quote_name(self.column)} ~ '^([0-9]{{12}})?$'"


class IinField(BinField):
    """An individual identification number. Personal data: never on a public page, in an export, a log or a URL."""

    default_validators = [validators.validate_iin]
