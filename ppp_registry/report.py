"""The monthly report beside the figures: a page to choose it on, and the report as PDF and as XLSX."""

from typing import Any

from django import forms
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _, gettext_lazy

from proposals.dashboard.scope import Scope, ScopeForm, may_see_statistics, sees_every_sector
from proposals.dashboard.sections import PAGES
from proposals.documents.monthly_report import monthly_report, report_pdf
from proposals.documents.monthly_sheets import report_xlsx
from reference.downloads import made_now
from reference.languages import LANGUAGES, reader_language

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
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
        choices=[("kk", gettext_lazy("Kazakh")), ("ru", gettext_lazy("Russian")), ("en", gettext_lazy("English"))],
    )


def may_take_report(user: Any) -> bool:
    """Tell whether the person may take the report: it speaks for the chamber, so its figures must be all of them."""
    return may_see_statistics(user) and sees_every_sector(user)


def _form(request: HttpRequest) -> ReportForm:
    if not may_take_report(request.user):
        raise PermissionDenied
    given = request.GET.copy()
    given.setdefault("lang", reader_language())
    return ReportForm(given)


def _unknown(request: HttpRequest, form: ReportForm) -> list[str]:
    return sorted(set(request.GET) - set(form.fields))


def _page(
    request: HttpRequest, site: AdminSite, form: ReportForm, *, unknown: list[str], refused: bool = False
) -> HttpResponse:
    is_valid = form.is_valid()
    filters = _scope(request, form).filters if is_valid else {}
    query = f"?{urlencode(filters)}" if filters else ""
    context = {
        **site.each_context(request),
        "title": _("Monthly report"),
        "form": form,
        "boxes": list(form),
        "unknown": unknown,
        "refused": refused,
        "tabs": [(one, reverse("admin:statistics_section", args=[one.key]) + query) for one in PAGES],
        "report_address": reverse("admin:statistics_report") + query,
        "is_report": True,
    }
    status = 400 if refused or not is_valid else 200
    return TemplateResponse(request, "admin/statistics/report.html", context, status=status)


def _scope(request: HttpRequest, form: ReportForm) -> Scope:
    given = form.cleaned_data
    return Scope(request.user, **{name: given[name] for name in ScopeForm.base_fields if given[name]})


def report(request: HttpRequest, site: AdminSite) -> HttpResponse:
    """Show what can be chosen of the report, and the buttons that take it."""
    form = _form(request)
    return _page(request, site, form, unknown=_unknown(request, form))


def report_file(request: HttpRequest, site: AdminSite, kind: str) -> HttpResponse:
    """Send the report; what cannot be read makes no report that says less than was asked for."""
    form = _form(request)
    unknown = _unknown(request, form)
    if unknown or not form.is_valid():
        return _page(request, site, form, unknown=unknown, refused=True)
    language, key, made_at = form.cleaned_data["lang"], form.cleaned_data["section"], timezone.now()
    if language not in LANGUAGES:
        language = reader_language()
    pages = [page for page in PAGES if key in ("", page.key)]
    made = monthly_report(_scope(request, form), language, made_at=made_at, pages=pages)
    make, content_type = _FORMATS[kind]
    name = f"{_NAMES[language]}-{timezone.localtime(made_at):%Y-%m-%d}.{kind}"
    response = made_now(make(made), name=name, content_type=content_type)
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["Cache-Control"] = "private, no-store"
    return response
