"""The library of typical documents on the staff site: a new version is uploaded, no version changes."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.template.defaultfilters import filesizeformat
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from projects.admin.readable import ReadableAdmin
from proposals.documents.filling import PLACEHOLDERS
from proposals.models import TypicalDocument
from proposals.services.library import Template, add_version, checked_template, set_offered
from reference.downloads import download
from reference.office_files import DOCX
from reference.templatetags.registry_formats import in_language

TITLES = ("title_kk", "title_ru", "title_en")


class NewVersionForm(forms.ModelForm):
    """A template with its titles. Whether it can be filled in is looked at here, and again before it is stored."""

    template: Template

    class Meta:
        model = TypicalDocument
        fields = ("code", "sector", "language", *TITLES, "file", "is_offered")
        widgets = {"file": forms.FileInput(attrs={"accept": ".docx"})}

    def clean_file(self) -> Any:
        """Examine the content; the name says nothing."""
        upload = self.cleaned_data["file"]
        self.template = checked_template(upload)
        return upload


class OfferForm(forms.ModelForm):
    """The one thing about a version that may change."""

    class Meta:
        model = TypicalDocument
        fields = ("is_offered",)


@admin.register(TypicalDocument)
class TypicalDocumentAdmin(ReadableAdmin):
    """Every version of every document; applicants are offered the newest one."""

    change_form_template = "admin/proposals/typicaldocument/change_form.html"
    list_display = ["shown_title", "sector", "language", "version", "is_offered", "uploaded_by", "uploaded_at"]
    list_filter = ["is_offered", "language", ("sector", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["sector", "uploaded_by"]
    search_fields = ["code", *TITLES]
    actions = None
    ordering = ["code", "language", "-version"]

    @admin.display(description=_("title"), ordering="title_kk")
    def shown_title(self, document: TypicalDocument) -> str:
        """The title in the reader's language, marked where it stands in another."""
        return in_language(document.title)

    @admin.display(description=_("File"))
    def shown_file(self, document: TypicalDocument) -> str:
        """The way to the template itself."""
        return format_html(
            '<a href="{}">{}</a> · {} · SHA-256 {}',
            reverse("admin:proposals_typicaldocument_file", args=[document.pk]),
            file_name(document),
            filesizeformat(document.size),
            document.sha256,
        )

    def get_form(
        self, request: HttpRequest, obj: TypicalDocument | None = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm]:
        """Adding uploads a file; afterwards only the offer changes."""
        kwargs["form"] = NewVersionForm if obj is None else OfferForm
        return super().get_form(request, obj, change=change, **kwargs)

    def get_fields(self, request: HttpRequest, obj: TypicalDocument | None = None) -> list[Any]:
        """Show everything of a version on file."""
        if obj is None:
            return list(NewVersionForm.Meta.fields)
        fixed = ["code", "sector", "language", "version", *TITLES, "shown_file", "uploaded_by", "uploaded_at"]
        return [*fixed, "is_offered"]

    def get_readonly_fields(self, request: HttpRequest, obj: TypicalDocument | None = None) -> list[str]:
        """A version on file never changes; a new one replaces it."""
        return [] if obj is None else [name for name in self.get_fields(request, obj) if name != "is_offered"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Versions stay on file."""
        return False

    def save_model(self, request: HttpRequest, obj: TypicalDocument, form: Any, change: bool) -> None:
        """Go through the library's service."""
        if change:
            set_offered(obj, form.cleaned_data["is_offered"])
            return
        facts = form.cleaned_data
        added = add_version(
            form.template,
            code=facts["code"],
            language=facts["language"],
            sector=facts["sector"],
            titles={name: facts[name] for name in TITLES},
            by=request.user,
            is_offered=facts["is_offered"],
        )
        obj.pk, obj._state.adding = added.pk, False
        obj.refresh_from_db()

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict | None = None,
    ) -> Any:
        """Put the list of placeholders beside the form."""
        placeholders = [(f"{{{{ {name} }}}}", meaning) for name, meaning in PLACEHOLDERS.items()]
        context = {"placeholders": placeholders, **(extra_context or {})}
        return super().changeform_view(request, object_id, form_url, context)

    def get_urls(self) -> list:
        """Add the address of the template itself."""
        own = path(
            "<path:object_id>/file/",
            self.admin_site.admin_view(self.file_view),
            name="proposals_typicaldocument_file",
        )
        return [own, *super().get_urls()]

    def file_view(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Send the template as it was uploaded, as a download."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        document = self.get_object(request, unquote(object_id))
        if document is None:
            raise Http404
        return download(
            document.file,
            sha256=document.sha256,
            name=file_name(document),
            content_type=DOCX,
            what=f"typical document {document.pk}",
        )


def file_name(document: TypicalDocument) -> str:
    """Return how the template is called on the reader's machine."""
    return f"{slugify(document.code)}-{document.language}-{document.version}.docx"
