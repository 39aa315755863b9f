"""Experts are assigned on a page that shows which proposals and how many: all of them or none."""

import datetime

import pytest
from django.utils import timezone

from proposals.admin.assigning import MOST
from proposals.models import Assignment, ExpertSector
from proposals.services.review import declare
from tests.proposals.applications import applicant, expert_of, filed, proposal_at, reviewer
from tests.registry.pages import parse
from tests.registry.people import logged_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data", "law")]

LIST = "/admin/proposals/proposal/"


def day(after=7):
    return timezone.localdate() + datetime.timedelta(after)


def bulk(browser, proposals, people=(), **facts):
    confirmed = {"confirmed": "1", "experts": [person.pk for person in people], "due_on": day()} if people else {}
    ticked = {"action": "assign_experts", "_selected_action": [row.pk for row in proposals]}
    return browser.post(LIST, {**ticked, **confirmed, **facts})


def offered(answer):
    return {int(box["value"]) for box in parse(answer).all("input", name="experts")}


def test_one_proposal_gets_experts_of_its_sector_only():
    proposal, expert, other = proposal_at("review"), expert_of(), expert_of("health")
    gone = expert_of(is_active=False)
    browser = logged_in("clerk")
    address = f"{LIST}{proposal.pk}/assign/"
    assert offered(browser.get(address)) == {expert.pk}
    assert browser.post(address, {"experts": [expert.pk], "due_on": day()}).status_code == 302
    made = Assignment.objects.get()
    assert (made.expert, made.assigned_by, made.due_on) == (expert, browser.user, day())
    assert offered(browser.get(address)) == set()
    for stranger in (other, gone, browser.user):
        assert browser.post(address, {"experts": [stranger.pk], "due_on": day()}).status_code == 422
    assert Assignment.objects.count() == 1
    page = browser.get(f"{LIST}{proposal.pk}/change/").content.decode()
    assert str(expert) in page


@pytest.mark.parametrize("facts", [{"due_on": ""}, {"due_on": "2020-01-01"}, {"due_on": "x"}, {"experts": ["x"]}])
def test_a_wrong_form_assigns_nobody(facts):
    proposal, expert = proposal_at("review"), expert_of()
    answer = bulk(logged_in("clerk"), [proposal], [expert], **facts)
    assert answer.status_code == 422
    assert Assignment.objects.count() == 0


def test_many_are_assigned_after_a_page_with_their_count():
    rows = [proposal_at("review"), proposal_at("filed"), proposal_at("clarification")]
    people = [expert_of(), expert_of()]
    browser = logged_in("head")
    asked = bulk(browser, rows)
    page = asked.content.decode()
    assert "3 proposals" in page
    assert all(row.number in page for row in rows)
    assert Assignment.objects.count() == 0
    assert bulk(browser, rows, people).status_code == 302
    assert Assignment.objects.count() == 6
    assert "6 assignments are made." in browser.get(LIST).content.decode()


def test_all_or_none_where_one_expert_has_a_conflict_or_one_proposal_is_past_review():
    rows, expert = [proposal_at("review"), proposal_at("review")], expert_of()
    browser = logged_in("clerk")
    declare(rows[1], by=expert, has_conflict=True, ground="shares")
    answer = bulk(browser, rows, [expert])
    assert (answer.status_code, "has a conflict of interest" in answer.content.decode()) == (422, True)
    refused = proposal_at("refused")
    answer = bulk(browser, [rows[0], refused], [expert])
    assert (answer.status_code, refused.number in answer.content.decode()) == (422, True)
    assert Assignment.objects.count() == 0
    assert bulk(browser, [rows[0]], [expert]).status_code == 302


def test_different_sectors_need_an_expert_of_all_of_them():
    person = applicant()
    rows = [proposal_at("review"), filed(person, sector_id="social", title_kk="Қарттар үйі").proposals.get()]
    narrow, wide = expert_of(), expert_of()
    wide.expert_sectors.create(sector_id="social")
    answer = bulk(logged_in("clerk"), rows)
    assert offered(answer) == {wide.pk}
    assert "of different sectors" in answer.content.decode()
    assert "of different sectors" not in bulk(logged_in("clerk"), rows[:1]).content.decode()
    assert bulk(logged_in("clerk"), rows, [narrow]).status_code == 422
    assert Assignment.objects.count() == 0


@pytest.mark.parametrize("role", ["expert", "auditor", "secretary", "administrator"])
def test_who_may_not_assign_assigns_nobody(role):
    proposal, expert = proposal_at("review"), expert_of()
    browser = logged_in(role)
    browser.user.expert_sectors.create(sector_id="education")
    answer = bulk(browser, [proposal], [expert])
    assert answer.status_code in (302, 403, 200)
    assert browser.get(f"{LIST}{proposal.pk}/assign/").status_code == 403
    assert browser.post(f"{LIST}{proposal.pk}/assign/", {"experts": [expert.pk], "due_on": day()}).status_code == 403
    assert Assignment.objects.count() == 0
    assert "assign_experts" not in browser.get(LIST).content.decode()


def test_no_step_of_the_road_is_taken_for_many():
    rows = [proposal_at("filed"), proposal_at("filed")]
    browser = logged_in("head")
    choices = [option["value"] for option in parse(browser.get(LIST)).one("select", name="action").all("option")]
    assert choices == ["", "assign_experts"]
    for action in ("take_up", "support", "refuse", "approve", "delete_selected"):
        bulk(browser, rows, [expert_of()], action=action)
    assert {type(row).objects.get(pk=row.pk).stage for row in rows} == {"filed"}


def test_too_many_at_once_are_refused(monkeypatch):
    monkeypatch.setattr("proposals.admin.assigning.MOST", 1)
    assert MOST == 200
    assert bulk(logged_in("clerk"), [proposal_at("review"), proposal_at("review")], [expert_of()]).status_code == 302
    assert Assignment.objects.count() == 0


def test_the_count_of_opinions_owed_stands_beside_the_name():
    proposal, expert = proposal_at("review"), expert_of(full_name="Сарапшы Үлгіұлы")
    reviewer(proposal_at("review"), expert)
    page = logged_in("clerk").get(f"{LIST}{proposal.pk}/assign/").content.decode()
    assert "Сарапшы Үлгіұлы – 1 opinion to give" in page


def test_sectors_of_experts_are_written_by_the_head_and_read_by_clerks_and_auditors():
    expert = expert_of()
    table = "/admin/proposals/expertsector/"
    row = ExpertSector.objects.get()
    facts = {"expert": expert.pk, "sector": "health"}
    for role in ("clerk", "auditor"):
        browser = logged_in(role)
        assert browser.get(table).status_code == 200
        assert browser.get(f"{table}{row.pk}/change/").status_code == 200
        assert browser.post(f"{table}add/", facts).status_code == 403
        assert browser.post(f"{table}{row.pk}/change/", facts).status_code == 403
    for role in ("expert", "secretary", "administrator"):
        assert logged_in(role).get(table).status_code == 403
    head = logged_in("head")
    assert head.post(f"{table}add/", facts).status_code == 302
    assert head.post(f"{table}add/", {"expert": head.user.pk, "sector": "health"}).status_code == 200
    assert head.post(f"{table}{row.pk}/delete/", {"post": "yes"}).status_code == 403
    assert set(ExpertSector.objects.values_list("expert", "sector")) == {
        (expert.pk, "education"),
        (expert.pk, "health"),
    }
