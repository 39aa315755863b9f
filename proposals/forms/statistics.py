"""What the addresses of the statistics say beside the filters of the register."""

from django import forms
from django.utils.translation import gettext_lazy as _

from reference.partial_dates import EARLIEST_YEAR, LATEST_YEAR


class FiledForm(forms.Form):
    """The year of filing, for the figures about proposals; none: every year."""

    filed = forms.TypedChoiceField(
        required=False,
        label=_("Year of filing"),
        choices=[("", ""), *((str(year), str(year)) for year in range(EARLIEST_YEAR, LATEST_YEAR + 1))],
        coerce=int,
        empty_value=None,
    )


class OriginForm(FiledForm):
    """Which projects: those that proposals became, or those that never were one."""

    origin = forms.ChoiceField(
        label=_("Came into the register"),
        choices=[("proposal", _("By a proposal filed here")), ("other", _("Without a proposal"))],
    )
