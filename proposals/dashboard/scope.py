"""For whom and for which period figures are made, and which proposals a person may see in them."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from projects.queries.cells import Choice
from proposals.models import Proposal
from proposals.queries.access import filed_proposals
from proposals.queries.review import EVERY_SECTOR, has_conflicts, opened, sees_tabled_only
from proposals.queries.staff import filed_within, in_territory
from reference.codelists import InitiatorType, ProjectStatus
from reference.models import Sector, Territory
from reference.partial_dates import EARLIEST_YEAR, LATEST_YEAR
from reference.query_strings import GIVEN_TWICE
from reference.years import Years

STATISTICS = "proposals.see_statistics"
"""The right to the figures of the head (THREATS 41); experts have it for their own sectors."""


def _year(label: Any) -> forms.IntegerField:
    """Return the box of a year: one for text, which can show what was typed wrongly."""
    box = forms.TextInput(attrs={"inputmode": "numeric", "maxlength": 4})
    words = {
        "invalid": _("Write the year in four digits, for example 2017."),
        **dict.fromkeys(("min_value", "max_value"), _("The year must lie between 1991 and 2100.")),
    }
    return forms.IntegerField(
        label=label,
        required=False,
        min_value=EARLIEST_YEAR,
        max_value=LATEST_YEAR,
        widget=box,
        error_messages=words,
    )


class _Rows(forms.models.ModelChoiceIterator):
    """The choices of a list that is read once, as a whole."""

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        yield ("", self.field.empty_label)
        for row in self.queryset:
            yield self.choice(row)


class _Listed(forms.ModelChoiceField):
    """A box of a short list: what is chosen is looked for among the rows that are shown, not asked for once more."""

    iterator = _Rows

    def to_python(self, value: Any) -> Any:
        """Return the row of this key; raise ValidationError for any other text."""
        if value in self.empty_values:
            return None
        for row in self.queryset or ():
            if str(row.pk) == value:
                return row
        raise forms.ValidationError(self.error_messages["invalid_choice"], "invalid_choice", {"value": value})


class ScopeForm(forms.Form):
    """Period and filters of the address; each may be left out."""

    first_year = _year(_("First year"))
    last_year = _year(_("Last year"))
    sector = _Listed(Sector.objects.all(), label=_("Sector"), required=False, empty_label=_("All sectors"))
    territory = _Listed(
        Territory.objects.filter(parent__isnull=True).annotate(parts=ArrayAgg("districts", default=[])),
        label=_("Territory"),
        required=False,
        empty_label=_("All territories"),
    )
    initiator_type = forms.ChoiceField(
        label=_("Initiator"), required=False, choices=[("", _("All initiators")), *InitiatorType.choices]
    )
    status = forms.ChoiceField(
        label=_("Status"), required=False, choices=[("", _("All statuses")), *ProjectStatus.choices]
    )

    def clean(self) -> dict[str, Any]:
        """Refuse a period that ends before it begins, and what is said twice: one of the two would be forgotten."""
        cleaned = super().clean() or self.cleaned_data
        for name in self.fields:
            if hasattr(self.data, "getlist") and len(self.data.getlist(name)) > 1:
                self.add_error(name, forms.ValidationError(GIVEN_TWICE, code="repeated"))
        first, last = cleaned.get("first_year"), cleaned.get("last_year")
        if first and last and first > last:
            self.add_error("last_year", _("The last year is before the first. Exchange the years."))
        return cleaned


def _parts(territory: Territory) -> set[str]:
    """Return the codes of the districts; the form has read them with the list."""
    known = getattr(territory, "parts", None)
    if known is None:
        return set(Territory.objects.filter(parent=territory).values_list("pk", flat=True))
    return {code for code in known if code}


@dataclass(frozen=True)
class Scope:
    """Who asks, for which years and for what. Years are those of the register, and of filing for proposals."""

    user: Any
    first_year: int | None = None
    last_year: int | None = None
    sector: Sector | None = None
    territory: Territory | None = None
    initiator_type: str = ""
    status: str = ""
    today: datetime.date = field(default_factory=timezone.localdate)

    @property
    def years(self) -> Years:
        """The period."""
        return Years(self.first_year, self.last_year)

    @property
    def filters(self) -> dict[str, str]:
        """The filters in force as parameters of an address."""
        found = {
            "first_year": self.first_year,
            "last_year": self.last_year,
            "sector": self.sector and self.sector.pk,
            "territory": self.territory and self.territory.pk,
            "initiator_type": self.initiator_type,
            "status": self.status,
        }
        return {name: str(value) for name, value in found.items() if value}

    @property
    def choice(self) -> Choice:
        """What the filters choose of the register."""
        places = {self.territory.pk} | _parts(self.territory) if self.territory else set()
        return Choice(
            sectors=frozenset([self.sector.pk] if self.sector else []),
            first_year=self.first_year,
            last_year=self.last_year,
            initiator_types=frozenset([self.initiator_type] if self.initiator_type else []),
            statuses=frozenset([self.status] if self.status else []),
            territories=frozenset(places),
        )

    def proposals(self) -> QuerySet[Proposal]:
        """Return the filed proposals that may enter the figures: within the person's reach, of period and filters."""
        found = filed_within(filed_proposals(self.user), self.years)
        if self.sector:
            found = found.filter(sector=self.sector)
        if self.territory:
            found = in_territory(found, self.territory.pk)
        if self.initiator_type:
            found = found.filter(application__initiator_type=self.initiator_type)
        return found

    def files(self) -> QuerySet[Proposal]:
        """Return those of the proposals whose content may enter sums: filters can leave one, and its sum is its file.

        Whoever sees own sectors only reads no file before declaring interests (queries/review.py), nor its sums.
        """
        found = self.proposals()
        return found if sees_every_sector(self.user) else opened(found, self.user)

    def sets_aside(self) -> bool:
        """Tell whether a conflict of interest of the person keeps proposals out of these figures. One query."""
        return has_conflicts(self.user)


def may_see_statistics(user: Any) -> bool:
    """Tell whether the person may open the figures at all."""
    return bool(user.is_active and user.is_staff and user.has_perm(STATISTICS))


def sees_every_sector(user: Any) -> bool:
    """Tell whether the figures of proposals are those of the whole chamber."""
    return bool(user.has_perm(EVERY_SECTOR)) and not sees_tabled_only(user)
