"""What the secretary fills in to build an agenda: ticks, a state body's project, what the list would say, reasons."""

from contextlib import suppress
from typing import Any, cast
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _, gettext_lazy, pgettext_lazy

from projects.models import Project
from proposals.forms.review import LONG
from proposals.models import AgendaItem, ItemPayment, Proposal, Session
from proposals.models.session import LINE
from reference.models import Sector, Territory

ROWS = 12
"""Empty rows for years that a page opens with, and that "More rows" adds."""
MOST_ROWS = 90

_LISTED = (
    "title_kk",
    "title_ru",
    "place_kk",
    "place_ru",
    "state_partner_kk",
    "state_partner_ru",
    "recommended_sum",
    "term_years",
    "contract_type",
)


class TicksForm(forms.Form):
    """Words and a sector to look for supported proposals, and the ticks. Ticks outlive a search."""

    q = forms.CharField(label=gettext_lazy("Number or words of the title"), required=False, max_length=200)
    sector = forms.ModelChoiceField(
        label=gettext_lazy("Sector"),
        queryset=Sector.objects.all(),
        required=False,
        empty_label=gettext_lazy("Every sector"),
    )

    def words(self) -> str:
        """Return what to look for; words that cannot be read look for everything."""
        return str(self.cleaned_data.get("q") or "")

    def chosen_sector(self) -> Sector | None:
        """Return the sector to look in, None for every one."""
        return cast(Sector | None, self.cleaned_data.get("sector"))


class ItemForm(forms.ModelForm):
    """What the list would say of an item that has a source; the source itself is not changed."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = AgendaItem
        fields: tuple[str, ...] = _LISTED

    def facts(self) -> dict[str, Any]:
        """Return the columns of the item."""
        return {name: self.cleaned_data[name] for name in self._meta.fields or ()}


class StateProjectForm(ItemForm):
    """A state body's project that never was a proposal: every column."""

    class Meta(ItemForm.Meta):
        fields = LINE

    def __init__(self, *args: Any, session: Session, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        home = session.maslikhat.territory_id
        places = Territory.objects.filter(Q(pk=home) | Q(parent=home)).order_by("parent", "order_kk")
        if self.instance.territory_id:
            places = places | Territory.objects.filter(pk=self.instance.territory_id)
        cast(forms.ModelChoiceField, self.fields["territory"]).queryset = places
        if self.instance.pk is None:
            self.fields["territory"].initial = home
            self.fields["recommended_sum"].help_text = _("Empty: the same as asked.")

    def facts(self) -> dict[str, Any]:
        """Return the columns of the item; at first the recommended sum follows the asked one."""
        found = super().facts()
        if self.instance.pk is None and found["recommended_sum"] is None:
            del found["recommended_sum"]
        return found


class PaymentForm(forms.ModelForm):
    """One year and what the budget would pay in it; both or nothing."""

    class Meta:
        model = ItemPayment
        fields = ("year", "amount")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["year"].widget = forms.TextInput(attrs={"inputmode": "numeric", "maxlength": 4, "size": 6})
        for field in self.fields.values():
            field.required = False

    def clean(self) -> dict[str, Any]:
        """Refuse half a row."""
        cleaned = super().clean() or self.cleaned_data
        year, amount = cleaned.get("year"), cleaned.get("amount")
        if amount is not None and year is None and "year" not in self.errors:
            self.add_error("year", _("Write the year of this sum."))
        if year is not None and amount is None and "amount" not in self.errors:
            self.add_error("amount", _("Write the sum of this year, or empty the row."))
        return cleaned

    def _post_clean(self) -> None:
        # An empty row is no payment, so the columns are asked only where something is written.
        if self.cleaned_data.get("year") is not None and self.cleaned_data.get("amount") is not None:
            super()._post_clean()  # type: ignore[misc]


class _PaymentRows(forms.BaseFormSet):
    """Payments by year, each year once."""

    def clean(self) -> None:
        """Refuse a year that stands twice."""
        seen: set[int] = set()
        for form in self.forms:
            year = form.cleaned_data.get("year") if hasattr(form, "cleaned_data") else None
            if year is None:
                continue
            if year in seen:
                form.add_error("year", _("This year already has a payment."))
            seen.add(year)

    def payments(self) -> dict[int, int]:
        """Return whole tenge by year."""
        rows = (form.cleaned_data for form in self.forms)
        return {row["year"]: row["amount"] for row in rows if row.get("year") is not None}

    def is_all_right(self) -> bool:
        """Tell whether every row is; a year that stands twice is told beside its row."""
        return self.is_valid() and not any(form.errors for form in self.forms)


def payment_rows(data: Any = None, *, stands: dict[int, int] | None = None) -> Any:
    """Return the rows for years: those that stand, and empty ones. ``data`` may ask for more rows."""
    kind = forms.formset_factory(
        PaymentForm, formset=_PaymentRows, extra=ROWS, max_num=MOST_ROWS, absolute_max=MOST_ROWS, validate_max=True
    )
    if data is not None and "more" in data:
        data = data.copy()
        try:
            there = int(data.get("years-TOTAL_FORMS", ""))
        except ValueError:
            there = 0
        data["years-TOTAL_FORMS"] = str(min(MOST_ROWS, max(0, there) + ROWS))
    initial = [{"year": year, "amount": amount} for year, amount in sorted((stands or {}).items())]
    return kind(data, initial=initial, prefix="years")


class RegisterProjectForm(forms.Form):
    """A planned project of the register, by its number."""

    number = forms.IntegerField(
        label=gettext_lazy("Number in the register"),
        min_value=1,
        max_value=2**31 - 1,
        help_text=gettext_lazy("A planned project that rests on no resolution."),
        error_messages={"required": gettext_lazy("Write the number of the project.")},
    )

    project: Project

    def clean_number(self) -> int:
        """Return the number; raise ValidationError where the register has no such project."""
        number = int(self.cleaned_data["number"])
        found = Project.objects.filter(number=number).first()
        if found is None:
            raise ValidationError(_("The register has no project No. %(number)d.") % {"number": number})
        self.project = found
        return number


class SureForm(forms.Form):
    """Nothing to fill in: the button is the answer."""


class ReasonForm(forms.Form):
    """Why; the applicants read it."""

    note = AgendaItem._meta.get_field("note").formfield(
        label=pgettext_lazy("agenda", "Reason"),
        required=True,
        widget=forms.Textarea(attrs={**LONG, "rows": 4}),
        help_text=gettext_lazy("Applicants read it in a letter. One or two plain sentences."),
        error_messages={"required": gettext_lazy("Say why: the applicants read it.")},
    )


def ticked(data: Any, known: QuerySet[Proposal]) -> tuple[list[Proposal], list[UUID]]:
    """Return the ticked proposals in the order of ``known``, and the keys ticked that are not among them."""
    keys = {}
    for text in data.getlist("proposal"):
        with suppress(ValueError):
            keys[UUID(text)] = True
    rows = list(known.filter(pk__in=keys))
    there = {row.pk for row in rows}
    return rows, [key for key in keys if key not in there]
