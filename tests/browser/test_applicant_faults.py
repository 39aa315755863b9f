"""What goes wrong on an applicant's day: the login ends, the server is silent, a tab closes, a finger presses twice."""

import re
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from playwright.sync_api import Route, expect

from proposals.models import Application, Proposal
from tests.browser import real_register
from tests.browser.applicant import Applicant
from tests.browser.conftest import See
from tests.factories import user
from tests.proposals import applications as maker

pytestmark = pytest.mark.django_db

TEXT = "Кезекте үш жүз бала тұр."
PASSWORD = "ұзын құпия сөз"
FILED_HERE = (6, 7)


@pytest.fixture(scope="module")
def drafts(sessions: dict[str, str]) -> list[tuple[str, str, str, str]]:
    """E-mail, session and the addresses of draft and first step of people with a draft; two can be filed."""
    made = []
    for turn in range(9):
        person = user(full_name="Айгүл Үлгі", email=f"fault{turn}@example.kz")
        maker.organisation(person)
        draft = maker.complete_draft(person) if turn in FILED_HERE else maker.draft(person)
        session, path = real_register.session_of(person), f"applications/{draft.pk}/"
        made.append((person.email, session, path, f"{path}proposals/{draft.proposals.get().pk}/idea/"))
    return made


@pytest.fixture
def somebody(newcomer: See, drafts: list[tuple[str, str, str, str]]):
    """Give ``somebody(turn)``: a person with a draft of her own, at its first step."""

    def person(turn: int, language: str = "kk") -> Applicant:
        email, session, _path, step = drafts[turn]
        her = Applicant(newcomer("desktop", session=session), language, email)
        her.go(step)
        return her

    return person


def _stored(her: Applicant) -> Proposal:
    return Proposal.objects.get(pk=urlsplit(her.visitor.page.url).path.split("/")[5])


@pytest.mark.parametrize(("turn", "language"), [(0, "kk"), (1, "ru")])
def test_login_that_ended_in_mid_sentence_costs_no_word(somebody, turn: int, language: str) -> None:
    her = somebody(turn, language)
    page = her.visitor.page
    her.say("problem", TEXT)
    her.is_saved()
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    # The form's secret changes with the login: the first attempt after it is refused, the next knows the new one
    # - or finds that the tab of the login has saved the text that waited in the browser.
    her.visitor.forgive("answers 401", "answers 403", "answers 409")
    her.say("objective", TEXT)
    expect(her.status).to_contain_text(
        her.word("You are no longer logged in. Your text is kept on this page: log in in another tab.")
    )
    expect(her.box("objective")).to_have_value(TEXT)
    with page.context.expect_page() as opened:
        her.status.get_by_role("link", name=her.word("Log in")).click()
    tab = opened.value
    tab.locator("main [name=email]").fill(her.email)
    tab.locator("main [name=password]").fill(PASSWORD)
    tab.locator("main form button").click()
    tab.wait_for_url("**/idea/")
    tab.close()
    page.bring_to_front()
    page.evaluate("dispatchEvent(new Event('focus'))")  # a browser without a screen does not tell the tab by itself
    her.is_saved()
    assert _stored(her).objective == TEXT


def test_login_that_ended_before_a_button_was_pressed_costs_no_word(somebody) -> None:
    her = somebody(2)
    page = her.visitor.page
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    her.visitor.forgive("answers 401")
    her.say("problem", TEXT)
    page.locator("button[value=stay]").click()
    page.wait_for_url("**/account/login/**")
    her.say_all({"email": her.email, "password": PASSWORD})
    her.press("Log in")
    her.at_step("idea")
    expect(her.box("problem")).to_have_value(TEXT)
    her.press("Save")
    assert _stored(her).problem == TEXT


def test_silent_server_is_asked_again(somebody) -> None:
    her = somebody(3)
    page, silent = her.visitor.page, True

    def answer(route: Route) -> None:
        if silent and route.request.method == "POST":
            route.abort("connectionrefused")
        else:
            route.continue_()

    her.visitor.forgive("ERR_CONNECTION_REFUSED")
    page.route("**/idea/", answer)
    her.say("problem", TEXT)
    expect(her.status).to_have_text(her.word("Not saved yet. Your text is kept here; we will try again."))
    assert _stored(her).problem == ""
    silent = False
    her.is_saved(within=9_000)
    assert _stored(her).problem == TEXT


def test_text_whose_answer_got_lost_is_not_taken_for_somebody_elses(somebody) -> None:
    her = somebody(8)
    page, lost = her.visitor.page, []

    def answer(route: Route) -> None:
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch().status)
            route.abort("connectionreset")
        else:
            route.continue_()

    her.visitor.forgive("ERR_CONNECTION_RESET", "answers 409")
    page.route("**/idea/", answer)
    her.say("problem", TEXT)
    expect(her.status).to_have_text(her.word("Not saved yet. Your text is kept here; we will try again."))
    assert (lost, _stored(her).problem) == ([200], TEXT)
    her.is_saved(within=9_000)
    # "Saved" still stands there from before: only the answer tells that this text has arrived.
    with page.expect_response(lambda response: response.request.method == "POST"):
        her.say("objective", TEXT)
    her.is_saved()
    assert _stored(her).objective == TEXT


def test_text_of_a_tab_that_was_closed_too_early_comes_back(somebody) -> None:
    her = somebody(4)
    page, context = her.visitor.page, her.visitor.page.context
    page.route("**/idea/", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    her.visitor.forgive("ERR_FAILED")
    her.say("problem", TEXT)
    address = page.url
    again = context.new_page()
    page.close()
    her.visitor.page = again
    her.visitor.listen()
    assert _stored_at(address).problem == ""
    again.goto(address)
    expect(her.box("problem")).to_have_value(TEXT)
    her.is_saved()
    assert _stored_at(address).problem == TEXT
    again.reload()
    expect(her.box("problem")).to_have_value(TEXT)
    assert again.evaluate("Object.keys(localStorage).length") == 0


def _stored_at(address: str) -> Proposal:
    return Proposal.objects.get(pk=urlsplit(address).path.split("/")[5])


def test_wrong_sum_is_told_beside_its_box_and_kept(somebody) -> None:
    her = somebody(5)
    page = her.visitor.page
    page.goto(page.url.replace("/idea/", "/money/"))
    her.say("cost", "көп")
    error = page.locator("#field-cost .field-error")
    expect(error).to_be_visible()
    expect(her.box("cost")).to_have_attribute("aria-invalid", "true")
    expect(her.box("cost")).to_have_attribute("aria-describedby", re.compile(r"\bid_cost_error\b"))
    page.reload()
    expect(her.box("cost")).to_have_value("көп")
    expect(error).to_be_visible()
    her.say("cost", "1,5 млрд")
    expect(error).to_have_count(0)
    expect(her.box("cost")).not_to_have_attribute("aria-invalid", "true")
    assert _stored(her).cost == 1_500_000_000


def test_two_presses_file_one_application(somebody, drafts) -> None:
    her = somebody(6)
    page = her.visitor.page
    before = Application.objects.exclude(number="").count()
    her.go(f"{drafts[6][2]}file/")
    page.locator("label:has([name=consent])").click()
    page.get_by_role("button", name=her.word("File the application")).dblclick()
    # Looked at again and again: the second press breaks off the load that the first began, and one wait would fail.
    expect(page).to_have_url(re.compile(r"/receipt/$"), timeout=15_000)
    assert Application.objects.exclude(number="").count() == before + 1
    assert Application.objects.get(pk=drafts[6][2].split("/")[1]).proposals.get().stage_changes.count() == 1


def test_way_back_after_filing_leads_to_the_receipt_not_to_a_second_number(somebody, drafts) -> None:
    her = somebody(7)
    page = her.visitor.page
    her.go(f"{drafts[7][2]}file/")
    page.locator("label:has([name=consent])").click()
    her.press("File the application")
    page.wait_for_url("**/receipt/")
    number = page.locator(".receipt h1").text_content()
    page.go_back()
    expect(page.locator(".receipt h1")).to_have_text(number or "")
    # A step that is still open somewhere shows what became of the draft.
    her.go(drafts[7][3])
    expect(page.locator("h1")).to_contain_text(re.search(r"20\d\d-\d{6}", number or "")[0])
