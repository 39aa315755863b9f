"""What people and programs read when something went wrong: their language, what happened, what to do next.

Nothing here asks the database, so the words also stand while it is down.
"""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language_from_path, get_language_from_request, override

from projects.api.problems import problem
from reference.languages import OWN_NAMES

API: Final = "/api/"
STAFF: Final = "/admin/"
WAIT: Final = {429: 60, 503: 10}
"""Seconds after which a reader may come back, where nobody said how many."""


def error_page(request: HttpRequest, status: int, *, wait: int | None = None) -> HttpResponse:
    """Return the page of a status, below ``/api/`` the problem document; both carry Retry-After where waiting helps."""
    wait = WAIT.get(status) if wait is None else wait
    response = problem(request, status) if request.path_info.startswith(API) else _page(request, status, wait)
    if wait is not None:
        response.headers["Retry-After"] = str(wait)
    return response


def _page(request: HttpRequest, status: int, wait: int | None) -> HttpResponse:
    # The language middleware may not have run yet when this is called.
    of_address = get_language_from_path(request.path_info)
    language = of_address or getattr(request, "LANGUAGE_CODE", "") or get_language_from_request(request)
    minutes = -(-wait // 60) if wait is not None and wait > 90 else 0
    with override(language):
        context = {
            "status": status,
            "language": language,
            "is_of_staff": request.path_info.startswith(STAFF),
            "languages": OWN_NAMES.items() if of_address else (),
            "seconds": wait if wait and not minutes else 0,
            "minutes": minutes,
            "number": getattr(request, "number", "")[:12],
        }
        return render(request, "errors/page.html", context, status=status)
