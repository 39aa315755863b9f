"""What a step was last done for, so that it is skipped while nothing changed."""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from devtools.checkout import Checkout

NOT_OURS = {".venv", ".local", ".git", "node_modules", "__pycache__"}


def fingerprint(root: Path, files: Iterable[Path], *more: str) -> str:
    """One hash over names and contents of files, and over further words."""
    digest = hashlib.sha256()
    for path in sorted(files):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        digest.update(f"{path.relative_to(root)}\0{content}\0".encode())
    digest.update("\0".join(more).encode())
    return digest.hexdigest()


def code(root: Path) -> list[Path]:
    """The Python files that can change the database: all but tests, benchmarks and this runner."""
    apart = NOT_OURS | {"tests", "benchmarks", "devtools"}
    return [*below(root, "*.py", apart), root / "requirements.txt"]


def static_sources(root: Path) -> list[Path]:
    """What collectstatic reads: our static folders, and what decides about those of packages."""
    folders = [root / "static", *root.glob("*/static")]
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return [path for path in [*files, root / "requirements.txt", *root.glob("*/settings.py")] if path.exists()]


def below(root: Path, pattern: str, apart: set[str]) -> list[Path]:
    """Files of a checkout that match, outside some top folders."""
    folders = [entry for entry in root.iterdir() if entry.is_dir() and entry.name not in apart]
    return [*root.glob(pattern), *(path for folder in folders for path in folder.rglob(pattern))]


def is_done(checkout: Checkout, step: str, state: str) -> bool:
    """Whether the step was done for exactly this state."""
    return bool(state) and recorded(checkout).get(step) == state


def record(checkout: Checkout, step: str, state: str) -> None:
    """Remember for which state a step was done; an empty state forgets it."""
    done = {**recorded(checkout), step: state}
    unfinished = stamp_file(checkout).with_suffix(".new")
    unfinished.write_text(json.dumps(done))
    unfinished.replace(stamp_file(checkout))


def recorded(checkout: Checkout) -> dict[str, str]:
    """All stamps; none when the file is missing or broken."""
    try:
        return dict(json.loads(stamp_file(checkout).read_text()))
    except (FileNotFoundError, ValueError, TypeError):
        return {}


def stamp_file(checkout: Checkout) -> Path:
    """Where the stamps are."""
    return checkout.local / "stamps.json"
