"""Take a backup: the snapshot first, then the files its rows name, while no file is deleted (docs/decisions/0028)."""

import contextlib
import datetime
import errno
import os
import shutil
import time
import tomllib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import OperationalError, connection

from ppp_registry.backup import facts, manifest, places, programs, stored
from ppp_registry.backup.places import BackupError
from projects.queries.snapshot import one_moment
from proposals.queries.chain import Head
from reference.locks import Turn
from reference.storage import sync_to_disk

TURN_WAIT = 60
"""Seconds to wait for another backup, or for somebody who deletes a file just now."""


@dataclass(frozen=True)
class Taken:
    """A finished backup."""

    folder: Path
    manifest: manifest.Manifest
    hash: str
    """SHA-256 of the manifest: kept elsewhere, it proves the whole backup."""
    linked: int
    """Files that lie in the backup before as well and share its bytes on the disk."""


@contextlib.contextmanager
def no_file_is_deleted() -> Iterator[None]:
    """Let files whose rows go meanwhile stay; one backup at a time. Raises BackupError."""
    if connection.in_atomic_block:
        raise BackupError("A backup cannot be part of a transaction.")
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_is_in_recovery()")
            if cursor.fetchone()[0]:
                raise BackupError("This server is a replica: files could be deleted unseen. Name the primary server.")
            # A server that cuts off what takes long, or idles while files are copied, must not cut this off.
            for name, most in (("lock", f"{TURN_WAIT}s"), ("statement", "0"), ("idle_in_transaction_session", "0")):
                cursor.execute("SELECT set_config(%s, %s, false)", [f"{name}_timeout", most])
            try:
                cursor.execute("SELECT pg_advisory_lock(%s)", [Turn.BACKUP.value])
            except OperationalError as error:
                raise BackupError("Another backup of this database runs: wait until it has ended.") from error
        yield
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [Turn.BACKUP.value])
            if not cursor.fetchone()[0]:
                raise BackupError("The turn was lost on the way: files may be missing. Take the backup again.")
    finally:
        connection.close()


def take(home: Path, media: Path | None = None, *, full: bool = False) -> Taken:
    """Write a backup into a new folder below ``home``; nothing of it is to be seen before it is whole.

    Files that lie in the backup before are linked, not copied, unless ``full``. A file that is missing or damaged on
    the disk of the site does not stop the backup; the manifest names it. Raises BackupError.
    """
    media = media or Path(settings.MEDIA_ROOT)
    begun = time.monotonic()
    if home.resolve().is_relative_to(media.resolve()):
        raise BackupError(f"{home} lies among the files of the site: choose a folder outside {media}.")
    unfinished = home / f"{places.UNFINISHED}{uuid.uuid4().hex}"
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished.mkdir(mode=0o700)
        with no_file_is_deleted():
            kept = places.finished(home)
            found = _database(unfinished)
            files = _Files(unfinished / places.FILES, media, None if full or not kept else kept[-1].folder)
            for one in found.pop("stored"):
                files.add(one, may_go=False)
            for one in stored.of_days(media):
                files.add(one, may_go=True)
        written = manifest.Manifest(
            version=_version(),
            seconds=round(time.monotonic() - begun, 2),
            files=files.entries,
            missing=files.missing,
            damaged=files.damaged,
            **found,
        )
        digest = manifest.store(unfinished, written)
        places.sync_all(unfinished)
        final = home / places.name_of(datetime.datetime.fromisoformat(written.moment))
        unfinished.rename(final)
        sync_to_disk(home)
    except OSError as error:
        if error.errno in (errno.ENOTEMPTY, errno.EEXIST):
            raise BackupError("A backup of this very second is there already.") from error
        raise BackupError(f"The backup could not be written, and nothing of it was kept: {error}.") from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return Taken(final, written, digest, files.linked)


def _database(unfinished: Path) -> dict[str, Any]:
    """Write dump and head; return what the manifest says of them, and the files to copy."""
    server = programs.server_major()
    program = programs.find("pg_dump", server)
    dump = unfinished / places.DUMP
    with one_moment():
        with connection.cursor() as cursor:
            # The time is that of the beginning: all that was committed before it is in.
            cursor.execute("SELECT now(), pg_export_snapshot()")
            moment, snapshot = cursor.fetchone()
        found = {"migrations": facts.migrations(), "rows": facts.rows(), **facts.meaning()}
        files = stored.of_rows()
        programs.dump(program, snapshot, dump)
    sync_to_disk(dump)
    places.write(unfinished / places.HEAD, Head(**found["chain"]).as_json() + "\n")
    return {
        "moment": moment.isoformat(),
        "server": server,
        "pg_dump": program.major,
        "dump": {"name": places.DUMP, "size": dump.stat().st_size, "sha256": places.sha256_of(dump)},
        "facts": found,
        "stored": files,
    }


class _Files:
    """The files of one backup, as they come together."""

    def __init__(self, target: Path, media: Path, before: Path | None) -> None:
        self.target, self.media = target, media
        self.before = before / places.FILES if before else None
        known = manifest.read(before).files if before else []
        self.known = {item["name"]: item for item in known}
        self.entries: list[dict[str, Any]] = []
        self.missing: list[str] = []
        self.damaged: list[str] = []
        self.linked = 0
        target.mkdir(mode=0o700)

    def add(self, one: stored.Stored, *, may_go: bool) -> None:
        """Link or copy one file; ``may_go``: it may be deleted meanwhile, and then it is not part of the backup."""
        source, target = places.inside(self.media, one.name), places.inside(self.target, one.name)
        for folder in reversed([parent for parent in target.parents if not parent.exists()]):
            folder.mkdir(mode=0o700)
        size = source.stat().st_size if source.is_file() else None
        if size is None and may_go:
            return
        if digest := self._link(one, size, target):
            self.linked += 1
        elif size is not None:
            try:
                digest = places.copy(source, target, 0o600)
            except FileNotFoundError:
                if not may_go:
                    raise
                target.unlink(missing_ok=True)
                return
        if size is None:
            self.missing.append(one.name)
        elif (one.size is not None and size != one.size) or (digest and one.sha256 and digest != one.sha256):
            self.damaged.append(one.name)
        if digest:
            self.entries.append({"name": one.name, "size": target.stat().st_size, "sha256": digest})

    def _link(self, one: stored.Stored, size: int | None, target: Path) -> str:
        """Share the bytes of the backup before, when it holds this file whole; return its hash, empty when it does not.

        A name is never used twice and its content never changes; what rotted on the disk of the site is not taken over.
        """
        entry = self.known.get(one.name)
        if self.before is None or entry is None:
            return ""
        if entry["sha256"] != one.sha256 if one.sha256 else entry["size"] != size:
            return ""
        earlier = places.inside(self.before, one.name)
        try:
            if earlier.stat().st_size != entry["size"]:
                return ""
            os.link(earlier, target)
        except OSError:
            return ""
        return str(entry["sha256"])


def _version() -> str:
    text = (Path(settings.BASE_DIR) / "pyproject.toml").read_text(encoding="utf-8")
    return str(tomllib.loads(text)["project"]["version"])
