"""The database itself remembers every change of a row, by whom it was made, and lets nobody rewrite it."""

import uuid

import pghistory
import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from projects.models import (
    Contract,
    DeclaredShare,
    Document,
    Obligation,
    ObligationCeiling,
    Project,
    Resolution,
    Responsibility,
    StatusChange,
)
from projects.services.register import enter_all, record_status
from reference.codelists import ProjectStatus
from tests import factories
from tests.rules import insert, update

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

HISTORY = [model for model in apps.get_app_config("projects").get_models() if getattr(model, "pgh_tracked_model", None)]


def sql(statement, *parameters):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def share():
    return DeclaredShare.objects.create(resolution=factories.resolution(), initiator_type="sme", count=2)


def responsibility():
    return Responsibility.objects.create(project=factories.project(), area="land", bearer="state")


def document():
    return Document.objects.create(project=factories.project(), url="https://example.kz/1.pdf")


def obligation():
    return Obligation.objects.create(project=factories.project(), year=2027, amount=10)


TRACKED = [
    (Project, factories.project, {"jobs": 70_000}),
    (Resolution, factories.resolution, {"number": "277"}),
    (DeclaredShare, share, {"count": 3}),
    (Responsibility, responsibility, {"bearer": "both"}),
    (Document, document, {"is_public": True}),
    (Contract, factories.contract, {"treasury_number": "17/4"}),
    (Obligation, obligation, {"amount": 20}),
    (ObligationCeiling, factories.ceiling, {"amount": 20}),
]


def test_the_tables_with_history_are_those_tested_here():
    tracked = {model for model, _, _ in TRACKED}
    assert {model.pgh_tracked_model for model in HISTORY} == tracked


@pytest.mark.parametrize(("model", "make", "change"), TRACKED)
def test_history_remembers_entry_and_change_by_every_door(model, make, change):
    row = make()
    ((name, value),) = change.items()
    before = getattr(row, name)
    row.refresh_from_db()
    setattr(row, name, value)
    row.save()
    model.objects.filter(pk=row.pk).update(**{name: before})
    update(row, **change)
    model.objects.bulk_update([model(pk=row.pk, **{name: before})], [name])
    events = row.events.order_by("pgh_id").values_list("pgh_label", name)
    assert list(events) == [
        ("insert", before),
        ("update", value),
        ("update", before),
        ("update", value),
        ("update", before),
    ]


@pytest.mark.parametrize(("model", "make", "change"), TRACKED)
def test_history_writes_nothing_where_nothing_changed(model, make, change):
    row = make()
    row.refresh_from_db()
    row.save()
    model.objects.update(**{next(iter(change)): getattr(row, next(iter(change)))})
    assert list(row.events.values_list("pgh_label", flat=True)) == ["insert"]


@pytest.mark.parametrize(("model", "make", "change"), TRACKED[1:])  # a project is never deleted: see below
def test_history_remembers_what_was_deleted(model, make, change):
    row = make()
    key, name = row.pk, next(iter(change))
    sql(f"DELETE FROM {model._meta.db_table} WHERE id = %s", key)
    last = model.pgh_event_model.objects.filter(pgh_obj_id=key).order_by("pgh_id").last()
    assert (last.pgh_label, getattr(last, name)) == ("delete", getattr(row, name))


def test_history_remembers_what_bulk_entry_wrote():
    entered = enter_all(factories.entry() for _ in range(3))
    events = Project.pgh_event_model.objects.order_by("pgh_id").values_list("pgh_obj_id", "number", "pgh_label")
    assert list(events) == [(project.pk, project.number, "insert") for project in entered]


def test_history_keeps_every_column_but_those_that_follow_from_others():
    columns = {field.name for field in Project._meta.fields if not field.generated} - {"updated_at"}
    kept = {field.name for field in Project.pgh_event_model._meta.fields}
    assert {name for name in kept if not name.startswith("pgh_")} == columns


def events_of_one_change():
    for _, make, change in TRACKED:
        update(make(), **change)


@pytest.mark.parametrize("model", HISTORY, ids=lambda model: model.__name__)
@pytest.mark.parametrize("label", ["pgh_label", "pgh_created_at", "pgh_context"])
def test_history_cannot_be_rewritten(model, label):
    events_of_one_change()
    before = list(model.objects.order_by("pk").values())
    value = {"pgh_label": "'x'", "pgh_created_at": "now() - interval '1 year'", "pgh_context": "'{\"user\": 1}'"}
    with pytest.raises(DatabaseError, match="Cannot update or delete"):
        sql(f"UPDATE {model._meta.db_table} SET {label} = {value[label]}")
    with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
        model.objects.update(pgh_label="x")
    assert list(model.objects.order_by("pk").values()) == before != []


@pytest.mark.parametrize("model", HISTORY, ids=lambda model: model.__name__)
def test_history_cannot_be_deleted(model):
    events_of_one_change()
    before = model.objects.count()
    with pytest.raises(DatabaseError, match="Cannot update or delete"):
        sql(f"DELETE FROM {model._meta.db_table}")
    with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
        model.objects.all().delete()
    assert model.objects.count() == before > 1


def test_a_step_of_the_road_cannot_be_rewritten_or_deleted():
    project = factories.project_in(ProjectStatus.OPERATION)
    before = list(StatusChange.objects.order_by("pk").values())
    for statement in (
        "UPDATE projects_statuschange SET status = 'completed'",
        "UPDATE projects_statuschange SET recorded_at = now() - interval '1 year'",
        "UPDATE projects_statuschange SET note_kk = note_kk",
        "DELETE FROM projects_statuschange",
    ):
        with pytest.raises(DatabaseError, match="Cannot update or delete"):
            sql(statement)
    assert list(StatusChange.objects.order_by("pk").values()) == before
    record_status(project, "completed", by=None)
    assert StatusChange.objects.count() == len(before) + 1


@pytest.mark.parametrize("since", ["2017-13", "14.09.2017", "17"])
def test_a_step_has_a_date_that_makes_sense(since):
    step = {"project_id": factories.project().pk, "status": "operation", "recorded_at": "2019-09-01T00:00Z"}
    step |= dict.fromkeys(("source_url", "note_kk", "note_ru", "note_en"), "")
    with pytest.raises(DatabaseError, match='"projects_statuschange_since_check"'):
        insert(StatusChange, **step, since=since)
    for known in ("2019-09-01", "2019-09", "2019", ""):
        insert(StatusChange, **step, since=known)


def test_a_project_with_a_road_cannot_be_deleted():
    project = factories.project()
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(DatabaseError, match="projects_statuschange"):
        sql("DELETE FROM projects_project WHERE id = %s", project.pk)
    assert Project.objects.filter(pk=project.pk).exists()


def test_history_knows_the_actor_and_the_channel(clerk):
    with pghistory.context(user=clerk.pk, channel="import"):
        project = factories.project()
        update(project, jobs=5)
        Project.objects.update(jobs=6)
    events = project.events.order_by("pgh_id").values_list("pgh_label", "jobs", "pgh_context")
    known = {"user": clerk.pk, "channel": "import"}
    assert list(events) == [("insert", None, known), ("update", 5, known), ("update", 6, known)]


def test_the_changes_of_one_act_carry_one_mark():
    with pghistory.context(user=1, channel="admin"):
        first, second = factories.project(), factories.project()
    marks = {event.pgh_context_id for event in Project.pgh_event_model.objects.all()}
    assert len(marks) == 1
    assert isinstance(marks.pop(), uuid.UUID)
    assert first.events.count() == second.events.count() == 1


@pytest.mark.django_db(transaction=True)  # each statement commits, as outside any request
def test_a_change_without_an_actor_names_none():
    with pghistory.context(user=1, channel="admin"):
        project = factories.project()
    update(project, jobs=5)
    assert list(project.events.order_by("pgh_id").values_list("pgh_context", flat=True)) == [
        {"user": 1, "channel": "admin"},
        None,
    ]
