"""Which release of the site this process runs: what its pages are made of, told in a few letters."""

import functools
import hashlib
from pathlib import Path
from typing import Final

from django.conf import settings

_FOLDERS: Final = ("reference", "accounts", "projects", "proposals", "ppp_registry", "templates", "locale")
_KINDS: Final = {".py", ".html", ".mo", ".txt", ".csv", ".json"}


@functools.cache
def release() -> str:
    """Return a mark of code, templates, words, libraries and static files; workers that run the same have the same.

    Read once in the life of a process, some 4 MB: whoever serves a newer release starts new processes.
    """
    root = Path(settings.BASE_DIR)
    files = [path for folder in _FOLDERS for path in (root / folder).rglob("*") if path.suffix in _KINDS]
    files += [root / "requirements.txt", Path(settings.STATIC_ROOT, "staticfiles.json")]
    digest = hashlib.sha256()
    for path in sorted(files):
        if path.is_file():
            digest.update(f"{path.name}\n".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]
