"""Pages of figures on the staff site: `statistics/<section>/`, and the monthly report beside them."""

from typing import Any

from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ppp_registry.report import may_take_report, report, report_file
from proposals.charts import Columns, columns_of
from proposals.dashboard.blocks import Block
from proposals.dashboard.scope import Scope, ScopeForm, may_see_statistics, sees_every_sector
from proposals.dashboard.sections import PAGES, Page


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


def scope_of(request: HttpRequest, form: ScopeForm) -> Scope:
    """Return the scope that a valid form asks for."""
    return Scope(request.user, **{name: value for name, value in form.cleaned_data.items() if value})


def _drawn(block: Block) -> Columns | None:
    """Return the drawing of a block's chart, or None where there is nothing to draw."""
    if block.chart is None:
        return None
    return columns_of([list(stack) for stack in zip(*(one.values for one in block.chart.series), strict=True)])


def section(request: HttpRequest, key: str, site: AdminSite) -> HttpResponse:
    """Show one section; filters that cannot be read are told at their boxes, with status 400."""
    if not may_see_statistics(request.user):
        raise PermissionDenied
    page = _page(key)
    form = ScopeForm(request.GET)
    unknown = sorted(set(request.GET) - set(form.fields))
    context: dict[str, Any] = {
        **site.each_context(request),
        "title": page.heading,
        "page": page,
        "form": form,
        # What cannot be read must be seen, even where it is not asked for; the rest of the filters comes along hidden.
        "boxes": [form[name] for name in form.fields if name in page.filters or form[name].errors],
        "kept": [form[name] for name in form.fields if name not in page.filters and form[name].data],
        "unknown": unknown,
        "own_sectors_only": not sees_every_sector(request.user),
    }
    may_report = may_take_report(request.user)
    if may_report:
        context["report_address"] = reverse("admin:statistics_report")
    if not form.is_valid():
        context["tabs"] = [(one, reverse("admin:statistics_section", args=[one.key])) for one in PAGES]
        return TemplateResponse(request, "admin/statistics/section.html", context, status=400)
    scope = scope_of(request, form)
    query = f"?{urlencode(scope.filters)}" if scope.filters else ""
    context["tabs"] = [(one, reverse("admin:statistics_section", args=[one.key]) + query) for one in PAGES]
    if may_report:
        context["report_address"] += query
    made = page.make(scope)
    context |= {
        "scope": scope,
        "query": query,
        "figures": made.figures,
        "blocks": [(block, _drawn(block)) for block in made.blocks],
        "left_out": [str(form.fields[name].label) for name in scope.filters if name not in page.filters],
        "made_at": _("Figures of this moment; nothing is kept from before."),
    }
    return TemplateResponse(request, "admin/statistics/section.html", context)
