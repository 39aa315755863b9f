"""The filter of the public queue: plain parameters of the address, read strictly."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from proposals.models import Proposal
from proposals.queries import queue
from proposals.workflow import OPEN_STAGES
from reference import query_strings
from reference.models import Sector, Territory
from reference.partial_dates import EARLIEST_YEAR, LATEST_YEAR
from reference.queries import within
from reference.validators import validate_visible_text

SINGLE = ("search", "ordering", "page")
"""Parameters that may stand in an address once only."""

FACETS = ("stage", "sector", "territory", "year")
_LONGEST_PAGE_NUMBER = 9


class _PageField(forms.CharField):
    """The number of a page from 1."""

    def clean(self, value: Any) -> int:
        text = super().clean(value) or "1"
        if not (text.isascii() and text.isdecimal()) or len(text) > _LONGEST_PAGE_NUMBER or int(text) < 1:
            raise ValidationError(_("Write the page as a number from 1."), code="page")
        return int(text)


class QueueFilter(forms.Form):
    """Choices of the queue. Nothing chosen: the proposals that are on their way.

    Only what the queue shows can be asked for: a filter by anything else would tell it.
    """

    stage = forms.MultipleChoiceField(
        required=False, label=_("Stage"), choices=[(stage.value, stage.label) for stage in queue.PUBLIC_STAGES]
    )
    sector = forms.MultipleChoiceField(required=False, label=_("Sector"))
    territory = forms.MultipleChoiceField(required=False, label=_("Territory"))
    year = forms.MultipleChoiceField(
        required=False,
        label=_("Year of filing"),
        choices=[(str(year), str(year)) for year in range(EARLIEST_YEAR, LATEST_YEAR + 1)],
    )
    search = forms.CharField(
        required=False, label=pgettext_lazy("field", "Search"), max_length=200, validators=[validate_visible_text]
    )
    ordering = forms.ChoiceField(
        required=False,
        label=_("Order"),
        choices=[("", ""), *((sign + name, sign + name) for name in queue.ORDERINGS for sign in ("", "-"))],
    )
    page = _PageField(required=False, label=_("Page"))

    def __init__(self, data: QueryDict) -> None:
        super().__init__(query_strings.without_blanks(data))
        self.given = list(data)
        self.sectors = {row.code: str(row.name) for row in Sector.objects.all()}
        territories = list(Territory.objects.all())
        self.territories = {row.code: str(row.name) for row in territories}
        self.regions = {row.code: row.parent_id or row.code for row in territories}
        self._choose_from("sector", self.sectors)
        self._choose_from("territory", self.territories)

    def _choose_from(self, name: str, names: dict[str, str]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = list(names.items())

    def clean(self) -> dict[str, Any]:
        """Refuse what an address says twice."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for name in SINGLE:
            if len(self.data.getlist(name)) > 1:  # type: ignore[attr-defined]
                self.add_error(name, ValidationError(query_strings.GIVEN_TWICE, code="repeated"))
        return cleaned

    def problems(self) -> dict[str, list[str]]:
        """Return what cannot be read, parameter by parameter, in sentences; empty when the queue can be shown."""
        found = {name: [str(message) for message in messages] for name, messages in self.errors.items()}
        return found | query_strings.unknown(self.given, self.fields)

    def rows(self, *, without: Collection[str] = ()) -> QuerySet[Proposal]:
        """Return the chosen rows in their order, as if the filters ``without`` were not set. The form must be valid."""
        chosen = {name: value for name, value in self.cleaned_data.items() if name not in without}
        rows = queue.filed()
        if "stage" in chosen:
            rows = rows.filter(stage__in=chosen["stage"] or OPEN_STAGES)
        if chosen.get("sector"):
            rows = rows.filter(sector__in=chosen["sector"])
        if chosen.get("territory"):
            rows = rows.filter(within(chosen["territory"]))
        if chosen.get("year"):
            rows = rows.filter(application__year__in=chosen["year"])
        if chosen.get("search"):
            rows = queue.searched(rows, chosen["search"])
        return queue.ordered(rows, chosen.get("ordering") or "number")
