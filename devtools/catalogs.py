"""Translations: every .po becomes a .mo, with polib, as a bare machine has no gettext."""

import os
import subprocess
import sys
from pathlib import Path

from devtools.checkout import Checkout, RunnerError


def outdated(root: Path) -> list[Path]:
    """The .po files whose .mo is missing or older."""
    found = [path for folder in (root / "locale", *root.glob("[!.]*/locale")) for path in folder.rglob("*.po")]
    return sorted(path for path in found if modified(path.with_suffix(".mo")) < modified(path))


def modified(path: Path) -> int:
    """When a file was changed last; 0 when there is none."""
    return path.stat().st_mtime_ns if path.exists() else 0


def compile_outdated(checkout: Checkout) -> int:
    """Compile what is outdated in the environment, where polib is; how many files that were."""
    paths = outdated(checkout.root)
    if paths:
        command = [str(checkout.python), "-m", "devtools.catalogs", *map(str, paths)]
        told = subprocess.run(command, cwd=Path(__file__).resolve().parent.parent, capture_output=True, text=True)
        if told.returncode != 0:
            raise RunnerError(f"The translations did not compile: {told.stderr.strip()}")
    return len(paths)


def compile_catalog(path: Path) -> None:
    """Write the .mo beside one .po, in one step."""
    import polib  # only in .venv: this module itself must load on a bare Python

    unfinished = path.with_suffix(f".mo.{os.getpid()}")
    polib.pofile(str(path)).save_as_mofile(str(unfinished))
    unfinished.replace(path.with_suffix(".mo"))


if __name__ == "__main__":
    for name in sys.argv[1:]:
        try:
            compile_catalog(Path(name))
        except (OSError, ValueError) as error:
            sys.exit(f"{name}: {error}")
