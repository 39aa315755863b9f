"""The door: a person is logged in only when everything asked of it is shown (docs/decisions/0025).

Between password and code nobody is logged in: the session says only whose password was right.
"""

import time

from django.contrib.auth import login as log_in, logout as log_out
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.crypto import constant_time_compare

from accounts.models import User
from accounts.queries.second_factor import needs_second_factor, second_factor_of
from accounts.services import security_log, sessions
from accounts.services.attempts import remember_device
from accounts.services.security_log import Event
from accounts.views.common import safe_next, start_page
from accounts.views.language import keep_language

BACKEND = "django.contrib.auth.backends.ModelBackend"
_WAITS = "password_given"
WAITS_FOR = 10 * 60
"""Seconds between password and code."""


def after_password(request: HttpRequest, user: User, following: str = "") -> HttpResponse:
    """Let a person in whose password was right, or lead on to the code, or to setting one up."""
    if second_factor_of(user) is not None:
        page = "second_factor"
    elif needs_second_factor(user):
        page = "second_factor_set_up"
    else:
        return let_in(request, user, following)
    log_out(request)
    request.session[_WAITS] = {
        "user": user.pk,
        "seal": user.get_session_auth_hash(),
        "at": int(time.time()),
        "next": following,
    }
    return redirect(page)


def waiting(request: HttpRequest) -> tuple[User, str] | None:
    """Return who has given the password and not yet the code, and the page to go on to; None when nobody does."""
    said = request.session.get(_WAITS)
    if said is None or not 0 <= time.time() - said["at"] <= WAITS_FOR:
        return None
    user = User.objects.filter(pk=said["user"], is_active=True).first()
    if user is None or not constant_time_compare(said["seal"], user.get_session_auth_hash()):
        return None
    return user, safe_next(request, said["next"])


def begin_session(request: HttpRequest, user: User, *, with_code: bool = False) -> None:
    """Log a person in under a new id of the session. The only place of the site that does."""
    request.session.pop(_WAITS, None)
    log_in(request, user, backend=BACKEND)
    sessions.begin(request.session, with_code=with_code)
    security_log.note(Event.ENTERED, user, with_code=with_code)


def let_in(request: HttpRequest, user: User, following: str = "", *, with_code: bool = False) -> HttpResponse:
    """Log a person in and send it on to where it wanted to go."""
    begin_session(request, user, with_code=with_code)
    answer = HttpResponseRedirect(following or start_page(user))
    remember_device(answer, user)
    # For the time after logging out; while logged in the account itself is asked.
    return keep_language(answer, user.language)


def let_out(request: HttpRequest) -> HttpResponse:
    """Log a person out, and let the browser forget the pages it kept."""
    security_log.note(Event.LEFT, request.user)
    log_out(request)
    answer = redirect("home")
    # Not "cookies": by it the browser is known at the next login (docs/decisions/0026). Not "storage": text a person
    # typed while the line was down waits there.
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer
