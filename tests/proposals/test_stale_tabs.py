"""Two tabs, an ended session, a filed application: the older page keeps its text and overwrites nothing."""

import pytest

from proposals.models import Proposal
from reference.money import format_number
from tests.proposals.applications import applicant, draft, filed, filled
from tests.proposals.form_pages import address, autosave, shown
from tests.registry.pages import parse

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]


@pytest.fixture
def by():
    return applicant()


@pytest.fixture
def proposal(by) -> Proposal:
    return draft(by).proposals.get()


@pytest.fixture
def web(client, by):
    client.force_login(by)
    return client


def stored(proposal) -> Proposal:
    return Proposal.objects.get(pk=proposal.pk)


# --- two tabs ---------------------------------------------------------------------------------------------------------


def test_a_stale_tab_keeps_its_text_and_overwrites_nothing(web, proposal):
    stale = proposal.version
    assert autosave(web, proposal, "money", cost="2 000 000", own_funds="7").status_code == 200
    now = stored(proposal).version
    answer = web.post(address(proposal, "money"), {"version": stale, "cost": "3 000 000", "own_funds": "7"})
    page = parse(answer)
    assert answer.status_code == 409
    assert stored(proposal).cost == 2_000_000
    assert stored(proposal).version == now
    assert shown(page, "cost") == "3 000 000"
    assert format_number(2_000_000) in page.one("div", "notice-bad").text
    assert format_number(7) not in [quote.text for quote in page.one("div", "notice-bad").all("q")]
    again = {"version": shown(page, "version"), "cost": "3 000 000", "own_funds": "7"}
    assert web.post(address(proposal, "money"), again).status_code == 302
    assert stored(proposal).cost == 3_000_000


@pytest.mark.parametrize("version", ["", "0", "x", "-1", "٢", "9" * 30, "2.0"])
def test_a_version_that_is_none_is_stale(web, proposal, version):
    assert web.post(address(proposal, "idea"), {"version": version, "problem": "жаңа"}).status_code == 409
    assert autosave(web, proposal, "idea", version=version, problem="жаңа").status_code == 409
    assert stored(proposal).problem == ""


def test_a_stale_autosave_is_told_the_newer_version(web, proposal):
    stale = proposal.version
    autosave(web, proposal, "idea", problem="бір")
    answer = autosave(web, proposal, "idea", version=stale, problem="екі")
    assert answer.status_code == 409
    assert (answer.json()["error"], answer.json()["version"]) == ("stale", stored(proposal).version)
    assert stored(proposal).problem == "бір"


def test_an_autosave_touches_only_its_boxes(web, proposal):
    filled(proposal)
    before = Proposal.objects.filter(pk=proposal.pk).values().get()
    body = {"version": proposal.version, "boxes": "problem", "problem": "Жаңа.", "objective": "", "description": "x"}
    answer = web.post(address(proposal, "idea"), body, headers={"X-Requested-With": "autosave"})
    after = Proposal.objects.filter(pk=proposal.pk).values().get()
    assert {name for name in before if before[name] != after[name]} == {"problem", "version", "updated_at"}
    assert answer.json()["version"] == after["version"] == before["version"] + 1
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("name", ["stage", "application", "project", "typed", "position", "version2", "id", "answer_x"])
def test_boxes_that_are_none_change_nothing(web, proposal, name):
    before = Proposal.objects.filter(pk=proposal.pk).values().get()
    assert autosave(web, proposal, "idea", **{name: "approved"}).status_code == 200
    after = Proposal.objects.filter(pk=proposal.pk).values().get()
    assert {key for key in before if before[key] != after[key]} <= {"version", "updated_at"}


# --- without a session, and after filing ------------------------------------------------------------------------------


def test_an_autosave_without_a_session_is_told_so(client, proposal):
    answer = autosave(client, proposal, "idea", problem="жаңа")
    assert (answer.status_code, answer.json()["error"]) == (401, "session")
    assert stored(proposal).problem == ""


LONGEST = {"problem": "м" * 5000, "objective": "ң" * 5000, "description": "қ" * 20_000, "title_kk": "ү" * 500}


@pytest.mark.parametrize("typed", [{"problem": "Жаңа мәтін."}, LONGEST], ids=["short", "longest"])
def test_what_was_sent_after_the_session_ended_comes_back_after_the_login(client, proposal, by, typed):
    answer = client.post(address(proposal, "idea"), {"version": proposal.version, **typed, "go": "next"})
    assert answer.status_code == 302
    login = answer["Location"]
    assert address(proposal, "idea") in login
    back = client.post(login, {"email": by.email, "password": "ұзын құпия сөз"})
    assert back["Location"] == address(proposal, "idea")
    page = parse(client.get(back["Location"]))
    assert {name: shown(page, name) for name in typed} == typed
    assert stored(proposal).problem == "", "it is shown, not stored behind the person's back"
    client.post(address(proposal, "idea"), {"version": shown(page, "version"), **typed})
    assert stored(proposal).problem == typed["problem"]
    assert shown(parse(client.get(address(proposal, "idea"))), "problem") == typed["problem"]


def test_text_carried_through_the_login_is_shown_beside_what_a_colleague_stored(client, proposal, by):
    client.post(address(proposal, "idea"), {"version": proposal.version, "problem": "Менікі."})
    Proposal.objects.filter(pk=proposal.pk).update(problem="Әріптестікі.", version=proposal.version + 1)
    client.post("/en/account/login/", {"email": by.email, "password": "ұзын құпия сөз"})
    page = parse(client.get(address(proposal, "idea")))
    assert shown(page, "problem") == "Менікі."
    assert "Әріптестікі." in page.one("div", "notice-bad").text


def test_what_one_person_typed_is_not_shown_to_another_who_logs_in(client, proposal):
    client.post(address(proposal, "idea"), {"version": proposal.version, "problem": "Құпия мәтін."})
    client.force_login(applicant())
    assert client.get(address(proposal, "idea")).status_code == 404


@pytest.mark.parametrize("step", ["idea", "place", "money", "partners", "review"])
def test_a_stale_tab_of_a_filed_application_changes_nothing(web, by, step):
    proposal = filed(by).proposals.get()
    before = Proposal.objects.filter(pk=proposal.pk).values().get()
    answer = autosave(web, proposal, step, problem="", cost="1", jobs="1", sector="health")
    assert (answer.status_code, answer.json()["error"]) == (409, "filed")
    for method in (web.get, web.post):
        answer = method(address(proposal, step))
        assert (answer.status_code, answer["Location"]) == (302, f"/en/applications/{proposal.application_id}/")
    assert Proposal.objects.filter(pk=proposal.pk).values().get() == before
