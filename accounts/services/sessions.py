"""How long a session lasts, and how all sessions of a person end at once."""

import time

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.db.models import F

from accounts.models import User
from accounts.queries.second_factor import needs_second_factor

_ENTERED, _SEEN, _WITH_CODE = "entered", "seen", "with_code"
SEEN_EVERY = 60
"""Seconds; a session is written once in so many, not at each request."""


def begin(session: SessionBase, *, with_code: bool) -> None:
    """Write down when the session began and whether a code was given for it."""
    now = int(time.time())
    session.update({_ENTERED: now, _SEEN: now, _WITH_CODE: with_code})


def has_given_code(session: SessionBase) -> None:
    """Write down that the person of a session has just shown a second factor."""
    session[_WITH_CODE] = True


def is_over(session: SessionBase, user: User) -> bool:
    """Tell whether a session is good no more: too old, too long idle for staff, or staff without a code.

    A session that did not begin at our door has no date; where a second factor is asked for it opens nothing.
    """
    entered, now = session.get(_ENTERED), int(time.time())
    if entered is None:
        return bool(settings.SECOND_FACTOR_REQUIRED)
    if needs_second_factor(user) and not session.get(_WITH_CODE):
        return True
    is_idle = _of_chamber(user) and now - session.get(_SEEN, entered) > settings.STAFF_IDLE_AGE
    return is_idle or now - entered > settings.SESSION_COOKIE_AGE


def note_use(session: SessionBase, user: User) -> None:
    """Remember that a member of staff is there."""
    now = int(time.time())
    if _of_chamber(user) and _SEEN in session and now - session[_SEEN] >= SEEN_EVERY:
        session[_SEEN] = now


def end_sessions(user: User) -> None:
    """End every session of a person at its next request; ``user`` then knows the new round, for the one that stays."""
    User.objects.filter(pk=user.pk).update(session_round=F("session_round") + 1)
    user.refresh_from_db(fields=["session_round"])


def _of_chamber(user: User) -> bool:
    return user.is_staff or user.is_superuser
