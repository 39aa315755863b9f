"""What a Word or Excel file is: first by its directory, read in place; parts are unpacked only when that is sound."""

import re
import stat
import struct
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from reference.office_parts import examine_part

MOST_ENTRIES = 10_000
LARGEST_DIRECTORY = 2 * 1024 * 1024
LARGEST_UNPACKED = 300 * 1024 * 1024
HARMLESS_UNPACKED = 10 * 1024 * 1024
LARGEST_RATIO = 100
"""Parts are packed about ten times; a bomb is packed a thousand times."""

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

PATIENCE = 3.0
"""Seconds of the processor for the parts of one file; an honest one needs less than one."""

_TYPES_PART = "[Content_Types].xml"
_LARGEST_TYPES = 1024 * 1024
_CHUNK = 1 << 20
_OFFICE_PARTS = {
    "word/document.xml": (DOCX, "docx"),
    "xl/workbook.xml": (XLSX, "xlsx"),
}
# A chart carries its table as an XLSX inside the DOCX, so office files inside are lawful.
_HIDDEN = (
    "zip rar 7z tar gz tgz bz2 xz cab iso jar apk exe dll com scr msi bat cmd ps1 vbs vbe js jse wsf hta lnk sh elf"
)
_HIDDEN_NAME = re.compile(rf"\.(?:{_HIDDEN.replace(' ', '|')})$", re.IGNORECASE)
_MACRO_NAME = re.compile(
    r"vbaproject(?:signature\w*)?\.bin$|^xl/macrosheets/|\.(?:docm|dotm|xlsm|xltm|xlsb|xlam)$", re.IGNORECASE
)
_ROOTED = re.compile(r"^(?:[/\\]|[A-Za-z]:)")

_END = struct.Struct("<4s4H2LH")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_END_MARK, _ENTRY_MARK, _LOCAL_MARK = b"PK\x05\x06", b"PK\x01\x02", b"PK\x03\x04"
_LONGEST_TAIL = _END.size + 0xFFFF


class Damaged(Exception):
    """The bytes are no archive that Word or Excel would have written."""


@dataclass(frozen=True)
class Entry:
    """One line of the directory."""

    name: str
    is_encrypted: bool
    is_link: bool
    method: int
    packed: int
    unpacked: int
    place: int


@dataclass(frozen=True)
class _End:
    entries: int
    size: int
    place: int


def find_end(tail: bytes, size: int) -> _End | None:
    """Return where the directory lies, by the last bytes of a file of ``size`` bytes; None when it has none."""
    at = tail.rfind(_END_MARK)
    while at >= 0:
        if at + _END.size <= len(tail):
            _mark, disk, first_disk, here, entries, length, place, comment = _END.unpack_from(tail, at)
            if at + _END.size + comment == len(tail):
                whole = disk == first_disk == 0 and here == entries
                # The directory must end where its end mark begins: nothing is glued before or between.
                if whole and place + length == size - len(tail) + at:
                    return _End(entries, length, place)
                return None
        at = tail.rfind(_END_MARK, 0, at)
    return None


def hangs_behind(tail: bytes) -> bool:
    """Tell whether an archive ends in the last bytes of a file; unpackers do not mind what stands before it."""
    at = tail.rfind(_END_MARK)
    while at >= 0:
        if at + _END.size <= len(tail):
            *_disks, length, _place, comment = _END.unpack_from(tail, at)
            begins = at - length
            if at + _END.size + comment <= len(tail) and (begins < 0 or tail.startswith(_ENTRY_MARK, begins)):
                return True
        at = tail.rfind(_END_MARK, 0, at)
    return False


def _entries(directory: bytes) -> Iterator[Entry]:
    at = 0
    while at < len(directory):
        if at + _ENTRY.size > len(directory):
            raise Damaged
        (mark, _by, _needs, flags, method, _time, _date, _crc, packed, unpacked, named, extra, comment, _disk, _in,
         outer, place) = _ENTRY.unpack_from(directory, at)  # fmt: skip
        end = at + _ENTRY.size + named
        if mark != _ENTRY_MARK or end + extra + comment > len(directory):
            raise Damaged
        name = directory[at + _ENTRY.size : end].decode("utf-8" if flags & 0x800 else "cp437", "replace")
        if "\x00" in name:
            raise Damaged
        yield Entry(name, bool(flags & 0x2041), stat.S_ISLNK(outer >> 16), method, packed, unpacked, place)
        at = end + extra + comment


def _unpacked(stream: BinaryIO, entry: Entry) -> Iterator[bytes]:
    """Yield the bytes of a part, 1 MB at a time; raise Damaged where it is not what the directory says."""
    stream.seek(entry.place)
    head = stream.read(_LOCAL.size)
    if len(head) < _LOCAL.size or not head.startswith(_LOCAL_MARK) or entry.method not in (0, 8):
        raise Damaged
    *_others, named, extra = _LOCAL.unpack(head)
    stream.seek(named + extra, 1)
    left, size = entry.packed, 0
    unpacking = zlib.decompressobj(-zlib.MAX_WBITS) if entry.method == 8 else None
    while left > 0 and not (unpacking and unpacking.eof):
        piece = stream.read(min(left, _CHUNK))
        if not piece:
            raise Damaged
        left -= len(piece)
        while piece:
            try:
                made = unpacking.decompress(piece, _CHUNK) if unpacking else piece
            except zlib.error as error:
                raise Damaged from error
            piece = unpacking.unconsumed_tail if unpacking else b""
            size += len(made)
            if size > entry.unpacked:
                raise Damaged
            if made:
                yield made


def _in_time(pieces: Iterator[bytes], last: float) -> Iterator[bytes]:
    for piece in pieces:
        if time.thread_time() > last:
            raise _too_much()
        yield piece


def _too_much() -> ValidationError:
    return ValidationError(_("The file has too many parts inside. Save it again, or upload it as PDF."), code="entries")


def _refuse_bomb(entries: list[Entry], size: int) -> None:
    packed, unpacked = sum(entry.packed for entry in entries), sum(entry.unpacked for entry in entries)
    swollen = unpacked > HARMLESS_UNPACKED and unpacked > LARGEST_RATIO * size
    # More packed bytes than the file has: its parts lie on top of each other.
    if swollen or unpacked > LARGEST_UNPACKED or packed > size:
        raise ValidationError(
            _("The file would swell to many times its size when opened. Save it again, or upload it as PDF."),
            code="bomb",
        )


def _refuse_names(entries: list[Entry]) -> None:
    for entry in entries:
        if entry.is_encrypted:
            raise ValidationError(
                _("The file is protected by a password. Save it without one and upload it again."), code="password"
            )
        if entry.is_link or _ROOTED.match(entry.name) or ".." in re.split(r"[/\\]", entry.name):
            raise ValidationError(
                _("The file was not made by Word or Excel as it should be. Open it, save it again and upload that."),
                code="crooked",
            )
        if _MACRO_NAME.search(entry.name):
            _refuse_macros()
        if _HIDDEN_NAME.search(entry.name):
            raise ValidationError(
                _("Another archive or a program is hidden in the file: “%(name)s”. Take it out and upload it again."),
                code="hidden",
                params={"name": entry.name.rsplit("/", 1)[-1][:80]},
            )


def _refuse_macros() -> None:
    raise ValidationError(_("The file holds macros. Save it without macros and upload it again."), code="macros")


def office_type(stream: BinaryIO, size: int) -> tuple[str, str] | None:
    """Return content type and extension of a Word or Excel file, None for any other bytes.

    Raises ValidationError for an archive that hides something or would swell.
    """
    stream.seek(max(0, size - _LONGEST_TAIL))
    end = find_end(stream.read(_LONGEST_TAIL), size)
    if end is None:
        return None
    if end.entries > MOST_ENTRIES or end.size > LARGEST_DIRECTORY:
        raise _too_much()
    stream.seek(end.place)
    try:
        entries = list(_entries(stream.read(end.size)))
        if len(entries) != end.entries:
            raise Damaged
        _refuse_bomb(entries, size)
        _refuse_names(entries)
        by_name = {entry.name: entry for entry in entries}
        kind = next((kind for part, kind in _OFFICE_PARTS.items() if part in by_name), None)
        if kind is None or len(by_name) != len(entries):
            return None
        if _TYPES_PART not in by_name:
            return None
        types = by_name[_TYPES_PART]
        if types.unpacked > _LARGEST_TYPES or b"macroenabled" in b"".join(_unpacked(stream, types)).lower():
            _refuse_macros()
        last = time.thread_time() + PATIENCE
        for entry in entries:
            examine_part(entry.name, _in_time(_unpacked(stream, entry), last))
    except Damaged:
        return None
    return kind
