"""For whom and for which period figures are made, and which proposals a person may see in them."""

import datetime
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from projects.models import Face
from projects.queries.cells import Choice
from proposals.models import Proposal
from proposals.queries.access import filed_proposals
from proposals.queries.review import EVERY_SECTOR, sees_tabled_only
from reference.codelists import InitiatorType, ProjectStatus
from reference.models import Sector, Territory
from reference.partial_dates import EARLIEST_YEAR, LATEST_YEAR

STATISTICS = "proposals.see_statistics"
"""The right to the figures of the head (THREATS 41); experts have it for their own sectors."""


def _year(label: Any) -> forms.IntegerField:
    """Return the box of a year: one for text, which can show what was typed wrongly."""
    box = forms.TextInput(attrs={"inputmode": "numeric", "maxlength": 4})
    return forms.IntegerField(label=label, required=False, min_value=EARLIEST_YEAR, max_value=LATEST_YEAR, widget=box)


class ScopeForm(forms.Form):
    """Period and filters of the address; each may be left out."""

    first_year = _year(_("Year from"))
    last_year = _year(_("Year to"))
    sector = forms.ModelChoiceField(
        Sector.objects.all(), label=_("Sector"), required=False, empty_label=_("All sectors")
    )
    territory = forms.ModelChoiceField(
        Territory.objects.filter(parent__isnull=True),
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
        """Refuse a period that ends before it begins."""
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("first_year"), cleaned.get("last_year")
        if first and last and first > last:
            self.add_error("last_year", _("The period ends before it begins. Exchange the years."))
        return cleaned


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
    def choice(self) -> Choice | None:
        """The choice of cells that says the same; None where the rows themselves must be asked."""
        faces = [
            (Face.INITIATOR, self.initiator_type),
            (Face.STATUS, self.status),
            (Face.TERRITORY, self.territory and self.territory.pk),
        ]
        given = [(face, key) for face, key in faces if key]
        if len(given) > 1:
            return None
        face, keys = (given[0][0], {str(given[0][1])}) if given else (None, set())
        if face == Face.TERRITORY:
            keys |= set(Territory.objects.filter(parent=self.territory).values_list("pk", flat=True))
        return Choice(
            sectors=frozenset([self.sector.pk] if self.sector else []),
            first_year=self.first_year,
            last_year=self.last_year,
            face=face,
            keys=frozenset(keys),
        )

    def proposals(self) -> QuerySet[Proposal]:
        """Return the filed proposals that may enter the figures: within the person's reach, of period and filters."""
        found = filed_proposals(self.user)
        if self.first_year:
            found = found.filter(application__year__gte=self.first_year)
        if self.last_year:
            found = found.filter(application__year__lte=self.last_year)
        if self.sector:
            found = found.filter(sector=self.sector)
        if self.territory:
            found = found.filter(territory__in=[self.territory.pk]) | found.filter(territory__parent=self.territory)
        if self.initiator_type:
            found = found.filter(application__initiator_type=self.initiator_type)
        return found


def may_see_statistics(user: Any) -> bool:
    """Tell whether the person may open the figures at all."""
    return bool(user.is_active and user.is_staff and user.has_perm(STATISTICS))


def sees_every_sector(user: Any) -> bool:
    """Tell whether the figures of proposals are those of the whole chamber."""
    return bool(user.has_perm(EVERY_SECTOR)) and not sees_tabled_only(user)
