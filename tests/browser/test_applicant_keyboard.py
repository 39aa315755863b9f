"""The form with the keyboard alone: every box in the order it is seen, no trap, nothing out of sight."""

import re
from itertools import pairwise
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.browser import checks, intake, real_register
from tests.browser.applicant import IDEA, MONEY, Applicant
from tests.browser.conftest import See
from tests.browser.visitor import WIDTHS
from tests.proposals import applications as maker

pytestmark = pytest.mark.django_db

# Where the keyboard is: what it is called, what it can do, where it stands on the page.
_HERE = """() => {
  const element = document.activeElement, box = element.getBoundingClientRect();
  return {
    tag: element.tagName, type: element.type || "", name: element.name || "", value: element.value || "",
    inForm: !!element.closest("#step-form"), top: box.top + scrollY, bottom: box.bottom + scrollY,
  };
}"""
# Every box that a finger could use: a group of rounds counts once, as the keyboard counts it.
_BOXES = """() => [...new Set([...document.querySelectorAll(
  "#step-form input:not([type=hidden]), #step-form select, #step-form textarea")]
  .filter((box) => box.checkVisibility())
  .map((box) => box.type === "checkbox" ? box.name + box.value : box.name))]"""


@pytest.fixture(scope="module")
def pages(sessions: dict[str, str]) -> intake.Intake:
    """Applications in every state."""
    return intake.build()


def _tab(page: Page) -> dict[str, Any]:
    page.keyboard.press("Tab")
    return page.evaluate(_HERE)


def _past_the_menu(page: Page) -> None:
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


@pytest.mark.parametrize("screen", WIDTHS)
@pytest.mark.parametrize("step", intake.STEPS)
def test_every_box_is_reached_in_the_order_it_is_seen(see: See, pages: intake.Intake, step: str, screen: str) -> None:
    visitor = see(screen, session=pages.session)
    page = visitor.page
    visitor.visit(f"/kk/{pages.pages[f'full-{step}']}")
    problems = checks.keyboard_problems(page)
    visitor.visit(f"/kk/{pages.pages[f'full-{step}']}")
    wanted = page.evaluate(_BOXES)
    _past_the_menu(page)
    reached: list[dict[str, Any]] = []
    for _press in range(200):
        here = _tab(page)
        if here["tag"] == "BODY":
            break
        if here["inForm"]:
            reached.append(here)
    names = [here["name"] + (here["value"] if here["type"] == "checkbox" else "") for here in reached]
    assert [name for name in names if name not in ("", "go")] == wanted
    for before, after in pairwise(reached):
        if after["bottom"] < before["top"]:
            problems.append(f"after “{before['name']}” the keyboard jumps up to “{after['name']}”")
    assert not problems, "\n".join(problems)


@pytest.fixture(scope="module")
def draft(sessions: dict[str, str]) -> tuple[str, str]:
    """Session and first step of somebody who begins."""
    person = maker.applicant()
    made = maker.draft(person)
    return real_register.session_of(person), f"applications/{made.pk}/proposals/{made.proposals.get().pk}/idea/"


def test_form_is_filled_without_a_mouse(newcomer: See, draft: tuple[str, str]) -> None:
    her = Applicant(newcomer("desktop", session=draft[0]), "kk")
    page, year = her.visitor.page, str(timezone.localdate().year + 1)
    answers = {**IDEA, **MONEY, "term_years": "10", "implementation_start": year, "jobs": "60", "capacity": "280"}
    her.go(draft[1])
    _past_the_menu(page)  # and it stays past on the next steps: the address keeps “#main”
    for step, after in zip(intake.STEPS, (*intake.STEPS[1:], "the application"), strict=True):
        her.at_step(step)
        _fill_with_the_keyboard(her, answers)
        if after != "the application":
            page.wait_for_url(re.compile(rf"/{after}/(#main)?$"))
    expect(page.locator("ol.applications > li")).to_have_count(1)
    missing = page.locator(".step-links .step-gap")
    expect(missing).to_have_count(1)
    expect(missing).to_contain_text("4")  # the papers alone, four for such a cost


def _fill_with_the_keyboard(her: Applicant, answers: dict[str, str]) -> None:
    """Answer what the keyboard comes to, and press the first button with Enter."""
    page, opened = her.visitor.page, False
    for _press in range(120):
        here = _tab(page)
        if here["tag"] == "SUMMARY" and not opened and page.locator(".paper").count():
            opened = page.evaluate("document.activeElement.parentElement.open")
            page.keyboard.press("Enter")
            assert page.evaluate("document.activeElement.parentElement.open") != opened, "Enter opens and closes"
            page.keyboard.press("Enter")
            opened = True
        elif here["tag"] == "A" and page.evaluate("!!document.activeElement.closest('.step-actions')"):
            return page.keyboard.press("Enter")
        elif not here["inForm"]:
            continue
        elif here["name"] == "go":
            return page.keyboard.press("Enter")
        elif here["type"] == "checkbox":
            if here["value"] == "sales":
                page.keyboard.press("Space")
        elif here["type"] == "radio":
            page.keyboard.press("Space")
            page.keyboard.press("ArrowDown")
            page.keyboard.press("ArrowUp")
            assert page.evaluate("document.activeElement.checked")
        elif here["tag"] == "SELECT":
            page.keyboard.press("ArrowDown")
            if here["name"] == "sector":
                expect(page.locator("[name^=answer_]").first).to_be_attached()
                her.is_saved()
        elif not here["name"].startswith(("year_", "reason_")):
            page.keyboard.type(answers.get(here["name"], "12"))
        elif here["name"].startswith("reason_"):
            page.keyboard.type("Есептеуі қосымшада.")
    raise AssertionError("no button was reached")
