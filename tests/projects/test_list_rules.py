"""What the database itself keeps of the list: no line changes without a record, no published resolution at all."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from projects.models import DeclaredShare, ListChange
from projects.models.resolution import FACTS, LATER
from projects.services.lists import Share, pass_resolution
from projects.services.register import approve
from tests import factories
from tests.projects.test_lists import passed
from tests.rules import insert, update

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]


def test_the_rules_of_the_list_are_those_tested_here():
    assert {constraint.name.removeprefix("projects_listchange_") for constraint in ListChange._meta.constraints} == {
        "act_is_known",  # tested for every table at once in tests/test_house.py
        "enters_once",
        "only_exclusion_takes_out",
    }
    assert {trigger.name for trigger in ListChange._meta.triggers} == {"append_only", "rests_on_its_paper"}
    assert {trigger.name for trigger in DeclaredShare._meta.triggers} >= {"confirmed_stays"}


@pytest.mark.parametrize("name", [*FACTS, *LATER])
def test_a_confirmed_resolution_stays_as_it_is(name):
    paper, _made = passed(justice_number="1400", justice_date="2017-10-01", link="https://example.kz/1")
    other = {
        "maslikhat_id": factories.maslikhat(factories.ASTANA).pk, "kind": "amendment", "adopted": "2017-09-15",
        "session": 5, "convocation": 5, "number": "999", "declared_is_approximate": True, "confirmed_at": None,
        "justice_number": "1401", "justice_date": "2017-10-02", "link": "https://example.kz/2",
    }  # fmt: skip
    with pytest.raises(IntegrityError, match="only another resolution changes it"):
        update(paper, **{name: other.get(name, 3)})
    if name in ("justice_number", "link"):
        with pytest.raises(IntegrityError, match="only another resolution changes it"):
            update(paper, **{name: ""})


def test_registration_and_link_come_later_and_nobody_deletes():
    paper, _made = passed()
    update(paper, justice_number="1400", justice_date="2017-10-01", link="https://example.kz/1")
    with pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute("DELETE FROM projects_resolution WHERE id = %s", [paper.pk])


def test_a_paper_from_public_sources_is_corrected_and_may_declare_more():
    paper = factories.resolution()
    update(paper, number="999", adopted="2018", declared_count=4)
    share = DeclaredShare.objects.create(resolution=paper, initiator_type="sme", count=2)
    update(share, count=3)
    share.delete()


def test_a_confirmed_resolution_declares_what_it_declares():
    paper = factories.confirmed(confirmed_at=None)
    pass_resolution(paper, by=None, shares=[Share("sme", 2, None)])
    factories.long_published(paper)
    share = DeclaredShare.objects.get()
    facts = {"resolution_id": paper.pk, "initiator_type": "state_body", "count": 1}
    for act in (
        lambda: insert(DeclaredShare, **facts),
        lambda: update(share, count=3),
        lambda: DeclaredShare.objects.all()._raw_delete("default"),
    ):
        with pytest.raises(IntegrityError, match="declares what it declares"), transaction.atomic():
            act()
    assert list(DeclaredShare.objects.values_list("count", flat=True)) == [2]


LINE = {"is_listed": True, "title_kk": "Жоба", "recorded_at": "2019-09-01T00:00Z", **dict.fromkeys(
    ("title_ru", "title_en", "conditions_kk", "conditions_ru", "reason_kk", "reason_ru"), "")}  # fmt: skip


def put(project, paper, act, **facts):
    insert(ListChange, **{**LINE, "project_id": project.pk, "resolution_id": paper.pk, "act": act, **facts})


def test_a_line_changes_only_by_a_paper_that_does_such_things():
    _paper, (first, _second) = passed()
    planned = factories.project()
    papers = {kind: factories.resolution(kind, adopted="2019") for kind in ("list_approval", "amendment", "exclusion")}
    papers["yearly_report"] = factories.resolution("yearly_report", adopted="2019")
    for act, project, good in (
        ("entered", planned, {"list_approval", "amendment"}),
        ("amended", first, {"amendment"}),
        ("excluded", first, {"exclusion"}),
    ):
        for kind, paper in papers.items():
            if kind not in good:
                with pytest.raises(IntegrityError, match="a resolution of this kind does not do that"):
                    put(project, paper, act, is_listed=act != "excluded")


def test_nothing_is_added_to_a_published_resolution():
    paper, _made = passed()
    planned = factories.project()
    with pytest.raises(IntegrityError, match="is published; nothing is added to it"):
        put(planned, paper, "entered")
    with pytest.raises(IntegrityError, match="is published; nothing is added to it"):
        approve([planned], resolution=paper, by=None)
    assert approve([planned], resolution=factories.resolution(), by=None)


def test_what_does_not_stand_in_the_list_is_not_amended_or_excluded_again():
    gone = factories.project_in("excluded")
    for act, kind in (("amended", "amendment"), ("excluded", "exclusion")):
        with pytest.raises(IntegrityError, match="does not stand in the list"):
            put(gone, factories.resolution(kind, adopted="2019"), act, is_listed=act != "excluded")
    with pytest.raises(IntegrityError, match="does not stand in the list"):
        put(factories.project(), factories.resolution("amendment"), "amended")


def test_a_project_enters_once_and_only_an_exclusion_takes_it_out():
    _paper, (first, second) = passed()
    with pytest.raises(IntegrityError, match="enters_once"):
        put(first, factories.resolution(), "entered")
    with pytest.raises(IntegrityError, match="only_exclusion_takes_out"):
        put(second, factories.resolution("amendment", adopted="2019"), "amended", is_listed=False)


def test_only_blanks_are_completed_around_the_services_too():
    paper, (first, second) = passed()
    line = {"title_kk": first.title_kk, "title_ru": first.title_ru, "cost": 5}
    for wrong in ({"cost": 6}, {"title_ru": ""}, {"is_listed": False}, {"resolution_id": factories.resolution().pk}):
        with pytest.raises(IntegrityError, match="only what was blank can be completed"):
            put(first, paper, "completed", **{**line, **wrong})
    with pytest.raises(IntegrityError, match="only what was blank can be completed"):
        put(factories.project(), paper, "completed")
    put(first, paper, "completed", **line, term_years=10)
    update(first, term_years=10)
    assert second.list_changes.count() == 1


def test_a_change_of_the_list_is_never_rewritten():
    passed()
    for act in (lambda: ListChange.objects.update(cost=1), lambda: ListChange.objects.all()._raw_delete("default")):
        with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
            act()


def assert_refused_in_the_end(act):
    """Do it in a transaction of its own, whose end the database refuses."""

    def whole():
        with transaction.atomic():
            act()
            connection.check_constraints()

    with pytest.raises(IntegrityError, match="was changed without a record"):
        whole()


CHANGED = [
    {"cost": 6},
    {"title_ru": "Иначе"},
    {"title_en": "X"},
    {"term_years": 10},
    {"resolution_id": None, "source": "газета"},
]


@pytest.mark.parametrize("facts", CHANGED)
def test_a_line_does_not_change_without_a_record(facts):
    _paper, (first, _second) = passed()
    assert_refused_in_the_end(lambda: update(first, **facts))
    update(first, jobs=5)
    connection.check_constraints()


def test_a_project_does_not_get_a_paper_without_a_record():
    row = factories.project()
    assert_refused_in_the_end(lambda: update(row, status="approved", resolution_id=factories.resolution().pk))
    update(row, status="approved", resolution_id=factories.resolution().pk)
    factories.remembered(row)
    connection.check_constraints()
