"""Running the programs of the environment, so that they end when the runner ends."""

import contextlib
import os
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence

from devtools.checkout import Checkout, RunnerError
from devtools.signals import Stopped, dies_with_parent


def manage(checkout: Checkout, environment: Mapping[str, str], *arguments: str) -> None:
    """Run one command of manage.py; its words go to the reader."""
    code = run(checkout, [str(checkout.python), "manage.py", *arguments], environment)
    if code != 0:
        raise RunnerError(f"`manage.py {' '.join(arguments)}` failed: see the lines above.")


def run(
    checkout: Checkout,
    command: Sequence[str],
    environment: Mapping[str, str],
    *,
    keep_open: Sequence[int] = (),
) -> int:
    """Run a program to its end; the exit code. When we are stopped, it gets the time to tidy up."""
    child = subprocess.Popen(
        command,
        cwd=checkout.root,
        env={**os.environ, **environment, "PYTHONUTF8": "1"},
        pass_fds=keep_open,
        preexec_fn=dies_with_parent(signal.SIGINT),
    )
    try:
        return child.wait()
    except Stopped as stopped:
        wind_down(child, stopped)
        raise


def wind_down(child: "subprocess.Popen[bytes]", stopped: Stopped) -> None:
    """Wait for a program that a Ctrl-C reached as well; remind it, and in the end stop waiting."""
    if stopped.number != signal.SIGINT:
        child.send_signal(stopped.number)
    for seconds, reminder in ((3, signal.SIGINT), (10, signal.SIGTERM), (2, signal.SIGKILL)):
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(seconds)
            return
        child.send_signal(reminder)
    child.wait()


def side_by_side_told(
    checkout: Checkout, commands: Mapping[str, Sequence[str]], environment: Mapping[str, str]
) -> dict[str, tuple[int, str]]:
    """Run programs at once, each to its end; the exit code and the words of each, in the order given."""
    with contextlib.ExitStack() as stack:
        running = {}
        for name, command in commands.items():
            words = stack.enter_context(tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace"))
            running[name] = (
                words,
                stack.enter_context(
                    subprocess.Popen(
                        command,
                        cwd=checkout.root,
                        env={**os.environ, **environment, "PYTHONUTF8": "1"},
                        stdout=words,
                        stderr=subprocess.STDOUT,
                        preexec_fn=dies_with_parent(signal.SIGINT),
                    )
                ),
            )
        told = {}
        for name, (words, child) in running.items():
            code = child.wait()
            words.seek(0)
            told[name] = code, words.read()
        return told
