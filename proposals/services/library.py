"""The library of typical documents grows by versions; what is on file never changes."""

import io
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _, ngettext

from proposals.documents.filling import check_template
from proposals.documents.library import shipped_documents
from proposals.models import TypicalDocument
from reference.locks import Turn, wait_for_turn
from reference.models import Sector
from reference.papers import PaperFacts, examine
from reference.scanner import refuse_infected


@dataclass(frozen=True)
class Template:
    """A file that was looked at and may become a version."""

    content: bytes
    facts: PaperFacts


def checked_template(upload: Any) -> Template:
    """Return the examined file; raise ValidationError where it is no DOCX or names what nobody can fill in."""
    stream = upload.file if hasattr(upload, "file") else upload
    facts = examine(stream, name=upload.name or "")
    refuse_infected(stream)
    if facts.extension != "docx":
        raise ValidationError(_("Upload a DOCX file."), code="type")
    upload.seek(0)
    content = upload.read()
    unknown = check_template(content)
    if unknown:
        raise ValidationError(
            ngettext(
                "Nobody knows the placeholder %(names)s. Correct it; the list below shows what may stand there.",
                "Nobody knows the placeholders %(names)s. Correct them; the list below shows what may stand there.",
                len(unknown),
            )
            % {"names": ", ".join(unknown[:20])},
            code="placeholder",
        )
    return Template(content, facts)


def add_version(
    template: Template,
    *,
    code: str,
    language: str,
    sector: Sector | None,
    titles: dict[str, str],
    by: Any,
    is_offered: bool = True,
) -> TypicalDocument:
    """Put a checked template on file as the next version of its code and language, and return it.

    ``titles`` are ``title_kk``, ``title_ru``, ``title_en``; ``by`` is None for what comes with the registry. The file
    is written before its row. Raises ValidationError.
    """
    stored: tuple[Any, str] | None = None
    try:
        with transaction.atomic():
            wait_for_turn(Turn.LIBRARY_VERSIONS)  # the first version has no row to lock
            newest = _newest(code, language)
            document = TypicalDocument(
                code=code,
                language=language,
                sector=sector,
                version=newest.version + 1 if newest else 1,
                size=template.facts.size,
                sha256=template.facts.sha256,
                is_offered=is_offered,
                uploaded_by=by,
                **titles,
            )
            document.full_clean(exclude={"file", "uploaded_by"}, validate_constraints=False)
            document.file.save("template.docx", ContentFile(template.content), save=False)
            stored = (document.file.storage, document.file.name or "")
            document.save(force_insert=True)
    except BaseException:
        if stored:
            stored[0].delete(stored[1])
        raise
    return document


def _newest(code: str, language: str) -> TypicalDocument | None:
    return TypicalDocument.objects.filter(code=code, language=language).order_by("-version").first()


@transaction.atomic
def set_offered(document: TypicalDocument, is_offered: bool) -> TypicalDocument:
    """Offer a version to applicants, or no longer; return the row."""
    row = TypicalDocument.objects.select_for_update(of=("self",)).get(pk=document.pk)
    row.is_offered = is_offered
    row.save(update_fields=["is_offered"])
    return row


@transaction.atomic
def load_shipped() -> list[TypicalDocument]:
    """Put the documents that come with the registry on file where they are new or changed; return what was added.

    A document whose newest version is the staff's own is left alone. A version nobody offers is followed by one that
    nobody offers.
    """
    added = []
    for shipped in shipped_documents():
        newest = _newest(shipped.code, shipped.language)
        if newest is not None and newest.uploaded_by_id is not None:
            continue
        facts = examine(io.BytesIO(shipped.content))
        if newest is not None and newest.sha256 == facts.sha256:
            continue
        added.append(
            add_version(
                Template(shipped.content, facts),
                code=shipped.code,
                language=shipped.language,
                sector=Sector.objects.get(pk=shipped.sector_code) if shipped.sector_code else None,
                titles={"title_kk": shipped.title_kk, "title_ru": shipped.title_ru, "title_en": shipped.title_en},
                by=None,
                is_offered=newest is None or newest.is_offered,
            )
        )
    return added
