"""Each request has a number: in its answer, in every line of the log, on the page of a fault, for people to quote."""

import logging
import re
import secrets
import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from ppp_registry.logs import REQUEST_ID

logger = logging.getLogger("ppp_registry.requests")
HEADER = "X-Request-ID"
_FROM_PROXY = re.compile(r"[0-9a-f]{16,32}")


def _number(request: HttpRequest) -> str:
    """Return the proxy's number when a proxy is there to be believed and it looks like one, else one of our own."""
    told = request.headers.get(HEADER, "") if settings.SECURE_PROXY_SSL_HEADER else ""
    return told if _FROM_PROXY.fullmatch(told) else secrets.token_hex(8)


def route_of(request: HttpRequest) -> str:
    """Return the pattern of the address: addresses themselves hold names, links and keys."""
    if request.resolver_match is not None:
        return request.resolver_match.route or "/"
    return "static" if request.path_info.startswith(settings.STATIC_URL) else "unknown"


class RequestMiddleware:
    """Numbers the request and says in one line how it went: never who asked, from where, or for what words.

    Stands outermost. The milliseconds are those until the answer began: a file is sent afterwards.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self._count: Callable[[HttpRequest, str, int, float], None] | None = None
        if settings.METRICS_TOKEN:
            from ppp_registry.metrics import count

            self._count = count

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        began = time.perf_counter()
        number = _number(request)
        request.number = number  # type: ignore[attr-defined]
        REQUEST_ID.set(number)
        response = self.get_response(request)
        response.headers[HEADER] = number
        took = time.perf_counter() - began
        if self._count is not None:
            self._count(request, route_of(request), response.status_code, took)
        if logger.isEnabledFor(logging.INFO):
            said = {
                "method": request.method,
                "route": route_of(request),
                "status": response.status_code,
                "ms": round(took * 1000),
            }
            logger.info("request", extra=said)
        return response
