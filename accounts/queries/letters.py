"""What waits in the outbox, and what was written lately."""

import datetime

from django.db.models import Q, QuerySet
from django.utils import timezone
from post_office.models import STATUS, Email

KIND = "X-Letter"
"""Header that names the template of a letter."""


def letters_lately(to: str, template: str, within: datetime.timedelta) -> int:
    """Return how many letters of this template were written to the address within that time."""
    since = timezone.now() - within
    return Email.objects.filter(to__iexact=to, headers__contains={KIND: template}, created__gt=since).count()


def waiting_letters() -> QuerySet[Email]:
    """Return what may be sent now, the oldest of the most urgent first."""
    now = timezone.now()
    return Email.objects.filter(
        Q(scheduled_time__isnull=True) | Q(scheduled_time__lte=now),
        Q(expires_at__isnull=True) | Q(expires_at__gt=now),
        status__in=(STATUS.queued, STATUS.requeued),
    ).order_by("-priority", "created", "id")
