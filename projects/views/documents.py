"""Papers: handed out only to those who may read them, always as a download."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.views.decorators.http import require_safe

from projects.models import Document
from projects.queries.documents import readable_documents
from reference.downloads import download


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
    response = download(
        paper.file,
        sha256=paper.sha256,
        name=paper.original_name,
        content_type=paper.content_type,
        what=f"document {paper.pk}",
    )
    response.headers["Cache-Control"] = keeping
    return response
