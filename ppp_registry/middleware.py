"""What no address may hold, and what no cache may keep."""

from collections.abc import Callable

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control, patch_vary_headers


class ReadableAddressMiddleware:
    """Refuse NUL in the query of the staff site with 400: its filters hand everything on to PostgreSQL, which fails.

    The public filters name the field themselves.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith("/admin/") and "%00" in request.META.get("QUERY_STRING", ""):
            raise SuspiciousOperation("NUL in the address")
        return self.get_response(request)


class StaffPagesMiddleware:
    """No cache, shared or the browser's, keeps a page of the staff site."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path_info.startswith("/admin/"):
            patch_cache_control(response, private=True, no_store=True, no_cache=True)
            patch_vary_headers(response, ["Cookie"])
        return response
