"""The agenda: order, what goes on it once and comes off again, sums, ceilings, warnings."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from post_office.models import Email

from projects.models import ObligationCeiling
from proposals.models import AgendaItem, ItemPayment, Outcome, Proposal, SessionState
from proposals.models.clarification import Clarification, ClarificationKind
from proposals.models.letter import kind_of
from proposals.queries.agenda import agenda, next_sessions, no_longer_supported, search_sessions, supported
from proposals.services import recording
from proposals.services.agenda import (
    ItemChanged,
    change_item,
    fingerprint,
    put_project,
    put_proposals,
    put_state_project,
    reorder,
    take_off,
)
from proposals.services.moves import StepNotAllowed
from proposals.services.sessions import cancel, hold
from proposals.services.withdrawing import withdraw
from proposals.workflow import Stage
from reference.codelists import ProjectStatus
from reference.models import Territory
from tests import factories
from tests.proposals import sittings
from tests.proposals.applications import applicant, proposal_at, staff
from tests.proposals.sittings import SITE

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data", "in_english")]


@pytest.fixture
def sitting():
    return sittings.session()


def titles(session):
    return [line.item.title_ru for line in agenda(session).lines]


def stage_of(proposal):
    return Proposal.objects.get(pk=proposal.pk).stage


def letters():
    return [kind_of(email) for email in Email.objects.order_by("id")]


def project_on(session, by, title="A", **facts):
    return sittings.state_project(session, by=by, title_ru=title, **facts)


# --- putting on ---
def test_supported_proposals_go_on_in_the_order_given_and_the_applicants_are_told(secretary, sitting):
    first, second = proposal_at("supported", cost=5), proposal_at("supported", cost=7)
    items = put_proposals(sitting, [second, first], by=secretary, site=SITE)
    assert [item.proposal_id for item in items] == [second.pk, first.pk]
    assert [(item.position, item.asked_sum, item.recommended_sum) for item in items] == [(1, 7, 7), (2, 5, 5)]
    assert items[0].title_kk == second.title_kk
    assert (stage_of(first), stage_of(second)) == ("agenda", "agenda")
    assert letters()[-2:] == ["tabled", "tabled"]


def test_one_bad_proposal_and_none_goes_on(secretary, sitting):
    good, bad = proposal_at("supported"), proposal_at("review")
    sent = Email.objects.count()
    with pytest.raises(StepNotAllowed):
        put_proposals(sitting, [good, bad], by=secretary, site=SITE)
    assert not AgendaItem.objects.exists()
    assert stage_of(good) == "supported"
    assert Email.objects.count() == sent


@pytest.mark.parametrize("role", ["clerk", "expert", "head", "auditor", "administrator"])
def test_only_the_secretary_writes_agendas(role, secretary, sitting):
    item, other = project_on(sitting, secretary), staff(role)
    acts = [
        lambda by: put_proposals(sitting, [], by=by, site=SITE),
        lambda by: put_project(sitting, factories.project(), by=by),
        lambda by: put_state_project(sitting, by=by, title_ru="X"),
        lambda by: reorder(sitting, [item.pk], by=by),
        lambda by: change_item(item, by=by, title_ru="B"),
        lambda by: take_off(item, by=by, note="Себебі", site=SITE),
        lambda by: cancel(sitting, by=by, note="Себебі", site=SITE),
        lambda by: hold(sitting, by=by),
    ]
    for act in acts:
        with pytest.raises(PermissionDenied):
            act(other)
    assert titles(sitting) == ["A"]
    change_item(item, by=secretary, title_ru="B")
    assert titles(sitting) == ["B"]


def test_a_project_of_the_register_goes_on_once_and_only_while_no_resolution_approved_it(secretary, sitting):
    planned = factories.project(asked_sum=3)
    item = put_project(sitting, planned, by=secretary)
    assert (item.title_kk, item.asked_sum, item.recommended_sum) == (planned.title_kk, 3, planned.cost)
    for session in (sitting, sittings.session()):
        with pytest.raises(ValidationError, match="already stands on an agenda"):
            put_project(session, planned, by=secretary)
    for status in (ProjectStatus.APPROVED, ProjectStatus.EXCLUDED):
        with pytest.raises(ValidationError, match="rests on a resolution"):
            put_project(sitting, factories.project_in(status), by=secretary)
    take_off(item, by=secretary, note="Себебі", site=SITE)
    assert put_project(sittings.session(), planned, by=secretary).position == 1


def test_a_state_project_takes_payments_by_year_and_the_asked_sum_as_recommended(secretary, sitting):
    item = project_on(sitting, secretary, payments={2028: 20, 2027: 10}, asked_sum=30)
    assert item.recommended_sum == 30
    assert list(item.payments.values_list("year", "amount")) == [(2027, 10), (2028, 20)]
    with pytest.raises(ValidationError):
        project_on(sitting, secretary, payments={1990: 1})
    with pytest.raises(ValidationError, match="title"):
        project_on(sitting, secretary, title="", title_kk="")
    assert AgendaItem.objects.count() == 1


# --- order and changes ---
def test_the_order_is_kept_and_an_order_of_another_agenda_is_refused(secretary, sitting):
    a, b, c = (project_on(sitting, secretary, title) for title in "ABC")
    reorder(sitting, [c.pk, a.pk, b.pk], by=secretary, seen=[a.pk, b.pk, c.pk])
    assert titles(sitting) == ["C", "A", "B"]
    take_off(a, by=secretary, note="Себебі", site=SITE)
    reorder(sitting, [b.pk, c.pk], by=secretary)
    assert titles(sitting) == ["B", "C"]
    for keys, seen in (
        ([a.pk, b.pk, c.pk], None),
        ([b.pk], None),
        ([b.pk, b.pk], None),
        ([c.pk, b.pk], [c.pk, b.pk]),
    ):
        with pytest.raises(ValidationError, match="has changed"):
            reorder(sitting, keys, by=secretary, seen=seen)
    project_on(sitting, secretary, "D")
    assert titles(sitting) == ["B", "C", "D"]


def test_an_item_changes_unless_somebody_changed_it_since(secretary, sitting):
    item = project_on(sitting, secretary, payments={2027: 1})
    seen = fingerprint(item)
    change_item(item, by=secretary, seen=seen, title_ru="B", recommended_sum=None, payments={2028: 2, 2029: 3})
    item.refresh_from_db()
    assert (item.title_ru, item.recommended_sum) == ("B", None)
    assert list(item.payments.values_list("year", "amount")) == [(2028, 2), (2029, 3)]
    with pytest.raises(ItemChanged):
        change_item(item, by=secretary, seen=seen, title_ru="C")
    change_item(item, by=secretary, seen=fingerprint(item), title_ru="C")
    for facts in ({"title_kk": "", "title_ru": ""}, {"recommended_sum": -1}, {"payments": {2101: 1}}):
        with pytest.raises(ValidationError):
            change_item(item, by=secretary, **facts)
    assert titles(sitting) == ["C"]
    assert ItemPayment.objects.count() == 2


def test_the_payments_of_a_filed_proposal_stay_as_filed(secretary):
    item = sittings.tabled(proposal_at("supported"), by=secretary)
    with pytest.raises(ValidationError, match="as the applicant filed"):
        change_item(item, by=secretary, payments={2027: 1})
    assert change_item(item, by=secretary, recommended_sum=9).recommended_sum == 9


# --- coming off ---
def test_what_is_taken_off_is_supported_again_and_its_applicant_reads_why(secretary):
    proposal = proposal_at("supported")
    item = sittings.tabled(proposal, by=secretary)
    with pytest.raises(ValidationError, match="Say why"):
        take_off(item, by=secretary, note=" ", site=SITE)
    assert stage_of(proposal) == "agenda"
    take_off(item, by=secretary, note="Келесі сессияда қаралады.", site=SITE)
    item.refresh_from_db()
    assert (stage_of(proposal), item.outcome, item.note) == ("supported", "removed", "Келесі сессияда қаралады.")
    assert letters()[-1] == "postponed"
    assert "Келесі сессияда қаралады." in Email.objects.latest("id").message
    with pytest.raises(ValidationError, match="not changed any more"):
        take_off(item, by=secretary, note="Тағы", site=SITE)
    again = sittings.tabled(proposal, by=secretary, sitting=item.session)
    assert (again.position, agenda(item.session).lines[0].item) == (2, again)


def test_a_cancelled_session_sends_everything_back(secretary, sitting):
    person = applicant()
    proposals = [proposal_at("supported"), proposal_at("supported"), proposal_at("supported", person)]
    put_proposals(sitting, proposals, by=secretary, site=SITE)
    project_on(sitting, secretary)
    withdraw(proposals[2], by=person, note="Ойымнан айныдым.", site=SITE)
    with pytest.raises(ValidationError, match="Say why"):
        cancel(sitting, by=secretary, note="", site=SITE)
    assert stage_of(proposals[0]) == "agenda"
    sent = Email.objects.count()
    done = cancel(sitting, by=secretary, note="Кворум жоқ.", site=SITE)
    assert (done.state, done.note) == (SessionState.CANCELLED, "Кворум жоқ.")
    assert [stage_of(proposal) for proposal in proposals] == ["supported", "supported", "withdrawn"]
    assert set(AgendaItem.objects.values_list("outcome", flat=True)) == {Outcome.REMOVED}
    assert letters()[sent:] == ["postponed", "postponed"]
    with pytest.raises(ValidationError, match="planned"):
        cancel(sitting, by=secretary, note="Тағы", site=SITE)


def test_a_session_whose_resolution_is_being_recorded_is_not_cancelled_and_its_items_stay(secretary, sitting):
    item = project_on(sitting, secretary)
    draft = sittings.begun(sitting, by=secretary)
    with pytest.raises(ValidationError, match="planned"):
        cancel(sitting, by=secretary, note="Себебі", site=SITE)
    with pytest.raises(ValidationError, match="closed"):
        take_off(item, by=secretary, note="Себебі", site=SITE)
    assert recording.DraftResolution.objects.get(pk=draft.pk).decisions.count() == 1


def test_nothing_changes_after_the_session_is_held(secretary, sitting):
    item, proposal = project_on(sitting, secretary), proposal_at("supported")
    assert hold(sitting, by=secretary).state == SessionState.HELD
    acts = [
        lambda: put_proposals(sitting, [proposal], by=secretary, site=SITE),
        lambda: put_project(sitting, factories.project(), by=secretary),
        lambda: project_on(sitting, secretary, "B"),
        lambda: reorder(sitting, [item.pk], by=secretary),
        lambda: change_item(item, by=secretary, title_ru="B"),
        lambda: take_off(item, by=secretary, note="Себебі", site=SITE),
    ]
    for act in acts:
        with pytest.raises(ValidationError, match="closed"):
            act()
    with pytest.raises(ValidationError, match="planned"):
        hold(sitting, by=secretary)
    assert titles(sitting) == ["A"]
    assert stage_of(proposal) == "supported"


def test_a_session_is_not_held_before_its_day(secretary):
    with pytest.raises(ValidationError, match="not come yet"):
        hold(sittings.session(held_on=sittings.days(1)), by=secretary)
    assert hold(sittings.session(held_on=sittings.days(-1)), by=secretary).state == SessionState.HELD


# --- what the agenda says ---
def test_sums_count_the_unknown_apart(secretary, sitting):
    project_on(sitting, secretary, asked_sum=10, recommended_sum=8)
    project_on(sitting, secretary, asked_sum=5, initiator_type="sme")
    gone = project_on(sitting, secretary, asked_sum=1000)
    project_on(sitting, secretary, asked_sum=None)
    take_off(gone, by=secretary, note="Себебі", site=SITE)
    found = agenda(sitting)
    assert (found.asked.projects, found.asked.cost, found.asked.cost_unknown) == (3, 15, 1)
    assert (found.recommended.cost, found.recommended.cost_unknown) == (13, 1)
    assert [(kind, sums.projects, sums.cost) for kind, sums in found.by_initiator] == [
        ("sme", 1, 5),
        ("state_body", 2, 8),
    ]
    assert found.asked_by("state_body").cost == 10
    assert found.unsaid == 3


def test_years_are_weighed_against_the_ceiling(secretary, sitting):
    bound = factories.project_in("approved", territory=factories.MEDEU)
    bound.obligations.create(year=2027, amount=60)
    for year, amount in ((2027, 99), (2028, 100)):
        ObligationCeiling.objects.create(territory_id=factories.ALMATY, year=year, amount=amount, source="№ 1")
    project_on(sitting, secretary, payments={2027: 40, 2028: 100})
    found = agenda(sitting)
    years = [(row.year, row.committed, row.proposed, row.over, row.left) for row in found.years]
    assert years == [(2027, 60, 40, 1, -1), (2028, 0, 100, 0, 0)]
    assert len(found.warnings) == 1
    assert "2027" in found.warnings[0]


def test_each_item_says_what_to_mend_before_the_vote(secretary, sitting):
    person = applicant()
    asked, left = proposal_at("supported"), proposal_at("supported", person, state_obligations=0)
    put_proposals(sitting, [asked, left], by=secretary, site=SITE)
    Clarification.objects.create(
        proposal=asked,
        number=1,
        kind=ClarificationKind.OTHER,
        text="Жер кімдікі?",
        asked_by=secretary,
        due_on=sittings.days(1),
        came_from=Stage.REVIEW,
    )
    project_on(sitting, secretary, "", title_kk="Аты", asked_sum=None)
    project_on(sitting, secretary, "Название", title_kk="", payments={2027: 1})
    project_on(sitting, secretary, payments={2027: 1})
    assert [line.warnings for line in agenda(sitting).lines] == [
        ["A request to the applicant is still open."],
        [],
        ["The title in Russian is missing.", "The cost is unknown.", "State obligations by year are not said."],
        ["The title in Kazakh is missing."],
        [],
    ]


def test_the_secretary_alone_sees_what_waits_and_which_session_is_next(secretary):
    waits, gone, other = proposal_at("supported"), proposal_at("agenda"), proposal_at("review")
    late, soon = sittings.session(held_on=sittings.days(9)), sittings.session(held_on=sittings.days(2))
    held = hold(sittings.session(), by=secretary)
    keys = [waits.pk, gone.pk, other.pk]
    assert list(supported(secretary)) == [waits]
    assert no_longer_supported(secretary, keys) == [gone]
    assert held not in next_sessions(secretary)
    assert [row for row in next_sessions(secretary) if row.held_on > sittings.days(0)] == [soon, late]
    for role in ("clerk", "head", "auditor", "administrator"):
        user = staff(role)
        found = (list(supported(user)), no_longer_supported(user, keys), list(next_sessions(user)))
        assert found == ([], [], [])


def test_sessions_are_found_by_number_convocation_year_and_body():
    almaty = sittings.session(number=34, convocation=8, held_on="2025-03-14")
    astana = sittings.session(territory="710000000", number=7, convocation=8, held_on="2026-03-14")
    rows = type(almaty).objects.order_by("pk")
    for text, found in {
        "XXXIV": [almaty],
        "34": [almaty],
        "VIII": [almaty, astana],
        "2026": [astana],
        "астана": [astana],
        "VIII 2025 алматы": [almaty],
        "VII 2025": [],
        "0000": [],
        "бұл жоқ": [],
        "": [almaty, astana],
    }.items():
        assert list(search_sessions(rows, text)) == found, text


def test_who_withdraws_leaves_the_agenda_and_a_recording_that_is_not_handed_on(secretary):
    person = applicant()
    proposal = proposal_at("supported", person)
    item = sittings.tabled(proposal, by=secretary)
    stays = project_on(item.session, secretary)
    draft = sittings.begun(item.session, by=secretary)
    assert draft.decisions.count() == 2
    withdraw(proposal, by=person, note="Ойымнан айныдым.", site=SITE)
    item.refresh_from_db()
    assert (item.outcome, item.note) == (Outcome.REMOVED, "Ойымнан айныдым.")
    assert [decision.item for decision in draft.decisions.all()] == [stays]
    assert [line.item for line in agenda(item.session).lines] == [stays]


def test_a_maslikhat_decides_about_its_own_places_only(secretary, sitting):
    astana = Territory.objects.get(pk=factories.ASTANA)
    elsewhere = factories.project(territory=factories.ASTANA)
    for refused in (
        lambda: put_project(sitting, elsewhere, by=secretary),
        lambda: project_on(sitting, secretary, territory=astana),
        lambda: put_proposals(
            sitting, [proposal_at("supported", territory_id=factories.ASTANA)], by=secretary, site=SITE
        ),
        lambda: change_item(project_on(sitting, secretary), by=secretary, territory=astana),
    ):
        with pytest.raises(ValidationError, match="another maslikhat decides there"), transaction.atomic():
            refused()
    assert not sitting.items.exists()
    # A district belongs to its city.
    assert project_on(sitting, secretary).territory.parent_id == sitting.maslikhat.territory_id
