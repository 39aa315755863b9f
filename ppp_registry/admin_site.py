"""The staff site: one face with the public pages, and an index that opens with the approved totals."""

from typing import Any, cast

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.views.i18n import JavaScriptCatalog

from projects.queries.register import register
from projects.queries.summary import approved_summary


class RegistryAdminSite(admin.AdminSite):
    """The desk of the chamber's staff."""

    site_title = _("Registry of PPP projects")
    site_header = _("Registry of PPP projects")
    index_title = _("Desk")
    enable_nav_sidebar = False

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """Open with the approved totals for whoever may see projects."""
        context = dict(extra_context or {})
        if request.user.has_perm("projects.view_project"):
            context["summary"] = approved_summary(register())
        return super().index(request, context)

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[dict[str, Any]]:
        """List the apps in the order of the work, the same in every language."""
        order = {label: place for place, label in enumerate(("proposals", "projects", "accounts", "reference"))}
        return sorted(super().get_app_list(request, app_label), key=lambda app: order.get(app["app_label"], len(order)))

    def i18n_javascript(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Serve every catalogue of script texts, ours included: Django asks only its own, which lacks much Kazakh."""
        return cast(HttpResponse, JavaScriptCatalog.as_view()(request))
