"""What a published resolution does to items and to lines of the list, and what it leaves as it was."""

import datetime
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from projects.models import ListAct, Project, Resolution
from projects.queries.declared import declared_against_entered
from projects.queries.register import approved, register
from projects.queries.totals import totals
from proposals.models import AgendaItem, DraftState, Letter
from proposals.queries.agenda import agenda as agenda_of
from proposals.queries.recordings import obligations_of
from proposals.services import agenda, recording
from proposals.workflow import Stage
from tests import factories
from tests.proposals import sittings
from tests.proposals.applications import proposal_at
from tests.proposals.sittings import begun, confirmed, counted, days, kept, recorded, state_project, tabled

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data", "in_english")]
BILLION = 1_000_000_000


@pytest.fixture
def listed(secretary, head):
    """A published list of three projects of state bodies, adopted on a day that is over."""
    sitting = sittings.session(held_on=days(-30))
    for cost in (1, 2, 3):
        state_project(sitting, by=secretary, asked_sum=cost * BILLION, term_years=Decimal(10))
    sittings.published(sitting, secretary=secretary, head=head, adopted=days(-30).isoformat())
    return list(Project.objects.order_by("number"))


def revised(draft, project, secretary, act="amend", **facts):
    draft.refresh_from_db()
    recording.revise(draft, project, act, by=secretary, version=draft.version, **facts)
    return draft


def through(draft, secretary, head):
    return confirmed(recorded(draft, by=secretary, reason="Қағазда басқа саналған."), head=head)


# --- what becomes of items


def test_declined_and_postponed_proposals_take_their_steps_and_no_project_enters(secretary, head):
    sitting = sittings.session()
    declined, postponed = (tabled(proposal_at(Stage.SUPPORTED), by=secretary, sitting=sitting) for _turn in range(2))
    words = {
        declined.pk: {"outcome": "declined", "note": "Қаражат жоқ."},
        postponed.pk: {"outcome": "postponed", "note": "Қайта қаралады."},
    }
    letters = Letter.objects.count()
    sittings.published(sitting, secretary=secretary, head=head, outcomes=words)
    assert not Project.objects.exists()
    declined.proposal.refresh_from_db()
    postponed.proposal.refresh_from_db()
    assert (declined.proposal.stage, postponed.proposal.stage) == (Stage.REFUSED, Stage.SUPPORTED)
    assert Letter.objects.count() == letters + 2
    assert "Қаражат жоқ." in "".join(Letter.objects.values_list("message", flat=True))
    assert set(AgendaItem.objects.values_list("outcome", "note")) == {
        ("declined", "Қаражат жоқ."),
        ("postponed", "Қайта қаралады."),
    }
    # The postponed one stands on a later agenda and is approved there.
    later = sittings.session()
    tabled(postponed.proposal, by=secretary, sitting=later)
    sittings.published(later, secretary=secretary, head=head)
    postponed.proposal.refresh_from_db()
    assert (postponed.proposal.stage, postponed.proposal.project) == (Stage.APPROVED, Project.objects.get())


def test_conditions_are_kept_with_the_line_and_only_with_their_outcome(secretary, head):
    sitting = sittings.session()
    items = [state_project(sitting, by=secretary) for _turn in range(2)]
    words = {"approved_sum": 7, "conditions_kk": "Жер рәсімделсін."}
    outcomes = {items[0].pk: {"outcome": "conditions", **words}, items[1].pk: {"outcome": "approved", **words}}
    draft = sittings.published(sitting, secretary=secretary, head=head, outcomes=outcomes)
    told = draft.resolution.list_changes.order_by("id").values_list("conditions_kk", "cost", "act")
    assert list(told) == [("Жер рәсімделсін.", 7, "entered"), ("", 7, "entered")]


def test_a_planned_row_of_the_register_enters_and_keeps_its_number(secretary, head, listed):
    planned = factories.project(cost=None)
    sitting = sittings.session()
    item = agenda.put_project(sitting, planned, by=secretary)
    told = {"outcome": "approved", "approved_sum": 9 * BILLION}
    draft = sittings.published(sitting, secretary=secretary, head=head, outcomes={item.pk: told})
    after = Project.objects.get(pk=planned.pk)
    assert (after.number, after.status, after.cost, after.resolution) == (4, "approved", 9 * BILLION, draft.resolution)
    assert Project.objects.count() == len(listed) + 1


# --- lines of the list


def test_an_amendment_changes_a_line_and_the_old_one_stays(secretary, head, listed):
    project = listed[0]
    old = (project.title_kk, project.cost, project.term_years)
    draft = begun(None, by=secretary, kind="amendment")
    new = {"title_kk": "Жаңа атау", "cost": 5 * BILLION, "term_years": Decimal("12.5")}
    for facts in ({}, {"title_kk": project.title_kk}):
        with pytest.raises(ValidationError, match="Nothing"):
            revised(draft, project, secretary, **facts)
    with pytest.raises(ValidationError, match="does not do that"):
        revised(draft, project, secretary, "exclude", reason_kk="x")
    draft = revised(draft, project, secretary, reason_kk="Баға өсті.", **new)
    draft = through(draft, secretary, head)
    project.refresh_from_db()
    assert (project.title_kk, project.cost, project.term_years) == tuple(new.values())
    before, after = project.list_changes.order_by("id")
    assert (before.title_kk, before.cost, before.term_years) == old
    assert (after.act, after.resolution, after.reason_kk) == (ListAct.AMENDED, draft.resolution, "Баға өсті.")
    assert totals(approved(register())).cost == 10 * BILLION


def test_a_line_that_another_resolution_changed_is_looked_at_again(secretary, head, listed):
    project, seen = listed[0], listed[0].list_changes.get().pk
    first = begun(None, by=secretary, kind="amendment")
    second = begun(None, by=secretary, kind="amendment")
    revised(second, project, secretary, seen=seen, cost=8 * BILLION)
    through(revised(first, project, secretary, seen=seen, cost=7 * BILLION), secretary, head)
    with pytest.raises(ValidationError, match="meanwhile"):
        recorded(second, by=secretary)
    with pytest.raises(ValidationError, match="meanwhile"):
        revised(second, project, secretary, seen=seen, cost=8 * BILLION)
    project.refresh_from_db()
    assert project.cost == 7 * BILLION
    newest = project.list_changes.latest("id").pk
    through(revised(second, project, secretary, seen=newest, cost=8 * BILLION), secretary, head)
    project.refresh_from_db()
    assert project.cost == 8 * BILLION


@pytest.mark.parametrize(("kind", "act"), [("amendment", "amend"), ("exclusion", "exclude")])
def test_a_paper_older_than_the_line_changes_nothing(secretary, listed, kind, act):
    early, late = (begun(None, by=secretary, kind=kind, adopted=days(day).isoformat()) for day in (-40, -20))
    facts = {"cost": 5} if act == "amend" else {"reason_kk": "Себебі."}
    with pytest.raises(ValidationError, match="later resolution"):
        recorded(revised(early, listed[0], secretary, act, **facts), by=secretary)
    assert recorded(revised(late, listed[0], secretary, act, **facts), by=secretary).state == DraftState.RECORDED


def test_an_exclusion_takes_lines_out_with_the_reason_and_the_totals_fall(secretary, head, listed):
    draft = begun(None, by=secretary, kind="exclusion")
    with pytest.raises(ValidationError):
        recorded(draft, by=secretary)
    with pytest.raises(ValidationError):
        revised(draft, listed[2], secretary, "exclude")
    draft = revised(draft, listed[2], secretary, "exclude", reason_ru="Отказ.")
    through(counted(draft, by=secretary), secretary, head)
    gone = Project.objects.get(pk=listed[2].pk)
    assert (gone.status, gone.list_changes.latest("id").reason_ru) == ("excluded", "Отказ.")
    whole = totals(approved(register()))
    assert (whole.projects, whole.cost) == (2, 3 * BILLION)
    again = begun(None, by=secretary, kind="amendment")
    with pytest.raises(ValidationError, match="not in the approved list"):
        revised(again, gone, secretary, cost=1)


def test_a_found_paper_completes_what_public_sources_told_and_lets_more_in(secretary, head):
    known = factories.resolution(number="", adopted="2017", declared_count=1)
    known.declared_shares.create(initiator_type="state_body", count=1)
    before = factories.project(cost=BILLION, resolution=known, status="approved", initiator_type="state_body")
    sitting = sittings.session(held_on=datetime.date(2017, 9, 14))
    state_project(sitting, by=secretary, asked_sum=2 * BILLION)
    paper = {"completes": known, "number": "45/2", "adopted": "2017-09-14"}
    draft = kept(
        begun(sitting, by=secretary, **paper),
        by=secretary,
        declared_count=2,
        declared_total=3 * BILLION,
        shares={"state_body": (2, 3 * BILLION)},
        votes_for=20,
    )
    draft = confirmed(recorded(draft, by=secretary), head=head)
    known.refresh_from_db()
    assert (draft.resolution, known.number, known.adopted, known.votes_for) == (known, "45/2", "2017-09-14", 20)
    assert known.declared_shares.get().count == 2
    assert Resolution.objects.count() == 1
    assert set(known.projects.values_list("number", "cost")) == {(1, BILLION), (2, 2 * BILLION)}
    assert before.number == 1
    assert all(line.agrees for line in sittings.check(draft))
    other = begun(None, by=secretary, completes=known, number="46/2", adopted="2017-09-14")
    with pytest.raises(ValidationError, match="already"):
        recorded(kept(other, by=secretary, declared_count=2), by=secretary)
    again = factories.resolution(number="", adopted="2018")
    alone = kept(begun(None, by=secretary, completes=again, adopted="2018-01"), by=secretary, declared_count=0)
    assert confirmed(recorded(alone, by=secretary), head=head).resolution == again


def test_a_found_paper_does_not_wipe_out_what_sources_told(secretary, head):
    told = {"declared_count": 0, "declared_total": 5, "link": "https://adilet.example.kz/1", "votes_for": 19}
    known = factories.resolution(number="", adopted="2017", **told)
    known.declared_shares.create(initiator_type="sme", count=0, total=5)
    draft = begun(None, by=secretary, completes=known, adopted="2017-09")
    assert {name: getattr(draft, name) for name in told} == told
    assert draft.shares.get().total == 5
    draft = kept(draft, by=secretary, declared_total=0, shares={"sme": (0, 0)})
    confirmed(recorded(draft, by=secretary), head=head)
    known.refresh_from_db()
    assert {name: getattr(known, name) for name in told} == {**told, "declared_total": 0}


@pytest.mark.parametrize(("declares", "approximate"), [(True, False), (False, True)])
def test_what_sources_say_about_gives_way_to_the_paper_that_names_it(declares, approximate, secretary, head):
    facts = {"number": "", "adopted": "2017", "declared_count": 40, "declared_is_approximate": True}
    known = factories.resolution("exclusion", **facts)
    leaving = factories.project_in("approved")
    draft = begun(None, by=secretary, kind="exclusion", completes=known, adopted="2017-09")
    assert draft.declared_count is None
    revised(draft, leaving, secretary, act="exclude", reason_ru="Отказ.")
    if declares:
        draft = kept(draft, by=secretary, declared_count=1)
    draft.refresh_from_db()
    confirmed(recorded(draft, by=secretary), head=head)
    known.refresh_from_db()
    assert (known.declared_count, known.declared_is_approximate) == (1 if declares else 40, approximate)


def test_the_check_counts_as_the_register_will(secretary, head):
    group = factories.group_of({"status": "approved", "cost": 3}, status="approved", cost=10, initiator_type="sme")
    draft = begun(None, by=secretary, kind="exclusion")
    for project in (group, group.members.get()):
        revised(draft, project, secretary, act="exclude", reason_ru="Отказ.")
        draft.refresh_from_db()
    draft = confirmed(recorded(counted(draft, by=secretary), by=secretary), head=head)
    whole = declared_against_entered(draft.resolution)[0]
    assert whole.agrees
    assert (whole.entered.projects, whole.entered.cost) == (1, 10)


def test_a_planned_row_counts_by_its_own_initiator(secretary, head):
    planned, sitting = factories.project(status="planned", initiator_type="state_body"), sittings.session()
    agenda.put_project(sitting, planned, by=secretary)
    factories.remembered(planned)
    Project.objects.filter(pk=planned.pk).update(initiator_type="sme")
    draft = kept(begun(sitting, by=secretary), by=secretary, declared_count=1, shares={"sme": (1, None)})
    draft = confirmed(recorded(draft, by=secretary), head=head)
    assert all(line.entered.projects == 1 for line in declared_against_entered(draft.resolution))


def test_a_project_on_the_agenda_that_is_in_the_register_owes_once(secretary):
    sitting = sittings.session()
    known = factories.project(status="approved", territory=factories.MEDEU)
    known.obligations.create(year=2027, amount=60)
    factories.ceiling(year=2027, amount=100)
    assert [(row.committed, row.proposed) for row in agenda_of(sitting).years] == [(60, 0)]
    agenda.put_project(sitting, known, by=secretary)
    found = agenda_of(sitting)
    assert [(row.committed, row.proposed, row.over) for row in found.years] == [(0, 60, 0)]
    assert not found.warnings
    draft = sittings.begun(sitting, by=secretary)
    assert [(row.committed, row.proposed) for row in obligations_of(draft)] == [(0, 60)]
