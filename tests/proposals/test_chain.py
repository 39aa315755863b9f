"""The history is a chain: whatever the owner of the database does to it with the guards off is found and named."""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connection, connections, transaction

from proposals.models import Proposal, StageChange
from proposals.models.stage_change import HASH
from proposals.queries.chain import Head, first_fault, hash_of, head
from proposals.services.moves import remember
from proposals.workflow import Stage
from tests import factories
from tests.proposals.applications import applicant, filed

STEPS = "proposals_stagechange"


def sql(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)


def unguarded(*statements):
    """Run statements as the owner with every trigger of the project off, and switch them on again."""
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    for table in (STEPS, "proposals_proposal"):
        sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    for statement, *values in statements:
        sql(statement, *values)
    for table in (STEPS, "proposals_proposal"):
        sql(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def step(proposal, by, action="ask", source="filed", target="clarification", note=""):
    row = Proposal.objects.select_for_update().get(pk=proposal.pk)
    assert row.stage == source
    return remember(row, action, target, by=by, channel="admin", note=note)


@pytest.fixture
def history(reference_data):
    """Four steps of one proposal and two of another, and somebody who took none."""
    by = applicant()
    first, second = filed(by).proposals.get(), filed(by).proposals.get()
    with transaction.atomic():
        step(first, by, note="Жер кімдікі? 🙂")
        step(first, by, "answer", "clarification", "filed")
        step(first, by)
        step(second, by)
    assert first_fault() is None
    factories.user(full_name="Басқа адам")
    return list(StageChange.objects.order_by("sequence"))


LAST, MIDDLE, FIRST = -1, 2, 0


def change(column, value):
    return lambda rows, at: [(f"UPDATE {STEPS} SET {column} = %s WHERE id = %s", value, rows[at].pk)]


def another_actor(rows, at):
    return [
        (
            f"UPDATE {STEPS} SET actor_id = (SELECT max(id) FROM accounts_user WHERE id <> actor_id) WHERE id = %s",
            rows[at].pk,
        )
    ]


def another_time(rows, at):
    return [(f"UPDATE {STEPS} SET at = at - interval '1 microsecond' WHERE id = %s", rows[at].pk)]


def moved_to_another_proposal(rows, at):
    other = next(row for row in rows if row.proposal_id != rows[at].proposal_id)
    return [(f"UPDATE {STEPS} SET proposal_id = %s WHERE id = %s", other.proposal_id, rows[at].pk)]


TAMPERED = {
    "note": change("note", "Бәрі дұрыс."),
    "actor": another_actor,
    "time": another_time,
    "stage": change("to_stage", "review"),
    "action": change("action", "support"),
    "channel": change("channel", "console"),
    "transaction": change("transaction", 1),
    "proposal": moved_to_another_proposal,
    "own hash": change("hash", "0" * 64),
    "hash before": change("previous_hash", "f" * 64),
}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("way", "at"), [*((way, MIDDLE) for way in TAMPERED), ("note", FIRST), ("note", LAST), ("time", LAST)]
)
def test_a_changed_step_is_found_and_named(history, way, at):
    unguarded(*TAMPERED[way](history, at))
    fault = first_fault()
    assert fault is not None
    assert f"step {history[at].pk} " in fault.where
    with pytest.raises(CommandError, match=f"step {history[at].pk} "):
        call_command("verify_history")


def rehashed():
    """Return the statements that give every step from the first to the last a fitting place, link and hash."""
    return [
        (
            f"""DO $$ DECLARE step RECORD; previous TEXT := repeat('0', 64); place BIGINT := 0;
            BEGIN
                UPDATE {STEPS} SET sequence = -sequence;
                FOR step IN SELECT id FROM {STEPS} ORDER BY sequence DESC LOOP
                    place := place + 1;
                    UPDATE {STEPS} SET sequence = place, previous_hash = previous WHERE id = step.id;
                    UPDATE {STEPS} AS row SET hash = {HASH.format(row="row")} WHERE id = step.id
                    RETURNING hash INTO previous;
                END LOOP;
            END $$""",
        )
    ]


FORGED = f"""INSERT INTO {STEPS} (proposal_id, action, from_stage, to_stage, actor_id, channel, note, at,
    sequence, previous_hash, hash, transaction)
    SELECT proposal_id, action, from_stage, to_stage, actor_id, channel, note, at, %s, hash,
        repeat('a', 64), transaction
    FROM {STEPS} WHERE id = %s"""


@pytest.mark.django_db
def test_a_changed_step_with_a_fitting_hash_of_its_own_is_found_at_the_next_one(history):
    unguarded(
        *change("note", "Бәрі дұрыс.")(history, 2),
        (f"UPDATE {STEPS} AS row SET hash = {HASH.format(row='row')} WHERE id = %s", history[2].pk),
    )
    fault = first_fault()
    assert f"step {history[3].pk} " in fault.where
    assert "does not follow" in fault.what


@pytest.mark.django_db
def test_a_step_taken_out_of_the_middle_is_found_at_the_next_one(history):
    unguarded((f"DELETE FROM {STEPS} WHERE id = %s", history[2].pk))
    fault = first_fault()
    assert f"step {history[3].pk} " in fault.where
    assert "place 3 is missing" in fault.what


@pytest.mark.django_db
def test_with_its_places_closed_up_it_is_found_too(history):
    unguarded(
        (f"DELETE FROM {STEPS} WHERE id = %s", history[2].pk),
        (f"UPDATE {STEPS} SET sequence = -sequence WHERE sequence > 3",),
        (f"UPDATE {STEPS} SET sequence = -sequence - 1 WHERE sequence < 0",),
    )
    assert f"step {history[3].pk} " in first_fault().where


@pytest.mark.django_db
def test_a_cut_end_is_found_by_the_stage_left_behind_or_by_a_kept_head(history):
    kept = head()
    cut = (f"DELETE FROM {STEPS} WHERE id = %s", history[-1].pk)
    unguarded(cut)
    assert f"proposal {history[-1].proposal_id}" in first_fault().where
    unguarded(
        ("UPDATE proposals_proposal SET stage = %s WHERE id = %s", history[-1].from_stage, history[-1].proposal_id)
    )
    # Nothing inside tells of it any more.
    assert first_fault() is None
    assert "the end was cut off" in first_fault(kept).what
    assert first_fault(kept).where == f"place {kept.sequence}"


@pytest.mark.django_db
@pytest.mark.parametrize("place", [7, 9])
def test_a_forged_step_is_found_and_named(history, place):
    unguarded((FORGED, place, history[-1].pk))
    forged = StageChange.objects.order_by("-id").first()
    assert f"step {forged.pk} " in first_fault().where


@pytest.mark.django_db
def test_a_forged_step_with_a_fitting_hash_is_found_by_the_road(history):
    """It is taken from a stage at which the proposal does not stand."""
    unguarded((FORGED, 7, history[-1].pk), *rehashed())
    forged = StageChange.objects.order_by("-id").first()
    fault = first_fault()
    assert f"step {forged.pk} " in fault.where
    assert "cannot follow" in fault.what


@pytest.mark.django_db
def test_steps_that_changed_places_are_found(history):
    one, two = history[1], history[4]
    swap = f"UPDATE {STEPS} SET sequence = %s WHERE id = %s"
    unguarded((swap, -1, one.pk), (swap, one.sequence, two.pk), (swap, two.sequence, one.pk))
    assert f"step {two.pk} " in first_fault().where


@pytest.mark.django_db
def test_renumbered_steps_are_found(history):
    unguarded(
        (f"UPDATE {STEPS} SET sequence = -sequence",),
        (f"UPDATE {STEPS} SET sequence = 10 - sequence",),
    )
    assert f"step {history[0].pk} " in first_fault().where


@pytest.mark.django_db
def test_a_chain_written_anew_is_found_by_a_kept_head_only(history, tmp_path):
    kept = tmp_path / "head.json"
    call_command("verify_history", export=kept)
    unguarded(*change("note", "Бәрі дұрыс.")(history, 1), *rehashed())
    assert first_fault() is None
    with pytest.raises(CommandError, match=f"step {history[-1].pk} .*written anew"):
        call_command("verify_history", head=kept)


@pytest.mark.django_db
def test_a_grown_history_agrees_with_an_earlier_head(history, tmp_path):
    kept = tmp_path / "head.json"
    call_command("verify_history", export=kept)
    filed()
    call_command("verify_history", head=kept)
    assert json.loads(kept.read_text())["sequence"] == len(history)
    assert head().sequence == len(history) + 1


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"sequence": "x", "hash": ""}', '{"sequence": null, "hash": ""}'])
def test_a_head_that_is_none_is_refused(tmp_path, text):
    kept = tmp_path / "head.json"
    kept.write_text(text)
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("verify_history", head=kept)
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("verify_history", head=tmp_path / "nowhere.json")


@pytest.mark.django_db
@pytest.mark.parametrize("stage", [Stage.SUPPORTED, Stage.DRAFT])
def test_a_stage_set_behind_the_history_is_found(history, stage):
    unguarded(("UPDATE proposals_proposal SET stage = %s WHERE id = %s", stage, history[0].proposal_id))
    fault = first_fault()
    assert fault.where == f"proposal {history[0].proposal_id}"
    assert stage in fault.what


GUARDS = [(STEPS, "append_only"), (STEPS, "links_the_chain"), ("proposals_proposal", "")]


def triggers(table, part):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal AND tgname LIKE %s",
            [table, f"%{part}%"],
        )
        return [name for (name,) in cursor.fetchall()]


@pytest.mark.django_db
@pytest.mark.parametrize("way", ["ALTER TABLE {} DISABLE TRIGGER {}", "ALTER TABLE {} ENABLE REPLICA TRIGGER {}"])
@pytest.mark.parametrize(("table", "part"), GUARDS)
def test_a_guard_that_does_not_watch_is_named(table, part, way):
    for name in triggers(table, part):
        sql(way.format(table, name))
        assert name in first_fault().where
        sql(f"ALTER TABLE {table} ENABLE TRIGGER {name}")
        assert first_fault() is None


@pytest.mark.django_db
@pytest.mark.parametrize(("table", "part"), GUARDS)
def test_a_guard_that_is_gone_is_named(table, part):
    name = triggers(table, part)[0]
    sql(f"DROP TRIGGER {name} ON {table}")
    assert name in first_fault().where


@pytest.mark.django_db
@pytest.mark.parametrize(
    "note",
    ["", "Жер кімдікі? Әңгіме біткен жоқ.", "🙂 ёЁ\u0301", "бір\nекі\n\n  үш", "'\"\\ %s %(x)s {} \t", "ұ" * 5000],
)
def test_the_hash_is_the_same_in_python_and_in_the_database(reference_data, note):
    by = applicant()
    row = step(filed(by).proposals.get(), by, note=note)
    row.refresh_from_db()
    assert row.hash == hash_of(row)
    assert row.hash != hash_of(replaced_note(row))
    assert len(row.hash) == len(hashlib.sha256().hexdigest())
    assert first_fault() is None


def replaced_note(row):
    row = StageChange.objects.get(pk=row.pk)
    row.note += "."
    return row


@pytest.mark.django_db
def test_what_parts_the_values_of_a_hash_stands_in_no_note(reference_data):
    by = applicant()
    with pytest.raises(ValidationError):
        step(filed(by).proposals.get(), by, note="бір\x1fекі")


@pytest.mark.django_db
def test_an_empty_history_is_whole():
    assert head() == Head(0, "0" * 64)
    assert first_fault() is None
    assert first_fault(replace(head(), sequence=1)).where == "place 1"


@pytest.mark.django_db(transaction=True)
def test_steps_taken_at_once_make_one_chain(reference_data):
    by = applicant()
    keys = [filed(by).proposals.get().pk for _turn in range(4)]
    before = head().sequence

    def take(turn):
        try:
            with transaction.atomic():
                row = Proposal.objects.select_for_update().get(pk=keys[turn % len(keys)])
                asked = row.stage == Stage.CLARIFICATION
                action, target = ("answer", Stage.FILED) if asked else ("ask", Stage.CLARIFICATION)
                return remember(row, action, target, by=by, channel="admin").pk
        finally:
            connections.close_all()

    with ThreadPoolExecutor(20) as pool:
        taken = list(pool.map(take, range(40)))
    assert len(set(taken)) == 40
    rows = list(StageChange.objects.order_by("sequence"))
    assert [row.sequence for row in rows] == list(range(1, before + 41))
    assert [row.previous_hash for row in rows[1:]] == [row.hash for row in rows[:-1]]
    assert first_fault() is None
