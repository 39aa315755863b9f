"""My applications: the list, a new one, adding, removing, withdrawing, answering."""

import uuid

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from post_office.models import Email

from proposals.models import Application, Clarification, Proposal, StageChange
from proposals.services import withdrawing
from proposals.services.asking import ask
from proposals.services.moves import StepNotAllowed
from proposals.workflow import OPEN_STAGES, Stage
from tests.accounts.outbox import kinds
from tests.factories import user
from tests.proposals.applications import (
    IIN,
    SITE,
    applicant,
    complete,
    complete_draft,
    draft,
    filed,
    organisation,
    proposal_at,
    staff,
)  # fmt: skip
from tests.registry.pages import parse

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

NEW = "/en/applications/new/"


@pytest.fixture
def by():
    return applicant()


@pytest.fixture
def web(client, by):
    client.force_login(by)
    return client


def page_of(row, more=""):
    return f"/en/applications/{row.application_id}/proposals/{row.pk}/{more}"


# --- the list and a new one -------------------------------------------------------------------------------------------


def test_an_empty_list_says_what_to_do_next(web):
    page = parse(web.get("/en/applications/"))
    assert page.one("div", "empty").all("a")


def test_the_list_shows_drafts_and_filed_with_what_waits(web, by, law):
    one, two = draft(by), filed(by)
    ask(two.proposals.get(), by=staff("clerk"), kind="other", text="Неше орын?", site=SITE)
    other = filed()
    answer = web.get("/en/applications/")
    items = parse(answer).one("ul", "applications").all("li", "card")
    assert [len(item.all("p", "waits")) for item in items] == [0, 1]
    assert two.number in items[1].text
    assert str(one.pk) in items[0].one("h2").one("a")["href"]
    assert other.number not in [link.text for link in parse(answer).all("a")]
    assert str(other.pk) not in answer.content.decode()


def test_a_new_application_begins_at_the_first_step(web, by):
    page = parse(web.get(NEW))
    key = page.one("input", name="key")["value"]
    organisation_id = str(by.memberships.get().organisation_id)
    body = {"key": key, "organisation": organisation_id, "language": "ru"}
    first, again = web.post(NEW, body), web.post(NEW, body)
    made = Application.objects.get()
    assert first["Location"] == again["Location"] == page_of(made.proposals.get(), "idea/")
    assert made.language == "ru"


@pytest.mark.parametrize(
    ("name", "value"), [("organisation", "another"), ("organisation", "x"), ("organisation", ""), ("language", "de")]
)
def test_a_new_application_for_nobody_or_for_others_is_told(web, by, name, value):
    if value == "another":
        value = str(organisation(user()).pk)
    good = {"key": str(uuid.uuid4()), "organisation": str(by.memberships.get().organisation_id), "language": "kk"}
    answer = web.post(NEW, {**good, name: value})
    assert answer.status_code < 500
    assert parse(answer).all("div", "field-error")
    assert not Application.objects.exists()


def test_whoever_has_no_organisation_enters_one_first(client):
    client.force_login(user())
    assert "/account/organisations/new/" in client.get(NEW)["Location"]


@pytest.mark.parametrize("role", [None, "head", "expert", "secretary", "auditor", "administrator"])
def test_only_a_clerk_opens_the_form_for_paper(client, role):
    client.force_login(applicant() if role is None else staff(role))
    assert client.get(f"{NEW}?channel=paper").status_code == 403
    assert client.post(f"{NEW}?channel=paper", {}).status_code == 403
    client.force_login(staff("clerk"))
    assert client.get(f"{NEW}?channel=paper").status_code == 200


def test_proposals_are_added_and_removed_after_a_question(web, by):
    application = draft(by)
    added = web.post(f"/en/applications/{application.pk}/proposals/add/")
    second = application.proposals.get(position=2)
    assert added["Location"] == page_of(second, "idea/")
    assert web.get(page_of(second, "remove/")).status_code == 200
    assert application.proposals.count() == 2
    assert web.post(page_of(second, "remove/")).status_code == 302
    last = application.proposals.get()
    told = web.post(page_of(last, "remove/"))
    assert told.status_code == 422
    assert parse(told).one("div", "notice-bad").text
    assert application.proposals.count() == 1


def test_one_too_many_is_told(web, by, monkeypatch):
    from proposals.services import drafts

    monkeypatch.setattr(drafts, "MOST_PROPOSALS", 1)
    application = draft(by)
    told = web.post(f"/en/applications/{application.pk}/proposals/add/")
    assert told.status_code == 422
    assert application.proposals.count() == 1


def test_a_draft_is_deleted_after_a_question_and_a_filed_one_never(web, by):
    gone, kept = draft(by), filed(by)
    assert web.get(f"/en/applications/{gone.pk}/delete/").status_code == 200
    assert Application.objects.filter(pk=gone.pk).exists()
    assert web.post(f"/en/applications/{gone.pk}/delete/")["Location"] == "/en/applications/"
    assert web.post(f"/en/applications/{kept.pk}/delete/")["Location"] == f"/en/applications/{kept.pk}/"
    assert Application.objects.get() == kept


@pytest.mark.parametrize("act", ["add", "remove", "file"])
def test_old_tabs_of_a_filed_application_are_led_to_it(web, by, act):
    application = filed(by)
    row = application.proposals.get()
    path = {"add": f"/en/applications/{application.pk}/proposals/add/", "remove": page_of(row, "remove/"),
            "file": f"/en/applications/{application.pk}/file/"}[act]  # fmt: skip
    assert web.post(path, {"consent": "on"})["Location"].startswith(f"/en/applications/{application.pk}/")
    assert Proposal.objects.count() == 1


def test_no_private_page_is_kept_by_a_cache_or_carries_the_number(web, by):
    application = filed(by)
    for path in ("", "receipt/", "receipt.pdf"):
        answer = web.get(f"/en/applications/{application.pk}/{path}")
        assert "no-store" in answer["Cache-Control"]
    links = [link["href"] for link in parse(web.get("/en/applications/")).all("a")]
    assert not [link for link in links if application.number in link]
    assert web.get(f"/en/applications/{application.number}/").status_code == 404


def test_a_draft_has_no_receipt(web, by):
    application = complete_draft(by)
    for path in ("receipt/", "receipt.pdf"):
        assert web.get(f"/en/applications/{application.pk}/{path}").status_code == 404


def test_a_page_that_cannot_be_filed_yet_names_every_gap_with_a_link(web, by):
    application = draft(by)
    answer = web.post(f"/en/applications/{application.pk}/file/", {"consent": "on"})
    assert answer.status_code == 422
    assert len(parse(answer).one("div", "notice-bad").all("a")) > 10
    complete(application, by)
    assert not parse(web.get(f"/en/applications/{application.pk}/file/")).all("div", "notice-bad")
    # Even a form without a single word is answered, not ignored.
    empty = web.post(f"/en/applications/{application.pk}/file/")
    assert empty.status_code == 422
    assert parse(empty).all("div", "field-error")


# --- withdrawing ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stage", OPEN_STAGES)
def test_an_open_proposal_is_withdrawn_for_a_reason(web, by, stage):
    row = proposal_at(stage, by)
    assert web.get(page_of(row, "withdraw/")).status_code == 200
    for note in ("", "  "):
        assert web.post(page_of(row, "withdraw/"), {"note": note}).status_code == 422
    assert web.post(page_of(row, "withdraw/"), {"note": "Қаржы табылмады."}).status_code == 302
    row.refresh_from_db()
    change = StageChange.objects.filter(proposal=row).last()
    assert (row.stage, change.note, change.actor) == (Stage.WITHDRAWN, "Қаржы табылмады.", by)
    assert kinds()[-1] == "proposal:withdrawn"
    assert "Қаржы табылмады." in parse(web.get(page_of(row))).text


@pytest.mark.parametrize("stage", [Stage.DRAFT, Stage.REFUSED, Stage.WITHDRAWN])
def test_what_is_not_open_is_not_withdrawn(web, by, stage):
    row = proposal_at(stage, by)
    letters = len(kinds())
    assert web.post(page_of(row, "withdraw/"), {"note": "Себебі."}).status_code == 302
    with pytest.raises(StepNotAllowed):
        withdrawing.withdraw(row, by=by, note="Себебі.", site=SITE)
    row.refresh_from_db()
    assert (row.stage, len(kinds())) == (stage, letters)


def test_a_reason_with_a_personal_number_comes_back(web, by):
    row = proposal_at(Stage.FILED, by)
    answer = web.post(page_of(row, "withdraw/"), {"note": f"ЖСН {IIN} келіспеді"})
    assert answer.status_code == 422
    assert parse(answer).one("textarea", name="note").text
    row.refresh_from_db()
    assert row.stage == Stage.FILED


def test_one_proposal_of_two_is_withdrawn_and_the_other_goes_on(web, by):
    application = draft(by)
    web.post(f"/en/applications/{application.pk}/proposals/add/")
    complete(application, by)
    web.post(f"/en/applications/{application.pk}/file/", {"consent": "on"})
    first, second = application.proposals.order_by("position")
    web.post(page_of(first, "withdraw/"), {"note": "Себебі."})
    assert [row.stage for row in application.proposals.order_by("position")] == [Stage.WITHDRAWN, Stage.FILED]
    assert web.get(page_of(second)).status_code == 200
    application.refresh_from_db()
    assert application.number


# --- answering --------------------------------------------------------------------------------------------------------


@pytest.fixture
def asked(by, law) -> Clarification:
    row = proposal_at(Stage.REVIEW, by)
    return ask(row, by=staff("clerk"), kind="wrong_figure", text="Құнын түсіндіріңіз.", site=SITE)


def test_an_answer_leads_back_to_where_the_question_came_from(web, by, asked):
    row = asked.proposal
    assert "Құнын түсіндіріңіз." in parse(web.get(page_of(row))).text
    assert web.post(page_of(row, "answer/1/"), {"answer": "Смета бойынша."}).status_code == 302
    asked.refresh_from_db()
    row.refresh_from_db()
    assert (row.stage, asked.answer, asked.answered_by) == (Stage.REVIEW, "Смета бойынша.", by)
    assert kinds()[-1] == "proposal:answered"
    assert "сұрау – № 1." in str(Email.objects.latest("pk").message)
    twice = web.post(page_of(row, "answer/1/"), {"answer": "Тағы."})
    assert twice.status_code in (403, 422)
    asked.refresh_from_db()
    assert asked.answer == "Смета бойынша."


@pytest.mark.parametrize("text", ["", "  ", "\u200b", f"ЖСН {IIN}", "қ" * 10_001])
def test_an_answer_that_is_none_comes_back_with_a_sentence(web, asked, text):
    answer = web.post(page_of(asked.proposal, "answer/1/"), {"answer": text})
    page = parse(answer)
    assert answer.status_code == 422
    assert page.all("div", "field-error")
    assert page.one("textarea", name="answer")._words().strip() == text.strip()
    asked.refresh_from_db()
    assert (asked.answered_at, asked.proposal.stage) == (None, Stage.CLARIFICATION)


def test_a_request_that_is_none_is_not_found(web, asked):
    assert web.post(page_of(asked.proposal, "answer/2/"), {"answer": "x"}).status_code == 404
    assert web.get(page_of(asked.proposal, "answer/1/")).status_code == 405


def test_only_the_applicant_answers(asked):
    for stranger in (applicant(), staff("clerk"), staff("head")):
        with pytest.raises((PermissionDenied, ValidationError)):
            withdrawing.answer(asked, by=stranger, text="x", site=SITE)
    asked.refresh_from_db()
    assert asked.answered_at is None
