"""The full files of each day, handed out at lasting addresses."""

import logging

from django.http import Http404, HttpRequest, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from projects.api.problems import problem
from projects.exports.daily import FORMS, path_of, read
from reference.conditional import holds
from reference.downloads import download
from reference.limits import heavy

logger = logging.getLogger(__name__)
KEEPING = "public, max-age=86400"
"""The file of a day never changes."""


# No count by address: these files also come while the database does not answer.
@require_safe
@heavy
def daily_file(request: HttpRequest, day: str, name: str) -> HttpResponseBase:
    """Send the file; 404 for what was never published or is kept no longer, 503 when the disk does not answer."""
    try:
        return _answer(request, day, name)
    except OSError:
        logger.exception("The file of a day cannot be read.")
        return problem(request, 503)


def _answer(request: HttpRequest, day: str, name: str) -> HttpResponseBase:
    # Only names of the manifest are ever opened, so no path can lead elsewhere.
    published = read(day)
    file = next((file for file in published.files if file.name == name), None) if published else None
    if file is None:
        return problem(request, 404)
    etag = f'"{file.sha256}"'
    response: HttpResponseBase
    if holds(request, etag):
        response = HttpResponseNotModified()
    else:
        try:
            response = download(
                path_of(file),
                sha256=file.sha256,
                name=f"ppp-{file.day}-{file.name}",
                content_type=FORMS[file.name][0],
                what=f"open data {file.day}/{file.name}",
            )
        except Http404:
            return problem(request, 404)
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = KEEPING
    return response
