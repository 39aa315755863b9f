"""Pages of figures on the staff site: `statistics/<section>/`, and the monthly report beside them."""

from typing import Any

from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ppp_registry.report import report, report_file
from ppp_registry.statistics_frame import frame
from projects.queries.snapshot import one_moment
from proposals.dashboard.scope import ScopeForm, may_see_statistics, sees_every_sector
from proposals.dashboard.sections import PAGES, Page
from proposals.dashboard.words import SET_ASIDE, labels_of
from proposals.queries.review import judges


def urls(site: AdminSite) -> list[URLPattern]:
    """Return the addresses below the staff site."""

    def at(address: str, view: Any, name: str, **facts: Any) -> URLPattern:
        return path(address, site.admin_view(require_safe(view)), {"site": site, **facts}, name=name)

    return [
        at("statistics/", _first, "statistics"),
        at("statistics/report/", report, "statistics_report"),
        at("statistics/report.pdf", report_file, "statistics_report_pdf", kind="pdf"),
        at("statistics/report.xlsx", report_file, "statistics_report_xlsx", kind="xlsx"),
        at("statistics/<slug:key>/", section, "statistics_section"),
    ]


def _first(request: HttpRequest, site: AdminSite) -> HttpResponse:
    return HttpResponseRedirect(reverse("admin:statistics_section", args=[PAGES[0].key]))


def _page(key: str) -> Page:
    for page in PAGES:
        if page.key == key:
            return page
    raise Http404


def section(request: HttpRequest, key: str, site: AdminSite) -> HttpResponse:
    """Show one section; filters that cannot be read are told at their boxes, with status 400."""
    if not may_see_statistics(request.user):
        raise PermissionDenied
    page, form = _page(key), ScopeForm(request.GET)
    context = frame(request, site, form, page.key)
    context |= {
        "title": page.heading,
        "page": page,
        # What cannot be read must be seen, even where it is not asked for; the rest of the filters comes along hidden.
        "boxes": [form[name] for name in form.fields if name in page.filters or form[name].errors],
        "kept": [form[name] for name in form.fields if name not in page.filters and form[name].data],
        "own_sectors_only": not sees_every_sector(request.user),
    }
    scope = context["scope"]
    if scope is None:
        return TemplateResponse(request, "admin/statistics/section.html", context, status=400)
    with one_moment():
        made = page.make(scope)
    context |= {
        "sets_aside": SET_ASIDE if judges(request.user) else "",
        "figures": made.figures,
        "blocks": made.blocks,
        "left_out": labels_of(name for name in scope.filters if name not in page.filters),
        "made_at": _("Figures of this moment; nothing is kept from before."),
    }
    return TemplateResponse(request, "admin/statistics/section.html", context)
