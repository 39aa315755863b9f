"""What a backup says of itself, and whether that is true."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from ppp_registry.backup.places import DUMP, FILES, MANIFEST, MANIFEST_HASH, BackupError, inside, sha256_of, write

FORMAT = 1


@dataclass(frozen=True)
class Manifest:
    """Facts of the moment, and every file with its size and hash.

    ``facts`` is what ``ppp_registry/backup/facts.py`` found at that moment. ``files`` are ``{name, size, sha256}`` as
    they lie in the backup; ``missing`` and ``damaged`` name files that were wrong on the disk of the site already.
    """

    version: str
    moment: str
    seconds: float
    server: int
    """Major version of the PostgreSQL that held the database."""
    pg_dump: int
    dump: dict[str, Any]
    facts: dict[str, Any]
    files: list[dict[str, Any]]
    missing: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)
    format: int = FORMAT

    @property
    def bytes(self) -> int:
        """The size of dump and files."""
        return int(self.dump["size"]) + sum(item["size"] for item in self.files)


def store(folder: Path, manifest: Manifest) -> str:
    """Write the manifest and its hash, as `sha256sum -c` reads it; return the hash."""
    text = json.dumps(asdict(manifest), ensure_ascii=False, indent=1) + "\n"
    digest = hashlib.sha256(text.encode()).hexdigest()
    write(folder / MANIFEST, text)
    write(folder / MANIFEST_HASH, f"{digest}  {MANIFEST}\n")
    return digest


def read(folder: Path) -> Manifest:
    """Return the manifest of a backup; raises BackupError when it is not the one that was written."""
    try:
        text = (folder / MANIFEST).read_bytes()
        digest = (folder / MANIFEST_HASH).read_text(encoding="utf-8").split()[0]
        found = json.loads(text)
        if found["format"] != FORMAT:
            raise BackupError(f"The backup in {folder} has form {found['format']}; this version reads {FORMAT}.")
        manifest = Manifest(**found)
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise BackupError(f"The manifest in {folder} cannot be read: {error}") from error
    if hashlib.sha256(text).hexdigest() != digest:
        raise BackupError(f"The manifest in {folder} is not the one that was written: its hash differs.")
    return manifest


def problems(folder: Path, manifest: Manifest) -> Iterator[str]:
    """Yield what is missing in a backup or is not what was written, reading every byte."""
    expected = [(folder / DUMP, DUMP, manifest.dump)]
    expected += [(inside(folder / FILES, item["name"]), item["name"], item) for item in manifest.files]
    for path, name, item in expected:
        if not path.is_file():
            yield f"{name} is missing in the backup"
        elif path.stat().st_size != item["size"] or sha256_of(path) != item["sha256"]:
            yield f"{name} is not the file that was written"
