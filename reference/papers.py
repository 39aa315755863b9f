"""Which files we take, told by their content and never by their name. Pure."""

import hashlib
import re
import struct
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from reference.office_files import hangs_behind, office_type
from reference.pdf_files import ACTIVE, LONGEST_MATCH, examine_pdf, refuse_active, refuse_cut

LARGEST_PAPER = 25 * 1024 * 1024
"""Bytes."""

LARGEST_IMAGE = 100_000_000
"""Pixels. A scan of A3 at 600 dots per inch has 70 million."""

EXTENSIONS = ("pdf", "docx", "xlsx", "jpg", "png")
"""What a paper may be, as the end of its name."""

_MAGIC = {
    b"%PDF-": ("application/pdf", "pdf"),
    b"\xff\xd8\xff": ("image/jpeg", "jpg"),
    b"\x89PNG\r\n\x1a\n": ("image/png", "png"),
}
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SAME = {"jpeg": "jpg", "jpe": "jpg", "jfif": "jpg"}
_CHUNK = 1 << 16
_HEAD = 1024
_TAIL = 22 + 0xFFFF
_MOST_CHUNKS = 100_000
_OTHER_FACE = re.compile(rb"<!doctype\s+html|<(?:html|script|svg|iframe)[\s>]|<\?php|MZ[\x90\x50]\x00", re.IGNORECASE)


@dataclass(frozen=True)
class PaperFacts:
    """What the bytes of a paper say of themselves."""

    content_type: str
    extension: str
    size: int
    sha256: str


@dataclass
class _Reading:
    """What one pass over the bytes has kept: little, however long the file is."""

    size: int = 0
    sha256: str = ""
    head: bytes = b""
    tail: bytes = b""
    is_active: bool = False


def too_large() -> ValidationError:
    """Return the refusal of a file above 25 MB."""
    return ValidationError(_("The file is larger than 25 MB. Upload a smaller one."), code="size")


def _read(stream: BinaryIO) -> _Reading:
    if (getattr(stream, "size", None) or 0) > LARGEST_PAPER:
        raise too_large()
    stream.seek(0)
    found, digest = _Reading(), hashlib.sha256()
    while chunk := stream.read(_CHUNK):
        found.size += len(chunk)
        if found.size > LARGEST_PAPER:
            raise too_large()
        digest.update(chunk)
        if len(found.head) < _HEAD:
            found.head = (found.head + chunk)[:_HEAD]
        if not found.is_active and found.head.startswith(b"%PDF-"):
            found.is_active = bool(ACTIVE.search(found.tail[-LONGEST_MATCH:] + chunk))
        found.tail = (found.tail + chunk)[-_TAIL:]
    if not found.size:
        raise ValidationError(_("The file is empty. Choose another one."), code="empty")
    found.sha256 = digest.hexdigest()
    return found


def _png_pixels(stream: BinaryIO, head: bytes) -> int:
    """Return width times height; raise ValidationError where a picture has no end."""
    if len(head) < 24 or head[12:16] != b"IHDR":
        refuse_cut(False)
    width, height = struct.unpack(">LL", head[16:24])
    stream.seek(8)
    for _chunk in range(_MOST_CHUNKS):
        mark = stream.read(8)
        if len(mark) < 8:
            break
        if mark[4:] == b"IEND":
            return width * height
        stream.seek(int.from_bytes(mark[:4]) + 4, 1)
    refuse_cut(False)
    return 0


def _jpeg_pixels(stream: BinaryIO) -> int:
    """Return width times height of the largest frame before the picture begins, among the first 2 000 segments."""
    stream.seek(2)
    pixels = 0
    for _segment in range(2_000):
        mark = stream.read(2)
        while len(mark) == 2 and mark[0] == 0xFF and mark[1] == 0xFF:
            mark = mark[1:] + stream.read(1)
        length = stream.read(2)
        if len(mark) < 2 or len(length) < 2 or mark[0] != 0xFF or mark[1] == 0xDA:
            break
        inside = max(0, int.from_bytes(length) - 2)
        if 0xC0 <= mark[1] <= 0xCF and mark[1] not in {0xC4, 0xC8, 0xCC}:
            frame = stream.read(5)
            pixels = max(pixels, int.from_bytes(frame[1:3]) * int.from_bytes(frame[3:5]))
            inside = max(0, inside - 5)
        stream.seek(inside, 1)
    return pixels


def _refuse_two_faced(found: _Reading, extension: str) -> None:
    """Refuse a file that a browser or an unpacker would take for something else."""
    # Pictures end where they end; a page may hang behind them. The end of a PDF is full of words.
    hanging = extension != "pdf" and _OTHER_FACE.search(found.tail)
    if _OTHER_FACE.search(found.head) or hanging or hangs_behind(found.tail):
        raise ValidationError(
            _("The file pretends to be two things at once. Print it to PDF and upload that."), code="two_faced"
        )


def _refuse_huge_image(pixels: int) -> None:
    if pixels > LARGEST_IMAGE:
        raise ValidationError(
            _("The picture is larger than 100 megapixels. Save it smaller and upload it again."), code="pixels"
        )


def _kind(stream: BinaryIO, found: _Reading) -> tuple[str, str] | None:
    if found.head.startswith(b"PK\x03\x04"):
        return office_type(stream, found.size)
    if found.head.startswith(_OLD_OFFICE):
        raise ValidationError(
            _("The file is protected by a password, or was saved by an old Word or Excel. Save it as DOCX or XLSX."),
            code="old_office",
        )
    kind = next((kind for magic, kind in _MAGIC.items() if found.head.startswith(magic)), None)
    if kind is not None:
        _refuse_two_faced(found, kind[1])
        if kind[1] == "pdf":
            if found.is_active:
                raise refuse_active()
            examine_pdf(stream, found.tail)
        else:
            _refuse_huge_image(_jpeg_pixels(stream) if kind[1] == "jpg" else _png_pixels(stream, found.head))
    return kind


def _refuse_wrong_name(name: str, extension: str) -> None:
    named = PurePosixPath(name.replace("\\", "/")).suffix.lstrip(".").lower().strip()
    if named and _SAME.get(named, named) != extension:
        raise ValidationError(
            _("The name says %(named)s, but inside is %(found)s. Give the file its right name, or choose another one."),
            code="name",
            params={"named": named[:10].upper(), "found": extension.upper()},
        )


def examine(stream: BinaryIO, name: str = "") -> PaperFacts:
    """Return type, size in bytes and SHA-256 of a seekable stream, which is left at its start.

    Raises ValidationError with a sentence when the stream is empty, larger than 25 MB, no PDF, DOCX, XLSX, JPEG or
    PNG, was cut off, hides a program or a bomb, or is of another type than the end of ``name`` says.
    """
    found = _read(stream)
    kind = _kind(stream, found)
    stream.seek(0)
    if kind is None:
        raise ValidationError(_("Upload a PDF, DOCX, XLSX, JPEG or PNG file."), code="type")
    _refuse_wrong_name(name, kind[1])
    return PaperFacts(*kind, size=found.size, sha256=found.sha256)
