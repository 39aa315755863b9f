"""Load by HTTP from a process of its own: some connections that ask without a pause, for a fixed time.

One thread and plain sockets: it costs a fraction of what any server spends on the same request, and says how much, so
that nobody takes its limit for a server's. Answers are counted whole; headers are read for no more than their length.
"""

import dataclasses
import json
import resource
import selectors
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
ANEW_AFTER = 40
"""Answers after which a connection is made anew: whichever worker is free takes it, so none has them all for long."""
MOST_OF_A_CORE = 0.6
"""Share of a core beyond which the load itself may be what is measured."""


@dataclasses.dataclass(frozen=True)
class Load:
    """What a server answered: how many in which time, the median wait, and what the load itself cost."""

    answers: int
    seconds: float
    median_ms: float
    bytes: int
    core: float
    """Share of one core that the asking took."""

    @property
    def rate(self) -> float:
        """Answers per second."""
        return self.answers / self.seconds


def load(
    site: str,
    paths: Sequence[str],
    *,
    connections: int = 4,
    seconds: float = 2.0,
    warm: float = 0.3,
    status: int = 200,
    headers: Sequence[str] = (),
) -> Load:
    """Ask for the paths, one after the other and from the beginning again, for so many seconds after ``warm`` ones.

    ``headers`` hold one block of header lines for each path, or one for all. Raises AssertionError for an answer of
    another status, and where the asking took so much of a core that it may have been the limit.
    """
    asked = {
        "netloc": urlsplit(site).netloc,
        "paths": list(paths),
        "headers": list(headers) or [""],
        "connections": connections,
        "seconds": seconds,
        "warm": warm,
        "status": status,
    }
    told = subprocess.run(
        [sys.executable, "-m", "benchmarks.load"], cwd=ROOT, input=json.dumps(asked), capture_output=True, text=True
    )
    if told.returncode != 0:
        raise AssertionError(f"{site}: {told.stderr.strip()[-400:]}")
    found = Load(**json.loads(told.stdout))
    if found.core > MOST_OF_A_CORE:
        raise AssertionError(f"{site}: the load took {found.core:.2f} of a core and may have been the limit")
    return found


class Wrong(Exception):
    """An answer that was not asked for."""


class _Connection:
    """One connection and the request that waits on it."""

    def __init__(self, address: tuple[str, int]) -> None:
        self.address = address
        self.socket: socket.socket | None = None
        self.answers = 0
        self.began = 0.0
        self.buffer = b""

    def ask(self, request: bytes) -> None:
        """Send a request; the connection is made anew now and then."""
        if self.socket is None:
            self.socket = socket.create_connection(self.address, timeout=30)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.began, self.buffer = time.perf_counter(), b""
        self.socket.sendall(request)

    def read(self) -> tuple[int, int] | None:
        """Take what came; return status and length of the answer once it is whole."""
        assert self.socket
        piece = self.socket.recv(262_144)
        if not piece:
            raise Wrong(f"the connection was closed after {self.buffer[:200]!r}")
        self.buffer = self.buffer + piece if self.buffer else piece
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            return None
        head = self.buffer[:end].lower()
        status = int(head[9:12])
        place = head.find(b"content-length:")
        if place >= 0 and status != 304:
            line_end = head.find(b"\r", place)
            whole = end + 4 + int(head[place + 15 : line_end if line_end > 0 else len(head)])
            if len(self.buffer) < whole:
                return None
        elif b"transfer-encoding: chunked" in head and not self.buffer.endswith(b"0\r\n\r\n"):
            return None
        self.answers += 1
        if self.answers % ANEW_AFTER == 0 or b"connection: close" in head:
            self.close()
        return status, len(self.buffer)

    def close(self) -> None:
        """Give the connection back."""
        if self.socket is not None:
            self.socket.close()
            self.socket = None


def _asked(asked: dict) -> Load:
    host, port = asked["netloc"].split(":")
    paths, headers = asked["paths"], asked["headers"]
    requests = [
        (
            f"GET {path} HTTP/1.1\r\nHost: {asked['netloc']}\r\nAccept: application/json\r\n"
            f"{headers[place % len(headers)]}\r\n"
        ).encode()
        for place, path in enumerate(paths)
    ]
    wires = [_Connection((host, int(port))) for _ in range(asked["connections"])]
    turn, times, size = 0, [], 0
    cpu_began = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
    really_began = time.perf_counter()
    began = really_began + asked["warm"]
    until = began + asked["seconds"]
    with selectors.DefaultSelector() as waiting:
        for wire in wires:
            wire.ask(requests[turn % len(requests)])
            turn += 1
            waiting.register(wire.socket, selectors.EVENT_READ, wire)
        now = time.perf_counter()
        while now < until:
            for key, _events in waiting.select(5):
                wire = key.data
                before = wire.socket
                answer = wire.read()
                if answer is None:
                    continue
                now = time.perf_counter()
                if answer[0] != asked["status"]:
                    raise Wrong(f"{answer[0]} for {paths[turn % len(paths)]}: {wire.buffer[:300]!r}")
                if wire.began >= began and now <= until:
                    times.append(now - wire.began)
                    size += answer[1]
                wire.ask(requests[turn % len(requests)])
                turn += 1
                if wire.socket is not before:
                    waiting.unregister(before)
                    waiting.register(wire.socket, selectors.EVENT_READ, wire)
            now = time.perf_counter()
    spent = time.perf_counter() - really_began
    core = (sum(resource.getrusage(resource.RUSAGE_SELF)[:2]) - cpu_began) / spent
    for wire in wires:
        wire.close()
    if not times:
        raise Wrong("nothing was answered in time")
    return Load(len(times), asked["seconds"], statistics.median(times) * 1_000, size, core)


def main() -> int:
    """Read what to ask from the standard input, print what came."""
    try:
        found = _asked(json.load(sys.stdin))
    except (Wrong, OSError) as problem:
        print(problem, file=sys.stderr)
        return 1
    print(json.dumps(dataclasses.asdict(found)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
