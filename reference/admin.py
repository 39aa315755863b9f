"""Reference tables on the staff site."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from reference.models import LegalParameter, Sector, Territory, WorkingDayCorrection


class _NeverDeleted(admin.ModelAdmin):
    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Rows of old papers point here."""
        return False


@admin.register(Territory)
class TerritoryAdmin(_NeverDeleted):
    """Territories by KATO code."""

    list_display = ["name_kk", "name_ru", "code", "level", "parent"]
    list_filter = ["level"]
    list_select_related = ["parent"]
    search_fields = ["code", "name_kk", "name_ru", "name_en"]
    autocomplete_fields = ["parent"]

    def get_readonly_fields(self, request: HttpRequest, obj: Territory | None = None) -> list[str]:
        """Keep the code, which other rows point at."""
        return ["code"] if obj else []


@admin.register(Sector)
class SectorAdmin(_NeverDeleted):
    """Sectors; staff may add rows."""

    list_display = ["name_kk", "name_ru", "code", "order"]
    search_fields = ["code", "name_kk", "name_ru", "name_en"]

    def get_readonly_fields(self, request: HttpRequest, obj: Sector | None = None) -> list[str]:
        """Keep the code, which stands in addresses."""
        return ["code"] if obj else []


@admin.register(LegalParameter)
class LegalParameterAdmin(_NeverDeleted):
    """Numbers of the law and targets of the chamber, by date."""

    list_display = ["name_kk", "name_ru", "value", "unit", "valid_from", "valid_to", "is_target"]
    list_filter = ["is_target", "code"]
    search_fields = ["code", "name_kk", "name_ru", "name_en"]
    date_hierarchy = "valid_from"

    def get_queryset(self, request: HttpRequest) -> QuerySet[LegalParameter]:
        """Newest values first within a parameter."""
        return super().get_queryset(request).order_by("code", "-valid_from")


@admin.register(WorkingDayCorrection)
class WorkingDayCorrectionAdmin(_NeverDeleted):
    """Days the calendar library has wrong."""

    list_display = ["date", "is_working", "name_kk", "name_ru"]
    date_hierarchy = "date"

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A wrong correction may go: nothing points at it."""
        return admin.ModelAdmin.has_delete_permission(self, request, obj)
