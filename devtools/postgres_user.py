"""As whom PostgreSQL runs: it refuses uid 0, and inside a container we are often root."""

import functools
import os
import pwd
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from devtools.checkout import RunnerError


@dataclass(frozen=True)
class ServerUser:
    """How to start a program of PostgreSQL: behind `unshare`, as another user, or simply."""

    uid: int
    gid: int
    prefix: tuple[str, ...] = ()
    switch: bool = False

    def run(self, command: Sequence[str], *, timeout: float = 90) -> "subprocess.CompletedProcess[str]":
        """Run a program as this user and keep its words; the server it starts outlives it."""
        options: dict[str, Any] = {"user": self.uid, "group": self.gid, "extra_groups": []} if self.switch else {}
        return subprocess.run(
            [*self.prefix, *command],
            cwd="/",
            env=server_environment(os.environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            timeout=timeout,
            umask=0o077,
            **options,
        )

    def reaches(self, path: Path) -> bool:
        """Whether this user may enter the folder or run the file."""
        return not self.switch or self.run(["test", "-x", str(path)]).returncode == 0


def server_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """The caller's variables without any PG… of his, and with a locale that knows Kazakh letters."""
    kept = {name: value for name, value in environment.items() if not name.startswith("PG")}
    return {**kept, "LC_ALL": "C.UTF-8"}


def server_user(data: Path) -> ServerUser:
    """The user for a data directory: its owner when it exists, else the best this machine allows."""
    uid, gid = os.geteuid(), os.getegid()
    owner = data.stat().st_uid if data.exists() else uid
    if uid != 0 and owner != uid:
        raise RunnerError(f"{data} belongs to another user (uid {owner}). Remove it, or run as that user.")
    if uid != 0 and has_name(uid):
        return ServerUser(uid, gid)
    if owner != uid:
        return other_user(owner)
    if os.environ.get("PPP_ROOT") != "switch" and (prefix := disguise()):
        return ServerUser(uid, gid, prefix=prefix)
    if uid != 0:
        raise RunnerError(f"PostgreSQL needs a user with a name, and uid {uid} has none here.")
    for name in ("postgres", "nobody"):
        try:
            return other_user(pwd.getpwnam(name).pw_uid)
        except KeyError:
            continue
    raise RunnerError(
        "PostgreSQL does not run as root, and there is no user `nobody` here: start this as a normal user."
    )


def other_user(uid: int) -> ServerUser:
    """Another user of this machine, for root to become."""
    try:
        return ServerUser(uid, pwd.getpwuid(uid).pw_gid, switch=True)
    except KeyError:
        return ServerUser(uid, uid, switch=True)


def has_name(uid: int) -> bool:
    """Whether a user of this machine has this number: a container may run us as a number alone."""
    try:
        return bool(pwd.getpwuid(uid))
    except KeyError:
        return False


@functools.cache
def disguise() -> tuple[str, ...]:
    """The command that lets root look like a plain user of this machine; empty where that is forbidden."""
    plain = sorted((user for user in pwd.getpwall() if user.pw_uid != 0), key=lambda user: user.pw_name != "nobody")
    if not plain or not sys.platform.startswith("linux"):
        return ()
    prefix = ("unshare", "--user", f"--map-user={plain[0].pw_uid}", f"--map-group={plain[0].pw_gid}")
    try:
        works = subprocess.run([*prefix, "true"], capture_output=True, timeout=10).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        works = False
    return prefix if works else ()
