"""Filed proposals on the staff site: the list, and one page with everything that was filed."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import path
from django.utils.html import format_html
from django.utils.translation import gettext, gettext_lazy as _, pgettext_lazy

from proposals.admin.assigning import assign_many, assign_page, may_assign
from proposals.admin.declaration import cover_page, declaration_page
from proposals.admin.opinion import opinion_page, own_opinion
from proposals.admin.proposal_filters import (
    AwaitedExpertFilter,
    FilingYearFilter,
    OutcomeFilter,
    SectorFilter,
    StageFilter,
    TerritoryFilter,
    WaitingFilter,
)
from proposals.admin.reading import ReadingAdmin
from proposals.admin.steps import offers, step_page
from proposals.models import Opened, Proposal
from proposals.queries.access import filed_proposals
from proposals.queries.paper_list import paper_list
from proposals.queries.readings import last_readings
from proposals.queries.review import ASSIGN, may_open
from proposals.queries.road import road_of
from proposals.queries.similar import MOST, similar_projects, similar_proposals
from proposals.queries.sittings import hearings
from proposals.queries.staff import other_proposals, same_bin, search_proposals
from proposals.queries.story import SEE_OPINIONS, story
from proposals.queries.summary import summary
from proposals.queries.times import target_days
from proposals.services.opinions import may_write
from proposals.services.reading import note_opening
from proposals.workflow import OPINION_STAGES
from reference.templatetags.registry_formats import tenge


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
        WaitingFilter,
        StageFilter,
        ("sector", SectorFilter),
        TerritoryFilter,
        FilingYearFilter,
        OutcomeFilter,
        AwaitedExpertFilter,
        "application__channel",
        "application__initiator_type",
    ]
    list_select_related = ["application", "sector", "territory"]
    search_fields = ["search_text"]
    search_help_text = _("Number, words of the title, name or BIN of the applicant; Kazakh letters are forgiven.")
    ordering = ["-application__filed_at", "position"]
    actions = ["assign_experts"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Proposal]:
        """Only what is filed, only for whom the one permission function lets read it."""
        return filed_proposals(request.user).order_by(*self.ordering)

    def found(self, request: HttpRequest, queryset: Any, text: str) -> Any:
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

    # --- pages ---
    def get_urls(self) -> list[Any]:
        """Add the pages on which something is done to a proposal."""
        name = "proposals_proposal"
        own = [
            path("<uuid:key>/step/<slug:action>/", self._door(step_page), name=f"{name}_step"),
            path("<uuid:key>/declaration/", self._door(declaration_page), name=f"{name}_declaration"),
            path("<uuid:key>/opinion/", self._door(opinion_page), name=f"{name}_opinion"),
            path("<uuid:key>/assign/", self._door(assign_page), name=f"{name}_assign"),
        ]
        return [*own, *super().get_urls()]

    def _door(self, page: Any) -> Any:
        """Let a person to a page of a proposal that he or she may know of."""

        def view(request: HttpRequest, key: UUID, **facts: Any) -> HttpResponseBase:
            return page(self, request, self.readable_row(request, str(key)), **facts)

        return self.admin_site.admin_view(view)

    def has_assign_permission(self, request: HttpRequest) -> bool:
        """Tell whether the person assigns experts."""
        return bool(request.user.has_perm(ASSIGN))

    @admin.action(description=_("Assign experts"), permissions=["assign"])
    def assign_experts(self, request: HttpRequest, queryset: QuerySet[Proposal]) -> HttpResponse | None:
        """Ask experts for opinions on the ticked proposals; no step of the road is taken for many at once."""
        return assign_many(self, request, queryset)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict | None = None
    ) -> HttpResponse:
        """Show the file, or its cover to a judge who has not declared interests yet."""
        row = self.readable_row(request, object_id)
        if request.method in ("GET", "HEAD") and not may_open(request.user, row):
            return cover_page(self, request, row)
        if request.method == "GET":
            note_opening(Opened.PROPOSAL, by=request.user, proposal=row)
        return super().change_view(request, object_id, form_url, extra_context)

    def page_context(self, request: HttpRequest, row: Proposal) -> dict[str, Any]:
        """Everything filed, what helps to judge it, what was said of it, and what may be done now."""
        user = request.user
        proposal = (
            self.get_queryset(request)
            .select_related("application__organisation", "application__filed_by", "sector", "territory__parent")
            .prefetch_related(
                "answers", "payments", "responsibilities", "papers__uploaded_by", "papers__scan", "explanations"
            )
            .get(pk=row.pk)
        )
        applicant = proposal.application.organisation
        others = list(other_proposals(proposal, user)[: MOST + 1])
        known = filed_proposals(user)
        return {
            "title": gettext("Proposal № %(number)s") % {"number": proposal.number},
            "proposal": proposal,
            "application": proposal.application,
            "organisation": applicant,
            "summary": summary(proposal),
            "papers": paper_list(proposal) if user.has_perm("proposals.view_paper") else None,
            "road": road_of(proposal),
            "target": target_days(proposal.stage),
            "hearings": hearings(proposal),
            "requests": proposal.clarifications.select_related("asked_by", "answered_by"),
            "story": story(proposal, user),
            "readings": last_readings(proposal, user),
            "similar": _with_percent(list(similar_proposals(proposal).filter(pk__in=known.values("pk"))[:MOST])),
            "projects": _with_percent(list(similar_projects(proposal)[:5])),
            "others": others[:MOST],
            "has_more_others": len(others) > MOST,
            "same_bin": list(same_bin(applicant)[:MOST]),
            "may_see_organisations": user.has_perm("accounts.view_organisation"),
            "refusal": getattr(proposal, "refusal", None),
            **_review_of(proposal, user),
        }


def _review_of(proposal: Proposal, user: Any) -> dict[str, Any]:
    """Return the opinions and assignments as far as the person may see them, and the buttons."""
    sees = user.has_perm(SEE_OPINIONS)
    given = proposal.opinions.filter(given_at__isnull=False).select_related("expert")
    writes = proposal.stage in OPINION_STAGES and may_write(proposal, user)
    own = own_opinion(proposal, user) if writes else None
    return {
        "offers": offers(proposal, user),
        "may_write": writes and not (own and own.given_at),
        "has_draft": own is not None,
        "may_assign": may_assign(proposal, user),
        "opinions": list(given.prefetch_related("scores__criterion").order_by("given_at")) if sees else None,
        "assignments": list(proposal.assignments.select_related("expert", "assigned_by")),
        "experts_done": set(given.values_list("expert", flat=True)),
        "experts_in_conflict": set(proposal.declarations.filter(has_conflict=True).values_list("person", flat=True)),
    }


def _with_percent(rows: list[Any]) -> list[tuple[Any, int]]:
    return [(row, round(100 * row.likeness)) for row in rows]
