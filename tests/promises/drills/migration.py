"""The new migrations while the old code serves, killed half-way, run again; then the new code on the same socket.

    make drill-migration [REV=tag or commit]

Without REV: the newest tag, else the commit before the newest migration. A cluster of its own, loopback only, two
minutes. Ends with 1 when an answer was a 5xx or none, when the 99th percentile passed a second, or when anything filed
is missing.
"""

import argparse
import contextlib
import itertools
import json
import os
import random
import shutil
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

from devtools import catalogs
from devtools.binaries import find_binaries
from devtools.checkout import Checkout, RunnerError, complain, say, this_checkout
from devtools.cluster import Cluster
from devtools.signals import Stopped, stop_on_signals
from tests.promises.drills.traffic import HOST, Request, Traffic, ask, mixed, quantile
from tests.promises.drills.versions import PATIENCE, ROOT, Code, earlier_revisions, git, unpacked

PROPOSALS, DRAFTS = 200, 160
BEFORE, AFTER = 8.0, 8.0
"""Seconds of traffic before the first migration and after the switch."""
MOST_MS = 1_000
TOKEN = "k" * 32
FILL = f"""
import json, os, django
django.setup()
from benchmarks.generate import generate
from benchmarks.intake import fill, load_lists
from projects.models import Project
from tests.promises.many_drafts import drafts_ready_to_file, session_of
from tests.proposals.applications import applicant, staff
owner = os.environ["DATABASE_URL"]
load_lists()
generate(owner, int(os.environ["DRILL_ROWS"]))
fill(owner, {PROPOSALS})
by, head = applicant(), staff("head")
print(json.dumps({{
    "drafts": [str(one.pk) for one in drafts_ready_to_file(by, {DRAFTS})],
    "applicant": session_of(by), "head": session_of(head),
    "numbers": list(Project.objects.order_by("number").values_list("number", flat=True)[:500]),
}}))
"""
FILED = "SELECT count(*) FROM proposals_application WHERE id = ANY(%s::uuid[]) AND filed_at IS NOT NULL"
HELD = ("projects_project", "projects_document", "proposals_proposal", "proposals_paper", "accounts_user")
READER = f"SELECT {', '.join(f'(SELECT count(*) FROM {table})' for table in HELD)}"


def requests(facts: dict[str, Any]) -> Iterator[Request]:
    """Return what people ask for: pages of everybody, of the staff, and applications that are filed."""
    head = f"sessionid={facts['head']}; csrftoken={TOKEN}"
    applicant = f"sessionid={facts['applicant']}; csrftoken={TOKEN}"
    drafts = iter(facts["drafts"])

    def page(path: str, kind: str = "public", cookies: str = ""):
        return lambda turn: Request(
            kind, path.format(number=facts["numbers"][turn % 500], page=turn % 40 + 1), "GET", "", cookies
        )

    def filing(turn: int) -> Request | None:
        key = next(drafts, None)
        path = f"/kk/applications/{key}/file/"
        return Request("filing", path, "POST", f"consent=on&csrfmiddlewaretoken={TOKEN}", applicant) if key else None

    return mixed(
        [
            page("/kk/"),
            page("/kk/projects/?page={page}"),
            page("/ru/projects/{number}/"),
            filing,
            page("/admin/", "staff", head),
            page("/api/v1/projects/?sector=education"),
            page("/kk/projects/?sector=health&ordering=-cost"),
            page("/admin/projects/project/", "staff", head),
            page("/kk/queue/"),
            page("/admin/proposals/proposal/", "staff", head),
        ]
    )


@contextlib.contextmanager
def slow_reader(url: str) -> Iterator[None]:
    """Somebody whose long download keeps the tables open for two seconds at a time."""
    over = threading.Event()

    def read() -> None:
        with psycopg.connect(url) as line:
            while not over.is_set():
                with line.transaction():
                    line.execute(READER)
                    over.wait(2)
                over.wait(2)

    reader = threading.Thread(target=read)
    reader.start()
    try:
        yield
    finally:
        over.set()
        reader.join()


def applied(cluster: Cluster) -> int:
    """Return how many migrations are applied."""
    with psycopg.connect(cluster.owner_url) as line:
        return line.execute("SELECT count(*) FROM django_migrations").fetchone()[0]


def kill_half_way(code: Code, last: int) -> str:
    """Begin to migrate, kill -9 while one of so many migrations is applied; return which."""
    turn = random.randint(1, last)
    running = code.migrating()
    seen = ""
    for line in iter(lambda: running.stdout.read(1), ""):
        seen += line
        if seen.count("  Applying ") == turn and seen.endswith("..."):
            break
    time.sleep(random.uniform(0, 0.03))
    running.kill()
    running.wait()
    running.stdout.close()
    return seen.rsplit("  Applying ", 1)[-1].removesuffix("...") if "Applying" in seen else ""


def drill(asked: str, rows: int, a_second: float) -> int:
    """Run the drill and print its figures; 1 when the promise is broken."""
    revisions = earlier_revisions(asked)
    binaries = find_binaries(this_checkout())
    if binaries is None:
        raise RunnerError("This machine has no PostgreSQL of its own: run `make demo` or `make test` once.")
    with tempfile.TemporaryDirectory(prefix="ppp-drill-") as folder, contextlib.ExitStack() as stack:
        scratch = Path(folder)
        scratch.chmod(0o755)
        old_root = scratch / "old"
        revision = unpacked(revisions, old_root)
        place = scratch / "cluster"
        place.mkdir()
        cluster = Cluster(Checkout(place), binaries)
        stack.callback(shutil.rmtree, cluster.data.parent, ignore_errors=True)
        stack.enter_context(cluster.joined())
        old, new = Code(old_root, scratch, cluster), Code(ROOT, scratch, cluster)
        say(f"From {git('log', '-1', '--format=%h %cs %s', revision)}")
        facts = prepared(old, new, cluster, rows)
        pending = what_is_new(new, cluster)
        if not pending:
            say("Nothing to migrate between the two: name an earlier version, REV=…")
            return 0
        say(f"{rows:,} projects, {PROPOSALS} proposals, {DRAFTS} drafts; {len(pending)} new: {', '.join(pending)}")
        return measured(old, new, cluster, stack, facts, pending, a_second)


def prepared(old: Code, new: Code, cluster: Cluster, rows: int) -> dict[str, Any]:
    """Make the tables of the old version and fill them; return sessions, drafts and numbers to ask for."""
    for code in (old, new):
        if words := [str(path) for path in catalogs.outdated(code.root)]:
            code.run("-m", "devtools.catalogs", *words)
        code.run("manage.py", "collectstatic", "--no-input", "--verbosity", "0")
    old.run("manage.py", "migrate", "--no-input", "--verbosity", "0")
    old.run("manage.py", "grant_application_role")
    told = old.run("-c", FILL, DATABASE_URL=cluster.owner_url, DRILL_ROWS=str(rows))
    return json.loads(told.splitlines()[-1])


def what_is_new(new: Code, cluster: Cluster) -> list[str]:
    """Return the migrations that are not applied yet."""
    told = new.run("manage.py", "migrate", "--plan", DATABASE_URL=cluster.owner_url)
    return [line for line in told.splitlines() if line and not line.startswith((" ", "Planned"))]


def measured(
    old: Code,
    new: Code,
    cluster: Cluster,
    stack: contextlib.ExitStack,
    facts: dict[str, Any],
    pending: list[str],
    a_second: float,
) -> int:
    """Serve, migrate, switch and print; 1 when the promise is broken."""
    first = applied(cluster)
    listener = stack.enter_context(socket.create_server((HOST, 0), backlog=128))
    stack.callback(old.stop)
    stack.callback(new.stop)
    old.start(listener)
    port = listener.getsockname()[1]
    stream = requests(facts)
    for request in itertools.islice(stream, 20):
        ask(port, request)  # the first answers of a worker load what the others share
    with slow_reader(cluster.application_url), Traffic(port, stream, a_second) as traffic:
        time.sleep(BEFORE)
        traffic.note("migrate, killed")
        killed = kill_half_way(new, len(pending))
        half = applied(cluster)
        traffic.note("migrate again")
        running = new.migrating()
        words = running.communicate(timeout=PATIENCE)[0]
        is_migrated = running.returncode == 0 and applied(cluster) == first + len(pending)
        traffic.note("old code, new tables")
        time.sleep(AFTER / 2)
        traffic.note("new code comes")
        new.start(listener)
        old.stop()
        traffic.note("new code")
        time.sleep(AFTER)
    say(
        f"Killed while {killed or 'nothing'} was applied: {half - first} of {len(pending)} stayed; the second run"
        f" {'did the rest' if is_migrated else 'FAILED'}, after {words.count('tried again')} waits for a lock."
    )
    say(traffic.table())
    return _verdict(traffic, cluster, is_migrated, words, new)


def _verdict(traffic: Traffic, cluster: Cluster, is_migrated: bool, words: str, new: Code) -> int:
    broken = [] if is_migrated else [f"the second run of migrate failed: {words[-800:]}"]
    bad = [one for one in traffic.answers if one.status >= 500 or one.status == 0]
    broken += [f"{one.status} {one.request.method} {one.request.path} {one.location}" for one in bad[:10]]
    if (p99 := quantile(traffic.answers, 0.99)) >= MOST_MS:
        broken.append(f"p99 is {p99:.0f} ms, promised are {MOST_MS}")
    told = [one.request.path.split("/")[3] for one in traffic.answers if one.location.endswith("/receipt/")]
    with psycopg.connect(cluster.owner_url) as line:
        found = line.execute(
            "SELECT count(*) FROM proposals_application WHERE id = ANY(%s::uuid[]) AND filed_at IS NOT NULL", [told]
        )
        filed = found.fetchone()[0]
    if filed != len(told) or not told:
        broken.append(f"{len(told)} receipts, {filed} applications filed")
    if "WARNING" in new.log.read_text():
        broken.append(f"the new code starts with a warning: {new.log.read_text()[-500:]}")
    say(f"{filed} applications filed on the way, each with its receipt.")
    say(f"{os.cpu_count()} cores, load {os.getloadavg()[1]:.1f} over five minutes: what else runs here counts too.")
    others = sorted({f"{one.status} {one.request.kind}" for one in traffic.answers if 400 <= one.status < 500})
    if others:
        say(f"Turned away: {', '.join(others)}")
    for fault in broken:
        say(f"BROKEN: {fault}")
    return 1 if broken else 0


def main(arguments: list[str]) -> int:
    """Read the command line and drill."""
    parser = argparse.ArgumentParser(prog="make drill-migration", description=__doc__.splitlines()[0])
    parser.add_argument("revision", nargs="?", default="", help="tag or commit to begin with")
    parser.add_argument("--rows", type=int, default=10_000, help="projects in the register; default 10000")
    parser.add_argument("--rate", type=float, default=20, help="requests a second; default 20")
    chosen = parser.parse_args(arguments)
    stop_on_signals()
    try:
        return drill(chosen.revision, chosen.rows, chosen.rate)
    except RunnerError as problem:
        return complain(problem)
    except Stopped as stopped:
        return stopped.exit_code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
