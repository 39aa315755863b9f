"""What the pages of an account share."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, TypeVar, cast

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from accounts.models import User

View = TypeVar("View", bound=Callable[..., Any])
LONGEST_NEXT = 500


def private(view: View) -> View:
    """Let no cache keep the page, and no report of a fault hold what was typed."""
    return sensitive_post_parameters()(never_cache(view))


def own(view: View) -> View:
    """Private, and for people who have logged in."""
    return private(login_required(view))


def person(request: HttpRequest) -> User:
    """Return who is logged in."""
    return cast(User, request.user)


def site_of(request: HttpRequest) -> str:
    """Return the root of the site, for letters: of the settings, only in a demo of the request.

    ALLOWED_HOSTS lets any port through, and any name below a domain.
    """
    return request.build_absolute_uri("/") if settings.PLAIN_HTTP else settings.SITE_URL


def safe_next(request: HttpRequest, page: str | None) -> str:
    """Return a page of this site to go on to, or nothing for every other address."""
    if not page or len(page) > LONGEST_NEXT or not page.startswith("/") or not page.isprintable():
        return ""
    allowed = url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure())
    return page if allowed else ""


def asked_next(request: HttpRequest) -> str:
    """Return the page that the address or the form asks to go on to, if it is ours."""
    return safe_next(request, request.POST.get("next") or request.GET.get("next"))


def slowed(response: HttpResponse, wait: int) -> HttpResponse:
    """Make the page of a form that must wait a 429; with ``wait`` 0 leave it as it is."""
    if wait:
        response.status_code = HTTPStatus.TOO_MANY_REQUESTS
        response.headers["Retry-After"] = str(wait)
    return response


def start_page(user: User) -> str:
    """Return where a person begins, in the language of the account: staff on their site, unless they also apply."""
    if user.is_staff and not user.memberships.exists():
        return reverse("admin:index")
    with override(user.language):
        try:
            return reverse("applications")
        except NoReverseMatch:
            return reverse("account")
