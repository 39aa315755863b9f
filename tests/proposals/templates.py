"""Makers of small Word templates."""

import io
from typing import Any

import docx
from django.core.files.uploadedfile import SimpleUploadedFile

from proposals.models import TypicalDocument
from proposals.services.library import add_version, checked_template


def word(*lines: str, name: str = "үлгі.docx") -> SimpleUploadedFile:
    """Return an upload of a Word document with these paragraphs."""
    made, stream = docx.Document(), io.BytesIO()
    for line in lines:
        made.add_paragraph(line)
    made.save(stream)
    return SimpleUploadedFile(name, stream.getvalue())


def version(line: str = "{{ title }}", **facts: Any) -> TypicalDocument:
    """Put one more version on file."""
    facts = {
        "code": "letter",
        "language": "kk",
        "sector": None,
        "titles": {"title_kk": "Хат", "title_ru": "Письмо", "title_en": ""},
        "by": None,
        **facts,
    }
    return add_version(checked_template(word(line)), **facts)
