"""Guessing passwords is slow, and nobody can be shut out by it: docs/decisions/0026.

Every try is counted before the password is looked at, per account (there or not: the same) and per address, so a locked
try never learns whether its password was right. A browser in which the account was entered before carries a signed
cookie, is counted by itself, and passes whatever strangers do.
"""

import datetime
import secrets
import unicodedata
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.contrib.auth import authenticate
from django.core import signing
from django.db import transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from accounts.models import User
from accounts.queries.letters import letters_lately
from accounts.services import security_log
from accounts.services.letters import link, send_letter
from accounts.services.security_log import Event
from reference.client_address import client_address
from reference.rates import Lock, Rate, forgive, give_back, keyed, newly_locked, spend, try_once

LETTER: Final = "login_slowed"
_DAY: Final = 24 * 60 * 60
ACCOUNT: Final = Lock("account", free=5, first=60, longest=60 * 60, memory=_DAY)
"""Tries at one account from browsers that are not known."""
DEVICE: Final = Lock("device", free=10, first=60, longest=60 * 60, memory=_DAY)
"""Tries of one known browser at its account."""
OWN: Final = Lock("own", free=5, first=60, longest=60 * 60, memory=_DAY)
"""Tries at the password one is asked for while logged in."""
BY_ADDRESS: Final = (Rate("address", 30, 30 * 60), Rate("address_day", 200, _DAY))
"""Wrong tries from one address: 30 at once, then one a minute; 200 a day. An office stands behind one address."""

DEVICE_LASTS: Final = 365 * _DAY
_SIGNER: Final = signing.TimestampSigner(salt="accounts.device", sep=".")


class TooManyAttempts(Exception):
    """The next try may be made after ``wait`` seconds; this one was not looked at."""

    def __init__(self, wait: int) -> None:
        super().__init__(wait)
        self.wait = wait


@dataclass(frozen=True)
class Attempt:
    """A try that was counted as a wrong one; :meth:`succeeded` takes that back."""

    account: str
    address: str
    device: str

    def succeeded(self) -> None:
        """Forget the wrong tries of whoever just proved to be the owner."""
        if self.device:
            # Not those of strangers: their lock must not open each time the owner comes.
            forgive(DEVICE, self.device)
            return
        forgive(ACCOUNT, self.account)
        for rate in BY_ADDRESS:
            give_back(rate, self.address)


def attempt(request: HttpRequest, email: str) -> Attempt:
    """Count a try at the account of this address, whether there is one or not; raise TooManyAttempts."""
    account = _account(email)
    known = _known_device(request, account)
    made = Attempt(account, "" if known else client_address(request), known)
    with transaction.atomic():
        wait = _counted(made)
        # Refused by one, counted by none.
        transaction.set_rollback(bool(wait))
    if wait:
        raise TooManyAttempts(wait)
    return made


def _counted(made: Attempt) -> int:
    if made.device:
        return try_once(DEVICE, made.device)
    # In this order everywhere, so that two tries never wait for each other.
    waits = [spend(rate, made.address) for rate in BY_ADDRESS]
    return max(*waits, try_once(ACCOUNT, made.account))


def authenticated(request: HttpRequest, email: str, password: str) -> User | None:
    """Return who has this address and password, nobody if either is wrong; raise TooManyAttempts."""
    try:
        made = attempt(request, email)
    except TooManyAttempts:
        security_log.note(Event.SLOWED)
        raise
    found = authenticate(request, username=email, password=password)
    if found is None:
        security_log.note(Event.WRONG)
        return None
    made.succeeded()
    assert isinstance(found, User)
    return found


def knows_password(user: User, password: str) -> bool:
    """Tell whether this is the password of a person who is logged in; raise TooManyAttempts."""
    if wait := try_once(OWN, str(user.pk)):
        raise TooManyAttempts(wait)
    if not user.check_password(password):
        return False
    forgive(OWN, str(user.pk))
    return True


def remember_device(response: HttpResponseBase, user: User) -> None:
    """Give the browser the cookie by which it is known at this account; who has it is not thereby logged in."""
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME,
        _SIGNER.sign_object({"account": _account(user.email), "device": secrets.token_urlsafe(16)}),
        max_age=DEVICE_LASTS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


@transaction.atomic
def tell_owners() -> int:
    """Write to the owners of accounts that strangers shut a little, once a day at most; return how many letters.

    Not at the try itself: that would take longer where there is an account.
    """
    shut = set(newly_locked(ACCOUNT))
    if not shut:
        return 0
    letters = 0
    for user in User.objects.filter(is_active=True).only("email", "language", "full_name").iterator():
        is_shut = keyed(ACCOUNT.kind, _account(user.email)) in shut
        if not is_shut or letters_lately(user.email, LETTER, datetime.timedelta(days=1)):
            continue
        site = settings.SITE_URL
        links = {"reset": link(site, user.language, "password_reset")}
        send_letter(user.email, LETTER, user.language, {"user": user, "site": site, **links})
        letters += 1
    return letters


def _account(email: str) -> str:
    # PostgreSQL finds the account of “aİgul” under “aigul”, Python's lower() does not: each spelling would have tries
    # of its own. Two names that share a count by this do no harm.
    folded = unicodedata.normalize("NFKC", email.strip()).casefold().replace("\u0131", "i").replace("\u0307", "")
    return keyed("e-mail", folded)


def _known_device(request: HttpRequest, account: str) -> str:
    try:
        said = _SIGNER.unsign_object(request.COOKIES.get(settings.DEVICE_COOKIE_NAME, ""), max_age=DEVICE_LASTS)
    except signing.BadSignature:
        return ""
    return str(said["device"]) if said["account"] == account else ""
