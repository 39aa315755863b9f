"""Which files we take, told by their content and never by their name. Pure."""

import hashlib
import zipfile
from dataclasses import dataclass
from typing import BinaryIO

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

LARGEST_PAPER = 25 * 1024 * 1024
"""Bytes."""

_OFFICE_PARTS = {
    "word/document.xml": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"),
    "xl/workbook.xml": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
}
_MAGIC = {
    b"%PDF-": ("application/pdf", "pdf"),
    b"\xff\xd8\xff": ("image/jpeg", "jpg"),
    b"\x89PNG\r\n\x1a\n": ("image/png", "png"),
}


@dataclass(frozen=True)
class PaperFacts:
    """What the bytes of a paper say of themselves."""

    content_type: str
    extension: str
    size: int
    sha256: str


def _office_type(stream: BinaryIO) -> tuple[str, str] | None:
    """Tell a Word or Excel file by its directory; nothing is unpacked, macros are refused."""
    try:
        with zipfile.ZipFile(stream) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        return None
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise ValidationError(_("The file holds macros. Save it without macros and upload it again."), code="macros")
    return next((kind for part, kind in _OFFICE_PARTS.items() if part in names), None)


def examine(stream: BinaryIO) -> PaperFacts:
    """Return type, size in bytes and SHA-256 of a seekable stream, which is left at its start.

    Raises ValidationError when the stream is empty, larger than 25 MB, or no PDF, DOCX, XLSX, JPEG or PNG.
    """
    stream.seek(0)
    digest, size, head = hashlib.sha256(), 0, b""
    while chunk := stream.read(1 << 16):
        head = head or chunk[:16]
        size += len(chunk)
        if size > LARGEST_PAPER:
            raise ValidationError(_("The file is larger than 25 MB. Upload a smaller one."), code="size")
        digest.update(chunk)
    if not size:
        raise ValidationError(_("The file is empty. Choose another one."), code="empty")
    kind = next((kind for magic, kind in _MAGIC.items() if head.startswith(magic)), None)
    if kind is None and head.startswith(b"PK"):
        stream.seek(0)
        kind = _office_type(stream)
    stream.seek(0)
    if kind is None:
        raise ValidationError(_("Upload a PDF, DOCX, XLSX, JPEG or PNG file."), code="type")
    return PaperFacts(*kind, size=size, sha256=digest.hexdigest())
