"""Who gives opinions in which sector: the head writes it, clerks and auditors read it."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.forms import ModelChoiceField
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from projects.admin.readable import ReadableAdmin
from proposals.models import ExpertSector
from proposals.queries.experts import experts


@admin.register(ExpertSector)
class ExpertSectorAdmin(ReadableAdmin):
    """One row for each sector of each expert."""

    list_display = ["expert", "sector"]
    list_filter = ["sector"]
    list_select_related = ["expert", "sector"]
    search_fields = ["expert__full_name"]
    search_help_text = _("Name of the expert")
    ordering = ["expert__full_name", "sector__order"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody deletes: an expert who leaves is switched off, a wrong sector is changed."""
        return False

    def formfield_for_foreignkey(
        self, db_field: models.ForeignKey, request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField | None:
        """Offer experts only."""
        if db_field.name == "expert":
            kwargs["queryset"] = experts().order_by("full_name")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)
