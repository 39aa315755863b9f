"""Resolutions on the staff site: the paper's facts, what it declares, what of it is entered."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets, unquote
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from projects.admin.record import DocumentInline, RecordAdmin, RecordForm, RowInline
from projects.models import DeclaredShare, ListAct, Resolution
from projects.models.resolution import LATER
from projects.queries.as_of import revised_by, with_project
from projects.queries.declared import declared_against_entered, lines_of
from projects.queries.register import register
from projects.queries.totals import totals
from reference.codelists import InitiatorType
from reference.kazakh import search_words
from reference.models import Territory
from reference.partial_dates import format_partial_date
from reference.templatetags.registry_formats import tenge


class ResolutionForm(RecordForm):
    """All parts of a resolution's identity."""

    class Meta:
        model = Resolution
        exclude: tuple[str, ...] = ()


class DeclaredShareInline(RowInline):
    """What the paper declares for one initiator type."""

    model = DeclaredShare

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A confirmed paper declares what it declares."""
        return not _is_confirmed(obj) and super().has_add_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A confirmed paper declares what it declares."""
        return not _is_confirmed(obj) and super().has_change_permission(request, obj)


def _is_confirmed(resolution: Resolution | None) -> bool:
    return resolution is not None and resolution.is_confirmed


class BodyFilter(admin.SimpleListFilter):
    """Resolutions by the maslikhat's territory; only those that passed one."""

    title = _("maslikhat")
    parameter_name = "maslikhat"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        territories = Territory.objects.filter(maslikhat__resolutions__isnull=False).distinct()
        return [(territory.code, territory.name) for territory in territories]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Resolution]) -> QuerySet[Resolution]:
        return queryset.filter(maslikhat__territory=self.value()) if self.value() else queryset


@admin.register(Resolution)
class ResolutionAdmin(RecordAdmin):
    """Papers of the maslikhats."""

    form = ResolutionForm
    change_list_template = "admin/projects/project/change_list.html"
    change_form_template = "admin/projects/resolution/change_form.html"
    list_display = ["shown", "kind", "number", "shown_date", "declared_count", "shown_declared_total", "justice_number"]
    list_filter = ["kind", BodyFilter, "adopted_year"]
    list_select_related = ["maslikhat"]
    search_fields = [
        "number",
        "adopted",
        "maslikhat__name_kk",
        "maslikhat__name_ru",
        "maslikhat__name_en",
        "justice_number",
    ]
    search_help_text = _("Number, year, name of the maslikhat, justice registration number.")
    autocomplete_fields = ["maslikhat"]
    inlines = [DeclaredShareInline, DocumentInline]
    ordering = ["-adopted", "-pk"]
    fieldsets = [
        (
            None,
            {"fields": ["maslikhat", "kind", ("session", "convocation"), ("number", "adopted"), "link", "opened_at"]},
        ),
        (_("Votes"), {"fields": [("votes_for", "votes_against", "votes_abstained")]}),
        (_("Justice registration"), {"fields": [("justice_number", "justice_date")]}),
        (_("Declared by the paper"), {"fields": [("declared_count", "declared_total"), "declared_is_approximate"]}),
        (_("Notes"), {"fields": ["note_kk", "note_ru", "note_en", "import_key"]}),
    ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Resolutions are recorded by one person and confirmed by another, not added here."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Resolution | None = None) -> list[str]:
        """A confirmed resolution stays; what comes weeks after the vote may still be filled in."""
        if not _is_confirmed(obj):
            return []
        shown = flatten_fieldsets(self.fieldsets)
        open_still = {name for name in LATER if not getattr(obj, name)}
        return [name for name in shown if name not in {*open_still, "opened_at"}]

    @admin.display(description=_("resolution"), ordering="maslikhat__order_kk")
    def shown(self, resolution: Resolution) -> str:
        """The body that passed it."""
        return resolution.maslikhat.name

    @admin.display(description=_("adopted on"), ordering="adopted")
    def shown_date(self, resolution: Resolution) -> str:
        """The date as exactly as it is known."""
        return format_partial_date(resolution.adopted)

    @admin.display(description=_("declared sum, tenge"), ordering="declared_total")
    def shown_declared_total(self, resolution: Resolution) -> str:
        """The declared sum in full."""
        if resolution.declared_total is None:
            return ""
        return format_html('<span class="sum">{}</span>', tenge(resolution.declared_total))

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        """Find by number, date and body; every word must be found, Kazakh letters are forgiven for the body."""
        for word in search_term.split():
            parts = set(search_words(word))
            bodies = [
                maslikhat_id
                for maslikhat_id, *names in queryset.values_list(
                    "maslikhat", "maslikhat__name_kk", "maslikhat__name_ru"
                )
                .order_by()
                .distinct()
                if parts and parts <= {part for name in names for part in search_words(name)}
            ]
            found, _distinct = super().get_search_results(request, queryset, word)
            queryset = found | queryset.filter(maslikhat__in=bodies)
        return queryset, False

    def changelist_view(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        """Put the totals of the projects that entered by the listed resolutions under the list."""
        response = super().changelist_view(request, extra_context)
        context = getattr(response, "context_data", None)
        if context and "cl" in context:
            listed = context["cl"].queryset.order_by().values("pk")
            context["totals"] = totals(register().filter(resolution__in=listed))
        return response

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict | None = None
    ) -> HttpResponse:
        """Show declared beside entered, and the projects of the paper."""
        resolution = self.get_object(request, unquote(object_id))
        more: dict[str, Any] = {}
        if resolution is not None and self.has_view_or_change_permission(request, resolution):
            lines = declared_against_entered(resolution)
            more = {
                "whole": lines[0],
                "shares": [(InitiatorType(line.initiator_type).label, line) for line in lines[1:]],
                "resolution": resolution,
                "lines": with_project(lines_of([resolution.pk])).order_by("project__number")[:200],
                "amended": [line for line in revised_by(resolution) if line.change.act == ListAct.AMENDED],
            }
        return super().change_view(request, object_id, form_url, {**more, **(extra_context or {})})
