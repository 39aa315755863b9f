"""Answers that a program may keep: each carries a mark of its content, and whoever holds it already gets 304."""

import hashlib

from django.http import HttpRequest, HttpResponse
from django.utils.http import parse_etags


def holds(request: HttpRequest, etag: str) -> bool:
    """Tell whether whoever asks has the content of this strong ETag already."""
    # Weak comparison: a proxy that compresses marks our strong tag as weak.
    given = [mark.removeprefix("W/") for mark in parse_etags(request.headers.get("If-None-Match", ""))]
    return "*" in given or etag in given


def marked(request: HttpRequest, body: bytes, *, content_type: str, keeping: str) -> HttpResponse:
    """Return the body with its strong ETag, or 304 for whoever holds it; ``keeping`` is the Cache-Control of both."""
    digest = hashlib.sha256(content_type.encode() + b"\n" + body).hexdigest()[:32]
    etag = f'"{digest}"'
    if holds(request, etag):
        response = HttpResponse(status=304)
        del response.headers["Content-Type"]
    else:
        response = HttpResponse(body, content_type=content_type)
        response.headers["Content-Length"] = str(len(body))
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = keeping
    return response
