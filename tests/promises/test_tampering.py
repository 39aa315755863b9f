"""Twelve ways to bend the history: the application is refused, and whoever gets past is found at the first bad row."""

import copy
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from proposals.models import StageChange
from proposals.models.stage_change import HASH
from reference.models import Sector, Territory
from tests.application_role import application, grant
from tests.conftest import rolled_back
from tests.proposals.applications import applicant, filed

pytestmark = pytest.mark.django_db

STEPS = "proposals_stagechange"
REHASHED = f"""DO $$ DECLARE step RECORD; previous TEXT := repeat('0', 64); place BIGINT := 0; BEGIN
    UPDATE {STEPS} SET sequence = -sequence;
    FOR step IN SELECT id FROM {STEPS} ORDER BY sequence DESC LOOP
        place := place + 1;
        UPDATE {STEPS} SET sequence = place, previous_hash = previous WHERE id = step.id;
        UPDATE {STEPS} AS row SET hash = {HASH.format(row="row")} WHERE id = step.id RETURNING hash INTO previous;
    END LOOP;
END $$"""
COLUMNS = "proposal_id, action, from_stage, to_stage, actor_id, channel, note, at, sequence, previous_hash, hash"


class Way(NamedTuple):
    """What is done to the third of five steps, at which place it is found, in which words."""

    act: Callable[[list[StageChange]], list[str]]
    found_at: int
    words: str


def on(statement: str) -> Callable[[list[StageChange]], list[str]]:
    return lambda rows: [statement.format(id=rows[2].pk, last=rows[4].pk, next=rows[3].pk)]


def insert_in_between(rows: list[StageChange]) -> list[str]:
    return [
        f"UPDATE {STEPS} SET sequence = -sequence WHERE sequence > 3",
        f"UPDATE {STEPS} SET sequence = -sequence + 1 WHERE sequence < 0",
        f"INSERT INTO {STEPS} ({COLUMNS}) SELECT proposal_id, action, from_stage, to_stage, actor_id, channel,"
        f" 'forged', at, 4, hash, repeat('a', 64) FROM {STEPS} WHERE id = {rows[2].pk}",
    ]


def suffix_written_anew(rows: list[StageChange]) -> list[str]:
    return [f"UPDATE {STEPS} SET note = 'forged' WHERE id = {rows[2].pk}", REHASHED]


def last_taken_out(rows: list[StageChange]) -> list[str]:
    return [
        f"DELETE FROM {STEPS} WHERE id = {rows[4].pk}",
        f"UPDATE proposals_proposal SET stage = 'draft' WHERE id = '{rows[4].proposal_id}'",
    ]


def renumbered(rows: list[StageChange]) -> list[str]:
    return [f"UPDATE {STEPS} SET sequence = -sequence", f"UPDATE {STEPS} SET sequence = 6 + sequence"]


def swapped(rows: list[StageChange]) -> list[str]:
    swap = f"UPDATE {STEPS} SET sequence = {{}} WHERE id = {{}}"
    return [swap.format(-1, rows[2].pk), swap.format(3, rows[3].pk), swap.format(4, rows[2].pk)]


WAYS = {
    "changed": Way(on(f"UPDATE {STEPS} SET note = 'forged' WHERE id = {{id}}"), 2, "was changed"),
    "by somebody else": Way(
        on(f"UPDATE {STEPS} SET actor_id = (SELECT max(id) FROM accounts_user) WHERE id = {{id}}"), 2, "was changed"
    ),
    "back-dated": Way(on(f"UPDATE {STEPS} SET at = at - interval '1 year' WHERE id = {{id}}"), 2, "was changed"),
    "given a fitting hash": Way(
        lambda rows: [
            f"UPDATE {STEPS} SET note = 'forged' WHERE id = {rows[2].pk}",
            f"UPDATE {STEPS} AS row SET hash = {HASH.format(row='row')} WHERE id = {rows[2].pk}",
        ],
        3,
        "does not follow the step before it",
    ),
    "taken out": Way(on(f"DELETE FROM {STEPS} WHERE id = {{id}}"), 3, "place 3 is missing"),
    "emptied": Way(on(f"TRUNCATE {STEPS} CASCADE"), -1, "the kept head knew 5 steps"),
    "put in between": Way(insert_in_between, -2, "was changed"),
    "renumbered": Way(renumbered, 4, "does not follow"),
    "changed places": Way(swapped, 3, "does not follow"),
    "last taken out": Way(last_taken_out, -3, "the kept head knew 5 steps"),
    "suffix written anew": Way(suffix_written_anew, 4, "the chain was written anew"),
    "a trigger switched off": Way(on(f"ALTER TABLE {STEPS} DISABLE TRIGGER USER"), -4, "is switched off"),
}


def sql(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker, reference_rows, tmp_path_factory) -> Iterator[list[StageChange]]:
    """Five steps of five proposals and the head that was kept, made once; the application has its rights."""
    with django_db_blocker.unblock(), rolled_back():
        Territory.objects.bulk_create(copy.deepcopy(reference_rows[0]), ignore_conflicts=True)
        Sector.objects.bulk_create(copy.deepcopy(reference_rows[1]), ignore_conflicts=True)
        by = applicant()
        for _turn in range(5):
            filed(by)
        applicant()
        grant()
        sql("SET CONSTRAINTS ALL IMMEDIATE")
        yield list(StageChange.objects.order_by("sequence"))


@pytest.fixture
def history(world, db) -> list[StageChange]:
    """Each test undoes what it does: its own transaction lies within that of the world."""
    return world


@pytest.fixture
def kept(history, tmp_path):
    """Return the file with the head as it was."""
    call_command("verify_history", export=tmp_path / "head.json", verbosity=0)
    return tmp_path / "head.json"


def test_there_are_twelve_ways():
    assert len(WAYS) == 12


@pytest.mark.parametrize("way", WAYS)
def test_the_application_is_refused(history, way):
    before = list(StageChange.objects.order_by("pk").values())
    for statement in WAYS[way].act(history):
        if statement.startswith(("UPDATE proposals_proposal", "INSERT")):
            continue  # of stages: test_stages_in_database; of steps put in: below
        with pytest.raises(DatabaseError) as refusal, application():
            sql(statement)
        assert refusal.value.__cause__.sqlstate == "42501", refusal.value
    assert list(StageChange.objects.order_by("pk").values()) == before


def test_what_the_application_puts_in_comes_last_whatever_it_says(history):
    with application():
        sql(insert_in_between(history)[-1])
    forged = StageChange.objects.order_by("-pk").first()
    assert (forged.sequence, forged.previous_hash) == (6, history[4].hash)
    assert forged.hash != "a" * 64


@pytest.mark.parametrize("way", [way for way in WAYS if "switched" not in way and "emptied" not in way])
def test_the_trigger_refuses_even_the_owner(history, way):
    first = WAYS[way].act(history)[0]
    with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
        sql(first)


@pytest.mark.parametrize("way", WAYS)
def test_past_the_guards_the_first_bad_row_is_named(history, kept, way):
    act, place, words = WAYS[way]
    is_switched_off = "switched off" in way
    for table in (STEPS, "proposals_proposal"):
        sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    for statement in act(history):
        sql(statement)
    for table in (STEPS, "proposals_proposal"):
        if not is_switched_off:
            sql(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    named = {
        -1: "place 1",
        -2: f"step {StageChange.objects.order_by('-pk').values_list('pk', flat=True).first()} ",
        -3: "place 5",
        -4: "trigger pgtrigger_",
    }
    with pytest.raises(CommandError) as found:
        call_command("verify_history", head=kept)
    assert str(found.value).startswith(named.get(place) or f"step {history[place].pk} ")
    assert words in str(found.value)


def test_a_step_that_the_application_dates_back_is_found_by_the_kept_head(history, kept):
    """It may write steps, so it could write one of last year; the place in the chain tells when it came."""
    proposal = filed().proposals.get()
    with application():
        sql(
            f"INSERT INTO {STEPS} (proposal_id, action, from_stage, to_stage, actor_id, channel, note, at)"
            " VALUES (%s, 'take_up', 'filed', 'review', %s, 'web', '', now() - interval '1 year')",
            *(proposal.pk, proposal.application.created_by_id),
        )
        sql("UPDATE proposals_proposal SET stage = 'review' WHERE id = %s", proposal.pk)
    call_command("verify_history")
    forged = StageChange.objects.order_by("sequence").last()
    with pytest.raises(CommandError, match=f"step {forged.pk} .*is dated before a step that the kept head"):
        call_command("verify_history", head=kept)


def test_a_clock_set_back_by_an_hour_is_no_fault(history, kept):
    proposal = filed().proposals.get()
    sql(
        f"INSERT INTO {STEPS} (proposal_id, action, from_stage, to_stage, actor_id, channel, note, at)"
        " VALUES (%s, 'take_up', 'filed', 'review', %s, 'web', '', now() - interval '1 hour')",
        *(proposal.pk, proposal.application.created_by_id),
    )
    sql("UPDATE proposals_proposal SET stage = 'review' WHERE id = %s", proposal.pk)
    call_command("verify_history", head=kept)
