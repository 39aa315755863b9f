"""Ceilings of state obligations on the staff site, by territory and year."""

from django.contrib import admin
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from projects.admin.record import RecordAdmin
from projects.models import ObligationCeiling
from reference.templatetags.registry_formats import tenge


@admin.register(ObligationCeiling)
class ObligationCeilingAdmin(RecordAdmin):
    """The most that a territory's budget may owe for PPP projects in a year, as a paper says."""

    list_display = ["territory", "year", "shown_amount", "source"]
    list_display_links = ["territory", "year"]
    list_filter = ["year", ("territory", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["territory"]
    autocomplete_fields = ["territory"]
    search_fields = ["territory__name_kk", "territory__name_ru", "territory__name_en", "source"]
    fields = ["territory", "year", "amount", "source", "source_url", "note"]
    ordering = ["territory__order_kk", "year"]

    @admin.display(description=_("amount, tenge"), ordering="amount")
    def shown_amount(self, ceiling: ObligationCeiling) -> str:
        """The amount in full."""
        return format_html('<span class="sum">{}</span>', tenge(ceiling.amount))
