"""What no address may hold, and what no cache may keep."""

from collections.abc import Callable
from typing import Final, cast

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.core.handlers.exception import convert_exception_to_response
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.utils.cache import patch_cache_control, patch_vary_headers

from ppp_registry.error_pages import API, STAFF, error_page

_DOCUMENTATION: Final = "api-docs"
_PREFLIGHT = {
    "Allow": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "Accept, Accept-Language, If-None-Match",
    "Access-Control-Max-Age": "86400",
}


class ReadableAddressMiddleware:
    """PostgreSQL cannot store NUL: an address with it is not found (404), a query of the staff site refused (400).

    The filters of the public pages name the field themselves.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path_info:
            raise Http404
        if request.path_info.startswith(STAFF) and "%00" in request.META.get("QUERY_STRING", ""):
            raise SuspiciousOperation("NUL in the address")
        return self.get_response(request)


class PrivatePagesMiddleware:
    """No cache, shared or the browser's, keeps a page of the staff site or one made for somebody who is logged in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path_info.startswith(STAFF) or _is_for_somebody(request, response):
            patch_cache_control(response, private=True, no_store=True, no_cache=True)
            patch_vary_headers(response, ["Cookie"])
        return response


def _is_for_somebody(request: HttpRequest, response: HttpResponse) -> bool:
    # Only who was asked for already: the question costs a query, and the database may be away.
    person = getattr(request, "_cached_user", None)
    is_page = response.headers.get("Content-Type", "").startswith("text/html")
    return is_page and person is not None and person.is_authenticated


class WordsMiddleware:
    """An empty 405, 429 or 503 gets words: what happened and, of the last two, after how many seconds to come back."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code not in {405, 429, 503} or response.streaming or response.content:
            return response
        said = response.headers.get("Retry-After", "")
        worded = error_page(request, response.status_code, wait=int(said) if said.isdecimal() else None)
        if "Allow" in response.headers:
            worded.headers["Allow"] = response.headers["Allow"]
        return worded


class OpenDataMiddleware:
    """Below ``/api/`` nobody is anybody: no cookie comes in or goes out, and any site may read the answers.

    What stands behind this in the chain is about pages and people. Programs are answered past it, which halves what a
    short answer costs; only pages (the documentation), unknown addresses, and a site that reads from a copy of the
    database take the whole way.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self._for_programs = WordsMiddleware(convert_exception_to_response(_view_of))  # type: ignore[arg-type]

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(API):
            return self.get_response(request)
        request.META.pop("HTTP_COOKIE", None)
        if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
            response = HttpResponse(status=204, headers=_PREFLIGHT)
        elif _is_of_programs(request):
            response = self._for_programs(request)
        else:
            response = self.get_response(request)
        response.cookies.clear()
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers.setdefault("Access-Control-Expose-Headers", "ETag, Link, Content-Language, Retry-After")
        return response


def _is_of_programs(request: HttpRequest) -> bool:
    """Find the view of the address; tell whether it answers programs and needs nothing of the chain."""
    if "\x00" in request.path_info or settings.DATABASE_ROUTERS:
        return False
    try:
        request.resolver_match = resolve(request.path_info)
    except Resolver404:
        return False
    return request.resolver_match.url_name != _DOCUMENTATION


def _view_of(request: HttpRequest) -> HttpResponse:
    found = request.resolver_match
    return cast(HttpResponse, found.func(request, *found.args, **found.kwargs))  # type: ignore[union-attr]
