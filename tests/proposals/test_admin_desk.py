"""My work today: what waits for whom, in which order, with which one button; the same number of questions for many."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from proposals.models import Clarification
from proposals.models.clarification import ClarificationKind
from proposals.queries.desk import SHOWN, Desk, Waiting
from proposals.services.asking import ask
from proposals.services.moves import move
from proposals.services.review import assign, declare
from proposals.services.withdrawing import answer
from proposals.workflow import Action
from reference.services import load_parameters
from tests.proposals.applications import applicant, clear, opinion_on, proposal_at, reviewer, staff
from tests.registry.pages import parse, whole
from tests.registry.people import logged_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]


@pytest.fixture(autouse=True)
def _parameters(reference_data):
    load_parameters()


def expert(*proposals):
    browser = logged_in("expert")
    browser.user.expert_sectors.create(sector_id="education")
    if proposals:
        assign(proposals, [browser.user], by=staff("clerk"), due_on=timezone.localdate())
    return browser


def work(browser):
    """Return what the desk says: by section its count, and its rows as (number, address of the button)."""
    found = {}
    for section in parse(browser.get("/admin/")).all("section", "work-section"):
        rows = []
        for row in section.one("tbody").all("tr"):
            button = row.all("a", "button")
            link = button[0]["href"].rstrip("/").split("/")[-1] if button else ""
            rows.append((row.one("td", "work-number").text, link))
        words = section.one("h3").text
        label, _space, count = words.rpartition(" ")
        found[next(w.value for w in Waiting if str(w.label) == label)] = (whole(count), rows)
    return found


def asked(proposal, days=0):
    request = ask(proposal, by=staff("clerk"), kind=ClarificationKind.OTHER, text="Жер кімдікі?", site="")
    if days:
        Clarification.objects.filter(pk=request.pk).update(due_on=timezone.localdate() - datetime.timedelta(days))
    return request


def aged(proposal, action, days, by):
    """Take a step so many days ago."""
    move(proposal, action, by=by, at=timezone.now() - datetime.timedelta(days))


def test_a_clerk_takes_up_asks_for_experts_and_watches_requests():
    filed, bare = proposal_at("filed"), proposal_at("review")
    late, in_time = proposal_at("review"), proposal_at("review")
    person = applicant()
    answered = proposal_at("filed", person)
    asked(late, days=3)
    asked(in_time)
    answer(asked(answered), by=person, text="Біздікі.", site="")
    proposal_at("supported")
    assert work(logged_in("clerk")) == {
        "take_up": (2, [(filed.number, "take_up"), (answered.number, "take_up")]),
        "answered": (1, [(answered.number, "take_up")]),
        "request_overdue": (1, [(late.number, "")]),
        "no_expert": (1, [(bare.number, "assign")]),
    }


def test_an_answer_of_last_week_is_no_news():
    person = applicant()
    proposal = proposal_at("filed", person)
    answer(asked(proposal), by=person, text="Біздікі.", site="")
    Clarification.objects.update(answered_at=timezone.now() - datetime.timedelta(9))
    assert "answered" not in work(logged_in("clerk"))


def test_on_monday_yesterday_is_friday():
    monday = datetime.datetime(2026, 11, 23, 10, tzinfo=timezone.get_current_timezone())
    assert Desk(staff("clerk"), now=monday)._yesterday({}).date() == datetime.date(2026, 11, 20)
    assert Desk(staff("clerk"), now=monday + datetime.timedelta(1))._yesterday({}).date() == datetime.date(2026, 11, 23)


def test_an_expert_declares_then_writes_and_then_nothing_waits():
    first, second, foreign = proposal_at("review"), proposal_at("review"), proposal_at("review")
    browser = expert(first, second)
    clear(browser.user, second)
    assert work(browser) == {
        "declare": (1, [(first.number, "change")]),
        "opinion": (1, [(second.number, "opinion")]),
    }
    opinion_on(second, by=browser.user)
    clear(browser.user, first)
    opinion_on(first, by=browser.user)
    assert work(browser) == {}
    assert "Nothing waits for you today." in browser.get("/admin/").content.decode()
    assert foreign.number not in browser.get("/admin/").content.decode()


def test_a_head_decides_what_is_ready_after_declaring():
    ready, against, open_request = proposal_at("review"), proposal_at("review"), proposal_at("review")
    opinion_on(ready)
    opinion_on(against, "against")
    opinion_on(open_request)
    asked(open_request)
    browser = logged_in("head")
    assert work(browser) == {"decide": (1, [(ready.number, "change")])}
    clear(browser.user, ready)
    assert work(browser) == {"decide": (1, [(ready.number, "support")])}


def test_a_conflict_takes_the_proposal_from_the_desk():
    proposal = proposal_at("review")
    browser = expert(proposal)
    assert "declare" in work(browser)
    clerk = logged_in("clerk")
    assert "no_expert" not in work(clerk)
    declare(proposal, by=browser.user, has_conflict=True, ground="family")
    assert work(browser) == {}
    assert work(clerk)["no_expert"] == (1, [(proposal.number, "assign")])


def test_days_are_counted_against_the_target_without_the_time_of_the_applicant():
    now = datetime.datetime(2026, 11, 20, 12, tzinfo=timezone.get_current_timezone())
    day = datetime.timedelta(1)
    person = applicant()
    proposal = proposal_at("filed", person)
    clerk = staff("clerk")
    # Taken up 18 working days ago; 10 of them the request was open.
    move(proposal, Action.TAKE_UP, by=clerk, at=now - 24 * day)
    asking = ask(proposal, by=clerk, kind=ClarificationKind.OTHER, text="?", site="", at=now - 17 * day)
    assert asking.asked_at < now
    move(proposal, Action.ANSWER, by=person, came_from="review", at=now - 3 * day)
    Clarification.objects.update(answer="Иә", answered_by=person, answered_at=now - 3 * day)
    facts = Desk(clerk, now=now).facts[proposal.pk]
    assert (facts.spent, facts.left) == (8, 7)
    later = Desk(clerk, now=now + 14 * day).facts[proposal.pk]
    assert (later.spent, later.left, later.days_over) == (18, -3, 3)


def test_what_is_most_over_stands_first_and_is_late():
    people = [proposal_at("filed") for _turn in range(3)]
    clerk = staff("clerk")
    for proposal, days in zip(people, (30, 70, 2), strict=True):
        aged(proposal, Action.TAKE_UP, days, clerk)
    browser = logged_in("clerk")
    found = work(browser)
    assert [number for number, _act in found["late"][1]] == [people[1].number, people[0].number]
    assert [number for number, _act in found["no_expert"][1]] == [people[row].number for row in (1, 0, 2)]
    listed = parse(browser.get("/admin/proposals/proposal/?waits=late"))
    assert len(listed.all("th", "field-shown_number")) == 2
    assert parse(browser.get("/admin/")).all("strong", "late")


def test_the_list_behind_a_section_holds_the_same_rows():
    proposal_at("filed")
    bare = proposal_at("review")
    browser = logged_in("clerk")
    for waits, count in (("take_up", 1), ("no_expert", 1), ("late", 0), ("opinion", 0), ("x", 0), ("%00", 0)):
        listed = parse(browser.get(f"/admin/proposals/proposal/?waits={waits}"))
        assert len(listed.all("th", "field-shown_number")) == count, waits
    assert bare.number in browser.get("/admin/proposals/proposal/?waits=no_expert").content.decode()


def test_who_only_reads_sees_counts_and_no_button():
    proposal_at("filed")
    browser = logged_in("auditor")
    page = parse(browser.get("/admin/"))
    assert page.all("section", "work-section") == []
    counts = {
        link["href"].split("=")[1]: whole(link.one("strong").text) for link in page.one("section", "desk-work").all("a")
    }
    assert counts == {"decide": 0, "take_up": 1, "request_overdue": 0, "no_expert": 0, "late": 0}


def test_a_secretary_sees_how_many_wait_for_the_agenda_and_nothing_else():
    supported = proposal_at("supported")
    page = logged_in("secretary").get("/admin/").content.decode()
    assert "1 supported proposal waits for the agenda" in page
    assert supported.number not in page
    assert "work-section" not in page
    assert "waits for the agenda" not in logged_in("administrator").get("/admin/").content.decode()


@pytest.mark.parametrize("role", ["clerk", "expert", "head", "auditor"])
def test_more_proposals_ask_no_more_questions(role):
    browser = expert() if role == "expert" else logged_in(role)

    def make(count):
        for _turn in range(count):
            proposal_at("filed")
            proposal = proposal_at("review")
            reviewer(proposal, browser.user if role == "expert" else None)
            opinion_on(proposal_at("review"))

    def cost():
        with CaptureQueriesContext(connection) as captured:
            assert browser.get("/admin/").status_code == 200
        return len(captured)

    make(1)
    cost()
    few = cost()
    make(3)
    assert cost() == few


def test_a_long_section_is_cut_and_leads_to_the_list(monkeypatch):
    monkeypatch.setattr("proposals.queries.desk.SHOWN", 2)
    for _turn in range(3):
        proposal_at("filed")
    browser = logged_in("clerk")
    assert SHOWN == 25
    count, rows = work(browser)["take_up"]
    assert (count, len(rows)) == (3, 2)
    section = parse(browser.get("/admin/")).one("section", "work-section")
    assert section.all("p")[-1].one("a")["href"] == "/admin/proposals/proposal/?waits=take_up"
