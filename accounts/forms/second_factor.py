"""Forms that ask for a code."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.forms.people import PasswordForm
from accounts.models import User
from accounts.services.second_factor import is_code_of

_BETWEEN = re.compile(r"[\s\u00a0\u202f\-–]+")
_SIX = _("Write the six digits that the app shows now.")
_SIX_OR_TWELVE = _("Write the six digits that the app shows now, or a recovery code of twelve digits.")
_WRONG = _("This code is wrong or was used already. Wait for the next one in the app and type it.")


class CodeBox(forms.CharField):
    """Digits, typed with or without blanks between them."""

    def __init__(self, *, lengths: tuple[int, ...], said: Any, **kwargs: Any) -> None:
        self.lengths, self.said = lengths, said
        digits = {"inputmode": "numeric", "autocomplete": "one-time-code", "spellcheck": "false"}
        errors = {"required": said, "max_length": said}
        super().__init__(
            max_length=40, widget=forms.TextInput(attrs=digits), error_messages=errors, **{"help_text": said, **kwargs}
        )

    def clean(self, value: Any) -> str:
        """Return the bare digits."""
        code = _BETWEEN.sub("", super().clean(value))
        if not (code.isascii() and code.isdecimal() and len(code) in self.lengths):
            raise ValidationError(self.said, code="digits")
        return code


class CodeForm(forms.Form):
    """The second step of a login."""

    code = CodeBox(lengths=(6, 12), said=_SIX_OR_TWELVE, label=_("Code"))


class ProofForm(PasswordForm):
    """Password and code, before the second factor is changed."""

    code = CodeBox(lengths=(6, 12), said=_SIX_OR_TWELVE, label=_("Code"))


class SetUpForm(PasswordForm):
    """The first code of a new app; with password and a code of the earlier one, as far as there are such."""

    code = CodeBox(lengths=(6, 12), said=_SIX_OR_TWELVE, label=_("Code of the app you have now"))
    new_code = CodeBox(lengths=(6,), said=_SIX, label=_("Code of the new app"))

    def __init__(self, user: User, *args: Any, secret: str, has_password: bool, has_app: bool, **kwargs: Any) -> None:
        super().__init__(user, *args, **kwargs)
        self.secret = secret
        if has_password:  # A moment ago, in the first step of the login.
            del self.fields["password"]
        if not has_app:
            del self.fields["code"]
            self.fields["new_code"].label = _("Code")

    def clean_new_code(self) -> str:
        """Check that the new app has the secret and the right time."""
        code: str = self.cleaned_data["new_code"]
        if not is_code_of(self.secret, code):
            raise ValidationError(
                _("The app shows another code. Check that the telephone sets its time by itself, then type the next.")
            )
        return code


WRONG_CODE = _WRONG
