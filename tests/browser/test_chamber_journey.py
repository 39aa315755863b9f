"""A proposal at the chamber, from the desk to supported or refused: four people, each at a screen of their own."""

from dataclasses import dataclass

import pytest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import override
from playwright.sync_api import expect

from accounts.models import User
from accounts.roles import Role
from proposals.models import LetterKind, Opinion, Proposal, RefusalReason
from proposals.models.clarification import ClarificationKind
from proposals.models.review import ConflictGround
from proposals.services import asking, intake, review
from proposals.services.opinions import criteria_for
from proposals.services.review_lists import load_review_lists
from proposals.workflow import Stage
from tests.accounts.outbox import letters
from tests.browser import real_register
from tests.browser.applicant import Applicant
from tests.browser.chamber import REQUEST, Official, page_of
from tests.browser.conftest import See
from tests.factories import user
from tests.proposals import applications as maker

pytestmark = pytest.mark.django_db

ANSWER = "Толық файл жүктелді, бесінші бет енді бар."
REASONS = "Кезек расталған, күтілетін табыс жалдау шартымен дәлелденген."
SUPPORT = "Қарыз есебі сессияға дейін нақтылансын."
REFUSAL = "Екінші жылдың ағыны теріс: несиенің өтелуін қайта есептеңіз."
FAMILY = "Құрылтайшысы – інім."
EXPERTS = {"kk": "Қайырбек Сарапшы", "ru": "Сергей Экспертов"}
SUPPORTED = {"kk-phone": "kk", "ru-desktop": "ru"}
"""The journey to the end, by language and screen; the maslikhat's half of the road takes the other two pairs."""


@dataclass
class Case:
    """A proposal of its own, and the session of its applicant."""

    proposal: Proposal
    applicant: User
    session: str
    language: str = "kk"


@dataclass
class Scene:
    """Everybody of the chamber in both languages, their sessions, and one proposal for each journey."""

    people: dict[tuple[str, str], User]
    sessions: dict[tuple[str, str], str]
    cases: dict[str, Case]


def _filed(person: User, language: str) -> Proposal:
    """Return a proposal just filed; the letters about it are in this language."""
    application = maker.complete(maker.draft(person, language=language), person)
    return intake.file(application, by=person, consent=True, publish_agreed=False, site=maker.SITE).proposals.get()


@pytest.fixture(scope="module")
def scene(sessions: dict[str, str]) -> Scene:
    """Everybody of the chamber and a filed proposal for each journey; the second and third are under review."""
    load_review_lists()
    people = {}
    for language in ("kk", "ru"):
        people[Role.CLERK, language] = maker.staff(Role.CLERK, full_name="Іскер Қызметкер", language=language)
        people[Role.HEAD, language] = maker.staff(Role.HEAD, full_name="Бибігүл Басшы", language=language)
        people[Role.EXPERT, language] = maker.expert_of(full_name=EXPERTS[language], language=language)
    cases = {}
    for name, language in {**dict.fromkeys(("refused", "conflict"), "kk"), **SUPPORTED}.items():
        person = user(full_name="Айгүл Үлгі", language=language)
        maker.organisation(person)
        proposal = _filed(person, language) if name in SUPPORTED else maker.proposal_at(Stage.REVIEW, person)
        cases[name] = Case(proposal, person, real_register.session_of(person), language)
    review.assign([cases["conflict"].proposal], [people[Role.EXPERT, "kk"]], by=people[Role.CLERK, "kk"])
    return Scene(people, {role: real_register.session_of(person) for role, person in people.items()}, cases)


@pytest.fixture
def at_work(newcomer: See, scene: Scene):
    """Give ``at_work(role)``: a member of staff, in Kazakh and at a desktop unless said otherwise."""

    def person(role: str, language: str = "kk", screen: str = "desktop") -> Official:
        return Official(newcomer(screen, session=scene.sessions[role, language]), language)

    return person


def _letter(case: Case, kind: LetterKind):
    """Return the one letter of a kind to the applicant; it is in the language of the application."""
    (letter,) = [row for row in letters(case.applicant.email) if row.headers["X-Letter"] == f"proposal:{kind}"]
    assert letter.headers["Content-Language"] == case.language
    assert case.proposal.number in letter.subject + letter.message
    return letter


# --- supported ---
def _asks(clerk: Official, proposal: Proposal) -> None:
    row = clerk.waiting("Filed, to be taken up", proposal)
    expect(clerk.button("Take up", "action", within=row)).to_be_visible()
    with override(clerk.language):
        title = str(proposal)
    row.get_by_role("link", name=title).click()
    clerk.press("Ask the applicant", "action")
    due = asking.usual_day(timezone.localdate())
    expect(clerk.box("due_on")).to_have_value(due.isoformat())
    clerk.say_all({"kind": ClarificationKind.MISSING_PAPER, "text": REQUEST})
    clerk.press("Ask the applicant", "action")
    clerk.is_told("The request is sent. The chamber's clock stands still until the answer.")
    expect(clerk.button("Take up", "action")).to_have_count(0)


def _answers(her: Applicant, proposal: Proposal) -> None:
    her.go(f"applications/{proposal.application_id}/proposals/{proposal.pk}/")
    page = her.visitor.page
    expect(page.locator("#requests")).to_contain_text(REQUEST)
    with override(her.language):
        due = date_format(asking.usual_day(timezone.localdate()), "DATE_FORMAT")
    expect(page.locator("#requests")).to_contain_text(due)
    her.say("answer", ANSWER)
    her.press("Send the answer")
    expect(page.locator("#requests")).to_contain_text(ANSWER)
    expect(page.locator(".road .at-filed[aria-current=step]")).to_be_visible()


def _takes_up_and_assigns(clerk: Official, proposal: Proposal) -> None:
    row = clerk.waiting("Requests answered since yesterday", proposal)
    clerk.press("Take up", "action", within=row)
    page = clerk.visitor.page
    expect(page.locator(".filed-papers li")).not_to_have_count(0)
    # The papers are looked through first: without the mark nothing happens.
    clerk.visitor.forgive("answers 422")
    clerk.press("Take up", "action")
    expect(page.locator(".step-field .errorlist")).to_have_text(
        clerk.word("Look through the papers first, or ask the applicant for what is missing.")
    )
    page.locator("[name=complete]").check()
    clerk.press("Take up", "action")
    clerk.is_told("The proposal is under review. The applicant gets a letter.")
    row = clerk.waiting("Under review without an expert", proposal)
    clerk.press("Assign experts", within=row)
    expect(clerk.box("due_on")).to_have_value(review.usual_day(timezone.localdate()).isoformat())
    page.get_by_label(EXPERTS[clerk.language]).check()
    clerk.press("Assign")
    expect(page.locator(".messagelist .success")).to_be_visible()
    expect(page.locator(".filed-facts")).to_contain_text(EXPERTS[clerk.language])


def _declares_nothing(judge: Official, proposal: Proposal) -> None:
    """Declare no conflict on the cover, behind which the file opens."""
    filed = judge.visitor.page.get_by_text(judge.word("What was filed"))
    expect(filed).to_have_count(0)
    judge.visitor.page.locator("[name=has_conflict][value=no]").check()
    judge.press("Declare", "interests")
    judge.is_told("Your declaration is written down.")
    expect(filed).to_be_visible()


def _gives_an_opinion(expert: Official, head: Official, proposal: Proposal) -> None:
    expert.press(
        "Declare your interests", within=expert.waiting("Declare your interests before you open them", proposal)
    )
    _declares_nothing(expert, proposal)
    expert.press("Write the opinion")
    criteria = criteria_for(proposal.sector_id)
    assert criteria
    expert.say_all({f"score_{row.pk}": "9" for row in criteria[1:]})
    expert.say("text", REASONS)
    expert.press("Keep as draft")
    expert.is_told("The draft is kept. Nobody else sees it until you give it.")

    # Nobody else sees the draft, and what is not whole is not given.
    head.open(proposal)
    _declares_nothing(head, proposal)
    expect(head.visitor.page.locator("main")).not_to_contain_text(REASONS)
    expect(head.button("Support", "action")).to_have_count(0)

    expert.open(proposal)
    expert.press("Go on with the opinion")
    expect(expert.box("text")).to_have_value(REASONS)
    expert.visitor.forgive("answers 422")
    expert.press("Give the opinion")
    expect(expert.visitor.page.locator(".score-row.errors")).to_have_count(1)
    assert Opinion.objects.get(proposal=proposal).given_at is None
    expert.say(f"score_{criteria[0].pk}", "9")
    expert.say("recommendation", "for")
    expert.press("Give the opinion")
    expert.is_told("Your opinion is given.")
    expect(expert.button("Go on with the opinion")).to_have_count(0)


def _supports(head: Official, proposal: Proposal) -> None:
    head.press("Support", "action", within=head.waiting("Ready to be decided", proposal))
    head.say("note", SUPPORT)
    head.press("Support", "action")
    head.is_told("The proposal is supported. The applicant gets a letter.")
    opinion = head.visitor.page.locator("article.opinion")
    expect(opinion).to_contain_text(REASONS)
    expect(opinion.locator("h3")).to_contain_text("90%")


@pytest.mark.parametrize("name", SUPPORTED)
def test_proposal_is_asked_about_taken_up_judged_and_supported(newcomer: See, at_work, scene: Scene, name) -> None:
    case, screen = scene.cases[name], name.partition("-")[2]
    proposal, language = case.proposal, case.language
    clerk, head, expert = (at_work(role, language, screen) for role in (Role.CLERK, Role.HEAD, Role.EXPERT))
    her = Applicant(newcomer(screen, session=case.session), language)

    _asks(clerk, proposal)
    _answers(her, proposal)
    _takes_up_and_assigns(clerk, proposal)
    _gives_an_opinion(expert, head, proposal)
    _supports(head, proposal)

    her.go(f"applications/{proposal.application_id}/proposals/{proposal.pk}/")
    expect(her.visitor.page.locator(".road .at-supported[aria-current=step]")).to_be_visible()
    # What experts and the head's colleagues write stays in the house.
    expect(her.visitor.page.locator("main")).not_to_contain_text(REASONS)
    assert REQUEST in _letter(case, LetterKind.ASKED).message
    for kind in (LetterKind.ANSWERED, LetterKind.TAKEN_UP, LetterKind.SUPPORTED):
        _letter(case, kind)

    told = head.visitor.page.locator("ol.story > li")
    steps = [("File", "action"), ("Ask the applicant", "action"), ("Answer", "action"), ("Take up", "action")]
    steps += [("Assigned an expert", ""), ("Gave an opinion", ""), ("Support", "action")]
    expect(told.locator("strong")).to_have_text([head.word(*step) for step in steps])
    judge = EXPERTS[language]
    for place, words in ((1, REQUEST), (2, ANSWER), (4, judge), (5, judge), (6, SUPPORT)):
        expect(told.nth(place)).to_contain_text(words)
    expect(told.nth(6)).to_contain_text("Бибігүл Басшы")
    head.visitor.keep_picture("journey-chamber-supported", language)


# --- refused ---
def test_refusal_tells_what_to_mend_and_the_slower_colleague_who_was_quicker(at_work, scene: Scene) -> None:
    case = scene.cases["refused"]
    proposal, first, second = case.proposal, *RefusalReason.objects.filter(is_active=True)[:2]
    clerk, head = at_work(Role.CLERK), at_work(Role.HEAD)
    clerk.go(page_of(proposal, "step/ask"))
    clerk.say_all({"kind": ClarificationKind.EXPLANATION, "text": REQUEST})

    head.open(proposal)
    _declares_nothing(head, proposal)
    head.press("Refuse", "action")
    for reason in (first, second):
        head.visitor.page.locator(f"[name=reasons][value='{reason.pk}']").check()
    # Reasons of the list alone are not enough; the marks stay.
    head.visitor.forgive("answers 422")
    head.press("Refuse", "action")
    expect(head.visitor.page.locator("[name=reasons]:checked")).to_have_count(2)
    head.say("text", REFUSAL)
    head.press("Refuse", "action")
    head.is_told("The proposal is refused. The applicant gets a letter with the reasons.")
    expect(head.visitor.page.locator(".step-buttons")).to_have_count(0)

    letter = _letter(case, LetterKind.REFUSED).message
    for words in (first.name_kk, first.advice_kk, second.name_kk, second.advice_kk, REFUSAL):
        assert words in letter

    clerk.visitor.forgive("answers 409")
    clerk.press("Ask the applicant", "action")
    page = clerk.visitor.page
    news = page.locator(".step-news")
    for words in ("Бибігүл Басшы", clerk.word("Refuse", "action"), REFUSAL, clerk.word("Refused", "stage")):
        expect(news).to_contain_text(words)
    expect(clerk.box("text")).to_have_value(REQUEST)
    expect(clerk.button("Ask the applicant", "action")).to_have_count(0)
    proposal.refresh_from_db()
    assert (proposal.stage, proposal.clarifications.count()) == (Stage.REFUSED, 0)
    assert not [row for row in letters(case.applicant.email) if row.headers["X-Letter"] == "proposal:asked"]


# --- a conflict of interest ---
def test_expert_with_a_conflict_loses_the_file_and_the_head_reads_why(at_work, scene: Scene) -> None:
    proposal = scene.cases["conflict"].proposal
    expert, head = at_work(Role.EXPERT), at_work(Role.HEAD)
    page = expert.visitor.page
    row = expert.waiting("Declare your interests before you open them", proposal)
    expert.press("Declare your interests", within=row)
    page.locator("[name=has_conflict][value=yes]").check()
    # A conflict has a ground.
    expert.visitor.forgive("answers 422")
    expert.press("Declare", "interests")
    expect(page.locator(".step-field.errors")).to_contain_text(expert.word("Say what kind of conflict it is."))
    expert.say_all({"ground": ConflictGround.FAMILY, "text": FAMILY})
    expert.press("Declare", "interests")
    expect(page.locator(".messagelist .success")).to_contain_text(proposal.number)
    expect(page.locator("section.desk-work")).not_to_contain_text(proposal.number)
    for path in (page_of(proposal), page_of(proposal, "opinion"), page_of(proposal, "step/ask")):
        expert.go(path, status=404)
    expert.go(f"proposals/proposal/?q={proposal.number}")
    expect(page.locator("#result_list tbody tr")).to_have_count(0)
    # The papers are out of reach too: their door asks the same.
    paper = proposal.papers.first()
    assert paper is not None
    expert.visitor.visit(f"/kk/papers/{paper.pk}/", status=404)

    # The proposal waits for another expert.
    head.press("Assign experts", within=head.waiting("Under review without an expert", proposal))
    head.open(proposal)
    _declares_nothing(head, proposal)
    event = head.visitor.page.locator("ol.story > li").filter(has_text=head.word("Declared a conflict of interest"))
    expect(event).to_contain_text("Қайырбек Сарапшы")
    expect(event).to_contain_text(head.word("Family of somebody of the applicant"))
    # The explanation stays with the record.
    expect(head.visitor.page.locator("main")).not_to_contain_text(FAMILY)
