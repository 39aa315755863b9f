"""Filters of the list of who read what."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from proposals.queries.readings import KINDS, Wanted, readers

_NUMBER = re.compile(r"[0-9]{4}-[0-9]{6}(/[1-9][0-9]{0,3})?", re.ASCII)


class ReadingsForm(forms.Form):
    """A proposal, a reader, a kind, days; empty boxes narrow nothing."""

    number = forms.CharField(
        label=_("Number of the proposal"), required=False, max_length=16, help_text=_("For example 2026-000012/1.")
    )
    reader = forms.ModelChoiceField(
        label=_("Who"), queryset=User.objects.none(), required=False, empty_label=_("Everybody")
    )
    kind = forms.ChoiceField(label=_("What"), required=False, choices=[("", _("Everything")), *KINDS.items()])
    first_day = forms.DateField(
        label=_("From day"), required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )
    last_day = forms.DateField(label=_("To day"), required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reader"].queryset = readers()  # type: ignore[attr-defined]

    def clean_number(self) -> str:
        """Refuse what is no number of an application or proposal."""
        number = self.cleaned_data["number"].strip()
        if number and not _NUMBER.fullmatch(number):
            raise forms.ValidationError(_("Write the number as it stands on the proposal, for example 2026-000012/1."))
        return str(number)

    def clean(self) -> dict[str, Any] | None:
        """Refuse days the wrong way round."""
        given = super().clean() or self.cleaned_data
        first, last = given.get("first_day"), given.get("last_day")
        if first and last and first > last:
            self.add_error("last_day", _("The last day lies before the first one."))
        return given

    @property
    def wanted(self) -> Wanted:
        """What a valid form asks for."""
        return Wanted(**self.cleaned_data)
