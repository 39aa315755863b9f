"""The form of the short check. Every answer is optional, stands in the address and is kept nowhere else."""

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from proposals.suitability import ObjectKind, Owner, Payer, SuitabilityAnswers, UsedBy
from reference.fields import TengeFormField
from reference.models import Sector
from reference.templatetags.registry_formats import visible

_YEARS = re.compile(r"(?P<whole>[0-9]{1,3})(?:[.,](?P<part>[0-9]{1,2}))?")
_OPEN = [("", pgettext_lazy("answer", "not answered"))]
_YES_NO = [("yes", _("Yes")), ("no", _("No"))]


class YearsField(forms.Field):
    """Accepts ``7``, ``7,5`` and ``7.5`` in every language; cleans to Decimal or None."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "maxlength": 10})

    def to_python(self, value: Any) -> Decimal | None:
        """Return the number of years, None for nothing."""
        text = (value or "").strip()
        if not text:
            return None
        found = _YEARS.fullmatch(text)
        if not found:
            raise ValidationError(_("Write the number of years in digits, for example 7 or 7,5."), code="years")
        return Decimal(f"{found['whole']}.{found['part'] or 0}")

    def prepare_value(self, value: Any) -> Any:
        """Show what was typed without characters that cannot be shown."""
        return visible(value) if isinstance(value, str) else value


class _Choice(forms.ChoiceField):
    """A choice that may stay open."""

    def __init__(self, choices: Any, **kwargs: Any) -> None:
        super().__init__(choices=[*_OPEN, *choices], required=False, **kwargs)


class _YesNo(forms.TypedChoiceField):
    """Yes, no, or open; cleans to True, False or None."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            choices=[*_OPEN, *_YES_NO], coerce=lambda text: text == "yes", empty_value=None, required=False, **kwargs
        )


class SuitabilityForm(forms.Form):
    """Ten questions at most; answer what you know."""

    used_by = _Choice(UsedBy.choices, label=_("Who will use the object or service?"))
    object_owner = _Choice(Owner.choices, label=_("Whose is the object now?"))
    object_kind = _Choice(
        ObjectKind.choices,
        label=_("Is it an object of one of these kinds?"),
        help_text=_("For some objects the Government does not allow a PPP."),
    )
    term_years = YearsField(
        required=False,
        label=_("For how many years?"),
        help_text=_("The whole contract, building and operation together."),
    )
    payer = _Choice(Payer.choices, label=_("Who will pay?"))
    cost = TengeFormField(
        required=False,
        label=_("What does it cost, tenge?"),
        help_text=_("Roughly, for example 500 000 000 or 1,1 bn."),
    )
    own_funds = TengeFormField(
        required=False, label=_("How much of it is your own money, tenge?"), help_text=_("Without loans.")
    )
    state_owned = _YesNo(
        label=_("Does the state own half or more of your organisation?"), help_text=_("Or is it a state body itself?")
    )
    tax_arrears = _YesNo(
        label=_("Has your organisation large tax arrears?"),
        help_text=_("The answer shows from which sum they stand in the way."),
    )
    sector = forms.ModelChoiceField(
        Sector.objects.all(),
        required=False,
        empty_label=_OPEN[0][1],
        label=_("Which sector is it?"),
        help_text=_("Then you also see which papers to prepare."),
    )

    def clean_cost(self) -> int | None:
        """Refuse a cost of nothing: a share of it cannot be counted."""
        cost: int | None = self.cleaned_data["cost"]
        if cost == 0:
            raise ValidationError(_("The cost must be more than zero."), code="zero")
        return cost

    def clean(self) -> dict[str, Any]:
        """Own funds are judged as a share of the cost, so they need it."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("own_funds") is not None and cleaned.get("cost") is None and "cost" not in self.errors:
            self.add_error("cost", ValidationError(_("Write the cost too: own funds are a share of it."), code="cost"))
        return cleaned

    def answers(self) -> SuitabilityAnswers:
        """Return what was answered; the form must be valid."""
        return SuitabilityAnswers(**{name: value for name, value in self.cleaned_data.items() if name != "sector"})
