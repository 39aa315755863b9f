"""`make drill-restore`: a backup while people write, restored on another server with other roles, and compared.

DRAFTS is how many applications there are before (300), each with two papers of 50 KB. Two PostgreSQL of its own, with
fsync; nothing of the checkout's database is touched. Ends with 1 when something is lost, doubled or different.
"""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from devtools.binaries import find_binaries
from devtools.checkout import Checkout, RunnerError, complain, say, this_checkout
from devtools.cluster import THROWN_AWAY, Cluster
from devtools.roles import APPLICATION, SUPERUSER
from devtools.signals import Stopped, dies_with_parent, stop_on_signals

ROOT = this_checkout().root
PEOPLE = "tests.promises.drills.restore_people"
OTHER_OWNER, OTHER_SITE, OTHER_DATABASE = "chamber_owner", "chamber_site", "chamber"
OTHER_SERVER = f"""
CREATE ROLE {OTHER_OWNER} LOGIN; CREATE ROLE {OTHER_SITE} LOGIN;
CREATE DATABASE {OTHER_DATABASE} OWNER {OTHER_OWNER};
\\connect {OTHER_DATABASE}
ALTER SCHEMA public OWNER TO {OTHER_OWNER};
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
"""


class Site:
    """One registry: its database by the owner and by the site, and its files."""

    def __init__(self, folder: Path, cluster: Cluster, owner: str, role: str, database: str) -> None:
        self.media = folder / f"media-{database}"
        self.common = {
            "SECRET_KEY": "only-for-the-drill-" + "x" * 40,
            "ALLOWED_HOSTS": "testserver",
            "PLAIN_HTTP": "on",
            "MEDIA_ROOT": str(self.media),
            "STATIC_ROOT": str(folder / "static"),
            "APP_DATABASE_ROLE": role,
            "DJANGO_SETTINGS_MODULE": "ppp_registry.settings",
        }
        self.owner, self.site = cluster.url(owner, database), cluster.url(role, database)

    def environment(self, *, as_owner: bool) -> dict[str, str]:
        """The variables of a process of this registry."""
        kept = {name: told for name, told in os.environ.items() if not name.startswith("PG")}
        kept.pop("MIGRATE_DATABASE_URL", None)
        return {**kept, **self.common, "DATABASE_URL": self.owner if as_owner else self.site}

    def run(self, *words: str, as_owner: bool = True) -> str:
        """Run a program of Python to its end and return what it printed; raises RunnerError when it failed."""
        told = subprocess.run(
            [sys.executable, *words],
            cwd=ROOT,
            env=self.environment(as_owner=as_owner),
            capture_output=True,
            text=True,
            preexec_fn=dies_with_parent(9),
        )
        if told.returncode != 0:
            raise RunnerError(f"{' '.join(words)}: {told.stdout[-800:]}{told.stderr[-1500:]}")
        return told.stdout.strip()

    @contextlib.contextmanager
    def people(self, drafts: int) -> Iterator["subprocess.Popen[str]"]:
        """People who write from the beginning of the block until somebody closes their input."""
        running = subprocess.Popen(
            [sys.executable, "-m", PEOPLE, "write", str(drafts)],
            cwd=ROOT,
            env=self.environment(as_owner=False),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=dies_with_parent(9),
        )
        try:
            assert running.stdout
            if running.stdout.readline() != "ready\n":
                raise RunnerError("The registry could not be filled.")
            yield running
        finally:
            running.kill()
            running.wait()


@contextlib.contextmanager
def cluster(folder: Path) -> Iterator[Cluster]:
    """A PostgreSQL of its own in a folder, gone in the end."""
    binaries = find_binaries(this_checkout())
    if binaries is None:
        raise RunnerError("There is no PostgreSQL here.")
    folder.mkdir()
    made = Cluster(Checkout(folder), binaries)
    try:
        with made.joined():
            yield made
    finally:
        made.stop()
        shutil.rmtree(made.data.parent, ignore_errors=True)


def drill(folder: Path, drafts: int) -> list[str]:
    """Fill, write, back up twice, restore the second; return what is wrong."""
    backups, acknowledged = folder / "backups", folder / "acknowledged.json"
    with cluster(folder / "one") as first, cluster(folder / "other") as second:
        home = Site(folder, first, "ppp_owner", APPLICATION, "ppp_registry")
        told = second.psql(OTHER_SERVER, role=SUPERUSER, database="postgres")
        if told.returncode != 0:
            raise RunnerError(told.stderr)
        away = Site(folder, second, OTHER_OWNER, OTHER_SITE, OTHER_DATABASE)
        home.run("manage.py", "migrate", "--no-input", "--verbosity", "0")
        home.run("manage.py", "grant_application_role")
        with home.people(drafts) as people:
            time.sleep(1)
            for _turn in range(2):
                begun = time.time()
                say(home.run("manage.py", "backup", str(backups)).splitlines()[0].rpartition("/")[2])
                ended = time.time()
                time.sleep(0.5)
            out, _none = people.communicate(timeout=60)
        acts = json.loads(out)
        acknowledged.write_text(out)
        newest = max(path for path in backups.iterdir() if path.name[0] != ".")
        during = [sum(begun < act[-1] < ended for act in acts[kind]) for kind in ("filed", "dropped")]
        say(f"During the second backup {during[0]} applications were filed and {during[1]} drafts thrown away;")
        say(f"all in all {len(acts['filed'])} and {len(acts['dropped'])}, and {acts['approved']} projects approved.")
        say(f"{acts['left']} files of those drafts stayed for the backups and wait for remove_lost_files.")
        say(away.run("manage.py", "backup", str(newest), "--check").rpartition("/")[2])
        say(away.run("manage.py", "restore", str(newest)))
        say(away.run("manage.py", "verify_history", "--head", str(newest / "head.json"), as_owner=False))
        say(away.run("manage.py", "verify_cells", as_owner=False))
        looked = json.loads(
            away.run("-m", PEOPLE, "look", str(acknowledged), str(newest / "manifest.json"), as_owner=False)
        )
        say(f"The next application is {looked['next']}.")
        wrong = acts["errors"] + looked["wrong"]
        if looked["next"] != looked["expected"]:
            wrong.append(f"the next number is {looked['next']} instead of {looked['expected']}")
        if not all(during):
            wrong.append("nobody wrote while the backup ran: the drill shows nothing, try more DRAFTS")
        return wrong


def main() -> int:
    """Run the drill and say what came of it; the exit code."""
    os.environ.pop(THROWN_AWAY, None)
    begun = time.monotonic()
    stop_on_signals()
    folder = Path(tempfile.mkdtemp(prefix="ppp-drill-"))
    folder.chmod(0o755)
    try:
        wrong = drill(folder, int(os.environ.get("DRAFTS") or 300))
    except RunnerError as problem:
        return complain(problem)
    except Stopped as stopped:
        return stopped.exit_code
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    for sentence in wrong[:20]:
        say(f"BROKEN: {sentence}")
    seconds = time.monotonic() - begun
    if wrong:
        say(f"{len(wrong)} things are broken. {seconds:.0f} s")
    else:
        say(f"Nothing acknowledged was lost, all is whole, and the site can go on. {seconds:.0f} s")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
