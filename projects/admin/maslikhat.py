"""Maslikhats on the staff site."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from projects.admin.readable import ReadableAdmin
from projects.models import Maslikhat


@admin.register(Maslikhat)
class MaslikhatAdmin(ReadableAdmin):
    """City and regional councils."""

    list_display = ["name_kk", "name_ru", "territory"]
    list_select_related = ["territory"]
    search_fields = ["name_kk", "name_ru", "name_en"]
    autocomplete_fields = ["territory"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Resolutions point here."""
        return False
