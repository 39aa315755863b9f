"""The web server lives and dies with the runner, and gives its port back."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from devtools import ports
from devtools.checkout import this_checkout

SITE = """
import os, time
def application(environ, start_response):
    if environ["PATH_INFO"] == "/slow":
        time.sleep(30)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"{os.getpid()} {os.environ.get('MIGRATE_DATABASE_URL')}".encode()]
"""
WORKER = """
import os, sys, time
from pathlib import Path
told = f"{sys.argv[1:]} {os.environ.get('MIGRATE_DATABASE_URL')} {os.environ['SITE_URL']}"
Path(sys.argv[1]).write_text(f"{os.getpid()} {told}")
time.sleep(60)
"""
RUNNER = """
import sys
from pathlib import Path
from devtools import demo, ports
from devtools.checkout import Checkout
from devtools.signals import stop_on_signals
stop_on_signals()
port = int(sys.argv[2])
values = {"MIGRATE_DATABASE_URL": "postgres://ppp_owner@h/d"}
sys.exit(demo.serve(Checkout(Path(sys.argv[1])), values, ports.open_port(port), port))
"""


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind((ports.HOST, 0))
        return free.getsockname()[1]


@pytest.fixture
def runner(tmp_path, port) -> Iterator["subprocess.Popen[str]"]:
    """The runner, serving a tiny site from a checkout of its own."""
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    (tmp_path / "ppp_registry").mkdir()
    (tmp_path / "ppp_registry" / "wsgi.py").write_text(SITE)
    (tmp_path / "manage.py").write_text(WORKER)
    process = start(tmp_path, port)
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def start(root: Path, port: int) -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [sys.executable, "-c", RUNNER, str(root), str(port)],
        cwd=this_checkout().root,
        stdout=subprocess.PIPE,
        text=True,
    )
    told = ""
    while "Ctrl-C" not in told:
        line = process.stdout.readline()
        assert line, "the runner ended before it served"
        told += line
    assert f"http://localhost:{port}/kk/" in told
    assert f"http://localhost:{port}/admin/" in told
    return process


def get(port: int, path: str = "/", timeout: float = 5) -> str:
    with urllib.request.urlopen(f"http://{ports.HOST}:{port}{path}", timeout=timeout) as response:
        return response.read().decode()


def is_gone(pid: int, seconds: float = 5) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
            os.kill(pid, 0)
        except OSError:
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_asked_to_stop_it_takes_the_web_server_along(runner, port, number):
    worker, owner_url = get(port).split()
    assert owner_url == "None", "the application must not know how to become the owner"
    runner.send_signal(number)
    assert runner.wait(10) == 0
    assert is_gone(int(worker))
    ports.open_port(port, patience=0.1).close()


def worker_of(folder: Path, command: str) -> tuple[int, str]:
    """Return the process that runs a command beside the server, and how it was started; wait until it has said so."""
    deadline = time.monotonic() + 5
    while not (folder / command).exists() or not (folder / command).read_text():
        assert time.monotonic() < deadline, f"nobody runs {command}"
        time.sleep(0.05)
    pid, _, started = (folder / command).read_text().partition(" ")
    return int(pid), started


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_what_sends_letters_and_publishes_lives_and_dies_with_the_runner(runner, tmp_path, port, number):
    pauses = {"send_letters": 2, "publish_resolutions": 10, "tell_followers": 30, "publish_open_data": 3600}
    workers = {command: worker_of(tmp_path, command) for command in pauses}
    for command, pause in pauses.items():
        pid, started = workers[command]
        assert started == f"['{command}', '--watch', '{pause}'] None http://localhost:{port}/"
        assert not is_gone(pid, 0.1)
    runner.send_signal(number)
    runner.wait(10)
    assert all(is_gone(pid) for pid, _started in workers.values())


def test_killed_it_takes_the_web_server_along_even_in_the_middle_of_a_request(runner, port):
    worker = int(get(port).split()[0])
    with socket.create_connection((ports.HOST, port)) as client:
        client.sendall(b"GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n")
        time.sleep(0.2)
        runner.kill()
        assert is_gone(worker)
    ports.open_port(port).close()


def test_a_web_server_that_cannot_start_is_a_failure_in_words(tmp_path, port):
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text("#!/bin/sh\nexit 3\n")
    python.chmod(0o755)
    told = subprocess.run(
        [sys.executable, "-c", RUNNER, str(tmp_path), str(port)],
        cwd=this_checkout().root,
        capture_output=True,
        text=True,
        timeout=20,
    )
    assert "The web server did not start" in told.stderr
    assert "Ctrl-C" not in told.stdout
