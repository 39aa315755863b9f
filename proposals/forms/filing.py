"""The last form: consent and one press."""

from django import forms
from django.utils.translation import gettext_lazy as _


class FilingForm(forms.Form):
    """Consent to the chamber's work, and whether title and company may be shown."""

    consent = forms.BooleanField(
        label=_(
            "I confirm that what is written here is true, and agree that the chamber processes the data of the "
            "application, personal data of the contact person included, to review it."
        ),
        error_messages={"required": _("Without the consent the chamber may not work with the application.")},
    )
    publish_agreed = forms.BooleanField(
        required=False,
        label=_("The title and our name may be shown in the public queue."),
        help_text=_("Without it people see only number, sector, district, sum and stage."),
    )
