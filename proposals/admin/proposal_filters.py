"""Filters beside the list of proposals. The figures of the dashboard lead here: each opens exactly its rows."""

from abc import ABC, abstractmethod
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext, gettext_lazy as _, pgettext_lazy

from proposals.models import Proposal
from proposals.queries.desk import sections_of, waiting_keys
from proposals.queries.experts import awaited_experts, awaiting
from proposals.queries.outcomes import Outcome, with_outcome
from proposals.queries.review import EVERY_SECTOR
from proposals.queries.staff import FILED, filed_within, filing_years, in_territory, territories_of
from proposals.workflow import Stage
from reference.templatetags.registry_formats import visible
from reference.years import Years

_LONGEST_KEY, _LONGEST_SHOWN = 9, 80


class StageFilter(admin.SimpleListFilter):
    """Rows by stage; drafts are no choice."""

    title = _("stage")
    parameter_name = "stage"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(stage.value, stage.label) for stage in Stage if stage != Stage.DRAFT]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Proposal]) -> QuerySet[Proposal]:
        return queryset.filter(stage=self.value()) if self.value() else queryset


class WaitingFilter(admin.SimpleListFilter):
    """Rows of one section of the desk."""

    title = _("what waits for me")
    parameter_name = "waits"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(waiting.value, waiting.label) for waiting in sections_of(request.user)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Proposal]) -> QuerySet[Proposal]:
        if not self.value():
            return queryset
        return queryset.filter(pk__in=waiting_keys(request.user, self.value() or ""))


class SectorFilter(admin.RelatedOnlyFieldListFilter):
    """Rows by sector, of those that have any."""

    include_empty_choice = False

    def has_output(self) -> bool:
        """Stand beside the list even with one choice only: Django would drop what was asked for and show everything."""
        return super().has_output() or self.lookup_val is not None


class TerritoryFilter(admin.SimpleListFilter):
    """Rows by territory; a city or region includes its districts."""

    title = _("territory")
    parameter_name = "territory"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(place.pk, str(place)) for place in territories_of(model_admin.get_queryset(request))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Proposal]) -> QuerySet[Proposal]:
        return in_territory(queryset, self.value() or "") if self.value() else queryset


class ToldFilter(admin.SimpleListFilter, ABC):
    """A filter that says what it cannot read, and shows nothing rather than more than was asked for."""

    def has_output(self) -> bool:
        """Stand beside the list even without a choice: Django would drop what was asked for and show everything."""
        return super().has_output() or self.value() is not None

    def queryset(self, request: HttpRequest, queryset: QuerySet[Proposal]) -> QuerySet[Proposal]:
        """Return the rows meant by the address."""
        text = self.value()
        if not text:
            return queryset
        found = self.meant(queryset, text)
        if found is None:
            words = gettext(
                "The filter “%(filter)s” does not know “%(value)s”: nothing is shown. Choose a value beside the list."
            )
            messages.error(request, words % {"value": visible(text)[:_LONGEST_SHOWN], "filter": self.title})
            return queryset.none()
        return found

    @abstractmethod
    def meant(self, proposals: QuerySet[Proposal], text: str) -> QuerySet[Proposal] | None:
        """Return the rows that a text asks for, None where it cannot be read."""


class FilingYearFilter(ToldFilter):
    """Rows by the year of filing. Single years are choices; the figures lead here with a span of them."""

    title = _("year of filing")
    parameter_name = FILED

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Offer the years that there are, and the span that was asked for."""
        years = [str(year) for year in filing_years(model_admin.get_queryset(request))]
        asked = Years.read(self.value() or "")
        span = [(self.value() or "", str(asked))] if asked and self.value() not in years else []
        return [*span, *((year, year) for year in years)]

    def meant(self, proposals: QuerySet[Proposal], text: str) -> QuerySet[Proposal] | None:
        years = Years.read(text)
        return filed_within(proposals, years) if years else None


class OutcomeFilter(ToldFilter):
    """Rows by what chamber and maslikhat said; a stage alone does not tell who refused."""

    title = _("outcome")
    parameter_name = "outcome"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(outcome.value, outcome.label) for outcome in Outcome]

    def meant(self, proposals: QuerySet[Proposal], text: str) -> QuerySet[Proposal] | None:
        return with_outcome(proposals, Outcome(text)) if text in Outcome.values else None


class AwaitedExpertFilter(ToldFilter):
    """Rows that wait for the opinion of one expert; who sees own sectors only sees nobody's workload but the own."""

    title = pgettext_lazy("filter", "expert whose opinion is awaited")
    parameter_name = "awaits"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        experts = awaited_experts(model_admin.get_queryset(request))
        return [(str(one.pk), one.full_name) for one in experts if self._may_ask_for(one.pk)]

    def meant(self, proposals: QuerySet[Proposal], text: str) -> QuerySet[Proposal] | None:
        is_key = text.isascii() and text.isdecimal() and len(text) <= _LONGEST_KEY
        return awaiting(proposals, int(text)) if is_key and self._may_ask_for(int(text)) else None

    def _may_ask_for(self, expert: int) -> bool:
        return expert == self.request.user.pk or self.request.user.has_perm(EVERY_SECTOR)
