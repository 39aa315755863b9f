"""What comes in by a form: whole or not at all, and never more than we take."""

from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any, BinaryIO, NoReturn

from django.core.exceptions import BadRequest, RequestDataTooBig
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.utils.http import parse_header_parameters

from reference import papers

LARGEST_REQUEST = 60 * 1024 * 1024
"""Bytes of one form with all its files: two papers of the largest size and the words."""

_READ_TO_THE_END = 4 * LARGEST_REQUEST
_CHUNK = 1 << 16


class CutBody(BadRequest):
    """The body of a request ended before its end.

    No OSError on purpose: Django's check of the form's token swallows those and lets the page see an empty form.
    """


class TooLargeFile(UploadedFile):
    """Stands for a file of which we stopped keeping the bytes; `papers.examine` refuses it by its size."""

    def __init__(self, name: str, content_type: str, size: int) -> None:
        super().__init__(BytesIO(), name, content_type, size)

    def read(self, *arguments: Any) -> NoReturn:
        """Refuse: what is not there must not be taken for an empty file."""
        raise papers.too_large()

    def chunks(self, chunk_size: int | None = None) -> NoReturn:
        """Refuse, so that nobody stores it."""
        raise papers.too_large()


class QuotaUploadHandler(FileUploadHandler):
    """Stops storing a file above 25 MB while the rest of the form is still read, and refuses bodies above 60 MB.

    Stands first among the handlers: what it does not pass on, the others never see.
    """

    received = 0

    def handle_raw_input(
        self,
        input_data: Any,
        META: dict[str, str],  # noqa: N803
        content_length: int,
        boundary: str,
        encoding: str | None = None,
    ) -> None:
        """Refuse a body above the limit; read what is bearable of it, or a browser would not show our answer."""
        if content_length <= LARGEST_REQUEST:
            return
        left = content_length if content_length <= _READ_TO_THE_END else 0
        while left > 0 and (chunk := input_data.read(min(left, _CHUNK))):
            left -= len(chunk)
        raise RequestDataTooBig("The body of the request is larger than 60 MB.")

    def new_file(self, *arguments: Any, **options: Any) -> None:
        """Begin to count anew."""
        super().new_file(*arguments, **options)
        self.received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """Pass the bytes on to the next handler while the file is not too large."""
        was_small = self.received <= papers.LARGEST_PAPER
        self.received += len(raw_data)
        if self.received <= papers.LARGEST_PAPER:
            return raw_data
        if was_small:
            self._free_what_was_kept()
        return None

    def file_complete(self, file_size: int) -> UploadedFile | None:
        """Return the stand-in of a file that was too large; leave the others to the next handler."""
        if self.received <= papers.LARGEST_PAPER:
            return None
        return TooLargeFile(self.file_name or "", self.content_type or "", self.received)

    def _free_what_was_kept(self) -> None:
        for handler in self.request.upload_handlers if self.request else ():
            kept = getattr(handler, "file", None)
            if kept is not None and not kept.closed:
                kept.seek(0)
                kept.truncate()


def _closing_mark(content_type: str) -> bytes:
    """Return the bytes that end a form with files, and nothing for other bodies."""
    try:
        kind, options = parse_header_parameters(content_type)
    except ValueError:  # Django refuses it in its own words
        return b""
    boundary = options.get("boundary", "")
    if kind != "multipart/form-data" or not boundary:
        return b""
    return b"--" + boundary.encode("utf-8", "surrogateescape") + b"--"


class WholeBody:
    """A request's body that raises CutBody when it ends early or a form lacks its closing mark."""

    def __init__(self, stream: BinaryIO, length: int, closing: bytes = b"") -> None:
        self._stream = stream
        self._left = length
        self._closing = closing
        self._is_closed = not closing
        self._tail = b""

    def read(self, size: int | None = -1, /) -> bytes:
        """Return exactly ``size`` bytes, fewer only at the end of the body."""
        asked = self._left if size is None or size < 0 else min(size, self._left)
        pieces = []
        while asked > 0:
            piece = self._take(self._stream.read, asked)
            asked -= len(piece)
            pieces.append(piece)
        return b"".join(pieces)

    def readline(self, size: int | None = -1, /) -> bytes:
        """Return the next line, at most ``size`` bytes of it."""
        asked = self._left if size is None or size < 0 else min(size, self._left)
        return self._take(self._stream.readline, asked) if asked else b""

    def __iter__(self) -> Iterable[bytes]:
        return iter(self.readline, b"")

    def _take(self, read: Callable[[int], bytes], asked: int) -> bytes:
        try:
            piece = read(asked)
        except OSError as error:
            raise CutBody("The connection broke before the body was whole.") from error
        if not piece:
            raise CutBody("The body is shorter than its Content-Length.")
        self._left -= len(piece)
        self._look_for_end(piece)
        return piece

    def _look_for_end(self, piece: bytes) -> None:
        if not self._is_closed:
            seen = self._tail + piece
            self._is_closed = self._closing in seen
            self._tail = seen[-len(self._closing) :]
            if not self._left and not self._is_closed:
                raise CutBody("The form has no end.")


def whole_bodies(application: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap a WSGI application so that it never takes half a body for a whole one."""

    def guarded(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        length = environ.get("CONTENT_LENGTH") or ""
        if length.isascii() and length.isdigit() and int(length):
            closing = _closing_mark(environ.get("CONTENT_TYPE") or "")
            environ["wsgi.input"] = WholeBody(environ["wsgi.input"], int(length), closing)
        return application(environ, start_response)

    return guarded
