"""Papers: handed out only to those who may read them, always as a download."""

import hashlib
import logging
from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.views.decorators.http import require_safe

from projects.models import Document
from projects.queries.documents import readable_documents

logger = logging.getLogger(__name__)


@require_safe
def document(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Send the file, or the reader on to where it is published; 404 for what the reader may not know of."""
    paper = readable_documents(request.user).filter(pk=pk).first()
    if paper is None:
        raise Http404
    return _sent(paper)


def _sent(paper: Document) -> HttpResponseBase:
    keeping = "public, max-age=300" if paper.is_public else "private, no-store"
    if not paper.file:
        return HttpResponseRedirect(paper.url, headers={"Cache-Control": keeping})
    try:
        stream = paper.file.open("rb")
    except FileNotFoundError as error:
        logger.error("The file of document %s is missing.", paper.pk)
        raise Http404 from error
    if hashlib.file_digest(stream, "sha256").hexdigest() != paper.sha256:
        stream.close()
        logger.error("The file of document %s is not the one that was filed.", paper.pk)
        raise Http404
    stream.seek(0)
    response = FileResponse(stream, as_attachment=True, filename=paper.original_name, content_type=paper.content_type)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["Cache-Control"] = keeping
    return response
