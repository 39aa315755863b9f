"""What people of the chamber look up about filed proposals. Drafts are in none of the answers."""

import re
from typing import Any

from django.db.models import Count, F, Q, QuerySet, TextField, Value
from django.db.models.functions import Concat

from accounts.models import Organisation
from proposals.models import Application, Proposal
from proposals.queries.access import filed_proposals
from proposals.workflow import Stage
from reference.kazakh import folded, search_words
from reference.models import Territory
from reference.queries import within
from reference.years import Years

FILED = "filed"
"""Parameter of the list of proposals: the years of filing, as :class:`reference.years.Years` writes them."""

_NUMBER, _PLACE = re.compile(r"[0-9]{2,12}|[0-9]{4}-[0-9]{1,9}"), re.compile(r"[0-9]{1,3}")


def filed_applications(user: Any) -> QuerySet[Application]:
    """Return the applications whose proposals the person of the chamber may read."""
    if not user.has_perm("proposals.view_application"):
        return Application.objects.none()
    return Application.objects.filter(pk__in=filed_proposals(user).values("application"), filed_at__isnull=False)


def search_proposals(proposals: QuerySet[Proposal], text: str) -> QuerySet[Proposal]:
    """Return the proposals in which every word stands: in number, title, name of the applicant or BIN.

    Letters with and without Kazakh marks are the same. A personal number is never searched.
    """
    words = search_words(text)
    if not words:
        return proposals.none() if text.strip() else proposals
    named = proposals.alias(
        applicant=folded(Concat(Value(" "), F("application__applicant_name"), output_field=TextField()))
    )
    found = Q()
    for word in words:
        # Words of one or two letters must begin a word.
        part = word if len(word) > 2 else f" {word}"
        found &= Q(search_text__contains=part) | Q(applicant__contains=part)
    return named.filter(found | _numbered(text.strip().lstrip("№# ")))


def _numbered(text: str) -> Q:
    """Return what finds ``000123``, ``2026-000123/2`` and a BIN or its beginning; nothing for other texts."""
    number, _slash, position = text.partition("/")
    if not _NUMBER.fullmatch(number) or not (position == "" or _PLACE.fullmatch(position)):
        return Q(pk__in=[])
    if position:
        return Q(application__number__contains=number, position=int(position))
    if "-" in number:
        return Q(application__number__contains=number)
    return Q(application__number__contains=number) | Q(application__applicant_bin__startswith=number)


def in_territory(proposals: QuerySet[Proposal], code: str) -> QuerySet[Proposal]:
    """Return the proposals of a territory; a city or region includes its districts."""
    return proposals.filter(within([code]))


def filed_within(proposals: QuerySet[Proposal], years: Years) -> QuerySet[Proposal]:
    """Return the proposals filed in these years."""
    return proposals.filter(years.of("application__year"))


def filing_years(proposals: QuerySet[Proposal]) -> list[int]:
    """Return the years in which these proposals were filed, latest first."""
    years = proposals.order_by().values_list("application__year", flat=True).distinct()
    return sorted((year for year in years if year is not None), reverse=True)


def territories_of(proposals: QuerySet[Proposal]) -> QuerySet[Territory]:
    """Return the territories these proposals lie in, with the cities and regions above them."""
    codes = proposals.order_by().values("territory")
    parents = Territory.objects.filter(pk__in=codes, parent__isnull=False).values("parent")
    return Territory.objects.filter(Q(pk__in=codes) | Q(pk__in=parents)).order_by("level", "name_kk")


def stage_counts(user: Any) -> list[tuple[Stage, int]]:
    """Return how many filed proposals stand at each stage, every stage named; one query."""
    counted = filed_proposals(user).order_by().values_list("stage").annotate(count=Count("pk"))
    found = dict(counted)
    return [(stage, found.get(stage, 0)) for stage in Stage if stage != Stage.DRAFT]


def other_proposals(proposal: Proposal, user: Any) -> QuerySet[Proposal]:
    """Return the applicant's other filed proposals, newest first."""
    return (
        filed_proposals(user)
        .filter(application__organisation=proposal.application.organisation_id)
        .exclude(pk=proposal.pk)
        .select_related("application")
        .order_by("-application__filed_at", "position")
    )


def same_bin(organisation: Organisation) -> QuerySet[Organisation]:
    """Return other organisations that gave the same BIN; nobody has proved who works for it (decision 0010)."""
    if not organisation.bin:
        return Organisation.objects.none()
    return Organisation.objects.filter(bin=organisation.bin).exclude(pk=organisation.pk).order_by("created_at")
