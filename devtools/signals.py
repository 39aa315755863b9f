"""Ctrl-C, SIGTERM and the death of a parent: how the runner and its children end together."""

import contextlib
import ctypes
import os
import signal
from collections.abc import Callable
from pathlib import Path
from types import FrameType

PR_SET_PDEATHSIG = 1
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(BaseException):
    """Somebody asked the runner to stop."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number

    @property
    def exit_code(self) -> int:
        """What a shell says of a program that such a signal ended."""
        return 128 + self.number


def stop_on_signals() -> None:
    """Turn the signals that end a program into `Stopped`; the first counts, the rest must not disturb the tidying."""

    def stop(number: int, frame: FrameType | None) -> None:
        for each in ENDING:
            signal.signal(each, signal.SIG_IGN)
        raise Stopped(number)

    for each in ENDING:
        # A program under nohup lives on when its terminal closes. SIGINT is ignored in a shell's background
        # job, yet whoever sends it to us means it.
        if each != signal.SIGHUP or signal.getsignal(each) != signal.SIG_IGN:
            signal.signal(each, stop)


def dies_with_parent(number: int) -> Callable[[], None]:
    """For `preexec_fn`: the child gets the signal when its parent is gone, even by kill -9 (Linux)."""
    parent = os.getpid()
    libc = load_libc()

    def ask() -> None:
        if libc is not None:
            libc.prctl(PR_SET_PDEATHSIG, number, 0, 0, 0)
            if os.getppid() != parent:
                os.kill(os.getpid(), number)

    return ask


def die_with_make() -> None:
    """When make started us, stop when make is killed, instead of living on unseen."""
    parent = os.getppid()
    libc = load_libc()
    with contextlib.suppress(OSError):
        if libc is not None and Path(f"/proc/{parent}/comm").read_text().strip() in ("make", "gmake"):
            libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


def load_libc() -> ctypes.CDLL | None:
    """The C library, where it has prctl."""
    try:
        libc = ctypes.CDLL(None)
        return libc if hasattr(libc, "prctl") else None
    except OSError:
        return None
