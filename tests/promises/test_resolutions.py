"""One paper, one resolution, one row a project: with two people at once, and with the server killed in the middle."""

import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from projects.models import ListChange, Project, Resolution, StatusChange
from projects.queries.totals import totals
from proposals.models import AgendaItem, DraftResolution, DraftState, Outcome, Session
from proposals.services import recording
from proposals.services.withdrawing import withdraw
from proposals.workflow import Stage
from reference.codelists import ResolutionKind
from reference.models import Sector, Territory
from tests.factories import MEDEU, maslikhat
from tests.promises.test_two_at_once import at_once
from tests.proposals import sittings
from tests.proposals.applications import applicant, proposal_at, staff

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("reference_data")]

ROOT = Path(__file__).resolve().parents[2]
ROUNDS, CONFIRMED, KILLS, LINES = 100, 20, 20, 5
COST = 2_500_000_000


def sittings_with(lines: int, count: int, by: User) -> list[Session]:
    """Return sessions of today, each with so many projects of state bodies on its agenda."""
    place, sector, body = Territory.objects.get(pk=MEDEU), Sector.objects.get(pk="health"), maslikhat()
    made = Session.objects.bulk_create(
        Session(maslikhat=body, convocation=1 + turn // 300, number=1 + turn % 300, held_on=timezone.localdate())
        for turn in range(count)
    )
    AgendaItem.objects.bulk_create(
        AgendaItem(
            session=sitting,
            position=position,
            title_kk=f"{sitting.number}/{position} емхана",
            title_ru=f"Поликлиника {sitting.number}/{position}",
            sector=sector,
            territory=place,
            asked_sum=COST,
            recommended_sum=COST,
            added_by=by,
        )
        for sitting in made
        for position in range(1, lines + 1)
    )
    return made


def test_of_a_hundred_papers_recorded_twice_each_counts_once_and_is_confirmed_once():
    secretaries = [staff(Role.SECRETARY), staff(Role.SECRETARY)]
    heads = [staff(Role.HEAD), staff(Role.HEAD)]
    today, told = timezone.localdate().isoformat(), Counter()
    for turn, sitting in enumerate(sittings_with(1, ROUNDS, secretaries[0])):
        facts = {"kind": ResolutionKind.LIST_APPROVAL, "session": sitting, "number": f"{turn}-VIII", "adopted": today}
        facts |= {"declared_count": 1, "declared_total": COST}
        begun = at_once(
            [lambda by=by, facts=facts: recording.begin(by=by, **facts) for by in secretaries],
            told=recording.AlreadyRecorded,
        )
        (draft,) = [result for result in begun if isinstance(result, DraftResolution)]
        (second,) = [result for result in begun if isinstance(result, recording.AlreadyRecorded)]
        assert second.draft == draft
        if turn >= CONFIRMED:
            continue
        ready = sittings.recorded(draft, by=draft.created_by)
        results = at_once([lambda head=head, ready=ready: sittings.confirmed(ready, head=head) for head in heads])
        told.update(type(result).__name__ for result in results)
    assert told == {"DraftResolution": CONFIRMED, "ValidationError": CONFIRMED}
    assert DraftResolution.objects.count() == ROUNDS
    assert Resolution.objects.count() == DraftResolution.objects.filter(state=DraftState.PUBLISHED).count() == CONFIRMED
    assert (totals().projects, totals().cost) == (CONFIRMED, CONFIRMED * COST)
    assert list(Project.objects.order_by("number").values_list("number", flat=True)) == list(range(1, CONFIRMED + 1))


def test_the_applicant_withdraws_while_the_head_confirms():
    secretary, head = staff(Role.SECRETARY), staff(Role.HEAD)
    owner = applicant()
    for _turn in range(5):
        proposal = proposal_at(Stage.AGENDA, owner)
        item = AgendaItem.objects.get(proposal=proposal)
        draft = sittings.counted(sittings.begun(item.session, by=secretary), by=secretary)

        def hand_over(draft=draft):
            return sittings.confirmed(sittings.recorded(draft, by=secretary), head=head)

        def let_go(proposal=proposal):
            return withdraw(proposal, by=owner, note="Ойымыз өзгерді.", site=sittings.SITE)

        results = at_once([hand_over, let_go])
        proposal.refresh_from_db()
        won = [result for result in results if not isinstance(result, Exception)]
        assert len(won) == 1, results
        assert proposal.stage == (Stage.APPROVED if isinstance(won[0], DraftResolution) else Stage.WITHDRAWN)
        assert (proposal.project is not None) is (proposal.stage == Stage.APPROVED)


PROGRAM = """
import os, signal, sys, time
import django
django.setup()
from django.db import connection
from accounts.models import User
from proposals.models import DraftResolution
from proposals.services import recording
print("ready", flush=True)
for line in sys.stdin:
    key, head, pause = line.split()
    child = os.fork()
    if not child:
        draft = DraftResolution.objects.get(pk=key)
        recording.confirm(draft, by=User.objects.get(pk=head), version=draft.version, site="http://testserver/")
        os._exit(0)
    if float(pause) >= 0:
        time.sleep(float(pause))
        os.kill(child, signal.SIGKILL)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


@contextmanager
def publisher() -> Iterator[subprocess.Popen]:
    """Start a program that confirms resolutions, each in a process of its own that it kills after a pause."""
    database = os.environ["DATABASE_URL"].rpartition("/")[0] + "/" + connection.settings_dict["NAME"]
    environment = os.environ | {"DATABASE_URL": database, "DJANGO_SETTINGS_MODULE": "ppp_registry.settings"}
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as program:
        assert program.stdout.readline() == "ready\n"
        try:
            yield program
        finally:
            program.stdin.close()


def confirmed_by(program: subprocess.Popen, draft: DraftResolution, head: User, *, after: float) -> int:
    """Let the program confirm, and kill it after so many seconds unless negative; return how it ended."""
    program.stdin.write(f"{draft.pk} {head.pk} {after}\n")
    program.stdin.flush()
    return int(program.stdout.readline())


def is_whole(draft: DraftResolution) -> bool:
    """Tell whether everything of a resolution is stored; fail where it is neither everything nor nothing."""
    draft.refresh_from_db()
    lines = Project.objects.filter(resolution__number=draft.number)
    found = {
        "projects": lines.count(),
        "steps": StatusChange.objects.filter(project__in=lines).count(),
        "changes": ListChange.objects.filter(project__in=lines).count(),
        "items": AgendaItem.objects.filter(session=draft.session, outcome=Outcome.APPROVED).count(),
    }
    assert set(found.values()) in ({0}, {LINES}), found
    whole = found["projects"] == LINES
    assert Resolution.objects.filter(number=draft.number).exists() is whole
    assert draft.state == (DraftState.PUBLISHED if whole else DraftState.RECORDED)
    return whole


def test_killed_in_the_middle_twenty_times_it_is_whole_or_nothing():
    secretary, head = staff(Role.SECRETARY), staff(Role.HEAD)
    drafts = []
    for turn, sitting in enumerate(sittings_with(LINES, KILLS + 1, secretary)):
        facts = {"number": f"{turn}-VIII", "declared_count": LINES, "declared_total": LINES * COST}
        drafts.append(sittings.recorded(sittings.begun(sitting, by=secretary, **facts), by=secretary))
    dice = random.Random(20260915)
    with publisher() as program:
        start = time.perf_counter()
        assert confirmed_by(program, drafts[0], head, after=-1) == 0
        usual = time.perf_counter() - start
        ends = [confirmed_by(program, draft, head, after=dice.uniform(0, usual)) for draft in drafts[1:]]
        whole = [is_whole(draft) for draft in drafts]
        assert ends.count(-9) >= KILLS // 2
        assert whole.count(False) >= KILLS // 4, "hardly one was hit in the middle"
        # What was acknowledged is there.
        assert all(stored for end, stored in zip([0, *ends], whole, strict=True) if end == 0)
        for draft, stored in zip(drafts, whole, strict=True):
            if not stored:
                assert confirmed_by(program, draft, head, after=-1) == 0
    assert all(is_whole(draft) for draft in drafts)
    count = LINES * (KILLS + 1)
    assert (totals().projects, totals().cost) == (count, count * COST)
    assert list(Project.objects.order_by("number").values_list("number", flat=True)) == list(range(1, count + 1))


def test_who_may_not_does_not_publish_however_often_he_tries():
    secretary = staff(Role.SECRETARY)
    (sitting,) = sittings_with(1, 1, secretary)
    draft = sittings.begun(sitting, by=secretary, declared_count=1, declared_total=COST)
    draft = sittings.recorded(draft, by=secretary)
    for person in (secretary, staff(Role.SECRETARY), staff(Role.CLERK), staff(Role.AUDITOR)):
        with pytest.raises((PermissionDenied, ValidationError)):
            sittings.confirmed(draft, head=person)
    assert not Resolution.objects.exists()
    sittings.confirmed(draft, head=staff(Role.HEAD))
    assert Resolution.objects.count() == 1
