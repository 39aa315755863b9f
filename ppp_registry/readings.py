"""Who read what: a page of the staff site for the head and the auditor, and the same as a file."""

import csv
import io
from typing import Any

from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.core.paginator import InvalidPage, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _, pgettext
from django.views.decorators.http import require_safe

from projects.exports.cells import csv_cell
from proposals.forms.readings import ReadingsForm
from proposals.models import Opened
from proposals.queries.readings import Reading, filled_in, in_parts, may_see_readings, readings
from proposals.services.reading import note_opening
from reference.downloads import made_now

ROWS = 50
MOST = 20_000
"""Rows of one file."""


def urls(site: AdminSite) -> list[URLPattern]:
    """Return the addresses below the staff site."""
    return [
        path("who-read-what/", site.admin_view(require_safe(page)), {"site": site}, name="readings"),
        path("who-read-what.csv", site.admin_view(require_safe(file)), {"site": site}, name="readings_csv"),
    ]


def _form(request: HttpRequest) -> ReadingsForm:
    if not may_see_readings(request.user):
        raise PermissionDenied
    return ReadingsForm(request.GET)


def _filters(form: ReadingsForm) -> str:
    """Return the filters in force as an address says them; typed text that is no number is none."""
    given = {name: form[name].value() for name in form.fields if name not in form.errors}
    return urlencode({name: value for name, value in given.items() if value})


def _refused(request: HttpRequest, site: AdminSite, form: ReadingsForm, refusal: str = "") -> HttpResponse:
    return _shown(request, site, form, status=400, refusal=refusal)


def _shown(
    request: HttpRequest, site: AdminSite, form: ReadingsForm, *, status: int = 200, **more: Any
) -> HttpResponse:
    context = {**site.each_context(request), "title": _("Who read what"), "form": form, "filters": _filters(form)}
    return TemplateResponse(request, "admin/readings.html", {**context, **more}, status=status)


def page(request: HttpRequest, site: AdminSite) -> HttpResponse:
    """Show who read what, the newest first; looking at it is a reading too."""
    form = _form(request)
    if not form.is_valid():
        return _refused(request, site, form)
    try:
        found = Paginator(readings(request.user, form.wanted), ROWS).page(request.GET.get("page", 1))
    except InvalidPage as error:
        raise Http404 from error
    rows = filled_in(found.object_list)
    if request.method == "GET":
        note_opening(Opened.READINGS, by=request.user, detail=_filters(form))
    return _shown(request, site, form, page=found, rows=[(row, thing(row)) for row in rows])


def file(request: HttpRequest, site: AdminSite) -> HttpResponse:
    """Send the list as CSV and write down who took it; a list too long for one file is refused with the remedy."""
    form = _form(request)
    if not form.is_valid():
        return _refused(request, site, form)
    found = readings(request.user, form.wanted)
    if found.count() > MOST:
        return _refused(request, site, form, _("That is more than 20 000 rows. Choose fewer days."))
    if request.method == "GET":
        note_opening(Opened.READINGS_FILE, by=request.user, detail=_filters(form))
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow([_("When"), _("Who"), _("E-mail"), _("What"), _("Proposal"), _("More exactly")])
    for rows in in_parts(found):
        table.writerows([csv_cell(cell) for cell in _cells(row)] for row in rows)
    name = _("who-read-what") + f"-{timezone.localdate():%Y-%m-%d}.csv"
    response = made_now(("\ufeff" + out.getvalue()).encode(), name=name, content_type="text/csv; charset=utf-8")
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


def _cells(row: Reading) -> list[str]:
    at = timezone.localtime(row.at).strftime("%Y-%m-%d %H:%M:%S")
    proposal = row.proposal.number if row.proposal else ""
    return [at, str(row.reader), row.reader.email, row.label, proposal, thing(row)]


def thing(row: Reading) -> str:
    """Return which one it was, in words: the name of the paper with its version, the applicant, the session."""
    if row.paper is not None:
        return _("%(name)s, version %(number)s") % {"name": row.paper.original_name, "number": row.paper.version}
    if row.opening is None:
        return ""
    about = row.opening.organisation or row.opening.session
    detail = "" if row.kind in (Opened.READINGS, Opened.READINGS_FILE) else row.opening.detail
    if row.kind == Opened.SESSION_PAPER:
        paper, language_and_format = detail.split(", ", 1)
        name = pgettext("paper", "agenda") if paper == "agenda" else pgettext("paper", "draft list")
        detail = f"{name}, {language_and_format.upper()}"
    return " · ".join(str(part) for part in (about, detail) if part)
