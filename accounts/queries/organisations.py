"""Which organisations a person works for."""

from typing import Any

from django.db.models import QuerySet

from accounts.models import Invitation, Organisation


def organisations_of(user: Any) -> QuerySet[Organisation]:
    """Return the organisations the person works for; none for anonymous visitors."""
    if not user.is_authenticated:
        return Organisation.objects.none()
    return Organisation.objects.filter(memberships__user=user)


def open_invitations(organisation: Organisation) -> QuerySet[Invitation]:
    """Return the invitations nobody has accepted or withdrawn, old ones included: they may be sent again."""
    return organisation.invitations.filter(accepted_at__isnull=True, withdrawn_at__isnull=True)
