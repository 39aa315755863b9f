"""Handing a person his or her own data: written down, and not too often."""

import datetime
from typing import IO

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from proposals.documents.own_data import own_data_zip
from proposals.models import Opened, Opening
from proposals.services.reading import note_opening

HOURLY = 3
"""Files an hour for one person: a file may hold hundreds of megabytes."""
_HOUR = datetime.timedelta(hours=1)


class TooOften(Exception):
    """The person took the data a moment ago; ``wait`` says how many seconds are left."""

    def __init__(self, wait: int) -> None:
        super().__init__(wait)
        self.wait = wait


def take_own_data(user: User) -> IO[bytes]:
    """Return the person's data as an open ZIP and write down that it was taken; raise TooOften, OSError."""
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        now = timezone.now()
        lately = Opening.objects.filter(reader=user, kind=Opened.OWN_DATA, at__gt=now - _HOUR).order_by("-at")
        taken = list(lately.values_list("at", flat=True)[:HOURLY])
        if len(taken) >= HOURLY:
            raise TooOften(max(1, round((taken[-1] + _HOUR - now).total_seconds())))
        note_opening(Opened.OWN_DATA, by=user)
    return own_data_zip(user)
