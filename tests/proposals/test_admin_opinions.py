"""An expert writes an opinion on the staff site: draft, final, two windows, and nobody else's hand."""

import pytest

from proposals.models import Opinion
from proposals.services.moves import move
from proposals.services.opinions import criteria_for
from proposals.services.review import declare
from proposals.services.review_lists import load_review_lists
from reference.services import load_parameters
from tests.proposals.applications import head_of, opinion_on, proposal_at, reviewer
from tests.registry.pages import parse
from tests.registry.people import logged_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]


@pytest.fixture(autouse=True)
def _lists(reference_data):
    load_parameters()
    load_review_lists()


def assigned(proposal):
    browser = logged_in("expert")
    browser.user.expert_sectors.create(sector_id=proposal.sector_id)
    reviewer(proposal, browser.user)
    return browser


def address(proposal, place="opinion/"):
    return f"/admin/proposals/proposal/{proposal.pk}/{place}"


def typed(proposal, version=0, score="7", **facts):
    scores = {f"score_{row.pk}": score for row in criteria_for(proposal.sector_id)}
    return {"version": version, "recommendation": "for", "text": "Қажет жоба.", **scores, **facts}


def test_the_form_has_the_criteria_of_the_sector_and_no_others():
    proposal = proposal_at("review")
    page = parse(assigned(proposal).get(address(proposal)))
    boxes = {box["name"] for box in page.all("select") if box["name"].startswith("score_")}
    assert boxes == {f"score_{row.pk}" for row in criteria_for("education")}
    assert boxes != {f"score_{row.pk}" for row in criteria_for("health")}
    options = [option.get("value") for option in page.all("select")[0].all("option")]
    assert options[-11:] == [str(score) for score in range(11)]


def test_a_draft_is_kept_as_far_as_it_goes_and_seen_by_its_writer_alone():
    proposal = proposal_at("review")
    browser = assigned(proposal)
    first = criteria_for("education")[0]
    facts = {"version": 0, "text": "Жарты ой", f"score_{first.pk}": "4", f"remark_{first.pk}": "Әлсіз"}
    answer = browser.post(address(proposal), {**facts, "keep": "1"})
    assert (answer.status_code, answer["Location"]) == (302, address(proposal))
    page = parse(browser.get(address(proposal)))
    assert page.one("textarea", name="text").text == "Жарты ой"
    assert page.one("textarea", name=f"remark_{first.pk}").text == "Әлсіз"
    assert page.one("input", name="version")["value"] == "1"
    other = assigned(proposal)
    assert "Жарты ой" not in other.get(address(proposal, "change/")).content.decode()
    assert "Жарты ой" not in other.get(address(proposal)).content.decode()


def test_a_given_opinion_is_shown_with_its_share_and_never_changes():
    proposal = proposal_at("review")
    browser = assigned(proposal)
    assert browser.post(address(proposal), {**typed(proposal), "give": "1"})["Location"] == address(proposal, "change/")
    opinion = Opinion.objects.get()
    assert opinion.given_at
    page = parse(browser.get(address(proposal, "change/")))
    assert "Қажет жоба." in page.text
    assert "70%" in page.one("article", "opinion").text
    assert address(proposal) not in [link["href"] for link in page.all("a", "button")]
    again = browser.post(address(proposal), {**typed(proposal, 1, text="Басқа ой"), "give": "1"})
    assert (again.status_code, "Басқа ой" in again.content.decode()) == (409, True)
    assert browser.get(address(proposal)).status_code == 302
    opinion.refresh_from_db()
    assert opinion.text == "Қажет жоба."


@pytest.mark.parametrize(
    "facts",
    [
        {"text": ""},
        {"recommendation": ""},
        {"recommendation": "conditions", "conditions": ""},
        {"recommendation": "x"},
        {"score": ""},
        {"score": "11"},
        {"score": "-1"},
    ],
)
def test_an_opinion_that_lacks_something_is_not_given_and_the_text_stays(facts):
    proposal = proposal_at("review")
    browser = assigned(proposal)
    answer = browser.post(address(proposal), {**typed(proposal, **{"conditions": "Жер", **facts}), "give": "1"})
    assert answer.status_code == 422
    assert parse(answer).all("ul", "errorlist")
    assert not Opinion.objects.filter(given_at__isnull=False).exists()
    if facts.get("text") != "":
        assert "Қажет жоба." in answer.content.decode()


def test_a_remark_without_a_score_is_asked_for_it_instead_of_being_lost():
    proposal = proposal_at("review")
    browser = assigned(proposal)
    first = criteria_for("education")[0]
    answer = browser.post(address(proposal), {"version": 0, f"remark_{first.pk}": "Әлсіз", "keep": "1"})
    assert (answer.status_code, "Әлсіз" in answer.content.decode()) == (422, True)


@pytest.mark.parametrize("version", ["0", "", "x"])
def test_a_second_window_keeps_its_text_and_writes_nothing(version):
    proposal = proposal_at("review")
    browser = assigned(proposal)
    browser.post(address(proposal), {**typed(proposal), "keep": "1"})
    answer = browser.post(address(proposal), {**typed(proposal, version, text="Екінші терезе"), "give": "1"})
    assert answer.status_code == (422 if version == "x" else 409)
    assert "Екінші терезе" in answer.content.decode()
    assert (Opinion.objects.get().text, Opinion.objects.get().given_at) == ("Қажет жоба.", None)


def test_only_an_assigned_expert_without_a_conflict_writes():
    proposal = proposal_at("review")
    known = logged_in("expert")
    known.user.expert_sectors.create(sector_id="education")
    declare(proposal, by=known.user, has_conflict=False)
    undeclared = assigned(proposal_at("review"))
    for browser, status in (
        (known, 403),
        (undeclared, 403),
        (logged_in("clerk"), 403),
        (logged_in("head"), 403),
        (logged_in("auditor"), 403),
        (logged_in("secretary"), 404),
    ):
        assert browser.get(address(proposal)).status_code == status
        assert browser.post(address(proposal), {**typed(proposal), "give": "1"}).status_code == status
    assert Opinion.objects.count() == 0
    assert assigned(proposal).get(address(proposal)).status_code == 200


def test_after_the_review_nobody_writes_and_the_typed_text_comes_back():
    proposal = proposal_at("review")
    browser = assigned(proposal)
    opinion_on(proposal)
    move(proposal, "support", by=head_of(proposal))
    answer = browser.post(address(proposal), {**typed(proposal, text="Кеш қалды"), "give": "1"})
    assert (answer.status_code, "Кеш қалды" in answer.content.decode()) == (409, True)
    assert browser.get(address(proposal)).status_code == 302
    assert not Opinion.objects.filter(expert=browser.user).exists()


def test_opinions_are_read_by_who_has_the_right():
    proposal = proposal_at("review")
    opinion_on(proposal, text="Толық негіздеме")
    assert "Толық негіздеме" in logged_in("auditor").get(address(proposal, "change/")).content.decode()
    assert "Толық негіздеме" not in logged_in("clerk").get(address(proposal, "change/")).content.decode()
