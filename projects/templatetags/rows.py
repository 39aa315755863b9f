"""Rows of projects made ready for tables, so that a template only prints them."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.urls import reverse
from django.utils.translation import gettext as _, ngettext

from projects.models import ListChange, Project
from reference.codelists import InitiatorType, ProjectStatus
from reference.templatetags.registry_formats import decimal, in_language, number, tenge

register = template.Library()


@register.simple_tag
def table_rows(rows: Iterable[Project | ListChange]) -> list[dict[str, Any]]:
    """Return what tables print of projects or of lines of a past day: words, sums and addresses, by name.

    Every word is looked up once for the table, not once for each row. No query, where the rows came with their names.
    """
    initiators = {code: str(label) for code, label in InitiatorType.choices}
    statuses = {code: str(label) for code, label in ProjectStatus.choices}
    before, _number, behind = reverse("project", args=[0]).rpartition("0")
    names: dict[tuple[str, str], str] = {}

    def name(kind: str, project: Project) -> str:
        key = (kind, getattr(project, f"{kind}_id"))
        if key not in names:
            names[key] = getattr(project, kind).name
        return names[key]

    found = []
    for row in rows:
        project = row.project if isinstance(row, ListChange) else row
        known = project.initiator_type != InitiatorType.UNKNOWN
        initiator = initiators[project.initiator_type]
        made = {
            "number": project.number,
            "address": f"{before}{project.number}{behind}",
            "title": in_language(row.title),
            "sector": name("sector", project),
            "territory": name("territory", project),
            "group": _group(project),
            "is_member": project.group_id is not None,
            "initiator": initiator if known else initiator.lower(),
            "initiator_known": known,
            "year": project.year,
            "term": decimal(row.term_years) if row.term_years else "",
            "jobs": None if project.jobs is None else number(project.jobs),
            "has_jobs": bool(project.jobs),
            "cost": tenge(row.cost),
            "now": "" if row.cost == project.cost else tenge(project.cost),
            "status": project.status,
            "status_words": statuses[project.status],
            "by_sources_only": not project.excluded_by_id and not project.on_file,
        }
        if isinstance(row, ListChange):
            made["resolution"] = row.resolution
        found.append(made)
    return found


def _group(project: Project) -> str:
    if not project.is_group:
        return _("counted with its group") if project.group_id else ""
    if not project.group_size:
        return _("group of projects")
    size = project.group_size
    return ngettext("group of %(count)s project", "group of %(count)s projects", size) % {"count": size}
