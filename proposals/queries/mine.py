"""The applicant's own list: drafts with their progress, filed applications with what waits for the applicant."""

from typing import Any

from django.db.models import Count, F, Prefetch, Q, QuerySet

from proposals.models import Application, Proposal
from proposals.queries.access import own_applications
from proposals.workflow import Stage


def my_applications(user: Any) -> QuerySet[Application]:
    """Return the person's applications, drafts first, newest first, with proposals and open requests counted."""
    own = own_applications(user).values("pk")
    proposals = Proposal.objects.select_related("sector").order_by("position")
    return (
        Application.objects.filter(pk__in=own)
        .select_related("organisation")
        .prefetch_related(Prefetch("proposals", proposals))
        .annotate(
            waiting=Count(
                "proposals__clarifications",
                filter=Q(proposals__clarifications__answered_at__isnull=True, proposals__stage=Stage.CLARIFICATION),
                distinct=True,
            )
        )
        # A query that counts forgets the order of the table.
        .order_by(F("filed_at").desc(nulls_first=True), "-created_at")
    )
