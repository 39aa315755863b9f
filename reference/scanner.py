"""The virus scanner beside the registry, asked in clamd's language: the bytes go out, a verdict comes back."""

import hashlib
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

DEFAULT_PORT = 3310
CONNECT = 5.0
"""Seconds until somebody must listen."""

PATIENCE = 60.0
"""Seconds for one file, from its first byte to the verdict."""

_CHUNK = 1 << 16
_LONGEST_ANSWER = 1024
_LONGEST_NAME = 200


class ScannerDown(Exception):
    """Nobody listens, or the scanner stopped in the middle: another file would fare no better."""


class NotScanned(Exception):
    """The scanner answers, but gave no verdict about this file."""


@dataclass(frozen=True)
class Verdict:
    """What the scanner said of the bytes that have this SHA-256; ``signature`` names what it found, empty is clean."""

    sha256: str
    signature: str = ""


def is_configured() -> bool:
    """Tell whether files are scanned at all."""
    return bool(settings.SCANNER_URL)


def scan(stream: BinaryIO, *, patience: float = PATIENCE) -> Verdict:
    """Return the verdict about all bytes from here to the end of the stream.

    Raises ScannerDown, NotScanned. What the stream itself raises passes through.
    """
    deadline = time.monotonic() + patience
    digest = hashlib.sha256()
    with _connected() as line:
        _send(line, b"zINSTREAM\0", deadline)
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
            _send(line, struct.pack(">L", len(chunk)) + chunk, deadline)
        _send(line, struct.pack(">L", 0), deadline)
        answer = _answer(line, deadline)
    if answer == "stream: OK":
        return Verdict(digest.hexdigest())
    if answer.startswith("stream: ") and answer.endswith(" FOUND"):
        name = answer.removeprefix("stream: ").removesuffix(" FOUND").strip()
        return Verdict(digest.hexdigest(), name[:_LONGEST_NAME] or "?")
    raise NotScanned(answer[:_LONGEST_NAME] or "no answer")


@contextmanager
def _connected() -> Iterator[socket.socket]:
    place = urlsplit(settings.SCANNER_URL)
    try:
        if place.hostname:
            line = socket.create_connection((place.hostname, place.port or DEFAULT_PORT), timeout=CONNECT)
        else:
            line = socket.socket(socket.AF_UNIX)
            line.settimeout(CONNECT)
            line.connect(place.path)
    except OSError as error:
        raise ScannerDown(f"nobody listens at {settings.SCANNER_URL}: {error}") from error
    with line:
        yield line


def _wait(line: socket.socket, deadline: float) -> None:
    left = deadline - time.monotonic()
    if left <= 0:
        raise ScannerDown("no verdict in time")
    line.settimeout(left)


def _send(line: socket.socket, content: bytes, deadline: float) -> None:
    _wait(line, deadline)
    try:
        line.sendall(content)
    except TimeoutError as error:
        raise ScannerDown("no verdict in time") from error
    except OSError:
        # It hangs up on a file above its StreamMaxLength, and says so first.
        raise NotScanned(_answer(line, deadline) or "the scanner hung up") from None


def _answer(line: socket.socket, deadline: float) -> str:
    answer = b""
    try:
        while b"\0" not in answer and len(answer) < _LONGEST_ANSWER:
            _wait(line, deadline)
            piece = line.recv(_LONGEST_ANSWER)
            if not piece:
                break
            answer += piece
    except TimeoutError as error:
        raise ScannerDown("no verdict in time") from error
    except OSError as error:
        raise ScannerDown(f"the scanner broke off: {error}") from error
    if not answer:
        raise ScannerDown("the scanner hung up without a verdict")
    return answer.partition(b"\0")[0].decode("utf-8", "replace").strip()


def refuse_infected(stream: BinaryIO) -> None:
    """Scan a file of the chamber's own people at the door; the stream is left at its start.

    Without a scanner it does nothing. Raises ValidationError for a file with a virus, and for one nobody could scan:
    such a file goes out to everybody at once, so it does not wait inside.
    """
    if not is_configured():
        return
    stream.seek(0)
    try:
        verdict = scan(stream)
    except (ScannerDown, NotScanned) as error:
        raise ValidationError(
            _("The virus scanner does not answer, so the file was not taken. Try again in a few minutes."),
            code="scanner",
        ) from error
    finally:
        stream.seek(0)
    if verdict.signature:
        raise ValidationError(
            _("The scanner found a virus in the file: %(signature)s. Take the file from a clean computer."),
            code="virus",
            params={"signature": verdict.signature},
        )
