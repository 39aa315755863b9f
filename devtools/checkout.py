"""The folders of one checkout, the words the runner speaks with, and its file locks."""

import contextlib
import fcntl
import hashlib
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


class RunnerError(Exception):
    """Something the reader can mend: shown as one sentence, without a traceback."""


def say(sentence: str) -> None:
    """Print one sentence at once, in step with the output of the programs we start."""
    print(sentence, flush=True)


@dataclass(frozen=True)
class Checkout:
    """Where the runner keeps what it makes: `.venv/` and `.local/` in the checkout."""

    root: Path

    @property
    def local(self) -> Path:
        return self.root / ".local"

    @property
    def venv(self) -> Path:
        return self.root / ".venv"

    @property
    def python(self) -> Path:
        return self.venv / "bin" / "python"

    @property
    def env_file(self) -> Path:
        return self.local / "env"

    @contextlib.contextmanager
    def locked(self, name: str, *, waiting: str = "") -> Iterator[None]:
        """Hold `.local/<name>.lock` alone; say `waiting` once when another process has it."""
        with open_lock(self.local / f"{name}.lock") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if waiting:
                    say(waiting)
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield


@contextlib.contextmanager
def open_lock(path: Path) -> Iterator[int]:
    """Open a lock file; closing it gives the lock back, also when the process is killed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def short_hash(text: str) -> str:
    """Ten hexadecimal digits that stand for a text, for names of folders."""
    return hashlib.sha256(text.encode()).hexdigest()[:10]


def this_checkout() -> Checkout:
    """The checkout this file lies in."""
    return Checkout(Path(__file__).resolve().parent.parent)


def complain(problem: RunnerError) -> int:
    """Print a problem on the error stream; the exit code."""
    sys.stdout.flush()
    print(problem, file=sys.stderr, flush=True)
    return 1
