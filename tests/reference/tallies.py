"""Counts of tries as tests move them: nobody waits an hour."""

import datetime

from django.db.models import F

from reference.models import Tally


def later(**time):
    """Let so much time pass for every count."""
    passed = datetime.timedelta(**time)
    Tally.objects.update(until=F("until") - passed, forget_at=F("forget_at") - passed)


def counted():
    """Return how many rows there are of each kind."""
    kinds = list(Tally.objects.values_list("kind", flat=True))
    return {kind: kinds.count(kind) for kind in kinds}
