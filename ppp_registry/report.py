"""The monthly report beside the figures: a page to choose it on, and the report as PDF and as XLSX."""

from typing import Any

from django import forms
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _, gettext_lazy

from ppp_registry.statistics_frame import REPORT, frame, may_take_report, scope_of, unknown_parameters
from projects.queries.snapshot import one_moment
from proposals.dashboard.scope import ScopeForm
from proposals.dashboard.sections import PAGES
from proposals.documents.monthly_report import monthly_report, report_pdf
from proposals.documents.monthly_sheets import report_xlsx
from proposals.models import ReportTaking
from proposals.queries.takings import last_takings
from proposals.services.reading import note_report
from reference.downloads import made_now
from reference.languages import LANGUAGE_NAMES, LANGUAGES, language_name, reader_language
from reference.office_files import XLSX

_FORMATS = {"pdf": (report_pdf, "application/pdf"), "xlsx": (report_xlsx, XLSX)}
_NAMES = {"kk": "МЖӘ-ай-сайынғы-есеп", "ru": "ГЧП-ежемесячный-отчет", "en": "PPP-monthly-report"}
"""What the file is called, in its own language."""


class ReportForm(ScopeForm):
    """The filters of the figures, the language of the report, and one section where not all are wanted."""

    section = forms.ChoiceField(
        label=gettext_lazy("Sections"),
        required=False,
        choices=[("", gettext_lazy("All sections")), *((page.key, page.heading) for page in PAGES)],
    )
    lang = forms.ChoiceField(
        label=gettext_lazy("Language of the report"),
        required=False,
        choices=list(LANGUAGE_NAMES.items()),
    )


def _form(request: HttpRequest) -> ReportForm:
    if not may_take_report(request.user):
        raise PermissionDenied
    given = request.GET.copy()
    given.setdefault("lang", reader_language())
    return ReportForm(given)


def _taken() -> list[tuple[ReportTaking, Any, str, str]]:
    """Return the last takings with sections in words, filters as an address says them, and the language by name."""
    headings = {"": _("All sections"), **{page.key: page.heading for page in PAGES}}
    return [
        (one, headings.get(one.section, one.section), urlencode(one.filters), language_name(one.language))
        for one in last_takings()
    ]


def _page(request: HttpRequest, site: AdminSite, form: ReportForm, *, refused: bool = False) -> HttpResponse:
    context = frame(request, site, form, REPORT)
    context |= {"title": _("Monthly report"), "boxes": list(form), "refused": refused, "taken": _taken()}
    status = 400 if refused or context["scope"] is None else 200
    return TemplateResponse(request, "admin/statistics/report.html", context, status=status)


def report(request: HttpRequest, site: AdminSite) -> HttpResponse:
    """Show what can be chosen of the report, and the buttons that take it."""
    return _page(request, site, _form(request))


def report_file(request: HttpRequest, site: AdminSite, kind: str) -> HttpResponse:
    """Send the report and write down who took it; what cannot be read makes no report that says less than was asked."""
    form = _form(request)
    scope = scope_of(request, form)
    if scope is None or unknown_parameters(request, form):
        return _page(request, site, form, refused=True)
    language, key, made_at = form.cleaned_data["lang"], form.cleaned_data["section"], timezone.now()
    if language not in LANGUAGES:
        language = reader_language()
    pages = [page for page in PAGES if key in ("", page.key)]
    with one_moment():
        made = monthly_report(scope, language, made_at=made_at, pages=pages)
    make, content_type = _FORMATS[kind]
    name = f"{_NAMES[language]}-{timezone.localtime(made_at):%Y-%m-%d}.{kind}"
    response = made_now(make(made), name=name, content_type=content_type)
    if request.method == "GET":
        note_report(by=request.user, file_format=kind, language=language, section=key, filters=scope.filters)
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["Cache-Control"] = "private, no-store"
    return response
