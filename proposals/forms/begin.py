"""The first page of an application: for whom, in which language; for a clerk also whose paper came, and when."""

import uuid
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.forms.organisations import OrganisationForm
from accounts.models import Organisation
from reference.languages import OWN_NAMES

LETTER_LANGUAGES = tuple((code, whole) for code, (_short, whole) in OWN_NAMES.items())


def _key() -> forms.UUIDField:
    return forms.UUIDField(widget=forms.HiddenInput, required=False)


def _language() -> forms.ChoiceField:
    return forms.ChoiceField(
        choices=LETTER_LANGUAGES,
        label=_("Language of letters and of the receipt"),
        error_messages={"required": _("Choose the language of the letters.")},
    )


class _Keyed(forms.Form):
    def clean_key(self) -> uuid.UUID:
        """Keep the one-use key of the page; a form without one is taken as new."""
        return self.cleaned_data.get("key") or uuid.uuid4()


class BeginForm(_Keyed):
    """For which of the person's organisations."""

    key = _key()
    organisation = forms.ModelChoiceField(Organisation.objects.none(), label=_("Organisation"), empty_label=None)
    language = _language()

    def __init__(self, *args: Any, organisations: QuerySet[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = organisations  # type: ignore[attr-defined]


class PaperBeginForm(_Keyed, OrganisationForm):
    """Whose paper came, and on which day."""

    key = _key()
    received_on = forms.DateField(
        label=_("Date it came"),
        help_text=_("The day the chamber stamped on the paper, for example 14.09.2026."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d", "%d.%m.%Y"],
        error_messages={
            "required": _("Give the day on which the paper application came."),
            "invalid": _("Write the day as 14.09.2026."),
        },
    )
    language = _language()

    def clean_received_on(self) -> Any:
        """Refuse a day that has not come yet."""
        day = self.cleaned_data["received_on"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("The paper cannot have come after today."))
        return day
