"""Two people press at the same moment: one wins, the other is told who did what, and there is one row of history."""

import datetime
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test import Client
from django.utils import timezone
from post_office.models import Email

from accounts.models import User
from accounts.roles import Role
from proposals.models import Assignment, Clarification, Declaration, Opinion, Proposal, Refusal, StageChange
from proposals.queries.chain import first_fault
from proposals.services.asking import ask
from proposals.services.deciding import refuse, support
from proposals.services.intake import file
from proposals.services.moves import Overtaken, StepNotAllowed, move
from proposals.services.withdrawing import withdraw
from proposals.workflow import Action, Stage
from tests.promises.many_drafts import drafts_ready_to_file
from tests.proposals.applications import SITE, applicant, expert_of, proposal_at, reason, staff

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("reference_data")]

PATIENCE = 30
"""Seconds after which somebody hangs."""


def at_once(acts: list[Callable[[], Any]], *, told: type[Exception] = Overtaken) -> list[Any]:
    """Run the acts at the same moment, each on a connection of its own; return results, or the refusals.

    ``told`` is one more kind of refusal.
    """
    start = Barrier(len(acts), timeout=PATIENCE)

    def run(act):
        try:
            with connection.cursor() as cursor:
                cursor.execute(f"SET lock_timeout = '{PATIENCE}s'")
            start.wait()
            return act()
        except (told, Overtaken, StepNotAllowed, PermissionDenied, ValidationError) as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [job.result(timeout=2 * PATIENCE) for job in [pool.submit(run, act) for act in acts]]


def under_review(by: User, count: int, heads: list[User]) -> list[Proposal]:
    """Return so many proposals under review, each with a positive opinion, that these heads may decide about."""
    clerk, expert, today = staff(Role.CLERK), expert_of(), timezone.localdate()
    rows = []
    for draft in drafts_ready_to_file(by, count):
        row = file(draft, by=by, consent=True, publish_agreed=False, site=SITE).proposals.get()
        move(row, Action.TAKE_UP, by=clerk)
        rows.append(row)
    people = [*heads, expert]
    Declaration.objects.bulk_create(
        [Declaration(proposal=row, person=person, has_conflict=False) for row in rows for person in people]
    )
    Assignment.objects.bulk_create(
        [Assignment(proposal=row, expert=expert, due_on=today, assigned_by=clerk) for row in rows]
    )
    facts = {"expert": expert, "recommendation": "for", "text": "Негіз бар.", "given_at": timezone.now()}
    Opinion.objects.bulk_create([Opinion(proposal=row, **facts) for row in rows])
    return rows


def test_of_a_hundred_pairs_one_wins_and_the_other_is_told():
    owner, heads, clerk = applicant(), [staff(Role.HEAD), staff(Role.HEAD)], staff(Role.CLERK)
    rows, why = under_review(owner, 100, heads), reason()
    seen = dict(StageChange.objects.filter(to_stage=Stage.REVIEW).values_list("proposal", "pk"))
    due = timezone.localdate() + datetime.timedelta(days=5)
    Email.objects.all().delete()

    def supports(row, head):
        return lambda: support(row, by=head, site=SITE, seen=seen[row.pk])

    def refuses(row, head):
        return lambda: refuse(row, by=head, reasons=[why], text="Себебі.", site=SITE, seen=seen[row.pk])

    def asks(row):
        return lambda: ask(row, by=clerk, kind="other", text="Неге?", site=SITE, due_on=due, seen=seen[row.pk])

    def withdraws(row):
        return lambda: withdraw(row, by=owner, note="Керек емес.", site=SITE, seen=seen[row.pk])

    won = Counter()
    for turn, row in enumerate(rows):
        pair = (
            [supports(row, heads[0]), supports(row, heads[1])],
            [supports(row, heads[0]), refuses(row, heads[1])],
            [asks(row), withdraws(row)],
        )[turn % 3]
        results = at_once(pair[:: 1 if turn % 2 else -1])
        (loser,) = [result for result in results if isinstance(result, Exception)]
        assert isinstance(loser, Overtaken)
        (last,) = StageChange.objects.filter(proposal=row, pk__gt=seen[row.pk]).select_related("actor")
        # Whoever lost can say who did what, and when.
        assert (loser.change, loser.change.actor, loser.change.at) == (last, last.actor, last.at)
        row.refresh_from_db()
        assert (row.stage, row.stage_since) == (last.to_stage, last.at)
        won[last.action] += 1
    assert sum(won.values()) == 100
    assert won["support"] >= 34
    assert StageChange.objects.count() == 300
    # What belongs to a step that lost was never there.
    assert (Refusal.objects.count(), Clarification.objects.count()) == (won["refuse"], won["ask"])
    kinds = Counter(mail.headers["X-Letter"].removeprefix("proposal:") for mail in Email.objects.all())
    told = {"support": "supported", "refuse": "refused", "ask": "asked", "withdraw": "withdrawn"}
    assert kinds == {told[action]: count for action, count in won.items()}
    assert first_fault() is None, "steps taken at once hang in one chain"


def test_ten_steps_of_ten_proposals_at_once_make_one_chain():
    owner, heads = applicant(), [staff(Role.HEAD)]
    rows = under_review(owner, 10, heads)
    results = at_once([lambda row=row: support(row, by=heads[0], site=SITE) for row in rows])
    assert {change.to_stage for change in results} == {Stage.SUPPORTED}
    assert list(StageChange.objects.order_by("sequence").values_list("sequence", flat=True)) == list(range(1, 31))
    assert first_fault() is None


def test_without_a_page_the_loser_finds_that_the_step_is_no_longer_there():
    heads = [staff(Role.HEAD), staff(Role.HEAD)]
    (row,) = under_review(applicant(), 1, heads)
    results = at_once([lambda head=head: support(row, by=head, site=SITE) for head in heads])
    assert [type(result) for result in results].count(StepNotAllowed) == 1
    assert StageChange.objects.filter(proposal=row, action="support").count() == 1


def test_whoever_withdraws_from_an_old_page_reads_first_what_the_chamber_asks():
    owner = applicant()
    row, client = proposal_at(Stage.REVIEW, owner), Client()
    client.force_login(owner)
    address = f"/en/applications/{row.application_id}/proposals/{row.pk}/withdraw/"
    seen = row.stage_changes.order_by("id").last().pk
    assert f'name="seen" value="{seen}"' in client.get(address).content.decode()
    clerk = staff(Role.CLERK)
    ask(row, by=clerk, kind="other", text="Неге?", site=SITE, due_on=timezone.localdate())
    page = client.post(address, {"note": "Керек емес.", "seen": seen})
    told, last = page.content.decode(), row.stage_changes.order_by("id").last()
    assert page.status_code == 409
    assert "While this page was open" in told
    assert "Керек емес." in told
    assert clerk.full_name not in told
    assert f'name="seen" value="{last.pk}"' in told
    assert last.to_stage == Stage.CLARIFICATION
    assert client.post(address, {"note": "Керек емес.", "seen": last.pk}).status_code == 302
    row.refresh_from_db()
    assert row.stage == Stage.WITHDRAWN
