"""The staff site: one face with the public pages, and an index that opens with the approved totals."""

from collections.abc import Callable
from typing import Any, cast

from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.contrib.contenttypes.views import shortcut
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from django.views.i18n import JavaScriptCatalog

from accounts.views.common import asked_next
from accounts.views.registration import logout
from ppp_registry import readings, statistics, translations
from ppp_registry.statistics_frame import doors
from projects.queries.summary import approved_summary_of_cells
from proposals.queries.access import enters_paper
from proposals.queries.agenda import next_sessions
from proposals.queries.desk import Desk, to_be_tabled, works
from proposals.queries.readings import may_see_readings
from proposals.queries.recordings import recordings_desk
from proposals.queries.review import sees_tabled_only
from proposals.queries.staff import stage_counts
from proposals.queries.translations import MOST, mends_words, waiting_for

SESSIONS_SHOWN = 5


class RegistryAdminSite(admin.AdminSite):
    """The desk of the chamber's staff."""

    site_title = _("Registry of PPP projects")
    site_header = _("Registry of PPP projects")
    index_title = _("Desk")
    enable_nav_sidebar = False

    def admin_view(  # type: ignore[override]
        self, view: Callable[..., Any], cacheable: bool = False
    ) -> Callable[..., Any]:
        """Answer GET, HEAD and POST only: Django shows a page for any other word too, past the record of reading."""
        return require_http_methods(["GET", "HEAD", "POST"])(super().admin_view(view, cacheable))

    @method_decorator(never_cache)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Lead to the one door of the site, so that none is beside it (docs/decisions/0025)."""
        following = asked_next(request) or reverse("admin:index")
        if self.has_permission(request):
            return redirect(following)
        if request.user.is_authenticated:
            raise PermissionDenied
        return redirect(f"{reverse('login')}?{urlencode({'next': following})}")

    def logout(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Let the person out as the site's own page does: told in the log, and the browser forgets what it kept."""
        return logout(request)

    def password_change(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Lead to the page of the account, which also tells the owner by letter."""
        return redirect("password_change")

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """Open with what waits for the person, what is filed and the approved totals, each for whoever may see it."""
        context = dict(extra_context or {})
        context["recordings"] = recordings_desk(request.user)
        if request.user.has_perm("proposals.view_proposal") and not sees_tabled_only(request.user):
            context["filed"] = stage_counts(request.user)
            context["waiting"] = Desk(request.user).sections()
            context["nothing_waits"] = not any(section.count for section in context["waiting"])
            if context["recordings"] and context["nothing_waits"]:
                context["waiting"] = []  # What does wait stands in the section of recordings.
            context["works"] = works(request.user)
        context["to_be_tabled"] = to_be_tabled(request.user)
        context["next_sessions"] = next_sessions(request.user)[:SESSIONS_SHOWN]
        context["enters_paper"] = enters_paper(request.user)
        context["figures"] = doors(request.user)
        # Counted for whoever keeps the register; the head's desk has its twelve queries already.
        if request.user.has_perm("projects.change_project"):
            context |= {"untranslated": waiting_for(request.user), "untranslated_most": MOST}
        context["sees_readings"] = may_see_readings(request.user)
        context["mends_words"] = mends_words(request.user)
        if request.user.has_perm("projects.view_project"):
            context["summary"] = approved_summary_of_cells()
        return super().index(request, context)

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[dict[str, Any]]:
        """List the apps in the order of the work, the same in every language."""
        order = {label: place for place, label in enumerate(("proposals", "projects", "accounts", "reference"))}
        return sorted(super().get_app_list(request, app_label), key=lambda app: order.get(app["app_label"], len(order)))

    def get_urls(self) -> list[Any]:
        """Put a narrower door before Django's own to the public page of a row."""
        own = path(
            "r/<int:content_type_id>/<path:object_id>/", self.admin_view(self.on_public_site), name="view_on_site"
        )
        return [own, *statistics.urls(self), *translations.urls(self), *readings.urls(self), *super().get_urls()]

    def on_public_site(self, request: HttpRequest, content_type_id: int, object_id: str) -> HttpResponse:
        """Lead to the public page of a row; what applicants write has none, and its keys must tell nobody anything."""
        kind = ContentType.objects.filter(pk=content_type_id).first()
        if kind is None or kind.app_label in ("proposals", "accounts"):
            raise Http404
        return cast(HttpResponse, shortcut(request, content_type_id, object_id))

    def i18n_javascript(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Serve every catalogue of script texts, ours included: Django asks only its own, which lacks much Kazakh."""
        return cast(HttpResponse, JavaScriptCatalog.as_view()(request))
