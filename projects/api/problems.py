"""What went wrong, in the words of RFC 9457: every error below ``/api/`` is a problem document."""

import math
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _, override
from rest_framework.exceptions import MethodNotAllowed, NotAcceptable, NotFound, Throttled

from projects.api.languages import asked_language
from projects.exports.cells import as_json
from reference.templatetags.registry_formats import visible

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER = 10
"""Seconds after which a program may ask again when the database was down."""
TOO_MANY_WAIT = 60
"""Seconds after which a program may ask again when it asked too often, where nobody said how many."""

TITLES: dict[int, Promise] = {
    400: _("The request cannot be read"),
    403: _("This is not open to you"),
    404: _("There is nothing at this address"),
    405: _("The data can only be read"),
    406: _("There is no such format"),
    413: _("The request is too large"),
    429: _("Too many requests in a short time"),
    500: _("The site has a fault"),
    503: _("The register does not answer at the moment"),
}
DETAILS: dict[int, Promise] = {
    400: _("Correct the parameters named in “errors” and ask again."),
    403: _("The API needs no account: ask with GET, without cookies."),
    404: _("Check the number and the address; the documentation names every address."),
    405: _("Ask with GET, HEAD or OPTIONS."),
    406: _("Ask for application/json, or leave out the Accept header."),
    413: _("Ask with fewer parameters."),
    429: _("Wait as many seconds as the header Retry-After says, then ask again."),
    500: _("Try again in a minute; if it happens again, tell the chamber the time and the address."),
    503: _("Try again in a minute."),
}


class Unreadable(Exception):
    """Parameters that cannot be read: each with its sentences."""

    def __init__(self, errors: Mapping[str, Sequence[Any]]) -> None:
        super().__init__(*errors)
        self.errors = errors


class Misread(Exception):
    """One value that cannot be read; says in a sentence what to write instead."""


def problem(request: HttpRequest, status: int, errors: Mapping[str, Sequence[Any]] | None = None) -> HttpResponse:
    """Return the problem document in the language of the request; it asks nothing of the database."""
    language = asked_language(request)
    with override(language):
        body: dict[str, Any] = {
            "type": f"{reverse('api-docs')}#problem-{status}",
            "title": str(TITLES.get(status) or HTTPStatus(status).phrase),
            "status": status,
            "detail": str(DETAILS.get(status, "")),
        }
        if errors:
            body["errors"] = {visible(name): [str(sentence) for sentence in told] for name, told in errors.items()}
    response = HttpResponse(as_json(body), status=status, content_type=MEDIA_TYPE)
    response.headers["Content-Language"] = language
    response.headers["Cache-Control"] = "no-store"
    patch_vary_headers(response, ["Accept", "Accept-Language"])
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["Retry-After"] = str(RETRY_AFTER)
    return response


def as_problem(error: Exception, context: Mapping[str, Any]) -> HttpResponse | None:
    """Answer what a view raised; None leaves a fault to the handlers of the site."""
    request = context["request"]
    if isinstance(error, Unreadable):
        return problem(request, HTTPStatus.BAD_REQUEST, error.errors)
    if isinstance(error, Http404 | NotFound):
        return problem(request, HTTPStatus.NOT_FOUND)
    if isinstance(error, NotAcceptable):
        return problem(request, HTTPStatus.NOT_ACCEPTABLE)
    if isinstance(error, Throttled):
        response = problem(request, HTTPStatus.TOO_MANY_REQUESTS)
        response.headers["Retry-After"] = str(math.ceil(getattr(error, "wait", None) or TOO_MANY_WAIT))
        return response
    if isinstance(error, MethodNotAllowed):
        response = problem(request, HTTPStatus.METHOD_NOT_ALLOWED)
        response.headers["Allow"] = "GET, HEAD, OPTIONS"
        return response
    return None
