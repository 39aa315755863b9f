"""Tables of the staff site that are only read: no add, no change, no delete, and no way around by the address."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from projects.admin.readable import ReadableAdmin

_ENDINGS = ("", "__exact", "__isnull", "__code__exact")
"""How Django's filters name their conditions: of a column, of choices, of unknown values, of a related row."""


class RowPages(admin.ModelAdmin):
    """Pages about one row, and the door to them."""

    def page(self, request: HttpRequest, template: str, row: Any, *, status: int = 200, **context: Any) -> HttpResponse:
        """Return a page about a row, in the frame of the staff site."""
        names = {"opts": self.opts, "title": str(row), "original": row, "row": row}
        frame = {**self.admin_site.each_context(request), **names}
        return TemplateResponse(request, template, {**frame, **context}, status=status)

    def readable_row(self, request: HttpRequest, object_id: str) -> Any:
        """Return a row the person may know of; 403 without the right to the list, 404 for what is not in it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        row = self.get_object(request, unquote(object_id))
        if row is None:
            raise Http404
        return row


class ReadingAdmin(RowPages, ReadableAdmin):
    """A list with the filters it shows and a page without a form. ``get_queryset`` says which rows there are."""

    page_template = ""
    actions: list[str] | None = None
    list_per_page = 50
    list_max_show_all = 50

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Rows come by filing."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What is filed stays as filed."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody deletes, superusers neither."""
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A row outside the list, a draft, is no row of this site."""
        if not super().has_view_permission(request, obj):
            return False
        return obj is None or self.get_queryset(request).filter(pk=obj.pk).exists()

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """Allow the conditions of the filters beside the list and no others: any column could be guessed by them."""
        for item in self.list_filter:
            if not isinstance(item, str | tuple):
                names = {getattr(item, "parameter_name", "")}
            else:
                column = item[0] if isinstance(item, tuple) else item
                names = {f"{column}{ending}" for ending in _ENDINGS}
            if lookup in names:
                return True
        return False

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Search by the words; without words everything is listed."""
        return (self.found(request, queryset, search_term) if search_term.strip() else queryset), False

    def found(self, request: HttpRequest, queryset: Any, text: str) -> Any:
        """Return the rows that the words find; Django's own search where a list has no better one."""
        return super().get_search_results(request, queryset, text)[0]

    def page_context(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        """Return what the page of a row shows."""
        return {}

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict | None = None
    ) -> HttpResponse:
        """Show the row; whatever is posted is refused."""
        row = self.readable_row(request, object_id)
        if request.method not in ("GET", "HEAD"):
            raise PermissionDenied
        return self.page(request, self.page_template, row, **self.page_context(request, row), **(extra_context or {}))

    def history_view(self, request: HttpRequest, object_id: str, extra_context: dict | None = None) -> HttpResponse:
        """The history stands on the page itself."""
        self.readable_row(request, object_id)
        raise Http404

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: dict | None = None) -> HttpResponse:
        """Nobody deletes."""
        raise PermissionDenied
