"""Forms about a person: address, name, passwords."""

from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _, ngettext

from accounts.forms.fields import EmailBox, PasswordBox
from accounts.models import User
from accounts.services.attempts import TooManyAttempts, authenticated, knows_password

_TWICE = _("The two passwords differ. Type the same password in both boxes.")
_PASSWORD_HELP = _(
    "At least 12 characters; a few words are easy to remember. "
    "Not only digits, not like your name or e-mail, not a password many people use."
)


BY_LETTER = _("You need not wait if you ask for a new password: with it you can log in here at once.")


class Slowed(forms.BaseForm):
    """A form that asks for a password: after too many wrong ones it says how long to wait, in ``wait`` as seconds."""

    wait = 0

    def slow_down(self, refusal: TooManyAttempts, way_out: str = "") -> ValidationError:
        """Keep the seconds and return the sentence, with another way out if there is one."""
        self.wait = refusal.wait
        minutes = -(-refusal.wait // 60)
        sentence = ngettext(
            "Too many wrong passwords. Please wait %(count)d minute, then try again.",
            "Too many wrong passwords. Please wait %(count)d minutes, then try again.",
            minutes,
        )
        return ValidationError(f"{sentence % {'count': minutes}} {way_out}".strip(), code="slow")

    def is_password_of(self, user: User, typed: str) -> bool:
        """Tell whether the person typed the own password; raise ValidationError after too many wrong ones."""
        try:
            return knows_password(user, typed)
        except TooManyAttempts as refusal:
            raise self.slow_down(refusal) from refusal


class EmailForm(forms.Form):
    """One address."""

    email = EmailBox()


class LoginForm(Slowed, forms.Form):
    """Address and password; one sentence for whatever is wrong, so that nobody learns who has an account."""

    email = EmailBox(autocomplete="username")
    password = PasswordBox(autocomplete="current-password")

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        self.user: User | None = None

    def clean(self) -> dict[str, Any]:
        """Find the person; refuse in the same words whether address, password or account is wrong."""
        cleaned = super().clean() or self.cleaned_data
        if "email" in cleaned and "password" in cleaned:
            try:
                found = authenticated(self.request, cleaned["email"], cleaned["password"])
            except TooManyAttempts as refusal:
                raise self.slow_down(refusal, str(BY_LETTER)) from refusal
            if found is None:
                raise ValidationError(
                    _("The e-mail or the password is wrong. Check both, or ask for a new password."), code="login"
                )
            self.user = found
        return cleaned


class NewPasswordForm(forms.Form):
    """A new password, typed twice."""

    password1 = PasswordBox(autocomplete="new-password", label=_("New password"), help_text=_PASSWORD_HELP)
    password2 = PasswordBox(autocomplete="new-password", label=_("New password again"))

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean(self) -> dict[str, Any]:
        """Check that both are the same and hard to guess."""
        cleaned = super().clean() or self.cleaned_data
        first, second = cleaned.get("password1"), cleaned.get("password2")
        if first and second and first != second:
            self.add_error("password2", _TWICE)
        elif first and second:
            try:
                password_validation.validate_password(first, self.user)
            except ValidationError as weak:
                self.add_error("password1", weak)
        return cleaned

    def save(self, commit: bool = True) -> User:
        """Set the password; every session of this person but the current one ends by it."""
        self.user.set_password(self.cleaned_data["password1"])
        if commit:
            self.user.save(update_fields=["password"])
        return self.user


class ConfirmForm(NewPasswordForm):
    """The end of registration: name and password."""

    full_name = User._meta.get_field("full_name").formfield(
        label=_("Full name"),
        help_text=_("As it shall stand in letters, for example Айгүл Серікқызы."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Write your full name.")},
    )
    field_order = ("full_name", "password1", "password2")

    def clean_full_name(self) -> str:
        """Clean the name as the column wants it, and let the rules of passwords know it."""
        column = User._meta.get_field("full_name")
        self.user.full_name = column.clean(self.cleaned_data["full_name"], self.user)
        return self.user.full_name


class ChangePasswordForm(Slowed, NewPasswordForm):
    """A new password for whoever knows the old one."""

    old_password = PasswordBox(autocomplete="current-password", label=_("Password you have now"))
    field_order = ("old_password", "password1", "password2")

    def clean_old_password(self) -> str:
        """Check the old password."""
        old: str = self.cleaned_data["old_password"]
        if not self.is_password_of(self.user, old):
            raise ValidationError(_("This is not your password. Type it again, or ask for a new one."))
        return old


class PasswordForm(Slowed, forms.Form):
    """For an act that only whoever knows the password may take."""

    password = PasswordBox(autocomplete="current-password", label=_("Password you have now"))

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        """Check the password."""
        password: str = self.cleaned_data["password"]
        if not self.is_password_of(self.user, password):
            raise ValidationError(_("This is not your password. Type it again, or ask for a new one."))
        return password


class ChangeEmailForm(PasswordForm):
    """A new address for whoever knows the password."""

    email = EmailBox(label=_("New e-mail"))
    field_order = ("email", "password")

    def clean_email(self) -> str:
        """Refuse the address one has already."""
        email: str = self.cleaned_data["email"]
        if email.lower() == self.user.email.lower():
            raise ValidationError(_("This is your address already. Write another one."))
        return email


class ProfileForm(forms.ModelForm):
    """Name and language."""

    class Meta:
        model = User
        fields = ("full_name", "language")
        labels = {"full_name": _("Full name"), "language": _("Language of pages and letters")}
        help_texts = {"full_name": _("As it shall stand in letters, for example Айгүл Серікқызы."), "language": ""}
        widgets = {"full_name": forms.TextInput(attrs={"autocomplete": "name"})}
        error_messages = {"full_name": {"required": _("Write your full name.")}}
