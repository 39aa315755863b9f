"""Projects on the staff site: list with totals, page, acts by resolution, status, story."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _, gettext_lazy

from projects.admin.forms import ByResolutionForm, ExcludeForm, NewProjectForm, ProjectForm, StatusForm
from projects.admin.record import DocumentInline, RecordAdmin, RowInline
from projects.models import Project, Responsibility, StatusChange
from projects.queries.register import approved, search
from projects.queries.totals import totals
from projects.services import register
from reference.codelists import ENTERING_KINDS, NOT_APPROVED, ResolutionKind
from reference.templatetags.registry_formats import tenge

SHOWN_ON_CONFIRMATION = 50


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


class StatusChangeInline(RowInline):
    """The road so far; it grows by acts only."""

    model = StatusChange
    fields = ["status", "since", "resolution", "note_kk", "note_ru", "recorded_by", "recorded_at"]
    readonly_fields = ["status", "since", "resolution", "note_kk", "note_ru", "recorded_by", "recorded_at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[StatusChange]:
        """Fetch what the steps name together with them."""
        return super().get_queryset(request).select_related("resolution__maslikhat", "recorded_by")

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
class ProjectAdmin(RecordAdmin):
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
    autocomplete_fields = ["sector", "territory", "group", "resolution"]
    inlines = [ResponsibilityInline, DocumentInline, StatusChangeInline]
    actions = ["enter_by_resolution", "exclude_by_resolution"]
    ordering = ["number"]

    # --- list ---
    @admin.display(description=gettext_lazy("title"), ordering="order_kk")
    def shown_title(self, project: Project) -> str:
        """The title in the reader's language."""
        return project.title.text

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
        """Adding asks for paper and status as well."""
        if obj is None:
            kwargs["form"] = NewProjectForm
        return super().get_form(request, obj, change=change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Project | None = None) -> list:
        """Show the paper first: chosen when adding, fixed afterwards."""
        paper = (
            ["resolution", "status"] if obj is None else ["number", "status", "resolution", "excluded_by", "opened_at"]
        )
        return [(gettext_lazy("Place in the register"), {"fields": paper}), *_FIELDSETS]

    def get_readonly_fields(self, request: HttpRequest, obj: Project | None = None) -> list[str]:
        """Number, status and papers change by acts only."""
        return [] if obj is None else ["number", "status", "resolution", "excluded_by"]

    def get_inlines(self, request: HttpRequest, obj: Project | None) -> list:
        """The road is shown when there is one."""
        return [ResponsibilityInline, DocumentInline] if obj is None else self.inlines

    def save_model(self, request: HttpRequest, obj: Project, form: Any, change: bool) -> None:
        """Adding goes through the register's front door."""
        if change:
            super().save_model(request, obj, form, change)
            return
        entered = register.enter(form.entry(), by=request.user)
        obj.pk, obj._state.adding = entered.pk, False
        obj.refresh_from_db()

    # --- acts ---
    def get_urls(self) -> list:
        """Add the page on which a status is recorded."""
        own = path(
            "<path:object_id>/status/", self.admin_site.admin_view(self.status_view), name="projects_project_status"
        )
        return [own, *super().get_urls()]

    def status_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Record what became of an approved project."""
        project = self.get_object(request, unquote(object_id))
        if not self.has_change_permission(request, project):
            raise PermissionDenied
        if project is None:
            raise Http404
        form = StatusForm(request.POST or None, initial={"status": project.status})
        if request.method == "POST" and form.is_valid():
            try:
                register.record_status(project, **form.cleaned_data, by=request.user)
            except ValidationError as refusal:
                form.add_error(None, refusal.messages)
            else:
                self.message_user(request, _("The status is recorded."), messages.SUCCESS)
                return HttpResponseRedirect(reverse("admin:projects_project_change", args=[project.pk]))
        return self._act(request, _("Record a status: %s") % project, form, [project], "")

    @admin.action(description=gettext_lazy("Enter into the approved list by a resolution"), permissions=["change"])
    def enter_by_resolution(self, request: HttpRequest, queryset: QuerySet[Project]) -> HttpResponse | None:
        """Let the ticked projects enter by one resolution, after a page that shows count and sum."""
        form = ByResolutionForm(self._posted(request), kinds=ENTERING_KINDS, admin_site=self.admin_site)
        return self._by_resolution(request, queryset, form, "enter_by_resolution", register.approve)

    @admin.action(description=gettext_lazy("Exclude from the list by a resolution"), permissions=["change"])
    def exclude_by_resolution(self, request: HttpRequest, queryset: QuerySet[Project]) -> HttpResponse | None:
        """Let the ticked projects leave by one resolution, after a page that shows count and sum."""
        form = ExcludeForm(self._posted(request), kinds=(ResolutionKind.EXCLUSION,), admin_site=self.admin_site)
        return self._by_resolution(request, queryset, form, "exclude_by_resolution", register.exclude)

    def _posted(self, request: HttpRequest) -> Any:
        return request.POST if "confirmed" in request.POST else None

    def _by_resolution(
        self, request: HttpRequest, queryset: QuerySet[Project], form: ByResolutionForm, action: str, service: Any
    ) -> HttpResponse | None:
        projects = list(queryset.order_by("number"))
        if form.is_bound and form.is_valid():
            try:
                done = service(projects, **form.cleaned_data, by=request.user)
            except ValidationError as refusal:
                form.add_error(None, refusal.messages)
            else:
                self.message_user(request, _("Done. Number of projects: %d.") % len(done), messages.SUCCESS)
                return None
        title = getattr(self, action).short_description
        return self._act(request, str(title), form, projects, action)

    def _act(
        self, request: HttpRequest, title: str, form: forms.Form, projects: list[Project], action: str
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "opts": self.opts,
            "form": form,
            "action": action,
            "projects": projects[:SHOWN_ON_CONFIRMATION],
            "more": max(0, len(projects) - SHOWN_ON_CONFIRMATION),
            "selected": [project.pk for project in projects],
            "checkbox": ACTION_CHECKBOX_NAME,
            "totals": totals(Project.objects.filter(pk__in=[project.pk for project in projects])),
            "media": self.media + form.media,
        }
        return TemplateResponse(request, "admin/projects/project/act.html", context)
