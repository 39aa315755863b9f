"""Rows that are written by statements composed once are those that ``save`` writes, and nothing is lost in silence."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from accounts.models import Organisation
from proposals.models import Proposal, StageChange
from reference.rows import insert, update
from tests.proposals.applications import complete_draft

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]


def _columns(model, pk):
    fields = [field.attname for field in model._meta.concrete_fields]
    return model.objects.values(*fields).get(pk=pk)


def test_a_row_is_the_one_that_save_writes():
    application = complete_draft()
    (first,) = application.proposals.all()
    rows = []
    for position, write in ((8, insert), (9, lambda row: row.save(force_insert=True))):
        row = Proposal.objects.get(pk=first.pk)
        row.pk, row.position, row.typed = Proposal().pk, position, {"cost": "«бір»"}
        row.stage_since = first.stage_since
        row._state.adding = True
        write(row)
        assert not row._state.adding
        rows.append(_columns(Proposal, row.pk))
    by_us, by_save = rows
    assert {name for name in by_us if by_us[name] != by_save[name]} == {"id", "position", "updated_at"}
    assert by_us["updated_at"] < by_save["updated_at"]


def test_what_the_database_gives_is_on_the_object():
    (proposal,) = complete_draft().proposals.all()
    step = {"action": "file", "from_stage": "draft", "to_stage": "filed", "channel": "web"}
    row = StageChange(proposal=proposal, actor=proposal.application.created_by, **step)
    insert(row)
    assert (row.pk, row.hash) == StageChange.objects.values_list("pk", "hash").get(proposal=proposal)
    assert len(row.hash) == 64
    with pytest.raises(TypeError, match="database gives"):
        insert(StageChange(proposal=proposal, actor=row.actor, sequence=7, **step))


def test_only_the_named_columns_change_and_the_time_of_the_change():
    (proposal,) = complete_draft().proposals.all()
    before = _columns(Proposal, proposal.pk)
    proposal.place, proposal.jobs = "Абай даңғылы", 7
    update(proposal, ("place", "updated_at"))
    after = _columns(Proposal, proposal.pk)
    assert after["place"] == "Абай даңғылы"
    assert after["updated_at"] > before["updated_at"]
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"place", "updated_at"}


def test_a_row_that_is_gone_is_told():
    (proposal,) = complete_draft().proposals.all()
    proposal.pk = Proposal().pk
    with pytest.raises(DatabaseError, match="gone"):
        update(proposal, ("place",))


def test_a_refusal_of_the_database_is_djangos_error_and_leaves_nothing():
    (proposal,) = complete_draft().proposals.all()
    proposal.pk, proposal._state.adding = Proposal().pk, True
    with pytest.raises(IntegrityError), transaction.atomic():
        insert(proposal)  # its place is taken
    assert Proposal.objects.count() == 1
    assert connection.is_usable()


def test_what_has_a_tracked_history_is_refused():
    (proposal,) = complete_draft().proposals.all()
    for write in (insert, lambda row: update(row, ("name",))):
        with pytest.raises(TypeError, match="history"):
            write(proposal.application.organisation)
    assert isinstance(proposal.application.organisation, Organisation)
