"""Filed proposals on the staff site: the list, and one page with everything that was filed."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext, gettext_lazy as _, pgettext_lazy

from proposals.admin.reading import ReadingAdmin
from proposals.models import Proposal
from proposals.queries.access import filed_proposals
from proposals.queries.paper_list import paper_list
from proposals.queries.road import road_of
from proposals.queries.similar import MOST, similar_projects, similar_proposals
from proposals.queries.staff import in_territory, other_proposals, same_bin, search_proposals, territories_of
from proposals.queries.summary import summary
from proposals.workflow import Stage
from reference.templatetags.registry_formats import tenge


class StageFilter(admin.SimpleListFilter):
    """Rows by stage; drafts are no choice."""

    title = _("stage")
    parameter_name = "stage"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(stage.value, stage.label) for stage in Stage if stage != Stage.DRAFT]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Proposal]) -> QuerySet[Proposal]:
        return queryset.filter(stage=self.value()) if self.value() else queryset


class SectorFilter(admin.RelatedOnlyFieldListFilter):
    """Rows by sector, of those that have any."""

    include_empty_choice = False


class TerritoryFilter(admin.SimpleListFilter):
    """Rows by territory; a city or region includes its districts."""

    title = _("territory")
    parameter_name = "territory"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(place.pk, str(place)) for place in territories_of(model_admin.get_queryset(request))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Proposal]) -> QuerySet[Proposal]:
        return in_territory(queryset, self.value() or "") if self.value() else queryset


@admin.register(Proposal)
class ProposalAdmin(ReadingAdmin):
    """Everything filed, at every stage."""

    page_template = "admin/proposals/proposal/page.html"
    list_display = [
        "shown_number",
        "shown_title",
        "shown_applicant",
        "sector",
        "territory",
        "shown_cost",
        "stage",
        "stage_since",
    ]
    list_display_links = ["shown_number", "shown_title"]
    list_filter = [
        StageFilter,
        ("sector", SectorFilter),
        TerritoryFilter,
        "application__channel",
        "application__initiator_type",
    ]
    list_select_related = ["application", "sector", "territory"]
    search_fields = ["search_text"]
    search_help_text = _("Number, words of the title, name or BIN of the applicant; Kazakh letters are forgiven.")
    ordering = ["-application__filed_at", "position"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Proposal]:
        """Only what is filed, only for whom the one permission function lets read it."""
        return filed_proposals(request.user).order_by(*self.ordering)

    def found(self, queryset: Any, text: str) -> Any:
        """Find by number, words, name and BIN."""
        return search_proposals(queryset, text)

    @admin.display(description=pgettext_lazy("application", "number"), ordering="application__number")
    def shown_number(self, proposal: Proposal) -> str:
        """The number of the application with the place in it."""
        return proposal.number

    @admin.display(description=_("title"))
    def shown_title(self, proposal: Proposal) -> str:
        """The title as it was filed."""
        return str(proposal)

    @admin.display(description=_("applicant"), ordering="application__applicant_name")
    def shown_applicant(self, proposal: Proposal) -> str:
        """The name at filing."""
        return proposal.application.applicant_name

    @admin.display(description=_("cost"), ordering="cost")
    def shown_cost(self, proposal: Proposal) -> str:
        """The cost in full."""
        return format_html('<span class="sum">{}</span>', tenge(proposal.cost))

    def page_context(self, request: HttpRequest, row: Proposal) -> dict[str, Any]:
        """Everything filed, and what helps to judge it."""
        user = request.user
        proposal = (
            self.get_queryset(request)
            .select_related("application__organisation", "application__filed_by", "sector", "territory__parent")
            .prefetch_related("answers", "payments", "responsibilities", "papers", "explanations")
            .get(pk=row.pk)
        )
        applicant = proposal.application.organisation
        others = list(other_proposals(proposal, user)[: MOST + 1])
        return {
            "title": gettext("Proposal № %(number)s") % {"number": proposal.number},
            "proposal": proposal,
            "application": proposal.application,
            "organisation": applicant,
            "summary": summary(proposal),
            "papers": paper_list(proposal) if user.has_perm("proposals.view_paper") else None,
            "road": road_of(proposal),
            "requests": proposal.clarifications.select_related("asked_by", "answered_by"),
            "similar": _with_percent(list(similar_proposals(proposal)[:MOST])),
            "projects": _with_percent(list(similar_projects(proposal)[:5])),
            "others": others[:MOST],
            "has_more_others": len(others) > MOST,
            "same_bin": list(same_bin(applicant)[:MOST]),
            "may_see_organisations": user.has_perm("accounts.view_organisation"),
        }


def _with_percent(rows: list[Any]) -> list[tuple[Any, int]]:
    return [(row, round(100 * row.likeness)) for row in rows]
