"""Sessions of the maslikhat on the staff site: the list, the facts while planned, one page with the agenda."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet, Sum
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext, gettext_lazy as _, ngettext, pgettext_lazy

from projects.admin.record import RecordAdmin, RecordForm
from projects.models import Maslikhat
from proposals.admin import agenda, session_acts
from proposals.admin.reading import RowPages
from proposals.admin.session_page import FORMATS, PAPER_LANGUAGES, PAPERS, session_context
from proposals.documents.session_papers import session_paper
from proposals.models import Opened, Session
from proposals.queries.agenda import search_sessions
from proposals.queries.review import TABLE
from proposals.services.reading import note_opening
from reference.downloads import made_now
from reference.templatetags.registry_formats import tenge

FACTS: list[str | list[str] | tuple[str, ...]] = [
    "maslikhat",
    ("convocation", "number"),
    ("held_on", "starts_at"),
    "place_kk",
    "place_ru",
    "link",
    "opened_at",
]


class SessionForm(RecordForm):
    """The facts of a planned session."""

    class Meta:
        model = Session
        fields = ("maslikhat", "convocation", "number", "held_on", "starts_at", "place_kk", "place_ru", "link")
        widgets = {
            "held_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "starts_at": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        }


class MaslikhatFilter(admin.SimpleListFilter):
    """Sessions by body; only those that have any."""

    title = _("maslikhat")
    parameter_name = "maslikhat"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The bodies with sessions."""
        bodies = Maslikhat.objects.filter(sessions__isnull=False).distinct()
        return [(str(body.pk), body.name) for body in bodies]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Session]) -> QuerySet[Session]:
        """Narrow the list; what is no key narrows nothing."""
        key = self.value() or ""
        return queryset.filter(maslikhat=int(key)) if key.isdecimal() and len(key) < 10 else queryset


@admin.register(Session)
class SessionAdmin(RowPages, RecordAdmin):
    """Sessions are planned and changed by the secretary, and read by head and auditor."""

    form = SessionForm
    change_form_template = "admin/proposals/session/change_form.html"
    view_on_site = False
    list_display = ["shown", "held_on", "state", "shown_count", "shown_cost"]
    list_filter = ["state", MaslikhatFilter]
    list_select_related = ["maslikhat"]
    list_per_page = 50
    search_fields = ["number"]
    search_help_text = _("Number of the session or the convocation (XXXIV or 34), year, name of the maslikhat.")
    ordering = ["-held_on", "-pk"]
    actions = None
    fieldsets = [(None, {"fields": FACTS})]

    # --- list ---
    def get_queryset(self, request: HttpRequest) -> QuerySet[Session]:
        """Add to each session what stands open on its agenda."""
        open_ones = Q(items__outcome="")
        return (
            super()
            .get_queryset(request)
            .annotate(
                items_count=Count("items", filter=open_ones),
                sums_count=Count("items__recommended_sum", filter=open_ones),
                items_sum=Sum("items__recommended_sum", filter=open_ones, default=0),
            )
        )

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        """Find by number, convocation, year and body; every word must be found."""
        return search_sessions(queryset, search_term), False

    @admin.display(description=pgettext_lazy("maslikhat", "session"), ordering="number")
    def shown(self, session: Session) -> str:
        """The name of the session."""
        return str(session)

    @admin.display(description=_("open items"), ordering="items_count")
    def shown_count(self, session: Any) -> int:
        """How many items wait for a decision."""
        return int(session.items_count)

    @admin.display(description=_("recommended sum"), ordering="items_sum")
    def shown_cost(self, session: Any) -> str:
        """The known sum of the open items, those of unknown cost counted apart."""
        unknown = session.items_count - session.sums_count
        shown = tenge(int(session.items_sum)) if session.sums_count or not unknown else tenge(None)
        if not (unknown and session.sums_count):
            return format_html('<span class="sum">{}</span>', shown)
        words = ngettext("%(number)s without cost", "%(number)s without cost", unknown) % {"number": unknown}
        return format_html('<span class="sum">{}</span> <span class="quiet">{}</span>', shown, words)

    # --- rights ---
    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Facts change while the session is planned."""
        return super().has_change_permission(request, obj) and (obj is None or obj.takes_items)

    # --- pages ---
    def get_urls(self) -> list[Any]:
        """Add the steps of the agenda and of the session."""
        name = "proposals_session"
        steps: list[tuple[str, Any, str]] = [
            ("put/", agenda.put_page, "put"),
            ("state-project/", agenda.state_project_page, "state_project"),
            ("register-project/", agenda.register_project_page, "register_project"),
            ("move/", agenda.move_step, "move"),
            ("item/<int:item>/", agenda.item_page, "item"),
            ("item/<int:item>/take-off/", session_acts.take_off_page, "take_off"),
            ("hold/", session_acts.hold_page, "hold"),
            ("cancel/", session_acts.cancel_page, "cancel"),
        ]
        own = [path(f"<int:key>/{end}", self._door(page), name=f"{name}_{step}") for end, page, step in steps]
        view = self.admin_site.admin_view
        own += [
            path("<int:key>/edit/", view(self.edit_view), name=f"{name}_edit"),
            path(
                "<int:key>/paper/<slug:paper>/<slug:language>/<slug:format>/",
                view(self.paper_view),
                name=f"{name}_paper",
            ),
        ]
        return [*own, *super().get_urls()]

    def _door(self, page: Any) -> Any:
        """Let whoever sets the agenda to a step of it."""

        def view(request: HttpRequest, key: int, **facts: Any) -> HttpResponseBase:
            row = self.readable_row(request, str(key))
            if not request.user.has_perm(TABLE):
                raise PermissionDenied
            return page(self, request, row, **facts)

        return self.admin_site.admin_view(view)

    def page(
        self, request: HttpRequest, template: str, row: Session, *, status: int = 200, **more: Any
    ) -> HttpResponse:
        """Return a page about a session, in the frame of the staff site."""
        return super().page(request, template, row, status=status, **{"session": row, **more})

    def own_page(
        self, request: HttpRequest, row: Session, *, refusal: list[str] | None = None, status: int = 200
    ) -> HttpResponse:
        """Return the page of the session, with the sentences of a refusal above it."""
        context = session_context(row, request.user)
        context["may_edit"] = self.has_change_permission(request, row)
        context["refusal"] = refusal
        return self.page(request, "admin/proposals/session/page.html", row, status=status, **context)

    def done(self, request: HttpRequest, row: Session, words: str, mark: str = "") -> HttpResponse:
        """Go back to the page of the session and say what was done."""
        self.message_user(request, words, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:proposals_session_change", args=[row.pk]) + mark)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict | None = None
    ) -> HttpResponse:
        """Show the session; its facts are changed on a page of their own."""
        row = self.readable_row(request, object_id)
        if request.method not in ("GET", "HEAD"):
            raise PermissionDenied
        return self.own_page(request, row)

    def edit_view(self, request: HttpRequest, key: int) -> HttpResponse:
        """Change the facts of a planned session."""
        row = self.readable_row(request, str(key))
        if not super().has_change_permission(request, row):
            raise PermissionDenied
        if not row.takes_items and request.method in ("GET", "HEAD"):
            words = gettext("The session is held or cancelled: its facts stay as they are.")
            return self.own_page(request, row, refusal=[words], status=409)
        return self.changeform_view(request, str(key))

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: dict | None = None
    ) -> Any:
        """Say by the status too that nothing was saved: 409 for a stale page, 422 for what is typed."""
        buttons = {"show_save_and_continue": False, "show_save_and_add_another": False, "show_delete": False}
        response = super().changeform_view(request, object_id, form_url, {**buttons, **(extra_context or {})})
        context = getattr(response, "context_data", None) or {}
        if request.method == "POST" and context.get("errors"):
            response.status_code = 409 if context["adminform"].form.has_error("__all__", "stale") else 422
        return response

    def response_post_save_add(self, request: HttpRequest, obj: Session) -> HttpResponseRedirect:
        """Go on to the agenda."""
        return HttpResponseRedirect(obj.get_absolute_url())

    def response_post_save_change(self, request: HttpRequest, obj: Session) -> HttpResponseRedirect:
        """Go back to the agenda."""
        return HttpResponseRedirect(obj.get_absolute_url())

    def paper_view(self, request: HttpRequest, key: int, paper: str, language: str, format: str) -> HttpResponse:
        """Hand out the agenda or the draft list; made anew each time, kept by no cache."""
        row = self.readable_row(request, str(key))
        if paper not in PAPERS or language not in PAPER_LANGUAGES or format not in FORMATS:
            raise Http404
        content, content_type, filename = session_paper(row, paper, language, format)
        if request.method == "GET":
            note_opening(Opened.SESSION_PAPER, by=request.user, session=row, detail=f"{paper}, {language}, {format}")
        response = made_now(content, name=filename, content_type=content_type)
        response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
        response.headers["Cache-Control"] = "private, no-store"
        return response
