"""A real web server on the database of the tests, which the tests may kill as a power cut would."""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.db import connection

from devtools.signals import dies_with_parent

HOST = "127.0.0.1"
TOKEN = "k" * 32


def database_url() -> str:
    """Return the address of the database of the tests."""
    parts = urllib.parse.urlsplit(os.environ["DATABASE_URL"])
    return parts._replace(path=f"/{connection.settings_dict['NAME']}").geturl()


class Server:
    """gunicorn with two workers. The socket is ours, so whoever comes while it is dead waits for the next one."""

    def __init__(self, log: IO[bytes] | None = None) -> None:
        self.log = log
        self.socket = socket.create_server((HOST, 0), backlog=128)
        self.port: int = self.socket.getsockname()[1]
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        variables = {
            **os.environ,
            "DATABASE_URL": database_url(),
            "SECRET_KEY": settings.SECRET_KEY,
            "ALLOWED_HOSTS": HOST,
            "PLAIN_HTTP": "on",
            "DEBUG": "",
            "MEDIA_ROOT": str(settings.MEDIA_ROOT),
        }
        options = ["--bind", f"fd://{self.socket.fileno()}", "--workers", "2", "--log-level", "critical"]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "ppp_registry.wsgi:application", *options],
            cwd=Path(settings.BASE_DIR),
            env=variables,
            stdin=subprocess.DEVNULL,
            stderr=self.log,
            pass_fds=[self.socket.fileno()],
            start_new_session=True,
            preexec_fn=dies_with_parent(signal.SIGKILL),
        )
        assert self.get("/healthz") == 200

    def get(self, path: str, seconds: float = 30) -> int:
        """Return the status of a page; wait for the server when it is not up yet."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError, http.client.HTTPException):
                return self.ask("GET", path)[0]
            time.sleep(0.05)
        raise AssertionError("the server does not answer")

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, str]:
        """Return status and Location of an answer; raises OSError or HTTPException when none came."""
        wire = http.client.HTTPConnection(HOST, self.port, timeout=20)
        try:
            wire.request(method, path, body, {name.replace("_", "-"): text for name, text in headers.items()})
            answer = wire.getresponse()
            answer.read()
            return answer.status, answer.headers.get("Location", "")
        finally:
            wire.close()

    def post(self, path: str, session: str, **fields: Any) -> tuple[int, str]:
        """Send a form as somebody who is logged in."""
        body = urllib.parse.urlencode({**fields, "csrfmiddlewaretoken": TOKEN}).encode()
        return self.ask(
            "POST", path, body, Content_Type="application/x-www-form-urlencoded", Cookie=self.cookies(session)
        )

    def cookies(self, session: str) -> str:
        """Return the cookies of a login."""
        return f"sessionid={session}; csrftoken={TOKEN}"

    def workers(self) -> list[int]:
        """Return the processes that answer."""
        assert self.process
        return [
            int(pid)
            for task in Path(f"/proc/{self.process.pid}/task").iterdir()
            for pid in (task / "children").read_text().split()
        ]

    def end(self, pid: int) -> None:
        """kill -9 one of them."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)

    def kill(self, whom: str = "all") -> None:
        """kill -9 everything, the master alone, or the workers."""
        assert self.process
        if whom == "workers":
            for pid in self.workers():
                self.end(pid)
            return
        if whom == "master":
            os.kill(self.process.pid, signal.SIGKILL)
            time.sleep(0.02)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)
        self.process = None

    def close(self) -> None:
        """End it and give the port back."""
        if self.process:
            self.kill()
        self.socket.close()


@contextlib.contextmanager
def running() -> Iterator[Server]:
    """A server until the block ends."""
    server = Server()
    try:
        server.start()
        yield server
    finally:
        server.close()
