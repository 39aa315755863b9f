"""Folders of backups, and files that are written for good."""

import datetime
import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from reference.storage import sync_to_disk

MANIFEST = "manifest.json"
MANIFEST_HASH = "manifest.sha256"
DUMP = "database.dump"
HEAD = "head.json"
FILES = "files"
UNFINISHED = ".part-"

_FORM = "%Y-%m-%dT%H%M%SZ"
_NAME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{6}Z")
_PIECE = 1024 * 1024


class BackupError(Exception):
    """Why nothing was done, as one sentence with the remedy."""


@dataclass(frozen=True, order=True)
class Place:
    """One finished backup: its moment (UTC) and its folder."""

    moment: datetime.datetime
    folder: Path


def name_of(moment: datetime.datetime) -> str:
    """Return the name of the folder of a backup of this moment."""
    return moment.astimezone(datetime.UTC).strftime(_FORM)


def finished(home: Path) -> list[Place]:
    """Return the backups below a folder, oldest first."""
    if not home.is_dir():
        return []
    return sorted(
        Place(datetime.datetime.strptime(path.name, _FORM).replace(tzinfo=datetime.UTC), path)
        for path in home.iterdir()
        if _NAME.fullmatch(path.name) and (path / MANIFEST).is_file()
    )


def chosen(folder: Path) -> Path:
    """Return the folder of one backup: the given one, or the newest below it. Raises BackupError."""
    if (folder / MANIFEST).is_file():
        return folder
    below = finished(folder)
    if not below:
        raise BackupError(f"{folder} holds no backup. Name the folder in which {MANIFEST} lies.")
    return below[-1].folder


def inside(home: Path, name: str) -> Path:
    """Return the path of a stored file below a folder; raises BackupError for a name that leads out of it."""
    parts = PurePosixPath(name).parts
    if not parts or name.startswith("/") or ".." in parts or "\0" in name:
        raise BackupError(f"“{name}” is not the name of a stored file.")
    return home.joinpath(*parts)


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file; raises OSError."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def copy(source: Path, target: Path, mode: int) -> str:
    """Copy a file to a name that is free, on the disk when this returns, and return its SHA-256. Raises OSError.

    The time of the last change goes along: `remove_lost_files` tells old files by it.
    """
    digest = hashlib.sha256()
    with source.open("rb") as taken, target.open("xb") as given:
        os.fchmod(given.fileno(), mode)
        while piece := taken.read(_PIECE):
            digest.update(piece)
            given.write(piece)
        given.flush()
        facts = os.fstat(taken.fileno())
        os.utime(given.fileno(), ns=(facts.st_atime_ns, facts.st_mtime_ns))
        os.fsync(given.fileno())
    return digest.hexdigest()


def write(path: Path, text: str) -> None:
    """Write a small new file that only we may read, on the disk when this returns. Raises OSError."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(handle, "w", encoding="utf-8") as target:
        target.write(text)
        target.flush()
        os.fsync(handle)


def sync_all(folder: Path) -> None:
    """Make every name below a folder outlive a power cut."""
    for each in (folder, *(path for path in folder.rglob("*") if path.is_dir())):
        sync_to_disk(each)
