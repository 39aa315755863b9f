"""What projects and resolutions share on the staff site: their story, and a guard against two editors at once."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.admin.widgets import AdminTextareaWidget
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _, gettext_lazy

from projects.admin.readable import ReadableAdmin
from projects.models import Document
from projects.queries.history import changes_of
from reference.fields import CleanTextField
from reference.languages import LANGUAGE_NAMES


class RecordForm(forms.ModelForm):
    """Knows the moment the form was opened; a save over somebody else's newer save is refused, the text kept."""

    opened_at = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["opened_at"].initial = self.instance.updated_at.isoformat()

    def clean(self) -> dict[str, Any]:
        """Lock the row until the save and compare the moments."""
        cleaned = super().clean() or self.cleaned_data
        if self.instance.pk:
            row = type(self.instance)._default_manager.select_for_update(of=("self",)).get(pk=self.instance.pk)
            if cleaned.get("opened_at") != row.updated_at.isoformat():
                raise ValidationError(
                    _(
                        "Somebody changed this record after you opened it. Nothing is saved and your text stands "
                        "below: open the record in another tab, compare, and enter your changes there."
                    ),
                    code="stale",
                )
        return cleaned

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        # Django leaves out the constraints that touch a column the form does not show; the database will not.
        if not self.errors:
            try:
                self.instance.validate_constraints()
            except ValidationError as error:
                self.add_error(None, ValidationError(error.messages))


class RecordAdmin(ReadableAdmin):
    """Shows the row's story; nothing is deleted here."""

    formfield_overrides = {CleanTextField: {"widget": AdminTextareaWidget(attrs={"rows": 3})}}

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Rows leave by resolution; a record is completed, not removed."""
        return False

    def history_view(self, request: HttpRequest, object_id: str, extra_context: dict | None = None) -> HttpResponse:
        """Show who changed what, when, from what to what; read-only."""
        row = self.get_object(request, unquote(object_id))
        if row is None:
            raise Http404
        if not self.has_view_or_change_permission(request, row):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": _("History: %s") % row,
            "changes": changes_of(row),
            "opts": self.opts,
            "object": row,
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/record_history.html", context)


class RowInline(admin.TabularInline):
    """Rows that stand on the page of a record; they are corrected, not deleted, by superusers neither."""

    extra = 0
    can_delete = False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Nobody deletes."""
        return False


class DocumentInline(RowInline):
    """Papers of a record; a paper is made non-public or replaced by another, its row stays in history."""

    model = Document
    fields = ["document_type", "title_kk", "title_ru", "title_en", "language", "file", "url", "is_public", "facts"]
    readonly_fields = ["facts"]

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Call the languages by their names."""
        if db_field.name == "language":
            kwargs["choices"] = [("", "---------"), *LANGUAGE_NAMES.items()]
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    @admin.display(description=gettext_lazy("Name, type, size, SHA-256"))
    def facts(self, document: Document) -> str:
        """Show what was found in the file."""
        if not document.sha256:
            return ""
        return f"{document.original_name} · {document.content_type} · {document.size} B · {document.sha256[:12]}…"
