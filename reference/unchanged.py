"""Pages that are the same for everybody until what they show changes: until then each costs one query.

A page is marked by an ETag of everything it depends on. Whoever holds it gets 304; for others its body is kept in this
process. Readers ask every time (``no-cache``), so that nobody sees an older page than the database holds. A request
with the cookie of a session is never answered from here, and nothing of its answer stays.
"""

import functools
from collections.abc import Callable
from typing import Any, Final, TypeVar, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.crypto import salted_hmac
from django.utils.translation import get_language

from reference.conditional import holds
from reference.kept import Kept
from reference.release import release

View = TypeVar("View", bound=Callable[..., Any])

ROOM: Final = 32 * 2**20
"""Bytes of bodies that one worker keeps: some 700 pages of the list."""
PAGE: Final = "text/html; charset=utf-8"
_SETTINGS_SHOWN: Final = ("CONTACT_EMAIL", "CONTACT_PHONE")

pages = Kept(ROOM)


def until_changed(version: Callable[[], object]) -> Callable[[View], View]:
    """Answer from what is known already until ``version`` moves, another day begins or another release is served.

    ``version`` is asked once for each request, before the view reads anything; where it is None, nothing is kept. For
    views that show everybody without a session the same at one address: no form with a secret, no cookie. Only their
    pages of status 200 are marked.
    """

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            def made() -> HttpResponse:
                return cast(HttpResponse, view(request, *args, **kwargs))

            if not _is_asked_by_anybody(request) or (stands := version()) is None:
                return made()
            return _answer(request, _etag(request, stands), made)

        return cast(View, wrapped)

    return decorate


def _answer(request: HttpRequest, etag: str, made: Callable[[], HttpResponse]) -> HttpResponse:
    if request.headers.get("If-None-Match", "").strip() != "*" and holds(request, etag):
        return _marked(_not_modified(), etag)
    body = pages.get(etag)
    if body is not None:
        return _marked(HttpResponse(body, content_type=PAGE), etag)
    response = made()
    if not _is_for_anybody(request, response):
        return response
    pages.put(etag, response.content)
    return _marked(response, etag)


def _is_asked_by_anybody(request: HttpRequest) -> bool:
    # A process under DEBUG sees templates change.
    return (
        request.method in {"GET", "HEAD"} and settings.SESSION_COOKIE_NAME not in request.COOKIES and not settings.DEBUG
    )


def _is_for_anybody(request: HttpRequest, response: HttpResponse) -> bool:
    """Tell whether the answer is a whole page that holds nothing of one reader, and asks for no cookie."""
    return (
        response.status_code == 200
        and not response.streaming
        and dict(response.headers) == {"Content-Type": PAGE}
        and not response.cookies
        and not request.META.get("CSRF_COOKIE_NEEDS_UPDATE")
        and not request.session.modified
    )


def _etag(request: HttpRequest, stands: object) -> str:
    told = (
        str(stands),
        release(),
        get_language(),
        request.build_absolute_uri(),
        timezone.localdate().isoformat(),
        *(getattr(settings, name) for name in _SETTINGS_SHOWN),
    )
    # By a key of ours: whoever writes an address cannot look for another one with the same mark.
    return f'"{salted_hmac("reference.unchanged", repr(told), algorithm="sha256").hexdigest()[:32]}"'


def _not_modified() -> HttpResponse:
    response = HttpResponse(status=304)
    del response.headers["Content-Type"]
    return response


def _marked(response: HttpResponse, etag: str) -> HttpResponse:
    # Weak: each worker makes the page at a moment of its own, which the page prints.
    response.headers["ETag"] = f"W/{etag}"
    response.headers["Cache-Control"] = "no-cache"
    patch_vary_headers(response, ["Cookie"])
    return response
