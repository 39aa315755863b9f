"""Addresses of the staff's list of proposals for a figure; none where that list cannot show exactly these rows."""

from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from proposals.dashboard.scope import Scope


def proposals_address(scope: Scope, **filters: str) -> str:
    """Return the address of the list with these filters and those of the scope.

    Empty for a period, which the list does not know, and for figures of another day than today.
    """
    if scope.first_year or scope.last_year or scope.today != timezone.localdate():
        return ""
    asked = {
        "sector__code__exact": scope.sector and scope.sector.pk,
        "territory": scope.territory and scope.territory.pk,
        "application__initiator_type__exact": scope.initiator_type,
        **filters,
    }
    query = urlencode({name: value for name, value in asked.items() if value})
    return reverse("admin:proposals_proposal_changelist") + (f"?{query}" if query else "")
