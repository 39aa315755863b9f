"""`make drill-crash`: kill -9 of web server and database in the middle of filing; nothing acknowledged is lost.

ROUNDS is how often the web server is killed (100), at every fifth the database too; SEED repeats the choices. Real
HTTP, two papers of 50 KB each, gunicorn with two workers and four threads each, PostgreSQL with fsync.
"""

import math
import os
import random
import shutil
import sys
import time
from collections import Counter
from typing import Any

from devtools.checkout import RunnerError, complain, say, this_checkout
from devtools.signals import Stopped, stop_on_signals
from tests.promises.drills.database_faults import DatabaseFaults
from tests.promises.drills.stand import Stand, standing

PEOPLE, A_ROUND, DATABASE_EVERY = 6, 6, 5
WATCHERS = {"send_letters": 1.0, "publish_resolutions": 2.0, "tell_followers": 2.0}


def main() -> int:
    """Read ROUNDS and SEED, run the drill, say what came of it; the exit code."""
    rounds = int(os.environ.get("ROUNDS") or 100)
    seed = int(os.environ.get("SEED") or random.randrange(10**6))
    stop_on_signals()
    say(f"Crash drill, {rounds} kills of the web server, seed {seed}.")
    try:
        with standing() as stand:
            wrong = _drill(stand, rounds, seed)
            if wrong:
                kept = this_checkout().local / "drill-crash"
                kept.mkdir(parents=True, exist_ok=True)
                for log in stand.folder.glob("*.log"):
                    shutil.copy(log, kept)
    except RunnerError as problem:
        return complain(problem)
    except Stopped as stopped:
        return stopped.exit_code
    for sentence in wrong[:20]:
        say(f"BROKEN: {sentence}")
    if wrong:
        say(f"{len(wrong)} things are broken; seed {seed}; logs in .local/drill-crash")
    else:
        say("Nothing acknowledged was lost, nothing is there twice, and the site came back by itself.")
    return 1 if wrong else 0


def _drafts(count: int) -> tuple[list[Any], str]:
    from proposals.services.papers import attach
    from tests.promises.many_drafts import drafts_ready_to_file, session_of, without_papers
    from tests.proposals.applications import applicant, pdf

    made = []
    by = applicant()
    first = without_papers(by)
    attach(first.proposals.get(), kind="own_funds", upload=pdf("own_funds.pdf"), by=by)
    made = drafts_ready_to_file(by, count, first=first)
    return made, session_of(by)


def _drill(stand: Stand, rounds: int, seed: int) -> list[str]:
    from contextlib import ExitStack

    from django.db import connections

    from benchmarks.generate import generate
    from proposals.models import Proposal
    from tests.promises.drills import afterwards
    from tests.promises.drills.applicants import Applicants
    from tests.promises.server import Server

    chance = random.Random(seed)
    generate(stand.cluster.owner_url, 2_000)
    drafts, session = _drafts(rounds * A_ROUND)
    proposals = dict(Proposal.objects.values_list("application_id", "pk"))
    connections.close_all()  # ours would not outlive the drill
    began = time.monotonic()
    kills: Counter[str] = Counter()
    handed: list[Any] = []
    with ExitStack() as running:
        log = running.enter_context(open(stand.folder / "server.log", "wb"))
        server = Server(log)
        running.callback(server.close)
        server.start()
        watchers = [running.enter_context(stand.watching(command, pause)) for command, pause in WATCHERS.items()]
        people = Applicants(server.port, session, proposals, PEOPLE, seed)
        faults = DatabaseFaults(stand, server, session, people.told)
        people.start()
        try:
            for turn in range(rounds):
                while len(handed) < len(drafts) and people.waiting.qsize() < A_ROUND:
                    handed.append(drafts[len(handed)])
                    people.waiting.put(handed[-1])
                time.sleep(chance.uniform(0.05, 0.6))
                whom = chance.choice(("one worker", "workers", "master", "all"))
                kills[whom] += 1
                people.told.up_since = math.inf
                _kill(server, whom, chance)
                people.told.up_since = time.perf_counter()
                if turn % DATABASE_EVERY == DATABASE_EVERY - 1:
                    faults.one(chance)
                if turn % 10 == 9:
                    say(f"  {turn + 1} kills, {len(people.told.numbers)} receipts, {time.monotonic() - began:.0f} s")
            faults.once_each()
            all_filed = people.finish(90)
        finally:
            people.finish(0)
        wrong = [*people.told.wrong, *faults.wrong]
        if not all_filed:
            wrong.append("some applications could not be filed within 90 s after the last kill")
        wrong += afterwards.faults(people.told, handed)
        wrong += _of_watchers(watchers)
    for command in ("verify_history", "verify_cells"):
        try:
            say(f"  {command}: {stand.manage(command)}")
        except RunnerError as problem:
            wrong.append(str(problem))
    told = people.told
    say(f"  web server killed: {_shown(kills)}")
    say(
        f"  database: {_shown(faults.done)}; {faults.asked} requests just after it was back, all answered: "
        f"{'no' if faults.wrong else 'yes'}"
    )
    say(
        f"  receipts {len(told.numbers)}, papers {len(told.papers)}, pressed again {told.pressed_again}; answers "
        f"{_shown(told.statuses)} (0: the line broke)"
    )
    say(
        f"  slowest 503 {max(told.slowest_503, faults.slowest_503):.1f} s; files without a row (swept later): "
        f"{afterwards.files_without_row()}; whole drill {time.monotonic() - began:.0f} s"
    )
    return wrong


def _shown(counts: Counter[Any]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items(), key=str))


def _kill(server: Any, whom: str, chance: random.Random) -> None:
    """Kill, and start anew what nobody else starts."""
    if whom == "one worker":
        if workers := server.workers():
            server.end(chance.choice(workers))
    else:
        server.kill(whom)
        if whom == "workers":
            server.get("/healthz")
        else:
            server.start()


def _of_watchers(watchers: list[Any]) -> list[str]:
    from accounts.queries.letters import waiting_letters

    deadline = time.monotonic() + 60
    while waiting_letters().exists() and time.monotonic() < deadline:
        time.sleep(0.2)
    wrong = [f"{one.args[2]} ended with {one.returncode}" for one in watchers if one.poll() is not None]
    if left := waiting_letters().count():
        wrong.append(f"{left} letters still wait")
    return wrong


if __name__ == "__main__":
    sys.exit(main())
