"""The whole way of an applicant, in Kazakh and in Russian, at a desk, on a phone, and without any script."""

import re
from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from proposals.models import Application
from tests.accounts.outbox import letters
from tests.browser import checks
from tests.browser.applicant import IDEA, PAPERS, PARTNERS, PLACE, Applicant
from tests.browser.conftest import See

pytestmark = pytest.mark.django_db

TYPED = (*IDEA.values(), *PAPERS.values(), PLACE["place"])
OFFLINE = "Желісіз жазылған мәтін: он төрт топ, ас үй, спорт залы."
HERE = "Кезекте 300 бала тұр, келесі жылы 400 болады."
ELSEWHERE = "Телефоннан қосылды: кезек екі есе қысқарады."


def _said_in_her_language(her: Applicant, *typed: str) -> list[str]:
    found = checks.words_of_another_language(her.visitor.page, her.language, typed=(*TYPED, *typed))
    return [f"{urlsplit(her.visitor.page.url).path}: {problem}" for problem in found]


def _looks_whether_it_can_be(her: Applicant) -> None:
    """Take the short check from the empty list, and begin."""
    her.press("Short check")
    answers = {"used_by": "public", "object_owner": "new", "object_kind": "none", "payer": "users"}
    her.say_all({**answers, "term_years": "10", "cost": "1,5 млрд", "own_funds": "450 млн", "sector": "education"})
    her.press("Check", "button")
    expect(her.visitor.page.locator(".check-result .finding")).not_to_have_count(0)
    her.press("Begin an application")
    her.press("Begin")


def _loses_the_connection(her: Applicant) -> None:
    """Type into the void, press the button, come back: nothing is lost."""
    page, box = her.visitor.page, her.box("description")
    her.visitor.forgive("ERR_INTERNET_DISCONNECTED")
    page.context.set_offline(True)
    box.fill(OFFLINE)
    expect(her.status).to_have_text(her.word("No connection. Your text is kept here and will be saved by itself."))
    page.locator("button[value=next]").click()
    her.at_step("idea")
    expect(box).to_have_value(OFFLINE)
    page.context.set_offline(False)
    her.is_saved()


def _goes_on_elsewhere(her: Applicant, other: Applicant) -> None:
    """Find the text on another device, change it there; the first tab is told and keeps what is typed in it."""
    page = her.visitor.page
    other.visitor.visit(f"/{her.language}/account/login/?next={urlsplit(page.url).path}")
    other.log_in()
    other.at_step("idea")
    expect(other.box("description")).to_have_value(OFFLINE)
    expect(other.box("title_kk")).to_have_value(IDEA["title_kk"])
    other.say("objective", ELSEWHERE)
    other.is_saved()

    her.visitor.forgive("answers 409")
    her.say("problem", HERE)
    expect(her.status).to_contain_text(
        her.word("This proposal was changed in another tab or on another device. Your text here is kept.")
    )
    expect(her.box("problem")).to_have_value(HERE)
    her.status.get_by_role("button", name=her.word("Keep my text")).click()
    her.is_saved()
    # The boxes she did not touch show what was typed elsewhere: a button must not send the older text.
    expect(her.box("objective")).to_have_value(ELSEWHERE)
    expect(her.box("problem")).to_have_value(HERE)


def _fills_the_first(her: Applicant, year: int, other: Applicant | None) -> list[str]:
    page = her.visitor.page
    her.at_step("idea")
    problems = _said_in_her_language(her)
    her.box("title_kk").press_sequentially(IDEA["title_kk"][:12])
    her.is_saved()
    her.say_all(IDEA)
    her.is_saved()
    if other is not None:
        _loses_the_connection(her)
        _goes_on_elsewhere(her, other)
    her.save_and_go_on()

    her.at_step("place")
    assert not her.has_questions()
    page.evaluate("window.wasHere = true")
    her.fill_step("place", year)
    her.is_saved()
    assert page.evaluate("window.wasHere"), "the questions came without a new page"
    problems += _said_in_her_language(her)
    her.save_and_go_on()

    her.at_step("money")
    her.fill_step("money", year)
    expect(her.box(f"year_{year + 9}")).to_be_visible()
    expect(her.box(f"year_{year + 10}")).to_have_count(0)
    her.is_saved()
    problems += _said_in_her_language(her)
    her.save_and_go_on()

    for step in ("partners", "papers"):
        her.at_step(step)
        her.fill_step(step, year)
        problems += _said_in_her_language(her)
        if step == "partners":
            her.save_and_go_on()
    her.press("Go on")
    her.at_step("review")
    problems += _said_in_her_language(her)
    expect(page.locator("main")).to_contain_text("1 500 000 000".replace(" ", "\u00a0"))
    _explains(her)
    her.save_and_go_on()
    return problems


def _explains(her: Applicant) -> None:
    """Give a reason for whatever figure is asked about."""
    for box in her.visitor.page.locator("main textarea[name^=reason_]").all():
        box.fill("Есептеуі бизнес-жоспарда.")


def _fills_the_second(her: Applicant, year: int) -> None:
    """Fill another proposal in haste, with the buttons alone."""
    her.press("Add a proposal")
    for step in ("idea", "place", "money", "partners"):
        her.at_step(step)
        her.fill_step(step, year)
        if step == "money":
            her.say("cost", "900 млн")
        her.save_and_go_on()
    for kind in ("business_plan", "registration", "own_funds"):
        her.upload(kind)
    her.press("Go on")
    _explains(her)
    her.save_and_go_on()


@pytest.mark.parametrize(
    ("turn", "language", "screen", "proposals"),
    [(0, "kk", "phone", 2), (1, "ru", "desktop", 2), (2, "kk", "desktop", 1), (3, "ru", "phone", 1)],
)
def test_she_files_her_proposals(newcomer: See, turn: int, language: str, screen: str, proposals: int) -> None:
    """With two proposals the connection is lost and another device is taken up on the way; with one all goes well."""
    her = Applicant(newcomer(screen), language, f"kunshuaq{turn}@example.kz")
    page, year = her.visitor.page, timezone.localdate().year + 1
    her.register()
    her.enter_organisation(turn + 1)
    problems = _said_in_her_language(her)
    _looks_whether_it_can_be(her)
    other = Applicant(newcomer("desktop"), language, her.email) if proposals > 1 else None
    problems += _fills_the_first(her, year, other)

    expect(page.locator("li.card .step-gap")).to_have_count(0)
    if proposals > 1:
        _fills_the_second(her, year)
    expect(page.locator("ol.applications > li")).to_have_count(proposals)
    problems += _said_in_her_language(her)
    her.press("Look through and file")
    problems += _said_in_her_language(her)
    page.locator("label:has([name=consent])").click()
    her.press("File the application")

    number = re.search(r"20\d\d-\d{6}", page.locator(".receipt h1").text_content() or "")
    assert number, page.url
    problems += _said_in_her_language(her)
    her.visitor.keep_picture("journey-business-receipt", language)
    with page.expect_download() as asked:
        page.get_by_role("link", name=her.word("Receipt as PDF")).click()
    with asked.value.path().open("rb") as receipt:
        assert receipt.read(5) == b"%PDF-"

    her.press("See where it stands")
    expect(page.locator("h1")).to_contain_text(number[0])
    expect(page.locator(".road .at-filed[aria-current=step]")).to_have_count(proposals)
    her.visitor.keep_picture("journey-business-road", language)
    problems += _said_in_her_language(her)
    letter = letters(her.email)[-1]
    assert letter.headers["X-Letter"] == "proposal:filed"
    assert number[0] in letter.message
    assert f"/{language}/applications/" in letter.message

    application = Application.objects.get(number=number[0])
    assert [proposal.papers.count() for proposal in application.proposals.order_by("position")] == [4, 3][:proposals]
    assert application.language == language
    assert not problems, "\n".join(dict.fromkeys(problems))


def test_without_scripts_the_buttons_do_the_same(newcomer: See) -> None:
    her = Applicant(newcomer("phone", scripts=False), "kk", "senim@example.kz", scripts=False)
    page, year = her.visitor.page, timezone.localdate().year + 1
    her.register()
    her.enter_organisation(9)
    her.go("applications/new/")
    her.press("Begin")
    her.say_all(IDEA)
    her.save_and_go_on()
    her.fill_step("place", year)
    her.save_and_go_on()
    her.fill_step("money", year)
    her.press("Save")
    expect(her.box(f"year_{year}")).to_be_visible()
    her.save_and_go_on()
    her.say_all(PARTNERS)
    her.save_and_go_on()
    her.fill_step("papers", year)
    her.press("Go on")
    _explains(her)
    her.save_and_go_on()
    her.press("Look through and file")
    page.locator("label:has([name=consent])").click()
    her.press("File the application")
    expect(page.locator(".receipt h1")).to_contain_text(re.compile(r"20\d\d-\d{6}"))
    filed = Application.objects.get(
        number=re.search(r"20\d\d-\d{6}", page.locator(".receipt h1").text_content() or "")[0]
    )
    proposal = filed.proposals.get()
    assert (proposal.cost, proposal.title_kk, proposal.jobs) == (1_500_000_000, IDEA["title_kk"], 60)
    assert {paper.original_name for paper in proposal.papers.all()} == set(PAPERS.values())
