"""What a drill stands on: a PostgreSQL of its own with fsync, the tables, and what the site needs beside them."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from devtools.binaries import find_binaries
from devtools.checkout import Checkout, RunnerError, say, this_checkout
from devtools.cluster import THROWN_AWAY, Cluster
from devtools.roles import APPLICATION
from devtools.signals import dies_with_parent

ROOT = this_checkout().root


@dataclass(frozen=True)
class Stand:
    """The cluster, and the folder in which everything of the drill lies."""

    cluster: Cluster
    folder: Path

    def manage(self, *arguments: str, as_owner: bool = False) -> str:
        """Run a command of manage.py to its end and return what it printed; raises RunnerError when it failed."""
        told = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=os.environ | ({"DATABASE_URL": self.cluster.owner_url} if as_owner else {}),
            capture_output=True,
            text=True,
        )
        if told.returncode != 0:
            raise RunnerError(f"manage.py {' '.join(arguments)}: {told.stdout[-500:]}{told.stderr[-1500:]}")
        return told.stdout.strip()

    @contextlib.contextmanager
    def watching(self, command: str, pause: float) -> Iterator["subprocess.Popen[bytes]"]:
        """A command that looks again and again until the block ends."""
        with open(self.folder / f"{command}.log", "wb") as log:
            running = subprocess.Popen(
                [sys.executable, "manage.py", command, "--watch", str(pause)],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=dies_with_parent(signal.SIGKILL),
            )
            try:
                yield running
            finally:
                running.kill()
                running.wait()


def _variables(cluster: Cluster, folder: Path) -> dict[str, str]:
    return {
        "DATABASE_URL": cluster.application_url,
        "APP_DATABASE_ROLE": APPLICATION,
        "SECRET_KEY": "only-for-drills-" + "x" * 40,
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        "PLAIN_HTTP": "on",
        "DEBUG": "",
        "EMAIL_URL": "",
        "MEDIA_ROOT": str(folder / "media"),
        "STATIC_ROOT": os.environ.get("STATIC_ROOT") or str(this_checkout().local / "static"),
        "DJANGO_SETTINGS_MODULE": "ppp_registry.settings",
        "PYTHONWARNINGS": "ignore",
    }


@contextlib.contextmanager
def standing() -> Iterator[Stand]:
    """A cluster with tables, rights and lists, Django set up on it as the application's role; all gone in the end."""
    binaries = find_binaries(this_checkout())
    if binaries is None:
        raise RunnerError("There is no PostgreSQL here that a drill may kill: run `make demo` once, or install one.")
    for name in [name for name in os.environ if name.startswith("PG") or name == THROWN_AWAY]:
        del os.environ[name]
    folder = Path(tempfile.mkdtemp(prefix="ppp-drill-"))
    cluster = Cluster(Checkout(folder), binaries)
    try:
        say("Making a cluster of its own for the drill.")
        cluster.start()
        cluster.set_up()
        os.environ |= _variables(cluster, folder)
        for name in ("MEDIA_ROOT", "STATIC_ROOT"):
            Path(os.environ[name]).mkdir(parents=True, exist_ok=True)
        stand = Stand(cluster, folder)
        stand.manage("migrate", "--no-input", "--verbosity", "0", as_owner=True)
        stand.manage("grant_application_role", as_owner=True)
        if not Path(os.environ["STATIC_ROOT"], "staticfiles.json").exists():
            stand.manage("collectstatic", "--no-input", "--verbosity", "0")
        import django

        django.setup()
        from benchmarks.intake import load_lists

        load_lists()
        yield stand
    finally:
        cluster.stop()
        for path in {folder, *([] if folder in cluster.data.parents else [cluster.data.parent])}:
            shutil.rmtree(path, ignore_errors=True)
