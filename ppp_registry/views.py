"""Signs of life, the door to the right language, and pages for what went wrong."""

import sys

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import DatabaseError, InterfaceError, connection
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.services import security_log
from accounts.services.security_log import Event
from ppp_registry.error_pages import API, error_page
from ppp_registry.waiting import is_away
from projects.api.problems import problem


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """Say that the process is alive; asks nothing of the database."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """Say whether the database answers: 200, or 503 with Retry-After."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseError, InterfaceError):
        return HttpResponse(
            "database does not answer\n", content_type="text/plain", status=503, headers={"Retry-After": "5"}
        )
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Give Prometheus its figures for the bearer token of METRICS_TOKEN; 404 for everybody else, and without one.

    Not by address: behind a proxy everybody comes from this machine.
    """
    token = settings.METRICS_TOKEN
    told = request.headers.get("Authorization", "")
    if not token or not constant_time_compare(told, f"Bearer {token}"):
        raise Http404
    from ppp_registry.metrics import TEXT, exposition

    return HttpResponse(exposition(), content_type=TEXT)


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """Say which standard the site holds, how that is tested, what is not good yet and where to complain."""
    return render(request, "accessibility.html")


@require_safe
def root(request: HttpRequest) -> HttpResponse:
    """Send the visitor to the pages in the language of account, cookie or browser; Kazakh when none says."""
    language = getattr(request, "LANGUAGE_CODE", "") or settings.LANGUAGE_CODE
    response = HttpResponseRedirect(f"/{language}/")
    response.headers["Vary"] = "Accept-Language, Cookie"
    return response


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: the address or the form cannot be read; 413: the form with its files is too large."""
    return error_page(request, 413 if isinstance(exception, RequestDataTooBig) else 400)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: logged in, but without this right."""
    security_log.note(Event.FORBIDDEN, request.user)
    return error_page(request, 403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form was opened too long ago or in another browser; 405 where nobody can write at all."""
    if not request.path_info.startswith(API):
        security_log.note(Event.FORGED)
        return error_page(request, 403)
    response = problem(request, 405)
    response.headers["Allow"] = "GET, HEAD, OPTIONS"
    return response


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: nothing stands at this address."""
    return error_page(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500, and 503 with Retry-After while the database is down; needs no database."""
    # Django calls this from its except block, so the fault itself can be asked.
    return error_page(request, 503 if is_away(sys.exc_info()[1]) else 500)
