"""Whole files kept ready for the next reader: made while the first one takes them, gone when the register changes.

A file lies in the folder of the register's version, under a name made of everything that it depends on. It appears
there whole or not at all. Whatever the disk does, the reader gets his bytes.
"""

import contextlib
import fcntl
import hashlib
import logging
import os
import shutil
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from projects.exports.view import Stream, View
from projects.queries.version import Version
from reference.release import release

logger = logging.getLogger(__name__)
MOST_FILES = 24
"""Files kept of one version: forms, languages and separators, each at the address it was asked for."""
_UNFINISHED = ".part-"


def folder() -> Path:
    """Return where the files of all versions lie."""
    return Path(settings.MEDIA_ROOT) / "ready-made"


@dataclass(frozen=True)
class Place:
    """Where the file of a version lies once it is made."""

    version: Version
    name: str

    @property
    def path(self) -> Path:
        """The file itself."""
        return folder() / str(self.version) / self.name

    @property
    def etag(self) -> str:
        """The strong mark of the file that lies there; raises OSError when there is none."""
        told = self.path.stat()
        return f'"{self.version}-{told.st_mtime_ns:x}-{told.st_size:x}"'


def place_of(view: View, form: str, version: Version | None) -> Place | None:
    """Return the place of a view's file; None for a part of the register, and where nothing may be kept.

    ``form`` tells the kind of file. The address is part of the name: it stands in some of the files, with its host.
    """
    if version is None or view.chosen():
        return None
    told = "\n".join((form, view.language, view.address, release()))
    return Place(version, hashlib.sha256(told.encode()).hexdigest())


class Kept:
    """The bytes of a stream, kept as a file when all of them have been taken; one file is made at a time."""

    def __init__(self, stream: Stream, place: Place) -> None:
        self._stream = stream
        self._pieces = self._keeping(place)

    def _keeping(self, place: Place) -> Iterator[bytes]:
        with contextlib.ExitStack() as made:
            target = _begin(place, made)
            for piece in self._stream:
                if target is not None and not _added(target, piece):
                    target = None
                yield piece
            if target is not None:
                _finish(target, place)

    def __iter__(self) -> Iterator[bytes]:
        return self._pieces

    def close(self) -> None:
        """Stop reading, end the transaction and forget what was not whole."""
        self._pieces.close()  # type: ignore[attr-defined]
        self._stream.close()


def _begin(place: Place, made: contextlib.ExitStack) -> Path | None:
    """Open an unfinished file that goes when ``made`` is over; None when another is being made, or the disk fails."""
    try:
        home = folder()
        home.mkdir(parents=True, exist_ok=True)
        turn = made.enter_context((home / "turn").open("a"))
        # Whoever dies loses the turn with the handle.
        fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
        for left in home.glob(f"{_UNFINISHED}*"):
            left.unlink()
        target = home / f"{_UNFINISHED}{uuid.uuid4().hex}"
        made.callback(target.unlink, missing_ok=True)
        target.touch(exist_ok=False)
    except BlockingIOError:
        return None
    except OSError:
        logger.exception("No file can be kept ready.")
        return None
    return target


def _added(target: Path, piece: bytes) -> bool:
    try:
        with target.open("ab") as file:
            file.write(piece)
    except OSError:
        logger.exception("A file that was to be kept ready cannot be written.")
        target.unlink(missing_ok=True)
        return False
    return True


def _finish(target: Path, place: Place) -> None:
    try:
        _remove_older(place.version)
        place.path.parent.mkdir(exist_ok=True)
        if len(os.listdir(place.path.parent)) < MOST_FILES:
            target.replace(place.path)
    except OSError:
        logger.exception("A file cannot be kept ready.")


def _remove_older(version: Version) -> None:
    """Remove what was made of the register before; a file of a newer version stays."""
    for other in folder().iterdir():
        if other.is_dir() and _moment(other.name) < _moment(str(version)):
            shutil.rmtree(other, ignore_errors=True)


def _moment(name: str) -> int:
    try:
        return int(name.rpartition("-")[2], 16)
    except ValueError:
        return 0
