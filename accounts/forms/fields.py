"""Boxes for addresses, passwords and numbers of registration."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

_BLANKS = re.compile(r"[ \t\u00a0\u2007\u2009\u202f]+")
_EMAIL = _("Write an e-mail address, for example aigul@example.kz.")


class EmailBox(forms.EmailField):
    """An e-mail address with the domain in small letters, as accounts keep it."""

    def __init__(self, **kwargs: Any) -> None:
        autocomplete = kwargs.pop("autocomplete", "email")
        super().__init__(
            **{
                "label": _("E-mail"),
                "max_length": 254,
                "widget": forms.EmailInput(attrs={"autocomplete": autocomplete, "spellcheck": "false"}),
                "error_messages": {"required": _EMAIL, "invalid": _EMAIL},
                **kwargs,
            }
        )

    def clean(self, value: Any) -> str:
        """Return the address; refuse quoted names, which the outbox could read as two addresses."""
        address: str = super().clean(value)
        if '"' in address or "," in address:
            raise ValidationError(_EMAIL, code="invalid")
        name, at, domain = address.rpartition("@")
        return f"{name}{at}{domain.lower()}"


class PasswordBox(forms.CharField):
    """A password: never stripped, never shown again."""

    def __init__(self, *, autocomplete: str, **kwargs: Any) -> None:
        super().__init__(
            **{
                "label": _("Password"),
                "strip": False,
                "max_length": 1000,
                "widget": forms.PasswordInput(attrs={"autocomplete": autocomplete}),
                "error_messages": {"required": _("Write the password.")},
                **kwargs,
            }
        )


class NumberBox(forms.CharField):
    """A BIN or IIN as text: blanks between the digits are dropped, leading zeros stay, nothing is guessed."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 40, "required": False, **kwargs})
        self.widget.attrs.update(inputmode="numeric", autocomplete="off", spellcheck="false")

    def to_python(self, value: Any) -> str:
        return _BLANKS.sub("", super().to_python(value) or "")
