"""Applicants on the staff site. It stands here, not in accounts, because it lists what they filed."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet, TextField, Value
from django.db.models.functions import Concat
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from projects.queries.history import changes_of
from proposals.admin.reading import ReadingAdmin
from proposals.models import Opened
from proposals.queries.staff import filed_applications, same_bin
from proposals.services.reading import note_opening
from reference.kazakh import folded, search_words

MASK = "•" * 12


@admin.register(Organisation)
class OrganisationAdmin(ReadingAdmin):
    """Who applies. The personal number of an entrepreneur stands on the page only, never in a list or an address."""

    page_template = "admin/accounts/organisation/page.html"
    list_display = ["name", "legal_form", "shown_number", "size", "created_at"]
    list_filter = ["legal_form", "size"]
    search_fields = ["name"]
    search_help_text = _("Words of the name, or a BIN. Never search by an IIN: it would stand in the address.")
    ordering = ["name", "created_at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Organisation]:
        """Everybody who was entered, for those who may read applicants."""
        rows = Organisation.objects.order_by(*self.ordering)
        return rows if request.user.has_perm("accounts.view_organisation") else rows.none()

    def found(self, request: HttpRequest, queryset: Any, text: str) -> Any:
        """Find by the words of the name, or by a BIN from its beginning."""
        name = folded(Concat(Value(" "), "name", output_field=TextField()))
        found = Q()
        words = search_words(text)
        for word in words:
            found &= Q(folded_name__contains=word if len(word) > 2 else f" {word}")
        if not words:
            return queryset.none()
        if text.strip().isascii() and text.strip().isdecimal():
            found |= Q(bin__startswith=text.strip())
        return queryset.alias(folded_name=name).filter(found)

    @admin.display(description=_("BIN"), ordering="bin")
    def shown_number(self, organisation: Organisation) -> str:
        """The BIN; of an entrepreneur only that there is an IIN."""
        return organisation.bin or MASK

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict | None = None
    ) -> HttpResponse:
        """Show the applicant with telephone, e-mail and IIN, and write down who looked."""
        if request.method == "GET":
            note_opening(Opened.CONTACTS, by=request.user, organisation=self.readable_row(request, object_id))
        return super().change_view(request, object_id, form_url, extra_context)

    def page_context(self, request: HttpRequest, row: Organisation) -> dict[str, Any]:
        """Facts, people, applications, the story, and others with the same BIN."""
        return {
            "organisation": row,
            "memberships": row.memberships.select_related("user"),
            "applications": filed_applications(request.user).filter(organisation=row).order_by("-filed_at")[:100],
            "same_bin": list(same_bin(row)[:20]),
            "changes": changes_of(row),
            "may_see_organisations": True,
        }
