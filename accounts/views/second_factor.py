"""The code of a login, and the pages on which a person keeps its second factor."""

from base64 import b32encode
from collections.abc import Mapping

import segno
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.forms.second_factor import WRONG_CODE, CodeForm, ProofForm, SetUpForm
from accounts.models import SecondFactor, User
from accounts.queries.second_factor import needs_second_factor, second_factor_of
from accounts.services import second_factor as services
from accounts.services.attempts import remember_device
from accounts.services.sessions import end_sessions, has_given_code
from accounts.views.common import own, person, private, site_of, slowed
from accounts.views.entering import begin_session, let_in, waiting

_NEW_APP = "new_second_factor"


@private
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """Ask for the code after the password, and let the person in."""
    found = waiting(request)
    if found is None or second_factor_of(found[0]) is None:
        return _to_the_door(request)
    user, following = found
    form = CodeForm(request.POST or None)
    wait = 0
    if request.method == "POST" and form.is_valid():
        wait = _ask(request, user, form)
        if not form.errors:
            return let_in(request, user, following, with_code=True)
    return _answer(request, "accounts/second_factor_code.html", {"form": form}, wait)


@private
@require_http_methods(["GET", "HEAD", "POST"])
def set_up(request: HttpRequest) -> HttpResponse:
    """Show the secret of a new app, confirm it by a code, and show the recovery codes once.

    For whoever is logged in, and for staff who gave the password and have no second factor yet.
    """
    found = None if request.user.is_authenticated else waiting(request)
    user = person(request) if request.user.is_authenticated else found and found[0]
    app = second_factor_of(user) if user else None
    if user is None or (found and app):  # With the password alone nobody replaces an app.
        return _to_the_door(request)
    secret = _secret(request, user)
    form = SetUpForm(user, request.POST or None, secret=secret, has_password=bool(found), has_app=bool(app))
    wait = 0
    if request.method == "POST" and form.is_valid():
        wait = _ask(request, user, form) if app else 0
        codes = [] if form.errors else _new_app(request, user, form, secret, replaces=bool(app))
        if codes:
            if found:
                begin_session(request, user, with_code=True)
            else:
                _go_on(request, user)
            request.session.pop(_NEW_APP)
            answer = _codes(request, codes, found[1] if found else "")
            remember_device(answer, user)
            return answer
    facts = {"form": form, "app": app, "login": bool(found), **_picture(user, secret)}
    return _answer(request, "accounts/second_factor_set_up.html", facts, wait or form.wait)


@own
@require_http_methods(["GET", "HEAD", "POST"])
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """Make new recovery codes and show them once."""
    if asked := _proved(request, "accounts/recovery_codes_new.html"):
        return asked
    codes = services.new_recovery_codes(person(request), site=site_of(request))
    _go_on(request, person(request))
    return _codes(request, codes)


@own
@require_http_methods(["GET", "HEAD", "POST"])
def switch_off(request: HttpRequest) -> HttpResponse:
    """Take the second factor away; staff who must have one cannot."""
    user = person(request)
    if needs_second_factor(user):
        raise PermissionDenied
    if asked := _proved(request, "accounts/second_factor_off.html"):
        return asked
    services.switch_off(user, site=site_of(request))
    update_session_auth_hash(request, user)
    messages.success(request, _("The second factor is off. To log in, the password is enough again."))
    return redirect("account")


@own
@require_POST
def end_others(request: HttpRequest) -> HttpResponse:
    """End every session of the person but this one."""
    end_sessions(person(request))
    update_session_auth_hash(request, person(request))
    messages.success(request, _("On all other devices you are logged out."))
    return redirect("account")


def _to_the_door(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect("account")
    if request.method == "POST":
        messages.error(request, _("It took too long. Log in again, please."))
    return redirect(settings.LOGIN_URL)


def _secret(request: HttpRequest, user: User) -> str:
    """Return the secret of the app being set up: the same until it is confirmed, and nobody else's."""
    kept = request.session.get(_NEW_APP)
    if kept is None or kept["user"] != user.pk:
        kept = request.session[_NEW_APP] = {"user": user.pk, "secret": services.new_secret()}
    return str(kept["secret"])


def _new_app(request: HttpRequest, user: User, form: SetUpForm, secret: str, *, replaces: bool) -> list[str]:
    """Set the app of a valid form up; return the recovery codes, or none when its code ran out just now."""
    code = form.cleaned_data["new_code"]
    try:
        return services.set_up(user, secret, code, site=site_of(request), replaces=replaces)
    except services.WrongCode:
        form.add_error("new_code", WRONG_CODE)
        return []


def _ask(request: HttpRequest, user: User, form: CodeForm | ProofForm | SetUpForm) -> int:
    """Take the code of a valid form, or put the fault into it; return the seconds to wait."""
    try:
        services.accept_code(user, form.cleaned_data["code"], site=site_of(request))
    except services.WrongCode:
        form.add_error("code", WRONG_CODE)
    except services.WaitFirst as refusal:
        words = ngettext(
            "Too many wrong codes. Wait %(count)s second and type the code the app shows then.",
            "Too many wrong codes. Wait %(count)s seconds and type the code the app shows then.",
            refusal.seconds,
        )
        form.add_error("code", words % {"count": refusal.seconds})
        return refusal.seconds
    return 0


def _proved(request: HttpRequest, template: str) -> HttpResponse | None:
    """Return the page that asks for password and code, or None when both were right."""
    user = person(request)
    if second_factor_of(user) is None:
        return redirect("account")
    form = ProofForm(user, request.POST or None)
    wait = 0
    if request.method == "POST" and form.is_valid():
        wait = _ask(request, user, form)
        if not form.errors:
            return None
    return _answer(request, template, {"form": form}, wait or form.wait)


def _go_on(request: HttpRequest, user: User) -> None:
    update_session_auth_hash(request, user)
    has_given_code(request.session)


def _answer(request: HttpRequest, template: str, facts: Mapping[str, object], wait: int) -> HttpResponse:
    return slowed(render(request, template, dict(facts)), wait)


def _codes(request: HttpRequest, codes: list[str], following: str = "") -> HttpResponse:
    spaced = [f"{code[:4]} {code[4:8]} {code[8:]}" for code in codes]
    return render(request, "accounts/recovery_codes.html", {"codes": spaced, "next": following})


def _picture(user: User, secret: str) -> dict[str, str]:
    """Return the secret as a picture for the camera and as letters to type."""
    address = SecondFactor(user=user, key=secret).config_url
    typed = b32encode(bytes.fromhex(secret)).decode()
    return {
        "picture": segno.make(address, error="m", micro=False).svg_data_uri(border=4, light="#fff"),
        "secret": " ".join(typed[place : place + 4] for place in range(0, len(typed), 4)),
    }
