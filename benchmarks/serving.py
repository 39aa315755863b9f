"""Web servers of the contenders: each with two workers, on a port of its own, ended with the benchmark."""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from devtools.checkout import RunnerError, this_checkout
from devtools.signals import dies_with_parent

HOST = "127.0.0.1"
WORKERS = 2
PATIENCE = 60.0
"""Seconds until a server must answer."""


def _command(application: str, way: Literal["gunicorn", "uvicorn"], descriptor: int) -> list[str]:
    if way == "uvicorn":
        options = ["--fd", str(descriptor), "--workers", str(WORKERS), "--log-level", "warning", "--no-access-log"]
        return [sys.executable, "-m", "uvicorn", application, *options]
    options = ["-c", "gunicorn.conf.py", "--bind", f"fd://{descriptor}", "--workers", str(WORKERS)]
    return [sys.executable, "-m", "gunicorn", *options, application]


@contextlib.contextmanager
def served(
    application: str,
    values: Mapping[str, str],
    log: Path,
    *,
    way: Literal["gunicorn", "uvicorn"] = "gunicorn",
    path: str = "/healthz",
) -> Iterator[str]:
    """Serve an application with two workers until the block ends; give the root of its site.

    ``values`` are variables on top of ours, ``path`` is asked until it is answered. Raises RunnerError with the end of
    the log when it is not.
    """
    listener = socket.create_server((HOST, 0), backlog=512)
    port = listener.getsockname()[1]
    with log.open("ab") as words:
        server = subprocess.Popen(
            _command(application, way, listener.fileno()),
            cwd=this_checkout().root,
            env={**os.environ, **values, "PYTHONUTF8": "1"},
            stdin=subprocess.DEVNULL,
            stdout=words,
            stderr=words,
            pass_fds=[listener.fileno()],
            start_new_session=True,  # Ctrl-C in the terminal reaches the benchmark alone
            preexec_fn=dies_with_parent(signal.SIGTERM),
        )
        listener.close()
        try:
            _wait(f"http://{HOST}:{port}", path, server, log)
            yield f"http://{HOST}:{port}"
        finally:
            server.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                server.wait(4)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(server.pid, signal.SIGKILL)
            server.wait()


def _wait(site: str, path: str, server: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and server.poll() is None:
        with contextlib.suppress(OSError, http.client.HTTPException):
            if fetched(site, path)[0] < 500:
                return
        time.sleep(0.05)
    raise RunnerError(f"A server of the benchmark does not answer. {log.read_text(errors='replace')[-1_500:]}")


def fetched(site: str, path: str, **headers: str) -> tuple[int, Mapping[str, str], bytes]:
    """Ask once, on a connection of its own; return status, headers and body."""
    wire = http.client.HTTPConnection(urlsplit(site).netloc, timeout=120)
    try:
        wire.request("GET", path, headers={name.replace("_", "-"): text for name, text in headers.items()})
        answer = wire.getresponse()
        return answer.status, answer.headers, answer.read()  # type: ignore[return-value]
    finally:
        wire.close()
