"""Letters on the staff site: the outbox of proposals, to read, and the chamber's own words for each letter."""

import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy as _, pgettext_lazy
from post_office.models import STATUS

from accounts.queries.letters import KIND
from projects.admin.readable import ReadableAdmin
from proposals.admin.reading import ReadingAdmin
from proposals.letter_examples import example_words
from proposals.models import Letter, LetterKind, LetterText, Opened
from proposals.models.letter import header_of, kind_of
from proposals.services.letters import (
    back_to_shipped,
    filled,
    missing_places,
    places,
    shipped,
    unknown_places,
    words_of,
)
from proposals.services.reading import note_opening
from reference.languages import LANGUAGE_NAMES, LANGUAGES, language_name

STATES = {
    "waiting": (pgettext_lazy("letter", "Waiting"), (STATUS.queued, STATUS.requeued)),
    "sent": (pgettext_lazy("letter", "Sent"), (STATUS.sent,)),
    "failed": (pgettext_lazy("letter", "Failed"), (STATUS.failed,)),
}


class StateFilter(admin.SimpleListFilter):
    """Waiting, sent or failed; a letter that is tried again waits."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """The three states."""
        return [(code, label) for code, (label, _known) in STATES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Letter]) -> QuerySet[Letter]:
        """Narrow the list; a state nobody knows narrows nothing."""
        return queryset.filter(status__in=STATES[state][1]) if (state := self.value()) in STATES else queryset


class KindFilter(admin.SimpleListFilter):
    """What the letter is about."""

    title = _("letter")
    parameter_name = "letter"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """The kinds of letters about proposals."""
        return list(LetterKind.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Letter]) -> QuerySet[Letter]:
        """Narrow the list; a kind nobody knows narrows nothing."""
        kind = self.value()
        return queryset.filter(**{f"headers__{KIND}": header_of(kind)}) if kind in LetterKind.values else queryset


@admin.register(Letter)
class LetterAdmin(ReadingAdmin):
    """What was written to applicants. Letters of accounts hold links that open them and never stand here."""

    page_template = "admin/proposals/letter/page.html"
    list_display = ["shown_subject", "shown_to", "shown_kind", "shown_state", "shown_created", "shown_attempts"]
    list_filter = [StateFilter, KindFilter]
    search_fields = ["subject"]
    search_help_text = _("Words of the subject, such as the number of a proposal.")
    ordering = ["-created", "-pk"]
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Letter]:
        """Letters about proposals, for those who may read them."""
        rows = Letter.objects.order_by(*self.ordering)
        return rows if request.user.has_perm("proposals.view_letter") else rows.none()

    def found(self, request: HttpRequest, queryset: Any, text: str) -> Any:
        """Find by the words of the subject; an address is not searched, it would stand in the page's address."""
        for word in text.split():
            queryset = queryset.filter(subject__icontains=word)
        return queryset

    @admin.display(description=_("subject"), ordering="subject")
    def shown_subject(self, letter: Letter) -> SafeString:
        """What stands in its first line, in the language of whoever gets it."""
        return format_html('<span lang="{}">{}</span>', letter.headers.get("Content-Language", ""), letter.subject)

    @admin.display(description=pgettext_lazy("letter", "Written"), ordering="created")
    def shown_created(self, letter: Letter) -> datetime.datetime:
        """When it was written."""
        return letter.created

    @admin.display(description=_("to"))
    def shown_to(self, letter: Letter) -> str:
        """Who gets it, in part: the whole address stands on the page of the letter, where reading it leaves a row."""
        return ", ".join(f"{address[:1]}…@{address.rpartition('@')[2]}" for address in letter.to)

    @admin.display(description=_("letter"))
    def shown_kind(self, letter: Letter) -> str:
        """What it is about."""
        return str(kind_of(letter).label)

    @admin.display(description=_("state"), ordering="status")
    def shown_state(self, letter: Letter) -> str:
        """Waiting, sent or failed."""
        return str(next((label for label, known in STATES.values() if letter.status in known), "–"))

    @admin.display(description=_("attempts that failed"), ordering="number_of_retries")
    def shown_attempts(self, letter: Letter) -> int:
        """How often the mail server did not take it."""
        return letter.number_of_retries or 0

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict | None = None
    ) -> HttpResponse:
        """Show the letter with its address, and write down who looked."""
        if request.method == "GET":
            row = self.readable_row(request, object_id)
            note_opening(Opened.LETTER, by=request.user, detail=f"№ {row.pk}")
        return super().change_view(request, object_id, form_url, extra_context)

    def page_context(self, request: HttpRequest, row: Letter) -> dict[str, Any]:
        """The letter as it went or will go, and what the mail server said."""
        return {
            "title": row.subject,
            "to": ", ".join(row.to),
            "kind": self.shown_kind(row),
            "state": self.shown_state(row),
            "is_sent": row.status == STATUS.sent,
            "language": (language := row.headers.get("Content-Language", "")),
            "language_name": language_name(language),
            "attempts": row.logs.order_by("-date")[:20],
        }


class LetterTextForm(forms.ModelForm):
    """Words in which every place can be filled and nothing is missing that the letter is for."""

    class Meta:
        model = LetterText
        fields = ("kind", "language", "subject", "body")
        widgets = {"body": forms.Textarea(attrs={"rows": 24, "cols": 90})}

    def clean(self) -> dict[str, Any] | None:
        """Name unknown places with the list of those that may stand there."""
        facts = super().clean() or self.cleaned_data
        kind = facts.get("kind") or self.instance.kind
        if kind not in LetterKind.values:
            return facts
        for field in ("subject", "body"):
            in_subject = field == "subject"
            unknown = unknown_places(kind, facts.get(field) or "", in_subject=in_subject)
            if unknown:
                said = gettext("Nobody knows %(names)s here. These may stand in it: %(known)s.")
                known = ", ".join(f"{{{{ {name} }}}}" for name in places(kind, in_subject=in_subject))
                self.add_error(field, said % {"names": ", ".join(unknown[:10]), "known": known})
        missing = missing_places(kind, facts.get("body") or "")
        if missing and "body" in facts:
            said = gettext("The letter must hold %(names)s: without it the applicant does not learn what it is about.")
            self.add_error("body", said % {"names": ", ".join(f"{{{{ {name} }}}}" for name in missing)})
        return facts


@admin.register(LetterText)
class LetterTextAdmin(ReadableAdmin):
    """Every letter in every language, with the shipped words or the chamber's own."""

    form = LetterTextForm
    change_form_template = "admin/proposals/lettertext/change_form.html"
    actions = None

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Call the languages by their names."""
        if db_field.name == "language":
            kwargs["choices"] = [("", "---------"), *LANGUAGE_NAMES.items()]
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Going back to the shipped words has its own button."""
        return False

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """The list has no conditions."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: LetterText | None = None) -> list[str]:
        """Keep what letter it is: other letters have other places."""
        return ["kind", "language", "changed_by", "changed_at"] if obj else []

    def get_fields(self, request: HttpRequest, obj: LetterText | None = None) -> list[Any]:
        """Say who changed it last."""
        fields = ["kind", "language", "subject", "body"]
        return [*fields, "changed_by", "changed_at"] if obj else fields

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Begin with the shipped words of the letter that was chosen."""
        kind, language = request.GET.get("kind"), request.GET.get("language")
        if kind not in LetterKind.values or language not in LANGUAGES:
            return {}
        subject, body = shipped(kind, language)
        return {"kind": kind, "language": language, "subject": subject, "body": body}

    def save_model(self, request: HttpRequest, obj: LetterText, form: Any, change: bool) -> None:
        """Remember who wrote the words."""
        obj.changed_by = request.user  # type: ignore[assignment]
        super().save_model(request, obj, form, change)

    def changelist_view(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        """Show all letters, whether the chamber has words of its own for them or not."""
        self._readers_only(request)
        own = {(row.kind, row.language): row for row in LetterText.objects.select_related("changed_by")}
        rows = [
            (kind, label, [(code, language_name(code), own.get((kind, code))) for code in LANGUAGES])
            for kind, label in LetterKind.choices
        ]
        title, may_write = str(self.opts.verbose_name_plural), self.has_add_permission(request)
        return self._page(request, "change_list.html", title, rows=rows, may_write=may_write)

    def render_change_form(self, request: HttpRequest, context: dict, *args: Any, **kwargs: Any) -> HttpResponse:
        """Put the places that may stand in the text beside the form."""
        row = context.get("original")
        kind = row.kind if row else request.POST.get("kind") or request.GET.get("kind")
        kinds = [kind] if kind in LetterKind.values else LetterKind.values
        context["places"] = [(LetterKind(code).label, example_words(code).items()) for code in kinds]
        return super().render_change_form(request, context, *args, **kwargs)

    def get_urls(self) -> list:
        """Add the reading page, the preview and the way back to the shipped words."""
        view, name = self.admin_site.admin_view, "proposals_lettertext"
        return [
            path("words/<str:kind>/<str:language>/", view(self.words_view), name=f"{name}_words"),
            path("preview/", view(self.preview_view), name=f"{name}_preview"),
            path("<path:object_id>/restore/", view(self.restore_view), name=f"{name}_restore"),
            *super().get_urls(),
        ]

    def words_view(self, request: HttpRequest, kind: str, language: str) -> HttpResponse:
        """Show a letter as an applicant would get it now, with invented words in its places."""
        self._readers_only(request)
        if kind not in LetterKind.values or language not in LANGUAGES:
            raise Http404
        return self._letter(request, kind, language, *words_of(kind, language))

    def preview_view(self, request: HttpRequest) -> HttpResponse:
        """Show what is in the form as a letter; nothing is saved. Its faults are named instead, if there are any."""
        if request.method != "POST" or not self.has_add_permission(request):
            raise PermissionDenied
        key = request.POST.get("row", "")
        row = LetterText.objects.filter(pk=int(key)).first() if key.isascii() and key.isdecimal() else None
        facts = request.POST.copy()
        if row is not None:
            facts["kind"], facts["language"] = row.kind, row.language
        form = LetterTextForm(facts, instance=row)
        if not form.is_valid():
            return self._page(request, "preview.html", gettext("Preview"), errors=form.errors.items(), status=422)
        told = form.cleaned_data
        return self._letter(request, told["kind"], told["language"], told["subject"], told["body"])

    def restore_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Give up the chamber's own words."""
        if request.method != "POST" or not self.has_change_permission(request):
            raise PermissionDenied
        row = self.get_object(request, unquote(object_id))
        if row is None:
            raise Http404
        self.log_deletions(request, LetterText.objects.filter(pk=row.pk))
        back_to_shipped(row)
        messages.success(request, gettext("The letter has its shipped words again."))
        return redirect(reverse("admin:proposals_lettertext_changelist"))

    def _readers_only(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise PermissionDenied

    def _letter(self, request: HttpRequest, kind: str, language: str, subject: str, body: str) -> HttpResponse:
        subject, body = filled(subject, body, example_words(kind, language))
        title = f"{LetterKind(kind).label}, {language_name(language)}"
        return self._page(request, "preview.html", title, subject=subject, body=body, language=language)

    def _page(
        self, request: HttpRequest, template: str, title: str, *, status: int = 200, **facts: Any
    ) -> HttpResponse:
        context = {**self.admin_site.each_context(request), "opts": self.opts, "title": title, **facts}
        return TemplateResponse(request, f"admin/proposals/lettertext/{template}", context, status=status)
