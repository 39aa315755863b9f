"""Addresses at which the view that a page shows can be taken as a file."""

from urllib.parse import urlencode

from django import template
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from projects.filters import ProjectFilter
from reference.languages import reader_language

register = template.Library()


@register.simple_tag
def download_links(query: str = "") -> list[dict[str, str]]:
    """Return label, explanation and address of each form of the view with this query string.

    Page number, blanks and parameters that are no filter are left out, as the page leaves them out.
    """
    given = QueryDict(query.removeprefix("?"))
    kept = [
        (name, value)
        for name, values in given.lists()
        for value in values
        if value.strip() and name in ProjectFilter.base_filters
    ]
    language = [("lang", reader_language())]
    forms = [
        ("projects_xlsx", "XLSX", _("Excel, with filters and totals on a second sheet"), []),
        ("projects_csv", "CSV", _("parted by commas"), []),
        ("projects_csv", _("CSV for Excel"), _("parted by semicolons, headers in words"), _FOR_EXCEL),
        ("projects_jsonl", "JSON Lines", _("one project a line"), []),
        ("oc4ids", "OC4IDS", _("the open standard for infrastructure projects"), []),
    ]
    return [
        {"label": label, "about": about, "address": f"{reverse(name)}?{urlencode([*kept, *language, *more])}"}
        for name, label, about, more in forms
    ]


_FOR_EXCEL = [("separator", "semicolon"), ("header", "labels")]
