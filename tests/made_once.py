"""The tables of the tests, migrated once for all workers of a run: each copies the database that comes of it."""

import fcntl
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from django.conf import settings

SAID = "DATABASE_OF_TESTS_MADE_ONCE"
"""Path of a file: locked as long as the database is being made, and afterwards with its name in it."""


class Making:
    """A process that migrates while the workers still collect their tests, and drops the database after the run.

    It waits for the end of its standard input, so a run that is killed leaves nothing behind either.
    """

    def __init__(self, config: pytest.Config) -> None:
        base = settings.DATABASES["default"]
        self.name = f"{base.get('TEST', {}).get('NAME') or 'test_' + base['NAME']}_once"
        handle, said = tempfile.mkstemp(prefix="made-once-")
        os.environ[SAID], self.said = said, Path(said)
        # Taken here and held by the child: a worker that comes early finds it locked.
        fcntl.flock(handle, fcntl.LOCK_EX)
        self.child = subprocess.Popen(
            [sys.executable, "-m", "tests.made_once", self.name, str(handle)],
            cwd=config.rootpath,
            env={"DJANGO_SETTINGS_MODULE": "ppp_registry.settings", **os.environ},
            stdin=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # what fails here fails in each worker again, and is told there
            pass_fds=[handle],
        )
        os.close(handle)

    def end(self) -> None:
        """Let the process drop the database; nobody uses it any more."""
        assert self.child.stdin
        self.child.stdin.close()
        self.child.wait(60)
        self.said.unlink(missing_ok=True)


def wanted(config: pytest.Config) -> bool:
    """Tell whether this is the process that starts workers with databases of their own, made for this run."""
    options = config.option
    several = getattr(options, "numprocesses", None) and not hasattr(config, "workerinput")
    return bool(several and not options.collectonly and (options.create_db or not options.reuse_db))


def database() -> str:
    """Return the name of the database to copy, once it is there; empty when making it failed or was not asked for."""
    if not (said := os.environ.get(SAID)):
        return ""
    with Path(said).open() as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        return file.read()


def main(name: str, handle: int) -> None:
    """Make the database, say so, wait for the end of the run, drop it."""
    import django

    django.setup()
    from django.db import connection

    def drop() -> None:
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {connection.ops.quote_name(name)}")

    usual = connection.settings_dict["NAME"]
    connection.settings_dict["TEST"]["NAME"] = name
    try:
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        connection.close()  # PostgreSQL copies no database that somebody uses
        os.write(handle, name.encode())
        os.close(handle)
        sys.stdin.read()
    finally:
        connection.close()
        connection.settings_dict["NAME"] = usual
        drop()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
