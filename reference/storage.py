"""Papers on disk: a name stands there with all its bytes, or not at all."""

import contextlib
import errno
import os
import uuid
from pathlib import Path
from typing import Any

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage

_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}


def sync_to_disk(path: Path) -> None:
    """Make the bytes of a file, or the names in a folder, outlive a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _publish(unfinished: Path, final: Path) -> None:
    """Give a finished file its name; raises FileExistsError where the name is taken, and never overwrites."""
    try:
        os.link(unfinished, final)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        # A disk without hard links: take the name first, then put the file over our own empty one.
        os.close(os.open(final, os.O_WRONLY | os.O_CREAT | os.O_EXCL))
        os.replace(unfinished, final)
    else:
        unfinished.unlink()


class DurableStorage(FileSystemStorage):
    """Writes beside the final name, syncs, then gives the name. A full disk raises OSError and leaves nothing.

    Files have no address: papers are handed out by a page that asks who may read them.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **{**options, "base_url": None})

    def url(self, name: str | None) -> str:
        """Return no address; the staff site then shows none."""
        return ""

    def _folder(self, final: Path) -> Path:
        """Make the folder of a file and sync every new one into its parent."""
        if final.parent.is_dir():
            return final.parent
        missing = [folder for folder in (final.parent, *final.parent.parents) if not folder.exists()]
        os.makedirs(final.parent, mode=self.directory_permissions_mode or 0o777, exist_ok=True)
        for folder in missing:
            sync_to_disk(folder.parent)
        return final.parent

    def _write(self, content: File, unfinished: Path) -> None:
        with open(unfinished, "xb") as target:
            for chunk in content.chunks():
                target.write(chunk if isinstance(chunk, bytes) else chunk.encode())
            target.flush()
            if self.file_permissions_mode is not None:
                os.fchmod(target.fileno(), self.file_permissions_mode)
            os.fsync(target.fileno())

    def store(self, name: str, content: File) -> str:
        """Write a file under a name of our own making, and return the name it has; ``save`` mends names of others."""
        return self._save(name, content)

    def _save(self, name: str, content: File) -> str:
        final = Path(self.path(name))
        folder = self._folder(final)
        unfinished = folder / f".{uuid.uuid4().hex}.part"
        try:
            self._write(content, unfinished)
            while True:
                try:
                    _publish(unfinished, final)
                    break
                except FileExistsError:
                    name = self.get_available_name(name)
                    final = Path(self.path(name))
            sync_to_disk(folder)
        finally:
            with contextlib.suppress(OSError):
                unfinished.unlink(missing_ok=True)
        return str(name).replace("\\", "/")
