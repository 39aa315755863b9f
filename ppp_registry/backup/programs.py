"""pg_dump and pg_restore: found where the runner finds PostgreSQL, asked with the address of Django's connection."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from django.db import connection
from psycopg.conninfo import make_conninfo
from psycopg.pq import Conninfo

from devtools.binaries import system_folders, wheel_folders
from ppp_registry.backup.places import BackupError

LOCK_WAIT = 60
"""Seconds the dump waits for somebody who changes a table, such as a migration."""


@dataclass(frozen=True)
class Program:
    """One program and its major version."""

    path: str
    major: int


def server_major() -> int:
    """Return the major version of the server we are connected to."""
    return int(connection.get_database_version()[0])


def find(name: str, at_least: int) -> Program:
    """Return the oldest program that is new enough: a newer one may say what an older server does not know.

    Raises BackupError when there is none.
    """
    on_path = shutil.which(name)
    paths = [folder / name for folder in (*system_folders(), *wheel_folders(Path(sys.prefix)))]
    paths += [Path(on_path)] if on_path else []
    found = [Program(str(path), _major(path)) for path in paths if os.access(path, os.X_OK)]
    fitting = sorted((one for one in found if one.major >= at_least), key=lambda one: one.major)
    if not fitting:
        have = f"here is version {max(one.major for one in found)}" if found else "there is none here"
        raise BackupError(
            f"This needs {name} of PostgreSQL {at_least} or newer, and {have}: "
            f"install postgresql-client-{at_least} (sudo apt-get install postgresql-client)."
        )
    return fitting[0]


def dump(program: Program, snapshot: str, target: Path) -> None:
    """Write the whole database as of an exported snapshot; raises BackupError.

    Without owners and rights: roles may have other names where it is restored, and the rights are granted anew.
    """
    words = ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}"]
    _run(program, [*words, f"--lock-wait-timeout={LOCK_WAIT * 1000}", f"--file={target}", f"--dbname={_address()}"])


def load(program: Program, source: Path) -> None:
    """Fill an empty database from a dump, all of it or nothing; raises BackupError."""
    listed = _run(program, ["--list", str(source)])
    # Only a superuser may comment on an extension, and the owner of the tables is none.
    wanted = [line for line in listed.splitlines() if not re.search(r" COMMENT - (EXTENSION|SCHEMA) ", line)]
    with tempfile.NamedTemporaryFile("w", encoding="utf-8") as contents:
        contents.write("\n".join(wanted) + "\n")
        contents.flush()
        words = ["--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error"]
        _run(program, [*words, f"--use-list={contents.name}", f"--dbname={_address()}", str(source)])


def _major(path: Path) -> int:
    try:
        told = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=20).stdout  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return 0
    found = re.search(r"\) (\d+)", told)
    return int(found.group(1)) if found else 0


def _address() -> str:
    """Return the address as the settings name it, without the password, which anybody could read among the processes.

    Not as the connection tells it: its library is newer than that of a program and knows words that one does not.
    """
    known = {option.keyword.decode() for option in Conninfo.get_defaults()} - {"password", "client_encoding"}
    return make_conninfo(**{name: told for name, told in connection.get_connection_params().items() if name in known})


def _run(program: Program, words: list[str]) -> str:
    password = connection.settings_dict["PASSWORD"]
    environment = {**os.environ, **({"PGPASSWORD": password} if password else {})}
    # No shell, and no word of it comes from a request.
    command = [program.path, *words]
    told = subprocess.run(command, env=environment, capture_output=True, text=True, umask=0o077)  # noqa: S603
    if told.returncode != 0:
        raise BackupError(f"{Path(program.path).name} failed: {told.stderr.strip()[-2000:]}")
    return told.stdout
