"""The page of one project: facts, money, papers, its road and its line in the list."""

from dataclasses import dataclass
from typing import cast

from django.db.models import Field
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.views.common import site_of
from projects.documents.extract import SUMS, extract_pdf
from projects.models import Obligation, Project, StatusChange
from projects.queries.as_of import story_of
from projects.queries.register import project_page
from projects.queries.version import register_version
from projects.views import sharing
from reference.codelists import ROAD, ProjectStatus
from reference.downloads import made_now
from reference.languages import LANGUAGES, reader_language
from reference.limits import heavy, limited
from reference.unchanged import until_changed


@dataclass(frozen=True)
class RoadPoint:
    """A status on the road: ``done``, ``now`` or ``ahead``, and since when as far as known."""

    label: str
    state: str
    since: str


def _road(project: Project, changes: list[StatusChange]) -> list[RoadPoint]:
    """Return the usual road of an approved project; empty for one that is planned, excluded or terminated."""
    if project.status not in ROAD:
        return []
    known = {change.status: change.since for change in changes}
    known[ProjectStatus.CONTRACT_SIGNED] = project.contract_signed_on or known.get(ProjectStatus.CONTRACT_SIGNED, "")
    known[ProjectStatus.OPERATION] = project.commissioned_on or known.get(ProjectStatus.OPERATION, "")
    if project.resolution and not known.get(ProjectStatus.APPROVED):
        known[ProjectStatus.APPROVED] = project.resolution.adopted
    now = ROAD.index(ProjectStatus(project.status))
    return [
        RoadPoint(
            str(status.label),
            "now" if place == now else "done" if place < now else "ahead",
            known.get(status, "") if place <= now else "",
        )
        for place, status in enumerate(ROAD)
    ]


@dataclass(frozen=True)
class YearBar:
    """State obligations of a year, with the length of the bar in percent of the greatest year."""

    year: int
    amount: int
    bar: float


def _bars(owed: list[Obligation]) -> list[YearBar]:
    greatest = max((row.amount for row in owed), default=0)
    return [YearBar(row.year, row.amount, round(100 * row.amount / greatest, 2) if greatest else 0) for row in owed]


def _project(number: int) -> Project:
    if number > 2_147_483_647:
        raise Http404
    return get_object_or_404(project_page(), number=number)


@require_safe
@until_changed(register_version)
def project_detail(request: HttpRequest, number: int) -> HttpResponse:
    """Show one project: facts, money, who answers for what, road, paper or source."""
    project = _project(number)
    changes = list(project.status_changes.all())
    sums = [(cast(Field, project._meta.get_field(name)).verbose_name, getattr(project, name)) for name in SUMS]
    shown = project.title.language
    story = story_of(project)
    context = {
        "story": story,
        "conditions": next((line.change.conditions for line in story if line.change.conditions.text), None),
        "contract": getattr(project, "contract", None),
        "obligations": _bars(list(project.obligations.all())),
        "project": project,
        "road": _road(project, changes),
        "changes": changes,
        "sums": sums if any(amount is not None for _label, amount in sums) else [],
        "other_titles": [
            (language, getattr(project, f"title_{language}"))
            for language in LANGUAGES
            if language != shown and getattr(project, f"title_{language}")
        ],
        "address": request.build_absolute_uri(project.get_absolute_url()),
        "today": timezone.localdate(),
        "sharing": sharing.of_project(project, request),
    }
    return render(request, "projects/project_detail.html", context)


@require_safe
@limited("papers")
@heavy
def project_extract(request: HttpRequest, number: int) -> HttpResponse:
    """Send what the register says of one project now, as PDF in the language of the address."""
    project, language = _project(number), reader_language()
    made = extract_pdf(project, story_of(project), language, site=site_of(request), made_at=timezone.now())
    response = made_now(made, name=f"project-{project.number}-{language}.pdf", content_type="application/pdf")
    response.headers["Cache-Control"] = "no-cache"
    return response
