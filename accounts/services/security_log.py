"""Events of entering and being refused, for whoever watches the log: which kind and which account, never a name.

A number of an account is given only where it was proved by a password; tries at unknown accounts have none, so the
log tells nobody which addresses have accounts. Rows 16.3.1 to 16.3.3 of OWASP ASVS 5.0.0.
"""

import logging
from enum import StrEnum
from typing import Any

logger = logging.getLogger("accounts.security")


class Event(StrEnum):
    """What happened at the door."""

    ENTERED = "login"
    WRONG = "login refused: wrong address or password"
    SLOWED = "login put off: too many tries"
    CODE_WRONG = "code refused"
    CODE_SLOWED = "code put off: too many tries"
    LEFT = "logout"
    FORBIDDEN = "refused: no right"
    FORGED = "refused: form without a good token"


def note(event: Event, user: Any = None, **facts: bool | int | str) -> None:
    """Write the event down; refusals as warnings."""
    level = logging.INFO if event in (Event.ENTERED, Event.LEFT) else logging.WARNING
    key = getattr(user, "pk", None)
    logger.log(level, "%s", event.value, extra={**facts, **({"account": key} if key is not None else {})})
