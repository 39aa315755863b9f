"""Papers: handed out only to those who may read them, always as a download."""

from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.views.decorators.http import require_safe

from projects.models import Document
from projects.queries.documents import readable_documents


@require_safe
def document(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Send the file, or the reader on to where it is published; 404 for what the reader may not know of."""
    paper = readable_documents(request.user).filter(pk=pk).first()
    if paper is None:
        raise Http404
    return _sent(paper)


def _sent(paper: Document) -> HttpResponseBase:
    if not paper.file:
        return HttpResponseRedirect(paper.url)
    try:
        stream = paper.file.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(stream, as_attachment=True, filename=paper.original_name, content_type=paper.content_type)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["Cache-Control"] = "public, max-age=300" if paper.is_public else "private, no-store"
    return response
