"""Stored files are handed out in one way: the very bytes that came, as a download, never shown by the browser."""

import hashlib
import logging
from typing import Any

from django.http import FileResponse, Http404, HttpResponse
from django.utils.http import content_disposition_header

logger = logging.getLogger(__name__)


def open_as_came(file: Any, *, sha256: str, what: str) -> Any:
    """Open a stored file; log and raise FileNotFoundError when it is missing or not the one that came."""
    try:
        stream = file.open("rb")
    except FileNotFoundError:
        logger.error("The file of %s is missing.", what)
        raise
    if hashlib.file_digest(stream, "sha256").hexdigest() != sha256:
        stream.close()
        logger.error("The file of %s is not the one that came.", what)
        raise FileNotFoundError
    stream.seek(0)
    return stream


def download(file: Any, *, sha256: str, name: str, content_type: str, what: str) -> FileResponse:
    """Return a stored file as a download called ``name``; raise Http404 when it is missing or not the one that came.

    Who may have it, the caller has asked; ``what`` names the file in the log.
    """
    try:
        stream = open_as_came(file, sha256=sha256, what=what)
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(stream, as_attachment=True, filename=name, content_type=content_type)
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


def made_now(content: bytes, *, name: str, content_type: str) -> HttpResponse:
    """Return what was made for this one request as a download called ``name``, never shown by the browser."""
    response = HttpResponse(content, content_type=content_type)
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response
