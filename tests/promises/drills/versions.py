"""Two versions of the code beside each other: an earlier one out of git, and gunicorn of either on one socket."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from devtools.checkout import RunnerError, say, this_checkout
from devtools.cluster import Cluster
from devtools.roles import APPLICATION
from devtools.signals import dies_with_parent
from tests.promises.drills.traffic import HOST

ROOT = this_checkout().root
PATIENCE = 60.0
MIGRATIONS = "*/migrations/0*.py"
NEEDED = ("benchmarks/generate.py", "benchmarks/intake.py", "tests/promises/many_drafts.py")
HOOK = """
def post_worker_init(worker):
    with open({path!r}, "a") as file:
        file.write("ready\\n")
"""


def git(*words: str) -> str:
    """Return what git says; raise RunnerError when it refuses."""
    told = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True)
    if told.returncode != 0:
        raise RunnerError(f"git {words[0]}: {told.stderr.strip() or 'refused'}")
    return told.stdout.strip()


def earlier_revisions(asked: str) -> list[str]:
    """Return the commits to begin with, the best first; raise RunnerError where the history does not reach so far.

    Without a word that is the newest tag, else the commit before the newest migration and some before it: not every
    commit of a history runs by itself.
    """
    if not shutil.which("git") or not (ROOT / ".git").exists():
        raise RunnerError("This folder is no git checkout, so there is no earlier version to migrate from: clone it.")
    is_shallow = git("rev-parse", "--is-shallow-repository") == "true"
    if not asked:
        with contextlib.suppress(RunnerError):
            asked = git("describe", "--tags", "--abbrev=0")
    newest = ("log", "-1", "--first-parent", "-m", "--diff-filter=A", "--format=%H", "--", MIGRATIONS)
    start, count = (asked, 1) if asked else (f"{git(*newest)}~1", 10)
    try:
        return git("rev-list", "--first-parent", f"--max-count={count}", f"{start}^{{commit}}").split()
    except RunnerError:
        if is_shallow:
            remedy = "`git fetch --unshallow --tags`, then run the drill again."
            raise RunnerError(f"This clone is shallow and knows no earlier version: {remedy}") from None
        raise RunnerError(f"There is no version “{start}” in this repository.") from None


def unpacked(revisions: list[str], folder: Path) -> str:
    """Put the first of these commits that loads into the folder; return it. Raise RunnerError when none does."""
    for revision in revisions:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        packed = subprocess.run(["git", "archive", revision], cwd=ROOT, capture_output=True, check=True).stdout
        subprocess.run(["tar", "-x"], cwd=folder, input=packed, check=True)
        offline = {"DATABASE_URL": "postgres://nobody@localhost/nowhere", "DEBUG": "on", "PYTHONPATH": ""}
        loads = subprocess.run(
            [sys.executable, "manage.py", "check"], cwd=folder, env={**os.environ, **offline}, capture_output=True
        )
        if loads.returncode == 0 and all((folder / name).exists() for name in NEEDED):
            return revision
        say(f"{revision[:9]} does not run by itself or cannot fill a register: one before it.")
    raise RunnerError("None of the earlier versions runs by itself: name one, REV=…")


class Code:
    """One version of the code in its folder, and its gunicorn."""

    def __init__(self, root: Path, scratch: Path, cluster: Cluster) -> None:
        self.root, self.cluster = root, cluster
        self.ready, self.log = scratch / f"{root.name}.ready", scratch / f"{root.name}.log"
        self.hook = scratch / f"{root.name}_hook.py"
        self.hook.write_text(HOOK.format(path=str(self.ready)))
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("PG", "EMAIL", "DEBUG"))},
            "DATABASE_URL": cluster.application_url,
            "MIGRATE_DATABASE_URL": cluster.owner_url,
            "APP_DATABASE_ROLE": APPLICATION,
            "SECRET_KEY": "only-for-a-drill-" + "x" * 40,
            "ALLOWED_HOSTS": HOST,
            "PLAIN_HTTP": "on",
            "MEDIA_ROOT": str(scratch / "media"),
            "STATIC_ROOT": str(scratch / f"{root.name}-static"),
            "DJANGO_SETTINGS_MODULE": "ppp_registry.settings",
            "PYTHONPATH": "",
            "PYTHONUTF8": "1",
        }
        self.server: subprocess.Popen[bytes] | None = None

    def run(self, *words: str, **more: str) -> str:
        """Run Python on this version; return what it printed. Raise RunnerError when it fails."""
        told = subprocess.run(
            [sys.executable, *words], cwd=self.root, env={**self.environment, **more}, capture_output=True, text=True
        )
        if told.returncode != 0:
            raise RunnerError(
                f"{' '.join(words)[:60]} failed in {self.root}:\n{told.stdout[-500:]}{told.stderr[-1500:]}"
            )
        return told.stdout

    def start(self, listener: socket.socket) -> None:
        """Start gunicorn as the application on the open socket; return when both workers have loaded the site."""
        options = [
            "--bind",
            f"fd://{listener.fileno()}",
            "--workers",
            "2",
            "--config",
            str(self.hook),
            "--no-control-socket",
        ]
        without_owner = {name: text for name, text in self.environment.items() if name != "MIGRATE_DATABASE_URL"}
        with self.log.open("wb") as log:
            self.server = subprocess.Popen(
                [sys.executable, "-m", "gunicorn", "ppp_registry.wsgi:application", *options],
                cwd=self.root,
                env=without_owner,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=[listener.fileno()],
                preexec_fn=dies_with_parent(signal.SIGQUIT),
            )
        deadline = time.monotonic() + PATIENCE
        while not self.ready.exists() or self.ready.read_text().count("\n") < 2:
            if self.server.poll() is not None or time.monotonic() > deadline:
                raise RunnerError(f"gunicorn of {self.root.name} does not start:\n{self.log.read_text()[-1500:]}")
            time.sleep(0.05)

    def stop(self) -> None:
        """End gunicorn in order: workers finish what they have begun."""
        if self.server:
            self.server.terminate()
            try:
                self.server.wait(35)
            except subprocess.TimeoutExpired:
                self.server.kill()
                self.server.wait()
            self.server = None

    def migrating(self) -> "subprocess.Popen[str]":
        """Begin to migrate as the owner."""
        return subprocess.Popen(
            [sys.executable, "-u", "manage.py", "migrate", "--no-input", "--no-color"],
            cwd=self.root,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            preexec_fn=dies_with_parent(signal.SIGKILL),
        )
