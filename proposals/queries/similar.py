"""Earlier proposals and projects of the same sector and place with like words."""

from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import F, Q, QuerySet

from projects.models import Project
from proposals.models import Proposal
from proposals.workflow import Stage
from reference.kazakh import fold

ALIKE = 0.25
"""Trigram similarity of the folded titles from which two are called alike."""

MOST = 20


@dataclass(frozen=True)
class Similar:
    """What an applicant may know of similar proposals: how many, and the titles that are public anyway."""

    count: int
    titles: list[str]
    projects: list[Project]


def _alike(rows: QuerySet[Any, Any], proposal: Proposal) -> QuerySet[Any, Any]:
    """Narrow rows to those of the same sector and place with like words.

    A territory counts as the same with the city or region it lies in.
    """
    words = fold(f"{proposal.title_kk} {proposal.title_ru}").strip()
    likeness = TrigramSimilarity("search_text", words)
    if not (words and proposal.sector_id and proposal.territory_id):
        return rows.none().annotate(likeness=likeness)
    places = {proposal.territory_id, getattr(proposal.territory, "parent_id", None)} - {None}
    near = Q(territory__in=places) | Q(territory__parent=proposal.territory_id)
    return rows.filter(near, sector=proposal.sector_id).annotate(likeness=likeness).filter(likeness__gte=ALIKE)


def similar_proposals(proposal: Proposal) -> QuerySet[Proposal, Any]:
    """Return filed proposals of anybody in the same sector and territory with like words, the most alike first.

    For people of the chamber only: rows carry what an applicant may not see.
    """
    others = Proposal.objects.exclude(stage=Stage.DRAFT).exclude(pk=proposal.pk)
    shown = others.select_related("application__organisation", "sector", "territory")
    return _alike(shown, proposal).order_by(F("likeness").desc(), "stage_since")


def similar_projects(proposal: Proposal) -> QuerySet[Project, Any]:
    """Return projects of the public register in the same sector and territory with like words, the most alike first."""
    return _alike(Project.objects.all(), proposal).order_by(F("likeness").desc(), "number")


def similar_for_applicant(proposal: Proposal) -> Similar:
    """Return what the applicant may know: a count of others' proposals, titles whose applicants agreed, projects."""
    others = similar_proposals(proposal).exclude(application__organisation=proposal.application.organisation_id)
    agreed = others.filter(application__publish_agreed=True)[:5]
    return Similar(
        count=others.count(),
        titles=[str(row) for row in agreed],
        projects=list(similar_projects(proposal)[:5]),
    )
