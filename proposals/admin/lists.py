"""The lists of the review on the staff site: criteria of opinions and reasons for refusal. Rows are switched off."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from projects.admin.readable import ReadableAdmin
from proposals.models import Criterion, RefusalReason


class _ListAdmin(ReadableAdmin):
    actions = None
    list_per_page = 100
    search_fields = ["code", "name_kk", "name_ru", "name_en"]
    ordering = ["order", "code"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Opinions and refusals point here; what is no longer wanted is switched off."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Keep the code: the shipped list finds its rows by it."""
        return ["code"] if obj else []

    @admin.display(description=_("name"))
    def shown_name(self, row: Any) -> str:
        """The name in the reader's language."""
        return str(row.name)


@admin.register(Criterion)
class CriterionAdmin(_ListAdmin):
    """What an opinion looks at, by sector. Weights count for opinions that are begun later."""

    list_display = ["shown_name", "sector", "weight", "is_active", "order"]
    list_filter = ["is_active", ("sector", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["sector"]
    fieldsets = [
        (None, {"fields": ["code", "sector", "weight", "order", "is_active"]}),
        (_("Names"), {"fields": ["name_kk", "name_ru", "name_en"]}),
        (_("Help for the expert"), {"fields": ["help_kk", "help_ru", "help_en"]}),
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: Criterion | None = None) -> list[str]:
        """Keep the sector too once somebody has scored by it."""
        fixed = super().get_readonly_fields(request, obj)
        return [*fixed, "sector"] if obj and obj.scores.exists() else fixed


@admin.register(RefusalReason)
class RefusalReasonAdmin(_ListAdmin):
    """Why a proposal may be refused, with what the applicant should mend."""

    list_display = ["shown_name", "article", "is_active", "shown_uses", "order"]
    list_filter = ["is_active"]
    fieldsets = [
        (None, {"fields": ["code", "order", "is_active"]}),
        (_("Names"), {"fields": ["name_kk", "name_ru", "name_en"]}),
        (_("What to mend"), {"fields": ["advice_kk", "advice_ru", "advice_en"]}),
        (_("Source"), {"fields": ["article", "source_url"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[RefusalReason]:
        """Count the refusals of each reason."""
        return super().get_queryset(request).annotate(uses=Count("refusals"))

    @admin.display(description=_("refusals"), ordering="uses")
    def shown_uses(self, reason: Any) -> int:
        """How many refusals name it."""
        return int(reason.uses)
