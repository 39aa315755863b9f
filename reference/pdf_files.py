"""What a PDF would do when it is opened: programs, other files inside; also where its objects are packed away. Pure."""

import re
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

LARGEST_UNPACKED = 60 * 1024 * 1024
"""Bytes of all packed objects of one file; a thick report has 10 MB of them."""

MOST_PACKS = 20_000
LONGEST_MATCH = 64
"""Bytes of one piece that the next must be read with."""

_PIECE = 1 << 20
_FARTHEST = 1 << 16


def _name(word: str) -> bytes:
    """Return a pattern for a PDF name; every letter of it may be written as # and two digits."""
    return b"/" + b"".join(f"(?:{letter}|#{ord(letter):02x}|#{ord(letter):02X})".encode() for letter in word)


# Short names are believed only with what must follow them: a scan holds any four bytes by chance. A link, a jump to a
# page when the file is opened, fields to fill in are honest.
_REFERENCE = rb"[0-9]{1,8}\s{1,4}[0-9]{1,5}\s{1,4}R"
_LONG = b"|".join(_name(word) for word in ("JavaScript", "Launch", "EmbeddedFile", "EmbeddedFiles", "RichMedia"))
_SCRIPT = _name("JS") + rb"\s{0,8}(?:\([\s\x20-\x7e]{3}|<[0-9A-Fa-f\s]{4}|" + _REFERENCE + rb")"
_FORM = _name("XFA") + rb"\s{0,8}(?:\[\s{0,4}\(|" + _REFERENCE + rb")"
ACTIVE = re.compile(rb"(?:" + _LONG + rb")(?![A-Za-z])|" + _SCRIPT + rb"|" + _FORM)

_PACK = re.compile(_name("ObjStm") + rb"(?![A-Za-z])")
_FILTER = re.compile(_name("Filter") + rb"(?![A-Za-z])")
_DEFLATED = re.compile(
    _name("Filter") + rb"\s{0,8}\[?\s{0,8}(?:" + _name("FlateDecode") + rb"|/Fl)\s{0,8}(?:\]|/(?!Fl)|>>|\s)"
)
_MORE_FILTERS = re.compile(_name("Filter") + rb"\s{0,8}\[[^\]]{0,200}/[^\]/]{1,100}/")
_NUMBERS = re.compile(rb"[\t\n\f\r ]{0,64}[0-9]{1,10}[\t\n\f\r ]+[0-9]{1,10}[\t\n\f\r ]")
_ENDS = (b"%%EOF", b"startxref")  # sought word by word: a pattern of both takes 15 times as long


def refuse_active() -> ValidationError:
    """Return the refusal of a PDF with a program or a file inside."""
    return ValidationError(
        _("The PDF holds a program or another file inside. Print it to PDF again and upload that."), code="active"
    )


def refuse_cut(is_whole: bool) -> None:
    """Raise ValidationError for a file whose end is missing."""
    if not is_whole:
        raise ValidationError(
            _("The end of the file is missing: it was not saved or copied whole. Save it again and upload that."),
            code="cut",
        )


def _closed() -> ValidationError:
    return ValidationError(
        _("The PDF is protected, so nobody can look inside. Print it to PDF without protection and upload that."),
        code="closed",
    )


def examine_pdf(stream: BinaryIO, tail: bytes) -> None:
    """Raise ValidationError for a PDF without an end, or with a program or a file among its packed objects.

    What stands there unpacked, the caller has seen while reading (``ACTIVE``). ``tail`` are the last bytes. The file is
    held in memory once; unpacked is 1 MB at a time.
    """
    refuse_cut(any(end in tail for end in _ENDS))
    stream.seek(0)
    content = stream.read()
    left = LARGEST_UNPACKED
    for start, dictionary in _packs(content):
        if not _FILTER.search(dictionary):
            if not _NUMBERS.match(content, start):
                raise _closed()
        elif not _DEFLATED.search(dictionary) or _MORE_FILTERS.search(dictionary):
            raise _closed()
        else:
            left = _search(content, start, left)


def _packs(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield where the bytes of each pack of objects begin, and its dictionary."""
    seen = -1
    for count, found in enumerate(_PACK.finditer(content)):
        at = found.start()
        keyword = content.find(b"stream", at)
        if keyword < 0:
            return
        head = content.rfind(b"obj", max(0, at - _FARTHEST), at)
        if head < 0 or keyword - at > _FARTHEST or count >= MOST_PACKS:
            raise _closed()
        start = keyword + len(b"stream")
        start += 2 if content[start : start + 2] == b"\r\n" else 1
        if start != seen:
            seen = start
            yield start, content[head:keyword]


def _search(content: bytes, start: int, left: int) -> int:
    """Unpack one pack piece by piece and look at it; return how many bytes may be unpacked after it."""
    unpacking = zlib.decompressobj()
    before, packed = b"", content[start : start + _PIECE]
    is_first = True
    while not unpacking.eof and packed:
        try:
            piece = unpacking.decompress(packed, _PIECE)
        except zlib.error as error:
            raise _closed() from error
        start += len(packed) - len(unpacking.unconsumed_tail)
        packed = unpacking.unconsumed_tail or content[start : start + _PIECE]
        left -= len(piece)
        # Packs begin with numbers; what does not was packed twice to hide something.
        if left < 0 or (is_first and piece and not _NUMBERS.match(piece)):
            raise _closed()
        is_first = is_first and not piece
        if ACTIVE.search(before + piece):
            raise refuse_active()
        before = piece[-LONGEST_MATCH:]
    return left
