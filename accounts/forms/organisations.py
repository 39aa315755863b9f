"""Forms about an organisation and the people who work for it."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.forms.fields import EmailBox, NumberBox
from accounts.models import Organisation
from reference.codelists import CompanySize, LegalForm
from reference.validators import validate_bin, validate_iin

_WITHOUT_SIZE = (LegalForm.ASSOCIATION, LegalForm.STATE_BODY)


class OrganisationForm(forms.ModelForm):
    """Everything the chamber must know of an applicant; which number is wanted depends on the legal form."""

    bin = NumberBox(
        label=_("BIN"),
        help_text=_("12 digits. For every legal form but an individual entrepreneur; then leave it empty."),
    )
    iin = NumberBox(
        label=_("IIN"),
        help_text=_(
            "12 digits. Only for an individual entrepreneur; others leave it empty. "
            "Only the owners of this record and the chamber's staff see it."
        ),
    )
    email = EmailBox(
        label=_("E-mail of the organisation"),
        required=False,
        help_text=_("If the chamber shall write there too."),
        autocomplete="off",
    )

    class Meta:
        model = Organisation
        fields = ("legal_form", "name", "bin", "iin", "size", "contact_person", "phone", "email", "address")
        labels = {
            "legal_form": _("Legal form"),
            "name": _("Name of the organisation"),
            "size": _("Size of the enterprise"),
            "contact_person": _("Contact person"),
            "phone": _("Telephone"),
            "address": _("Postal address"),
        }
        help_texts = {
            "name": _("As in the certificate of registration, for example «Көктем» ЖШС."),
            "size": _("By the staff and income of the last year. Associations and state bodies leave it empty."),
            "address": "",
        }
        widgets = {
            "legal_form": forms.RadioSelect,
            "name": forms.TextInput(attrs={"autocomplete": "organization"}),
            "contact_person": forms.TextInput(attrs={"autocomplete": "name"}),
            "phone": forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
            "address": forms.Textarea(attrs={"rows": 3, "autocomplete": "street-address"}),
        }
        error_messages = {
            "name": {"required": _("Write the name of the organisation.")},
            "legal_form": {"required": _("Choose the legal form.")},
            "contact_person": {"required": _("Write whom the chamber may call.")},
            "phone": {"required": _("Write the telephone number with digits, for example +7 727 123 45 67.")},
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        form = self.fields["legal_form"]
        form.choices = LegalForm.choices  # type: ignore[attr-defined]  # without the empty choice
        self.fields["size"].choices = [  # type: ignore[attr-defined]
            ("", _("not chosen")),
            *CompanySize.choices,
        ]

    def clean_bin(self) -> str:
        """Refuse what is no BIN."""
        number: str = self.cleaned_data["bin"]
        if number:
            validate_bin(number)
        return number

    def clean_iin(self) -> str:
        """Refuse what is no IIN."""
        number: str = self.cleaned_data["iin"]
        if number:
            validate_iin(number)
        return number

    def clean(self) -> dict[str, Any]:
        """Say at the field what the legal form asks for; the rules of the row would say it without a place."""
        cleaned = super().clean() or self.cleaned_data
        chosen = cleaned.get("legal_form")
        if chosen:
            self._check_number(cleaned, wanted="iin" if chosen == LegalForm.INDIVIDUAL else "bin")
            self._check_size(cleaned, without=chosen in _WITHOUT_SIZE)
        return cleaned

    def _check_number(self, cleaned: dict[str, Any], *, wanted: str) -> None:
        refused = {"iin": "bin", "bin": "iin"}[wanted]
        if not cleaned.get(wanted) and wanted not in self.errors:
            self.add_error(wanted, _WANTED[wanted])
        if cleaned.get(refused):
            self.add_error(refused, _REFUSED[refused])

    def _check_size(self, cleaned: dict[str, Any], *, without: bool) -> None:
        size = cleaned.get("size")
        if without and size:
            self.add_error("size", _("Associations and state bodies have no size: choose “not chosen”."))
        elif not without and not size and "size" not in self.errors:
            self.add_error("size", _("Choose the size of the enterprise."))

    def _get_validation_exclusions(self) -> set[str]:
        # The rules of the row that clean() has told at their field must not be told again above the form.
        excluded: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        return excluded | ({"bin", "iin", "size"} if self.errors else set())


_WANTED = {
    "bin": _("Write the BIN: this legal form has one."),
    "iin": _("Write the IIN: an individual entrepreneur has no BIN."),
}
_REFUSED = {
    "bin": _("Leave the BIN empty: an individual entrepreneur gives the IIN."),
    "iin": _("Leave the IIN empty: only an individual entrepreneur gives it."),
}


class InviteForm(forms.Form):
    """The address of a colleague."""

    email = EmailBox(label=_("E-mail of the person"), autocomplete="off")

    def refuse(self, error: ValidationError) -> None:
        """Show at the box why the invitation was refused."""
        self.add_error("email", error)
