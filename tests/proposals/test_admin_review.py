"""Steps of the chamber on the staff site: buttons of the one table, forms, forged steps, two people at once."""

import datetime

import pytest
from django.utils import timezone
from post_office.models import Email

from proposals.admin.steps import PAGES
from proposals.models import Assignment, Clarification, Declaration, Proposal, StageChange
from proposals.services.papers import attach
from proposals.services.review import declare
from proposals.workflow import STEPS, Action, Stage, StepNotAllowed, find_step
from reference.services import load_parameters
from tests.proposals.applications import applicant, clear, expert_of, opinion_on, pdf, proposal_at, reason, reviewer
from tests.registry.pages import parse
from tests.registry.people import logged_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

ROW = "/admin/proposals/proposal/{}/{}"


@pytest.fixture(autouse=True)
def _parameters(reference_data):
    load_parameters()


def address(proposal, action):
    return ROW.format(proposal.pk, f"step/{action}/")


def seen(proposal):
    return proposal.stage_changes.order_by("-id").values_list("pk", flat=True).first()


def typed(proposal, action):
    """What a careful person fills in."""
    facts = {
        "take_up": {"complete": "on", "note": "Бәрі бар."},
        "ask": {"kind": "other", "text": "Жер кімдікі?", "due_on": str(timezone.localdate() + datetime.timedelta(14))},
        "support": {"note": "Қолдаймыз."},
        "refuse": {"reasons": [reason().pk], "text": "Қаржы көзі көрсетілмеген."},
    }
    return {"seen": seen(proposal), **facts[action]}


def browser_for(role, proposal):
    browser = logged_in(role)
    if role in ("expert", "head"):
        browser.user.expert_sectors.create(sector_id=proposal.sector_id)
        clear(browser.user, proposal)
    return browser


def buttons(browser, proposal):
    page = parse(browser.get(ROW.format(proposal.pk, "change/")))
    return {
        link["href"].rstrip("/").split("/")[-1] for link in page.all("a", "button") if str(proposal.pk) in link["href"]
    }


def stage_of(proposal):
    return Proposal.objects.get(pk=proposal.pk).stage


@pytest.mark.parametrize(
    ("action", "stage", "role", "leads_to"),
    [
        ("take_up", "filed", "clerk", "review"),
        ("ask", "filed", "clerk", "clarification"),
        ("ask", "review", "expert", "clarification"),
        ("support", "review", "head", "supported"),
        ("refuse", "review", "head", "refused"),
    ],
)
def test_a_step_is_a_button_a_form_and_one_row_of_history(action, stage, role, leads_to):
    proposal = proposal_at(stage)
    if action == "support":
        opinion_on(proposal)
    browser = browser_for(role, proposal)
    assert action in buttons(browser, proposal)
    form = parse(browser.get(address(proposal, action)))
    assert form.one("input", name="seen")["value"] == str(seen(proposal))
    letters = Email.objects.count()
    answer = browser.post(address(proposal, action), typed(proposal, action))
    assert (answer.status_code, answer["Location"]) == (302, ROW.format(proposal.pk, "change/"))
    assert stage_of(proposal) == leads_to
    step = proposal.stage_changes.last()
    assert (step.action, step.actor, step.channel) == (action, browser.user, "admin")
    assert Email.objects.count() == letters + 1
    page = browser.get(ROW.format(proposal.pk, "change/")).content.decode()
    assert str(browser.user) in page


@pytest.mark.parametrize(
    ("action", "stage", "facts", "name"),
    [
        ("take_up", "filed", {"complete": ""}, "complete"),
        ("ask", "review", {"text": " "}, "text"),
        ("ask", "review", {"due_on": "2020-01-01"}, "due_on"),
        ("ask", "review", {"due_on": "2206-01-01"}, "due_on"),
        ("ask", "review", {"kind": "bribe"}, "kind"),
        ("refuse", "review", {"reasons": []}, "reasons"),
        ("refuse", "review", {"text": ""}, "text"),
    ],
)
def test_what_a_form_lacks_is_said_beside_the_box_and_nothing_changes(action, stage, facts, name):
    proposal = proposal_at(stage)
    browser = browser_for("head", proposal)
    before = StageChange.objects.count()
    answer = browser.post(address(proposal, action), {**typed(proposal, action), **facts})
    assert answer.status_code == 422
    wrong = [field for field in parse(answer).all("div", "step-field") if "errors" in field.classes]
    assert len(wrong) == 1
    assert next(box["name"] for box in wrong[0] if box.tag in ("input", "textarea")) == name
    assert (StageChange.objects.count(), stage_of(proposal)) == (before, stage)


def test_a_reason_that_is_switched_off_is_not_offered_and_its_key_is_refused():
    proposal = proposal_at("review")
    browser = browser_for("head", proposal)
    row = reason()
    assert row.advice_en in browser.get(address(proposal, "refuse")).content.decode()
    row.is_active = False
    row.save()
    assert row.advice_en not in browser.get(address(proposal, "refuse")).content.decode()
    assert browser.post(address(proposal, "refuse"), typed(proposal, "refuse")).status_code == 422
    assert stage_of(proposal) == "review"


def test_support_without_an_opinion_says_what_is_missing():
    proposal = proposal_at("review")
    browser = browser_for("head", proposal)
    assert "support" not in buttons(browser, proposal)
    words = "No expert has given a positive opinion yet."
    assert words in browser.get(ROW.format(proposal.pk, "change/")).content.decode()
    answer = browser.post(address(proposal, "support"), typed(proposal, "support"))
    assert (answer.status_code, words in answer.content.decode()) == (422, True)
    opinion_on(proposal, "against")
    assert browser.post(address(proposal, "support"), typed(proposal, "support")).status_code == 422
    assert stage_of(proposal) == "review"
    opinion_on(proposal)
    assert browser.post(address(proposal, "support"), typed(proposal, "support")).status_code == 302


def test_a_request_in_time_keeps_the_proposal_open_and_an_overdue_one_does_not():
    proposal = proposal_at("review")
    browser = browser_for("head", proposal)
    assert browser.post(address(proposal, "ask"), typed(proposal, "ask")).status_code == 302
    assert "refuse" not in buttons(browser, proposal)
    assert browser.post(address(proposal, "refuse"), typed(proposal, "refuse")).status_code == 422
    Clarification.objects.update(due_on=timezone.localdate() - datetime.timedelta(1))
    assert "refuse" in buttons(browser, proposal)
    assert browser.post(address(proposal, "refuse"), typed(proposal, "refuse")).status_code == 302
    assert stage_of(proposal) == "refused"


def lawful(stage, action):
    try:
        return find_step(stage, action)
    except StepNotAllowed:
        return None


@pytest.mark.parametrize("stage", [stage.value for stage in Stage if stage not in (Stage.DRAFT, Stage.APPROVED)])
def test_an_action_without_a_row_in_the_table_is_refused_when_forged(stage):
    proposal = proposal_at(stage)
    browsers = {role: browser_for(role, proposal) for role in ("clerk", "head", "expert", "auditor", "secretary")}
    # Read once: nothing that follows may change what is offered.
    seen_buttons = {role: buttons(browser, proposal) for role, browser in browsers.items() if role != "secretary"}
    before = list(StageChange.objects.values_list("pk", flat=True))
    for action in [*(action.value for action in Action), "x"]:
        offered = action in PAGES
        step = lawful(stage, action)
        facts = typed(proposal, action) if offered else {"seen": seen(proposal), "note": "x"}
        for role, browser in browsers.items():
            if offered and step and browser.user.has_perm(step.permission):
                continue
            read, sent = browser.get(address(proposal, action)), browser.post(address(proposal, action), facts)
            expected = 403 if step else 409
            if not offered or (role == "secretary" and stage != "agenda"):
                expected = 404
            assert (read.status_code, sent.status_code) == (expected, expected), (role, action)
            assert action not in seen_buttons.get(role, ())
    assert list(StageChange.objects.values_list("pk", flat=True)) == before
    assert stage_of(proposal) == stage


def test_the_offered_steps_are_rows_of_the_table():
    assert set(PAGES) <= {step.action for step in STEPS if step.permission}
    assert set(PAGES) == {"take_up", "ask", "support", "refuse"}


def test_a_page_that_is_out_of_date_is_told_who_was_quicker_and_keeps_the_text():
    proposal = proposal_at("review")
    browser, other = browser_for("clerk", proposal), browser_for("head", proposal)
    facts = typed(proposal, "ask")
    assert other.post(address(proposal, "refuse"), typed(proposal, "refuse")).status_code == 302
    answer = browser.post(address(proposal, "ask"), facts)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Somebody was quicker" in page
    assert str(other.user) in page
    assert "Жер кімдікі?" in page
    assert parse(answer).all("input", type="submit") == []
    assert Clarification.objects.count() == 0


def test_a_step_that_is_still_lawful_may_be_sent_again_with_the_news_seen():
    proposal = proposal_at("filed")
    browser = browser_for("clerk", proposal)
    old = {**typed(proposal, "ask"), "seen": "junk"}
    for junk in (old, {**old, "seen": "0"}, {name: value for name, value in old.items() if name != "seen"}):
        answer = browser.post(address(proposal, "ask"), junk)
        assert answer.status_code == 409
    assert Clarification.objects.count() == 0
    again = parse(answer).one("input", name="seen")["value"]
    assert again == str(seen(proposal))
    assert browser.post(address(proposal, "ask"), {**old, "seen": again}).status_code == 302


def test_a_judge_sees_the_cover_until_interests_are_declared():
    proposal = proposal_at("review", problem="Құпия сөз", cost=1_234_000_000)
    paper = proposal.papers.first()
    for role in ("head", "expert"):
        browser = logged_in(role)
        browser.user.expert_sectors.create(sector_id=proposal.sector_id)
        page = browser.get(ROW.format(proposal.pk, "change/")).content.decode()
        for said in (proposal.number, str(proposal), proposal.application.applicant_name):
            assert said in page
        for hidden in ("Құпия сөз", "1 234", proposal.application.applicant_bin, str(paper.pk), paper.sha256):
            assert hidden not in page
        assert browser.get(f"/kk/papers/{paper.pk}/").status_code == 404
        assert browser.get(address(proposal, "ask")).status_code == 403
        sent = browser.post(ROW.format(proposal.pk, "declaration/"), {"has_conflict": "no"})
        assert (sent.status_code, sent["Location"]) == (302, ROW.format(proposal.pk, "change/"))
        assert "Құпия сөз" in browser.get(ROW.format(proposal.pk, "change/")).content.decode()
        assert browser.get(f"/kk/papers/{paper.pk}/").status_code == 200


def test_a_conflict_closes_the_file_for_the_person_and_is_told_to_the_others():
    proposal = proposal_at("review")
    browser = logged_in("head")
    declaration = ROW.format(proposal.pk, "declaration/")
    for wrong in (
        {},
        {"has_conflict": "yes"},
        {"has_conflict": "yes", "ground": "x"},
        {"has_conflict": "no", "ground": "shares"},
        {"has_conflict": "no", "text": "Үлесім бар"},
    ):
        assert browser.post(declaration, wrong).status_code == 422, wrong
    assert Declaration.objects.count() == 0
    sent = browser.post(declaration, {"has_conflict": "yes", "ground": "family", "text": "Інім"})
    assert (sent.status_code, sent["Location"]) == (302, "/admin/")
    for place in ("change/", "step/ask/", "opinion/", "assign/", "declaration/", "history/"):
        assert browser.get(ROW.format(proposal.pk, place)).status_code == 404, place
    assert browser.post(declaration, {"has_conflict": "no"}).status_code == 404
    browser.get("/admin/")  # takes the message that the declaration is written down
    for place in ("/admin/", "/admin/proposals/proposal/", "/admin/proposals/application/"):
        assert proposal.application.number not in browser.get(place).content.decode()
    page = logged_in("clerk").get(ROW.format(proposal.pk, "change/")).content.decode()
    assert "Declared a conflict of interest" in page
    assert str(browser.user) in page
    assert "Інім" not in page


def test_an_expert_in_conflict_is_no_longer_waited_for():
    proposal = proposal_at("review")
    expert, clerk = expert_of("education"), logged_in("clerk")
    Assignment.objects.create(proposal=proposal, expert=expert, due_on=timezone.localdate(), assigned_by=clerk.user)
    page = ROW.format(proposal.pk, "change/")
    assert "opinion by" in clerk.get(page).content.decode()
    declare(proposal, by=expert, has_conflict=True, ground="shares")
    told = clerk.get(page).content.decode()
    assert "opinion by" not in told
    assert "conflict of interest</span>" in told


def test_who_does_not_judge_declares_nothing():
    proposal = proposal_at("review")
    for role in ("clerk", "auditor"):
        browser = logged_in(role)
        assert browser.post(ROW.format(proposal.pk, "declaration/"), {"has_conflict": "no"}).status_code == 403
    assert Declaration.objects.count() == 0


def test_an_expert_knows_of_the_own_sectors_only():
    proposal = proposal_at("review")
    stranger = logged_in("expert")
    stranger.user.expert_sectors.create(sector_id="health")
    for place in ("change/", "step/ask/", "opinion/", "assign/", "declaration/"):
        assert stranger.get(ROW.format(proposal.pk, place)).status_code == 404
    known = logged_in("expert")
    known.user.expert_sectors.create(sector_id="education")
    assert known.get(ROW.format(proposal.pk, "change/")).status_code == 200


def test_who_works_for_the_applicant_finds_no_button_and_takes_no_step():
    person = applicant()
    proposal = proposal_at("filed", person)
    browser = logged_in("clerk")
    assert "take_up" in buttons(browser, proposal)
    proposal.application.organisation.memberships.create(user=browser.user)
    assert buttons(browser, proposal) & set(PAGES) == set()
    assert browser.post(address(proposal, "take_up"), typed(proposal, "take_up")).status_code == 403
    assert stage_of(proposal) == "filed"


def test_the_story_tells_requests_answers_refusals_and_readings_in_order():
    proposal = proposal_at("review")
    opinion = opinion_on(proposal, "against", by=reviewer(proposal, expert_of()))
    clerk, head = browser_for("clerk", proposal), browser_for("head", proposal)
    b"".join(clerk.get(f"/kk/papers/{proposal.papers.first().pk}/").streaming_content)
    head.post(address(proposal, "refuse"), typed(proposal, "refuse"))
    page = parse(head.get(ROW.format(proposal.pk, "change/")))
    told = [line.one("strong").text for line in page.one("ol", "story").all("li")]
    assert told == [
        "File",
        "Take up",
        "Assigned an expert",
        "Gave an opinion",
        "Took 1 paper to read",
        "Refuse",
    ]
    assert reason().name_en in page.text
    assert opinion.text in page.text
    # A clerk knows that somebody was asked, not what he or she said.
    seen_by_clerk = parse(clerk.get(ROW.format(proposal.pk, "change/")))
    assert opinion.text not in seen_by_clerk.text
    assert "Gave an opinion" not in seen_by_clerk.text


def test_versions_of_a_paper_stand_side_by_side():
    person = applicant()
    proposal = proposal_at("clarification", person)
    old = proposal.papers.filter(kind="business_plan").get()
    attach(proposal, kind="business_plan", upload=pdf("Жаңа.pdf"), by=person, replaces=old)
    page = parse(browser_for("clerk", proposal).get(ROW.format(proposal.pk, "change/")))
    table = page.one("details", "versions")
    assert ("Жаңа.pdf" in table.text, old.original_name in table.text) == (True, True)
    assert [cell.text for cell in table.all("td", "differs")] == ["Жаңа.pdf"]
