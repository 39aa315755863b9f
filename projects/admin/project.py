"""Projects on the staff site: list with totals, page, story; acts have pages of their own."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.html import format_html
from django.utils.translation import gettext as _, gettext_lazy

from projects.admin.acts import ActsAdmin
from projects.admin.forms import NewProjectForm, ProjectForm
from projects.admin.record import DocumentInline, RowInline
from projects.models import Contract, Obligation, Project, Responsibility, StatusChange
from projects.queries.register import approved, search
from projects.queries.totals import totals
from projects.services import listing, register
from reference.codelists import NOT_APPROVED, ProjectStatus
from reference.templatetags.registry_formats import in_language, tenge

REMEMBERED = "projects_project_list_is_remembered"
"""The trigger that compares a project with its line in the list, at the end of the transaction."""


class BasisFilter(admin.SimpleListFilter):
    """Rows by what they rest on."""

    title = gettext_lazy("basis")
    parameter_name = "basis"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("file", _("resolution on file")), ("sources", _("resolution not on file"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Project]) -> QuerySet[Project]:
        if self.value() in ("file", "sources"):
            return queryset.filter(resolution__isnull=self.value() == "sources")
        return queryset


class ApprovedFilter(admin.SimpleListFilter):
    """Rows inside and outside the approved totals."""

    title = gettext_lazy("approved totals")
    parameter_name = "approved"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", _("counted")), ("no", _("planned or excluded"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Project]) -> QuerySet[Project]:
        if self.value() == "yes":
            return approved(queryset)
        return queryset.filter(status__in=NOT_APPROVED) if self.value() == "no" else queryset


class ResponsibilityInline(RowInline):
    """Who answers for what."""

    model = Responsibility
    fields = ["area", "bearer", "note_kk", "note_ru", "note_en"]


class ObligationInline(RowInline):
    """What the budget owes year by year."""

    model = Obligation
    fields = ["year", "amount"]


class StatusChangeInline(RowInline):
    """The road so far; it grows by acts only."""

    model = StatusChange
    fields = ["status", "since", "resolution", "document", "note_kk", "note_ru", "recorded_by", "recorded_at"]
    readonly_fields = ["status", "since", "resolution", "document", "note_kk", "note_ru", "recorded_by", "recorded_at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[StatusChange]:
        """Fetch what the steps name together with them."""
        return super().get_queryset(request).select_related("resolution__maslikhat", "document", "recorded_by")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


_TITLES = ["title_kk", "title_ru", "title_en"]
_FIELDSETS = [
    (None, {"fields": [*_TITLES, "sector", "territory", "place_kk", "place_ru", "place_en"]}),
    (
        gettext_lazy("Money, whole tenge"),
        {"fields": ["cost", "asked_sum", "approved_sum", "signed_sum", "state_obligations", "payment_sources"]},
    ),
    (gettext_lazy("Group of projects"), {"fields": ["is_group", "group_size", "group"]}),
    (
        gettext_lazy("Partners"),
        {
            "fields": [
                "initiator_type",
                "initiator_size",
                "state_partner_kk",
                "state_partner_ru",
                "state_partner_en",
                "private_partner",
                "contract_type",
            ]
        },
    ),
    (
        gettext_lazy("Time and size"),
        {
            "fields": [
                "year",
                "term_years",
                "implementation_start",
                "contract_signed_on",
                "commissioned_on",
                "contract_ends_on",
                "jobs",
                ("capacity", "capacity_unit"),
            ]
        },
    ),
    (
        gettext_lazy("Description and objective"),
        {
            "classes": ["collapse"],
            "fields": [f"{name}_{code}" for name in ("description", "objective") for code in ("kk", "ru", "en")],
        },
    ),
    (gettext_lazy("Source"), {"fields": ["source_url", "source", "note_kk", "note_ru", "note_en"]}),
]


@admin.register(Project)
class ProjectAdmin(ActsAdmin):
    """The register as staff work with it."""

    form = ProjectForm
    change_list_template = "admin/projects/project/change_list.html"
    change_form_template = "admin/projects/project/change_form.html"
    list_display = [
        "number",
        "shown_title",
        "sector",
        "territory",
        "year",
        "shown_cost",
        "status",
        "basis",
    ]
    list_display_links = ["number", "shown_title"]
    list_filter = [ApprovedFilter, BasisFilter, "status", "sector", "initiator_type", "is_group", "year", "territory"]
    list_select_related = ["sector", "territory"]
    list_per_page = 50
    search_fields = ["search_text"]
    search_help_text = gettext_lazy(
        "Titles, places, partners or the number; letters with and without marks are the same."
    )
    autocomplete_fields = ["sector", "territory", "group"]
    inlines = [ResponsibilityInline, ObligationInline, DocumentInline, StatusChangeInline]
    ordering = ["number"]

    # --- list ---
    @admin.display(description=gettext_lazy("title"), ordering="order_kk")
    def shown_title(self, project: Project) -> str:
        """The title in the reader's language, marked where it stands in another."""
        return in_language(project.title)

    @admin.display(description=gettext_lazy("cost"), ordering="cost")
    def shown_cost(self, project: Project) -> str:
        """The cost in full."""
        return format_html('<span class="sum">{}</span>', tenge(project.cost))

    @admin.display(description=gettext_lazy("resolution on file"))
    def basis(self, project: Project) -> str:
        """A mark where the row rests on a resolution on file; most rows do not, and that is no alarm."""
        return "✓" if project.on_file else ""

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        """Search as the public page does."""
        return (search(queryset, search_term) if search_term else queryset), False

    def changelist_view(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        """Put the totals of the whole filtered list under it."""
        response = super().changelist_view(request, extra_context)
        context = getattr(response, "context_data", None)
        if context and "cl" in context:
            context["totals"] = totals(context["cl"].queryset)
        return response

    # --- page ---
    def get_form(
        self, request: HttpRequest, obj: Project | None = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm]:
        """Adding asks for the status as well; what a confirmed resolution gives says by whom it is changed."""
        if obj is None:
            kwargs["form"] = NewProjectForm
        else:
            by_whom = _("Changed by an amendment of the maslikhat only.")
            kwargs["help_texts"] = dict.fromkeys(self._settled(obj), by_whom)
        return super().get_form(request, obj, change=change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Project | None = None) -> list:
        """Show the place in the register first: its status when adding, all of it afterwards."""
        paper = ["status"] if obj is None else ["number", "status", "resolution", "excluded_by", "opened_at"]
        return [(gettext_lazy("Place in the register"), {"fields": paper}), *_FIELDSETS]

    def get_readonly_fields(self, request: HttpRequest, obj: Project | None = None) -> list[str]:
        """Number, status and papers change by acts only; so does what a confirmed resolution says."""
        return [] if obj is None else ["number", "status", "resolution", "excluded_by", *self._settled(obj)]

    def _settled(self, project: Project) -> list[str]:
        settled = listing.settled(project)
        return [*settled, "approved_sum"] if settled and project.approved_sum is not None else list(settled)

    def get_inlines(self, request: HttpRequest, obj: Project | None) -> list:
        """The road is shown when there is one."""
        return [inline for inline in self.inlines if obj is not None or inline is not StatusChangeInline]

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Ask the database for its last word before the answer: its refusal at the very end would be a fault."""
        try:
            with transaction.atomic():
                answer = super().changeform_view(request, object_id, form_url, extra_context)
                if request.method == "POST":
                    connection.check_constraints()
                return answer
        except IntegrityError as refusal:
            told = getattr(refusal.__cause__, "diag", None)
            if told is None or told.constraint_name != REMEMBERED:
                raise
        self.message_user(
            request,
            _("Nothing is saved: the line in the list would differ from its record. Open the record anew."),
            messages.ERROR,
        )
        return HttpResponseRedirect(request.path)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict | None = None
    ) -> HttpResponse:
        """Offer the acts that the project's state allows."""
        project = self.get_object(request, object_id)
        bound = project is not None and project.is_approved and project.status != ProjectStatus.TERMINATED
        has_contract = bound and Contract.objects.filter(project=project).exists()
        more = {"may_sign": bound and not has_contract, "has_contract": has_contract}
        return super().change_view(request, object_id, form_url, {**more, **(extra_context or {})})

    def save_model(self, request: HttpRequest, obj: Project, form: Any, change: bool) -> None:
        """Adding goes through the register's front door; what completes a line of the list is remembered."""
        if change:
            super().save_model(request, obj, form, change)
            listing.complete(obj, by=request.user)
            return
        entered = register.enter(form.entry(), by=request.user)
        obj.pk, obj._state.adding = entered.pk, False
        obj.refresh_from_db()
