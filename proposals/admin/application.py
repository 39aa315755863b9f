"""Filed applications on the staff site: the cover of what was filed together."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext, gettext_lazy as _, pgettext_lazy

from proposals.admin.reading import ReadingAdmin
from proposals.models import Application
from proposals.queries.access import enters_paper, filed_proposals
from proposals.queries.staff import filed_applications, search_proposals
from proposals.services.intake import fingerprint
from reference.codelists import Channel


@admin.register(Application)
class ApplicationAdmin(ReadingAdmin):
    """What was filed on one day under one number."""

    page_template = "admin/proposals/application/page.html"
    list_display = ["shown_number", "applicant_name", "channel", "filed_at", "shown_count"]
    list_filter = ["channel", "initiator_type", "initiator_size", "year"]
    search_fields = ["number"]
    search_help_text = _("Number, words of the title, name or BIN of the applicant; Kazakh letters are forgiven.")
    ordering = ["-filed_at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Application]:
        """Only what is filed, with a count of the proposals the person may know of."""
        known = Q(proposals__in=filed_proposals(request.user))
        counted = filed_applications(request.user).annotate(proposals_count=Count("proposals", filter=known))
        return counted.order_by(*self.ordering)

    def found(self, request: HttpRequest, queryset: Any, text: str) -> Any:
        """Find by what finds a proposal of it that the person may know of."""
        proposals = search_proposals(filed_proposals(request.user), text)
        return queryset.filter(pk__in=proposals.order_by().values("application"))

    @admin.display(description=pgettext_lazy("application", "number"), ordering="number")
    def shown_number(self, application: Application) -> str:
        """The number of arrival."""
        return str(application)

    @admin.display(description=_("proposals"), ordering="proposals_count")
    def shown_count(self, application: Any) -> int:
        """How many proposals it holds."""
        return int(application.proposals_count)

    def page_context(self, request: HttpRequest, row: Application) -> dict[str, Any]:
        """The cover, its proposals, and whether the frozen copy is still the one that was filed."""
        user = request.user
        return {
            "title": gettext("Application № %(number)s") % {"number": row.number},
            "application": row,
            "organisation": row.organisation,
            "proposals": filed_proposals(user).filter(application=row).order_by("position"),
            "is_intact": fingerprint(row.filed_copy or {}) == row.filed_sha256,
            "may_see_organisations": user.has_perm("accounts.view_organisation"),
            "may_open_receipt": enters_paper(user) and row.channel == Channel.PAPER,
        }
