"""The library of typical documents, filled in from what is already typed."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.http import require_safe

from proposals.documents.filling import fill_docx
from proposals.queries.library import filled_in_with, offered_documents
from proposals.views.common import applicants_page, own_application, own_proposal
from reference.downloads import made_now
from reference.languages import localized
from reference.office_files import DOCX


@applicants_page
@require_safe
def library(request: HttpRequest, pk: UUID, proposal: UUID) -> HttpResponseBase:
    """List the documents of the proposal's sector."""
    application = own_application(request, pk)
    row = own_proposal(application, proposal)
    context = {"application": application, "proposal": row, "documents": offered_documents(row.sector_id)}
    return render(request, "proposals/library.html", context)


@applicants_page
@require_safe
def filled(request: HttpRequest, pk: UUID, proposal: UUID, document: UUID) -> HttpResponseBase:
    """Send one document, filled in, in its own language."""
    row = own_proposal(own_application(request, pk), proposal)
    found = offered_documents(row.sector_id).filter(pk=document).first()
    if found is None:
        raise Http404
    with translation.override(found.language), found.file.open("rb") as stream:
        content = fill_docx(stream.read(), filled_in_with(row), found.language)
        name = f"{localized(found, 'title').text}.docx"
    return made_now(content, name=name, content_type=DOCX)
