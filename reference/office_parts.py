"""What the parts of a Word or Excel file would do when it is opened, told by their content and not by their names.

Parts are unpacked 1 MB at a time, and looked at with patterns: no XML is parsed before it is known to be harmless.
"""

import codecs
import html
import re
from collections.abc import Iterable, Iterator

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

_LONGEST_TAG = 1 << 20
_PROLOG = 4096
_OVERLAP = 256

_ROOT = re.compile(rb"<[A-Za-z_\x80-\xff]")
_DECLARED = re.compile(rb"<!DOCTYPE|<!ENTITY", re.IGNORECASE)
# No tag holds a "<": every pattern ends at the next one, so that the work grows with the length and no faster.
_TAG = re.compile(
    rb"<(?:[\w.-]{1,40}:)?(?:"
    rb"(?P<dde>ddeLink|ddeItem)[\s/>]"
    rb"|instrText(?:\s[^<>]*)?>(?P<text>[^<]*)"
    rb"|fldSimple\s(?P<simple>[^<>]*)>"
    rb"|fldChar\s[^<>]*?fldCharType\s*=\s*[\"'](?P<mark>begin|separate|end)"
    rb"|f(?:\s[^<>]*)?(?<!/)>(?P<formula>[^<|]*\|[^<]*)"
    rb"|Relationship\s(?P<relation>[^<>]*)>)"
)
_TELLING = (b"ddeLink", b"ddeItem", b"instrText", b"fldSimple", b"fldChar", b"Relationship", b"|")
_UNFINISHED = re.compile(rb"<(?:[\w.-]{1,40}:)?(?:instrText|fldSimple|fldChar|f|Relationship|ddeLink)[\s>]")
_DDE_FIELD = re.compile(r"\s*DDE(?:AUTO)?(?:\s|\"|$)", re.IGNORECASE)
_INSTRUCTION = re.compile(r"instr\s*=\s*(\"[^\"]*\"|'[^']*')")
_LITERAL = re.compile(r"\"[^\"]*\"|'[^']*'")
_DDE_FORMULA = re.compile(r"\w\s*\|")
_ATTRIBUTE = re.compile(r"(Type|Target|TargetMode)\s*=\s*(\"[^\"]*\"|'[^']*')")
# What Word fetches by itself. A link somebody must press, a linked picture and a linked table are honest.
_FETCHED = ("attachedtemplate", "oleobject", "subdocument", "frame", "afchunk", "package", "control", "vbaproject")
_ON_THE_SAME_MACHINE = re.compile(r"(?:file:/{0,3})?[A-Za-z]:(?!//)|[^:\\/]+(?:[\\/][^:]*)?$", re.IGNORECASE)

_BINARIES = (b"\xd0\xcf\x11\xe0", b"PK\x03\x04")
_PROGRAMS = (b"MZ\x90\x00", b"\x7fELF")
_MACROS = re.compile("_VBA_PROJECT".encode("utf-16-le") + rb"|vbaProject\.bin", re.IGNORECASE)
_PACKAGE = "Ole10Native".encode("utf-16-le")
_PACKED_PROGRAM = re.compile(
    rb"\.(?:exe|dll|com|scr|msi|bat|cmd|ps1|vbs|vbe|js|jse|wsf|hta|lnk|jar)\x00", re.IGNORECASE
)


def _refuse_macros() -> ValidationError:
    return ValidationError(_("The file holds macros. Save it without macros and upload it again."), code="macros")


def _refuse_acting() -> ValidationError:
    return ValidationError(
        _("The file would fetch or start something by itself when it is opened. Save it as PDF and upload that."),
        code="fetches",
    )


def _refuse_crooked() -> ValidationError:
    return ValidationError(
        _("The file was not made by Word or Excel as it should be. Open it, save it again and upload that."),
        code="crooked",
    )


def examine_part(name: str, pieces: Iterable[bytes]) -> None:
    """Raise ValidationError for a part that holds macros, a program, entities or what acts when it is opened."""
    pieces = iter(pieces)
    first = next(pieces, b"")
    encoding = _encoding(first)
    if encoding:
        _examine_xml(_in_one_alphabet(first, pieces, encoding))
    elif first.startswith(_PROGRAMS):
        raise ValidationError(
            _("Another archive or a program is hidden in the file: “%(name)s”. Take it out and upload it again."),
            code="hidden",
            params={"name": name.rsplit("/", 1)[-1][:80]},
        )
    elif first.startswith(_BINARIES):
        _examine_binary(name, first, pieces)
    else:
        for _piece in pieces:
            pass  # a part that does not unpack is told by its reader


def _encoding(first: bytes) -> str:
    """Return the encoding of XML by its first bytes, and nothing for other bytes."""
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
        (b"<\x00", "utf-16-le"),
        (b"\x00<", "utf-16-be"),
    ):
        if first.startswith(mark):
            return encoding
    return "utf-8" if first.lstrip()[:1] == b"<" else ""


def _in_one_alphabet(first: bytes, pieces: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    if encoding == "utf-8":
        yield first
        yield from pieces
        return
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    yield decoder.decode(first).encode("utf-8", "replace")
    for piece in pieces:
        yield decoder.decode(piece).encode("utf-8", "replace")


def _examine_xml(pieces: Iterator[bytes]) -> None:
    fields = _Fields()
    kept, is_first = b"", True
    for piece in pieces:
        if is_first:
            is_first = False
            prolog = piece[:_PROLOG]
            root = _ROOT.search(prolog)
            # Entities can only be declared before the first element; Word and Excel declare none.
            if root is None or _DECLARED.search(prolog[: root.start()]):
                raise _refuse_crooked()
        seen = kept + piece
        cut = seen.rfind(b"<")
        cut = len(seen) if cut < 0 else cut
        _look(seen[:cut], fields)
        kept = seen[cut:]
        if len(kept) > _LONGEST_TAG:
            # A drawing carries its picture in one long attribute; a field or a formula does not.
            if _UNFINISHED.match(kept):
                raise _refuse_crooked()
            kept = b""
    _look(kept, fields)


def _look(seen: bytes, fields: "_Fields") -> None:
    if not any(word in seen for word in _TELLING):
        return
    for found in _TAG.finditer(seen):
        kind, text = found.lastgroup, html.unescape(found[found.lastgroup or 0].decode("utf-8", "replace"))
        if kind == "dde":
            raise _refuse_acting()
        if kind == "relation":
            _refuse_fetching(text)
        elif kind == "formula":
            if _DDE_FORMULA.search(_LITERAL.sub("", text)):
                raise _refuse_acting()
        elif kind == "simple":
            instruction = _INSTRUCTION.search(found["simple"].decode("utf-8", "replace"))
            if instruction and _DDE_FIELD.match(html.unescape(instruction[1][1:-1])):
                raise _refuse_acting()
        elif kind:
            fields.read(kind, text)


def _refuse_fetching(attributes: str) -> None:
    named = {name: value[1:-1].strip() for name, value in _ATTRIBUTE.findall(attributes)}
    if named.get("TargetMode", "").lower() != "external":
        return
    kind = named.get("Type", "").rsplit("/", 1)[-1].lower()
    if kind in _FETCHED and not _ON_THE_SAME_MACHINE.match(named.get("Target", "")):
        raise _refuse_acting()


class _Fields:
    """Instructions of Word's fields, put together from the pieces they are written in; fields may hold fields."""

    def __init__(self) -> None:
        self._open: list[str] = []

    def read(self, kind: str, text: str) -> None:
        """Take the next piece or mark; raise ValidationError for a field that starts a program."""
        if kind == "mark" and text == "begin":
            self._open = [*self._open[-50:], ""]
        elif kind == "text":
            self._open = self._open or [""]
            self._open[-1] = (self._open[-1] + text)[:200]
            # Before the end: Word starts it even where the end is missing.
            if _DDE_FIELD.match(self._open[-1] + " ") and len(self._open[-1].strip()) > 2:
                raise _refuse_acting()
        elif text == "end" and self._open:
            self._open.pop()


def _examine_binary(name: str, first: bytes, pieces: Iterator[bytes]) -> None:
    is_package = holds_program = False
    kept = first
    while True:
        if _MACROS.search(kept):
            raise _refuse_macros()
        is_package = is_package or _PACKAGE in kept
        holds_program = holds_program or bool(_PACKED_PROGRAM.search(kept))
        if is_package and holds_program:
            raise ValidationError(
                _("Another archive or a program is hidden in the file: “%(name)s”. Take it out and upload it again."),
                code="hidden",
                params={"name": name.rsplit("/", 1)[-1][:80]},
            )
        piece = next(pieces, b"")
        if not piece:
            return
        kept = kept[-_OVERLAP:] + piece
