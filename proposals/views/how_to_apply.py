"""The guide for applicants, and the blank templates of the library for everybody."""

from functools import lru_cache
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from proposals.documents.filling import fill_docx
from proposals.models import TypicalDocument
from proposals.queries.guide import days_by_targets, guide_papers, guide_stages, law_facts, law_numbers
from proposals.queries.library import every_offered_document
from proposals.workflow import ROAD
from reference.downloads import made_now
from reference.languages import localized
from reference.models import Sector
from reference.office_files import DOCX


@require_safe
def how_to_apply(request: HttpRequest) -> HttpResponse:
    """Show the road, the papers, the templates and the answers to what applicants ask."""
    today = timezone.localdate()
    stages = guide_stages()
    context: dict[str, Any] = {
        "stages": stages,
        "road": [row for row in stages if row.stage in ROAD],
        "days_by_targets": days_by_targets(stages),
        "papers": guide_papers(list(Sector.objects.all())),
        "documents": every_offered_document(),
        "law": law_facts(today),
        "numbers": law_numbers(today),
    }
    return render(request, "proposals/how_to_apply.html", context)


@lru_cache(maxsize=64)
def _blank(key: UUID, sha256: str) -> bytes:
    """Return the template with lines to write on. A version never changes, so it is made once a process."""
    found = TypicalDocument.objects.get(pk=key)
    with found.file.open("rb") as stream:
        return fill_docx(stream.read(), {}, found.language)


@require_safe
def blank_document(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Send one offered template, blank, in its own language."""
    found = every_offered_document().filter(pk=pk).first()
    if found is None:
        raise Http404
    try:
        content = _blank(found.pk, found.sha256)
    except FileNotFoundError as error:
        raise Http404 from error
    name = f"{localized(found, 'title', found.language).text}.docx"
    return made_now(content, name=name, content_type=DOCX)
