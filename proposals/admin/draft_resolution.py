"""Resolutions being recorded, on the staff site: the list, the page of one, its scan, the addresses of the acts."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import path
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _, pgettext_lazy
from django.views.decorators.http import require_safe

from proposals.admin import confirming, recording, recording_lines
from proposals.admin.reading import ReadingAdmin
from proposals.models import DraftResolution, DraftState
from proposals.models.draft_lines import REVISING
from proposals.queries.recorded import decisions_of, obstacles, revisions_of
from proposals.queries.recordings import DECIDE, check_rows, is_own, may_judge, may_write, readable_recordings
from reference.downloads import download
from reference.partial_dates import format_partial_date


@admin.register(DraftResolution)
class DraftResolutionAdmin(ReadingAdmin):
    """Read by secretary, head and auditor; changed by acts only."""

    page_template = "admin/proposals/draftresolution/page.html"
    change_list_template = "admin/proposals/draftresolution/change_list.html"
    list_display = ["shown_paper", "shown_state", "kind", "number", "shown_date", "shown_recorder", "confirmed_by"]
    list_display_links = ["shown_paper", "number"]
    list_filter = ["state", "kind"]
    search_fields = ["number"]
    search_help_text = _("Number of the resolution or its year.")
    ordering = ["-created_at", "-pk"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[DraftResolution]:
        """Recordings, for those who may read them."""
        return readable_recordings(request.user).order_by(*self.ordering)

    def found(self, request: HttpRequest, queryset: Any, text: str) -> Any:
        """Find by number or date."""
        for word in text.split():
            queryset = queryset.filter(number__icontains=word) | queryset.filter(adopted__startswith=word)
        return queryset

    @admin.display(description=_("maslikhat"), ordering="maslikhat__order_kk")
    def shown_paper(self, draft: DraftResolution) -> str:
        """The body that passed it."""
        return draft.maslikhat.name

    @admin.display(description=_("state"), ordering="state")
    def shown_state(self, draft: DraftResolution) -> str:
        """The state, and whether it was given back or could not be published."""
        words = draft.get_state_display()
        if draft.obstacle:
            return format_html('{} · <strong class="late">{}</strong>', words, _("could not be published"))
        if draft.state == DraftState.DRAFT and draft.returned_note:
            return format_html('{} · <strong class="now">{}</strong>', words, _("given back"))
        return words

    @admin.display(description=pgettext_lazy("paper", "date"), ordering="adopted")
    def shown_date(self, draft: DraftResolution) -> str:
        """The date as exactly as it is known."""
        return format_partial_date(draft.adopted)

    @admin.display(description=_("recorded by"), ordering="recorded_by__full_name")
    def shown_recorder(self, draft: DraftResolution) -> str:
        """Who handed it to the head; before that, who has begun it."""
        return str(draft.recorded_by or draft.created_by)

    def changelist_view(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        """Offer to begin with another paper to whoever may."""
        may_begin = request.user.has_perm(DECIDE)
        return super().changelist_view(request, {"may_begin": may_begin, **(extra_context or {})})

    def page_context(self, request: HttpRequest, row: DraftResolution) -> dict[str, Any]:
        """Everything the recording says, its check, and the buttons of whoever may act."""
        writes = may_write(request.user, row)
        return {
            "draft": row,
            "decisions": list(decisions_of(row)),
            "revisions": list(revisions_of(row)),
            "shares": list(row.shares.all()),
            "checked": check_rows(row),
            "writes": writes,
            "judges": may_judge(request.user, row),
            "is_own": is_own(request.user, row),
            "obstacles": obstacles(row) if writes else [],
            "has_items": bool(row.session_id) and row.decides_items,
            "has_lines": row.kind in REVISING,
        }

    def get_urls(self) -> list:
        """Add the addresses of the acts."""
        return [
            path("begin/", self.admin_site.admin_view(self.begin_view), name="proposals_draftresolution_begin"),
            self._own("paper", recording.paper_page),
            self._own("items", recording.items_page),
            self._own("lines", recording_lines.lines_page),
            self._own("lines/<int:number>", recording_lines.line_page, "line"),
            self._own("lines/<int:number>/remove", recording_lines.remove_page, "line_remove"),
            self._own("check", recording.check_page),
            self._own("confirm", confirming.confirm_page),
            self._own("discard", recording.discard_page),
            self._own("scan", _scan),
            *super().get_urls(),
        ]

    def _own(self, place: str, page: Callable[..., Any], name: str = "") -> Any:
        """Return the address of a page about a recording that the person may know of."""

        def view(request: HttpRequest, object_id: str, **facts: Any) -> HttpResponseBase:
            return page(self, request, self.readable_row(request, object_id), **facts)

        address = f"<path:object_id>/{place}/"
        return path(address, self.admin_site.admin_view(view), name=f"proposals_draftresolution_{name or place}")

    def begin_view(self, request: HttpRequest) -> HttpResponse:
        """Begin to record a paper."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return recording.begin_page(self, request)


@require_safe
def _answer_scan(request: HttpRequest, draft: DraftResolution) -> HttpResponseBase:
    if not draft.scan:
        raise Http404
    response = download(
        draft.scan,
        sha256=draft.scan_sha256,
        name=draft.scan_name,
        content_type=draft.scan_type,
        what=f"scan of recorded resolution {draft.pk}",
    )
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _scan(site: ReadingAdmin, request: HttpRequest, draft: DraftResolution) -> HttpResponseBase:
    """Hand out the scan to whoever may read the recording, as a download that nobody keeps."""
    return _answer_scan(request, draft)
