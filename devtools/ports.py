"""Which port the demo listens on."""

import errno
import os
import socket
import time
from collections.abc import Mapping

from devtools.checkout import RunnerError

DEFAULT = 8000
TRIES = 100
HOST = "127.0.0.1"


def asked_port(environment: Mapping[str, str]) -> int | None:
    """The port somebody set; None when the choice is ours."""
    text = environment.get("PORT", "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= 65535):
        raise RunnerError(f"PORT is “{text}”: it must be a number from 1 to 65535.")
    return int(text)


def listen(port: int) -> socket.socket | None:
    """A socket that listens on the port; None when it is taken. Who listens first has it: no race is left."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            return None
        raise RunnerError(f"Port {port} cannot be used here: {os.strerror(error.errno or 0)}.") from None
    if taken_on_ipv6(port):
        listener.close()
        return None
    return listener


def taken_on_ipv6(port: int) -> bool:
    """Whether another program would answer at http://localhost:PORT for a browser that tries IPv6 first."""
    if not socket.has_ipv6:
        return False
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("::1", port))
    except OSError as error:
        return error.errno == errno.EADDRINUSE
    return False


def open_port(asked: int | None, *, patience: float = 5.0) -> socket.socket:
    """Listen on the port asked for, or on 8000, or on the next free one when 8000 was only our habit."""
    first = DEFAULT if asked is None else asked
    # A demo killed just now may still be letting go.
    deadline = time.monotonic() + (patience if asked else min(patience, 1.0))
    while not (listener := listen(first)) and time.monotonic() < deadline:
        time.sleep(0.1)
    if listener:
        return listener
    if asked:
        raise RunnerError(
            f"Port {asked} is taken. Stop what uses it, or choose another: PORT={free_after(asked)} make demo"
        )
    for port in range(first + 1, first + TRIES):
        if listener := listen(port):
            return listener
    raise RunnerError(f"Ports {first} to {first + TRIES - 1} are all taken. Choose one: PORT=9000 make demo")


def free_after(port: int) -> int:
    """A port that is free now, to name in a message."""
    for other in range(port + 1, min(port + TRIES, 65536)):
        if listener := listen(other):
            listener.close()
            return other
    return DEFAULT
