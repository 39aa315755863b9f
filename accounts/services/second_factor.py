"""Setting up, asking for, replacing and taking away the second factor of a person.

Every change ends the open sessions of the person and is told by letter: whoever did it, the owner learns of it.
"""

import math
import secrets

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django_otp.oath import TOTP
from django_otp.util import random_hex

from accounts.models import RecoveryCode, SecondFactor, User
from accounts.queries.second_factor import needs_second_factor, second_factor_of
from accounts.services import security_log
from accounts.services.letters import link, send_letter
from accounts.services.security_log import Event
from accounts.services.sessions import end_sessions

CODES = 10
CODE_DIGITS = 12
"""Digits only: nobody has to change the keyboard for them, and 10**12 codes cannot be tried at the pace below."""
MOST_FAILURES = 9
"""After each wrong code the wait doubles, from 1 second to 2**8: about 4 minutes, and never longer."""


WARNED_AFTER = 5
"""Wrong codes in a row; the owner then learns by letter that somebody knows the password."""


class WrongCode(Exception):
    """The code is not the app's of this minute and no recovery code, or was used before."""


class WaitFirst(Exception):
    """Too many wrong codes; ``seconds`` until the next one is looked at."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


def new_secret() -> str:
    """Return a fresh secret for an app: 20 bytes, in hexadecimal digits (RFC 4226, 4)."""
    return random_hex(20)


def is_code_of(secret: str, code: str) -> bool:
    """Tell whether an app with this secret shows the code now."""
    return code.isdecimal() and len(code) == 6 and TOTP(bytes.fromhex(secret)).verify(int(code), tolerance=1)


@transaction.atomic
def set_up(user: User, secret: str, code: str, *, site: str, replaces: bool = False) -> list[str]:
    """Make the app with this secret the person's only one; return the new recovery codes.

    Raise WrongCode when the app does not show the code, PermissionDenied when there is an app already, unless the
    caller has asked for its code: then ``replaces``, and it and the earlier recovery codes are good no more.
    """
    _lock(user)
    if not replaces and second_factor_of(user) is not None:
        raise PermissionDenied
    SecondFactor.objects.filter(user=user).delete()
    if not SecondFactor.objects.create(user=user, key=secret, name="app").verify_token(code):
        raise WrongCode
    codes = _make_codes(user)
    end_sessions(user)
    _tell(user, "second_factor_set", site)
    return codes


def accept_code(user: User, code: str, *, site: str) -> None:
    """Take a code of the app or a recovery code, each once; raise WrongCode, or WaitFirst after wrong ones."""
    wait = 0
    with transaction.atomic():
        app = SecondFactor.objects.select_for_update().filter(user=user, confirmed=True).first()
        if app is None:
            raise WrongCode
        allowed, why = app.verify_is_allowed()
        if not allowed:
            wait = max(1, math.ceil((why["locked_until"] - timezone.now()).total_seconds()))
            is_good = False
        elif len(code) == CODE_DIGITS:
            is_good = _use_recovery_code(user, code, site)
            app.throttle_reset() if is_good else app.throttle_increment()
        else:
            is_good = app.verify_token(code)
        if app.throttling_failure_count > MOST_FAILURES:
            app.throttling_failure_count = MOST_FAILURES
            app.save(update_fields=["throttling_failure_count"])
        if not (is_good or wait) and app.throttling_failure_count >= WARNED_AFTER:
            _tell(user, "wrong_codes", site, hourly=1)
    if wait:
        security_log.note(Event.CODE_SLOWED, user)
        raise WaitFirst(wait)
    if not is_good:
        security_log.note(Event.CODE_WRONG, user)
        raise WrongCode


@transaction.atomic
def new_recovery_codes(user: User, *, site: str) -> list[str]:
    """Return fresh recovery codes; the earlier ones are good no more."""
    _lock(user)
    codes = _make_codes(user)
    end_sessions(user)
    _tell(user, "recovery_codes_new", site)
    return codes


def switch_off(user: User, *, site: str) -> None:
    """Take the second factor away; raise PermissionDenied where staff must have one."""
    if needs_second_factor(user):
        raise PermissionDenied
    _take_away(user, "second_factor_off", site)


def reset(user: User, *, by: User | None, site: str) -> bool:
    """Take away the second factor of somebody who lost it; tell whether there was one.

    ``by`` is the administrator, or None from the command line. Nobody resets the own one: raise PermissionDenied.
    """
    if by is not None and by.pk == user.pk:
        raise PermissionDenied
    return second_factor_of(user) is not None and _take_away(user, "second_factor_reset", site)


@transaction.atomic
def _take_away(user: User, letter: str, site: str) -> bool:
    _lock(user)
    SecondFactor.objects.filter(user=user).delete()
    RecoveryCode.objects.filter(user=user).delete()
    end_sessions(user)
    _tell(user, letter, site)
    return True


def _lock(user: User) -> None:
    User.objects.select_for_update().get(pk=user.pk)


def _seals(user: User, code: str) -> list[str]:
    said = f"{user.pk}:{code}"
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return [salted_hmac("accounts.recovery", said, secret=key, algorithm="sha256").hexdigest() for key in keys]


def _make_codes(user: User) -> list[str]:
    codes = [f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}" for _ in range(CODES)]
    RecoveryCode.objects.filter(user=user).delete()
    RecoveryCode.objects.bulk_create(RecoveryCode(user=user, seal=_seals(user, code)[0]) for code in codes)
    return codes


def _use_recovery_code(user: User, code: str, site: str) -> bool:
    used, _rows = RecoveryCode.objects.filter(user=user, seal__in=_seals(user, code)).delete()
    if used:
        _tell(user, "recovery_code_used", site, left=user.recovery_codes.count())
    return bool(used)


def _tell(user: User, letter: str, site: str, *, hourly: int | None = None, **facts: int) -> None:
    links = {"reset": link(site, user.language, "password_reset"), "account": link(site, user.language, "account")}
    send_letter(user.email, letter, user.language, {"user": user, "site": site, **links, **facts}, hourly=hourly)
