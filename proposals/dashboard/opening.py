"""Where a figure leads: to a list that shows exactly the rows it counts, or nowhere."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from proposals.dashboard.scope import Scope
from proposals.queries.staff import FILED
from reference.codelists import APPROVED


def _address(name: str, asked: dict[str, Any]) -> str:
    query = urlencode({name: value for name, value in asked.items() if value}, doseq=True)
    return reverse(name) + (f"?{query}" if query else "")


def projects_address(scope: Scope, years: Iterable[int | None], **more: Any) -> str:
    """Return the address of the public list of projects with the filters of the scope; ``more`` add to or replace them.

    ``years`` are those of the period that have rows: the list knows years one by one. Empty for a period without any.
    """
    asked: dict[str, Any] = {
        "sector": scope.sector and scope.sector.pk,
        "territory": scope.territory and scope.territory.pk,
        "initiator_type": scope.initiator_type,
        "status": scope.status or [status.value for status in APPROVED],
    }
    if scope.years:
        asked["year"] = sorted(years)
        if not asked["year"] and "year" not in more:
            return ""
    return _address("projects", asked | more)


def proposals_address(scope: Scope, **more: str) -> str:
    """Return the address of the staff's list of proposals with the filters of the scope; ``more`` add to them.

    Empty for figures of another day: the list shows today.
    """
    if scope.today != timezone.localdate():
        return ""
    asked = {
        "sector__code__exact": scope.sector and scope.sector.pk,
        "territory": scope.territory and scope.territory.pk,
        "application__initiator_type__exact": scope.initiator_type,
        FILED: scope.years.parameter,
        **more,
    }
    return _address("admin:proposals_proposal_changelist", asked)
