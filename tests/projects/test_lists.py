"""A resolution does everything it says to the list, or nothing; what it said is never overwritten."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import translation

from projects.models import DeclaredShare, ListChange, Obligation, Project, Resolution, StatusChange
from projects.models.project import LISTED
from projects.queries.declared import declared_against_entered, entered_by
from projects.services import listing
from projects.services.lists import Amending, Entering, Excluding, Share, amend, pass_resolution
from projects.services.register import exclude_lines
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


def state():
    return [
        list(model.objects.order_by("pk").values())
        for model in (Project, Resolution, ListChange, StatusChange, Obligation, DeclaredShare)
    ]


def entering(paper, *, project=None, **facts):
    told = {"status": "approved", "resolution": paper, "source_url": "", "approved_sum": facts.get("cost"), **facts}
    more = {name: told.pop(name) for name in ("conditions_kk", "obligations", "responsibilities") if name in told}
    return Entering(entry=factories.entry(**told), project=project, **more)


def passed(**facts):
    """Pass a list of two by four eyes."""
    paper = factories.confirmed(**{"confirmed_at": None, **facts})
    made = pass_resolution(paper, by=None, entering=[entering(paper, cost=5), entering(paper, cost=7)])
    return factories.long_published(paper), made


def amending(project, **facts):
    line = {name: getattr(project, name) for name in LISTED}
    return Amending(project=project, **{**line, **facts})


# --- the whole ---


def test_a_resolution_enters_new_and_planned_projects_in_its_order(clerk):
    planned = factories.project(cost=1)
    paper = factories.confirmed()
    lines = [
        entering(paper, cost=5, conditions_kk="Шарты бар", obligations={2028: 20, 2027: 10}),
        entering(paper, project=planned, title_ru="Новое имя", cost=9, term_years=Decimal(25)),
        entering(paper, cost=7, responsibilities={"land": "state"}),
    ]
    made = pass_resolution(paper, by=clerk, shares=[Share("sme", 2, 12)], entering=lines)
    assert [project.number for project in made] == [2, 1, 3]
    assert [project.cost for project in made] == [5, 9, 7]
    planned.refresh_from_db()
    assert (planned.status, planned.title_ru, planned.term_years, planned.resolution) == (
        "approved", "Новое имя", 25, paper,
    )  # fmt: skip
    changes = ListChange.objects.order_by("project__number")
    assert [(change.act, change.cost, change.recorded_by) for change in changes] == [
        ("entered", cost, clerk) for cost in (9, 5, 7)
    ]
    assert changes.get(project=made[0]).conditions.text == "Шарты бар"
    assert list(made[0].obligations.values_list("year", "amount")) == [(2027, 10), (2028, 20)]
    assert [(row.area, row.bearer) for row in made[2].responsibilities.all()] == [("land", "state")]
    assert DeclaredShare.objects.get().total == 12
    connection.check_constraints()


@pytest.mark.parametrize(
    "bad", [{"term_years": Decimal(60)}, {"title_kk": "", "title_ru": ""}, {"obligations": {2014: 1}}]
)
def test_one_bad_line_and_nothing_is_stored(bad):
    before = state()
    paper = factories.confirmed()
    with pytest.raises(ValidationError):
        pass_resolution(paper, by=None, entering=[entering(paper, cost=5), entering(paper, cost=5, **bad)])
    assert state()[:1] == before[:1]
    assert not Resolution.objects.exists()
    good = factories.confirmed()
    assert len(pass_resolution(good, by=None, entering=[entering(good, cost=5)])) == 1


def test_a_published_resolution_is_not_passed_again():
    paper, _made = passed()
    before = state()
    with pytest.raises(ValidationError, match="A published resolution is not changed"):
        pass_resolution(paper, by=None, entering=[entering(paper, cost=5)])
    assert state() == before


# --- amending ---


def test_an_amendment_gives_the_line_new_values_and_keeps_the_old(clerk):
    paper, (first, second) = passed()
    change = factories.confirmed("amendment", adopted="2019-01-01")
    seen = first.list_changes.get().pk
    line = amending(first, cost=50, title_ru="Лицей", seen=seen, reason_kk="Смета нақтыланды")
    assert pass_resolution(change, by=clerk, amending=[line]) == []
    first.refresh_from_db()
    assert (first.cost, first.approved_sum, first.title_ru, first.resolution) == (50, 50, "Лицей", paper)
    old, new = first.list_changes.order_by("id")
    assert (old.cost, old.act, new.cost, new.act, new.resolution, new.reason_kk) == (
        5, "entered", 50, "amended", change, "Смета нақтыланды",
    )  # fmt: skip
    assert second.list_changes.count() == 1
    connection.check_constraints()


@pytest.mark.parametrize(
    ("prepare", "sentence"),
    [
        (lambda project: amending(project), "Nothing of project No. 1 changes. Leave it out."),
        (lambda project: amending(project, cost=50, seen=0), "Another resolution changed project No. 1 meanwhile."),
        (lambda project: amending(factories.project(), cost=50), "Project No. 3 is not in the approved list."),
        (lambda project: amending(factories.project_in("excluded"), cost=50), "Project No. 3 is not in the approved"),
    ],
)
def test_an_amendment_that_does_not_fit_its_line_changes_nothing(prepare, sentence):
    _paper, (first, second) = passed()
    change = factories.resolution("amendment", adopted="2019")
    bad = prepare(first)
    before = state()
    with pytest.raises(ValidationError) as refused:
        amend([amending(second, cost=8), bad], resolution=change, by=None)
    assert refused.value.messages[0].startswith(sentence)
    assert state() == before
    assert len(amend([amending(second, cost=8)], resolution=change, by=None)) == 1


@pytest.mark.parametrize("kind", ["list_approval", "exclusion", "yearly_report", "state_obligations"])
def test_only_an_amendment_changes_a_line(kind):
    _paper, (first, _second) = passed()
    with pytest.raises(ValidationError, match="Only a resolution on amendment changes lines"):
        amend([amending(first, cost=8)], resolution=factories.resolution(kind, adopted="2019"), by=None)


@pytest.mark.parametrize(
    ("adopted", "may"), [("2017-09-13", False), ("2016", False), ("2017", True), ("2017-09", True)]
)
def test_a_paper_that_is_certainly_older_changes_nothing(adopted, may):
    _paper, (first, _second) = passed(adopted="2017-09-14")
    acts = [
        lambda: amend(
            [amending(first, cost=8)], resolution=factories.resolution("amendment", adopted=adopted), by=None
        ),
        lambda: exclude_lines([(first, {})], resolution=factories.resolution("exclusion", adopted=adopted), by=None),
    ]
    for act in acts:
        if may:
            assert len(act()) == 1
        else:
            with pytest.raises(ValidationError, match="was changed by a later resolution"):
                act()


# --- excluding ---


def test_an_exclusion_takes_lines_out_each_with_its_reason(clerk):
    _paper, (first, second) = passed()
    change = factories.confirmed("exclusion", adopted="2019-01-01")
    lines = [Excluding(project=first, reason_kk="Өтінім жоқ"), Excluding(project=second, reason_ru="Дорого")]
    pass_resolution(change, by=clerk, excluding=lines)
    first.refresh_from_db()
    assert (first.status, first.excluded_by, first.list_changes.last().reason_kk) == ("excluded", change, "Өтінім жоқ")
    assert [step.note_ru for step in second.status_changes.all()][-1] == "Дорого"
    assert [row.is_listed for row in ListChange.objects.order_by("id")] == [True, True, False, False]
    connection.check_constraints()


# --- completing ---


def test_only_blanks_of_a_confirmed_line_are_completed(clerk):
    _paper, (first, _second) = passed()
    first.title_en, first.term_years = "School", Decimal(10)
    first.save()
    assert listing.complete(first, by=clerk).act == "completed"
    assert listing.complete(first, by=clerk) is None
    first.cost = 6
    with pytest.raises(ValidationError) as refused:
        listing.complete(first, by=clerk)
    assert list(refused.value.message_dict) == ["cost"]
    assert listing.settled(first) == LISTED[:5]


def test_a_line_from_public_sources_is_corrected():
    project = factories.project_in("approved", cost=5)
    assert listing.settled(project) == ()
    project.cost = 6
    project.save()
    assert listing.complete(project, by=None).cost == 6
    assert listing.complete(factories.project(), by=None) is None


# --- declared against entered ---


def test_what_came_later_does_not_change_what_a_paper_entered():
    paper, (first, second) = passed(declared_count=2, declared_total=12)
    amend([amending(first, cost=50)], resolution=factories.resolution("amendment", adopted="2018"), by=None)
    exclusion = factories.resolution("exclusion", adopted="2019", declared_count=1, declared_total=50)
    exclude_lines([(first, {})], resolution=exclusion, by=None)
    for declaring in (paper, exclusion):
        (whole,) = declared_against_entered(declaring)
        assert whole.agrees, declaring
    figures = entered_by("resolution", [paper.pk, exclusion.pk])
    assert {key: (found.projects, found.cost) for key, found in figures.items()} == {
        paper.pk: (2, 12),
        exclusion.pk: (1, 50),
    }
    assert second.list_changes.count() == 1


def test_an_amendment_is_compared_with_what_enters_by_it():
    _paper, (first, _second) = passed()
    change = factories.confirmed("amendment", adopted="2019-01-01", declared_count=1, declared_total=9)
    pass_resolution(change, by=None, entering=[entering(change, cost=9)], amending=[amending(first, cost=50)])
    assert declared_against_entered(change)[0].agrees


def test_a_completed_blank_counts_for_the_paper_that_entered():
    project = factories.project_in("approved", cost=None)
    project.cost = 8
    project.save()
    listing.complete(project, by=None)
    entered = declared_against_entered(project.resolution)[0].entered
    assert (entered.projects, entered.cost) == (1, 8)
