"""A request that never ends: its worker is ended, the others are answered all the while."""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import pytest

from devtools.checkout import this_checkout
from devtools.signals import dies_with_parent
from ppp_registry.hung import where
from ppp_registry.log_privacy import scrubbed

SITE = """
import os, time
from ppp_registry.hung import Watched
def site(environ, start_response):
    path = environ["PATH_INFO"]
    if path == "/hangs":
        time.sleep(600)
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    start_response("200 OK", [("Content-Type", "text/plain")])
    if path == "/pieces-hang":
        return pieces()
    return [str(os.getpid()).encode() + b" " + body]
def pieces():
    yield b"first"
    time.sleep(600)
application = Watched(site, longest=1.0, grace=3.0)
"""


@pytest.fixture
def port(tmp_path) -> Iterator[int]:
    """gunicorn with two workers of two threads on a tiny site that counts a second as long."""
    (tmp_path / "tiny.py").write_text(SITE)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        options = ["--bind", f"fd://{listener.fileno()}", "--workers", "2", "--threads", "2", "--log-level", "critical"]
        server = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "--worker-class", "gthread", *options, "--no-control-socket", "tiny"],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": f"{tmp_path}:{this_checkout().root}"},
            stderr=subprocess.DEVNULL,
            pass_fds=[listener.fileno()],
            start_new_session=True,
            preexec_fn=dies_with_parent(signal.SIGKILL),
        )
        try:
            yield listener.getsockname()[1]
        finally:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()


def ask(port: int, path: str, seconds: float = 10, body: bytes = b"") -> bytes:
    wire = http.client.HTTPConnection("127.0.0.1", port, timeout=seconds)
    try:
        wire.request("POST" if body else "GET", path, body)
        return wire.getresponse().read()
    finally:
        wire.close()


def worker(port: int) -> int:
    return int(ask(port, "/").split()[0])


@pytest.mark.parametrize("path", ["/hangs", "/pieces-hang"])
def test_a_hung_request_takes_its_worker_with_it_and_the_others_are_answered(port, path):
    before = {worker(port) for _turn in range(12)}
    broken: list[float] = []

    def hang() -> None:
        with contextlib.suppress(OSError, http.client.HTTPException):
            ask(port, path, 20)
            return
        broken.append(time.monotonic())

    began = time.monotonic()
    hanging = threading.Thread(target=hang)
    hanging.start()
    answered, cut = [], 0
    while hanging.is_alive() and time.monotonic() - began < 5:
        try:
            answered.append(worker(port))
        except (OSError, http.client.HTTPException):
            cut += 1
        time.sleep(0.05)
    assert [1.0 <= moment - began < 5 for moment in broken] == [True]
    assert len(answered) > 5
    assert cut <= 1, "who came in the very moment of the end"
    time.sleep(0.5)
    assert {worker(port) for _turn in range(12)} - before, "a new worker took the place of the one that ended"


def test_a_slow_line_is_not_a_hung_request(port):
    worker(port)
    line = socket.create_connection(("127.0.0.1", port), timeout=10)
    with line:
        line.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\nConnection: close\r\n\r\n")
        for byte in b"abcdefghij":
            time.sleep(0.2)
            line.sendall(bytes([byte]))
        answer = b""
        while piece := line.recv(4096):
            answer += piece
    assert b"abcdefghij" in answer


def test_the_log_says_where_it_hangs_however_deep_that_is():
    steps = "\n".join(f"def step_{n}(then):\n    return step_{n + 1}(then)" for n in range(60))
    made: dict = {}
    exec(compile(f"{steps}\ndef step_60(then):\n    return then()", f"/opt/{'long/' * 15}steps.py", "exec"), made)

    def the_line_that_hangs():
        return where(sys._getframe())

    said = scrubbed(f"A request works for longer than 90 s: its worker ends.\n{made['step_0'](the_line_that_hangs)}")
    assert "in the_line_that_hangs" in said
    assert "in step_58" in said
