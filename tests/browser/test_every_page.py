"""One visit of every public page: three languages, phone and desktop, light and dark, zoomed."""

import pytest
from playwright.sync_api import Response, expect

from reference.languages import LANGUAGES
from tests.browser import checks
from tests.browser.conftest import See
from tests.browser.pages import NAMES, STATUS, path_of
from tests.browser.visitor import WIDTHS, Visitor

pytestmark = pytest.mark.django_db

# One page of each template: what axe says of the words and colours of the others it says here.
TEMPLATES = ("home", "list-filtered", "list-with-an-error", "project-with-cost", "resolution-approval", "resolutions")
TEMPLATES += ("list-map", "statistics", "open-data", "accessibility")


def _visit(visitor: Visitor, name: str, language: str) -> Response:
    return visitor.visit(path_of(name, language), status=STATUS.get(name, 200))


# Kazakh and Russian have the long words; of English the narrow screen is enough.
SIGHTS = [(language, screen) for language in LANGUAGES for screen in WIDTHS if (language, screen) != ("en", "desktop")]


@pytest.mark.parametrize(("language", "screen"), SIGHTS)
@pytest.mark.parametrize("name", NAMES)
def test_page_fits_its_screen_and_is_readable(see: See, name: str, language: str, screen: str) -> None:
    visitor = see(screen)
    answer, page = _visit(visitor, name, language), visitor.page
    problems = checks.layout_problems(page, visitor.width) + checks.shift_problems(page)
    problems += checks.language_problems(page, language) + checks.heading_problems(page)
    if (language, screen) == ("kk", "desktop"):
        problems += checks.weight_problems(page, answer.body())
        problems += checks.axe_problems(page) + checks.dark_problems(page) + checks.zoom_problems(page)
    elif (language, screen) == ("kk", "phone") and name in TEMPLATES:
        problems += checks.axe_problems(page)
    visitor.keep_picture(name, language, wrong=bool(problems))
    assert not problems, "\n".join(problems)


# What a ground or a colour says otherwise must say itself by a frame, a line or the reader's own colours.
_SAID_WITHOUT_OUR_COLOURS = """() => {
  const found = [], all = (selector) => [...document.querySelectorAll(selector)].filter((one) => one.checkVisibility());
  const is = (one, other, property) => getComputedStyle(one)[property] === getComputedStyle(other)[property];
  for (const pill of all(".pill")) {
    if (getComputedStyle(pill).borderTopStyle !== "solid") found.push(`no frame: ${pill.textContent}`);
  }
  for (const bar of all(".bar svg")) {
    const [ground, fill] = [bar.querySelector(".bar-ground"), bar.querySelector(".bar-fill")];
    if (ground && fill && is(ground, fill, "fill")) found.push("a bar is like its ground");
  }
  const here = document.querySelector(".languages a[aria-current]");
  const there = document.querySelector(".languages a:not([aria-current])");
  if (is(here, there, "backgroundColor")) found.push("the language of the page is like the others");
  const now = document.querySelector(".road .now .dot"), ahead = document.querySelector(".road .ahead .dot");
  if (now && ahead && is(now, ahead, "backgroundColor")) found.push("the stage of now is like those to come");
  const probe = document.body.appendChild(document.createElement("i"));
  probe.style.color = "HighlightText";
  for (const one of all("a, button, span, p, td, th, b, strong")) {
    const isHidden = is(one, probe, "color") && getComputedStyle(one).forcedColorAdjust !== "none";
    if (isHidden) found.push(`a plate of the browser hides “${one.textContent}”`);
  }
  probe.remove();
  return [found, all(".pill").length + all(".bar svg").length + all(".road .now").length];
}"""


@pytest.mark.parametrize("name", ["list", "project-on-file", "home"])
def test_nothing_is_told_by_our_colours_alone(see: See, name: str) -> None:
    """The reader's own colours of a whole system (forced colours) leave no ground of ours."""
    visitor = see("desktop")
    _visit(visitor, name, "kk")
    page = visitor.page
    page.emulate_media(forced_colors="active")
    problems, looked_at = page.evaluate(_SAID_WITHOUT_OUR_COLOURS)
    page.emulate_media(forced_colors="none")
    assert (problems, looked_at > 0) == ([], True)


@pytest.mark.parametrize("screen", WIDTHS)
@pytest.mark.parametrize("name", ["home", "list", "project-on-file", "resolution-approval"])
def test_keyboard_is_always_seen(see: See, name: str, screen: str) -> None:
    visitor = see(screen)
    _visit(visitor, name, "kk")
    problems = checks.keyboard_problems(visitor.page)
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("screen", WIDTHS)
def test_first_tab_offers_to_skip_the_menu(see: See, screen: str) -> None:
    visitor = see(screen)
    _visit(visitor, "list", "kk")
    page = visitor.page
    page.keyboard.press("Tab")
    skip = page.locator(".skip")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert skip.bounding_box()["y"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "search", "the menu comes after all"


def test_a_slow_answer_is_waited_for_in_sight(see: See) -> None:
    """While the list looks for what is typed, the old results say that they are old."""
    visitor = see("desktop")
    _visit(visitor, "list", "kk")
    page, held = visitor.page, []
    page.route("**/kk/projects/?search=*", lambda route: held.append(route))
    page.locator("input[name=search]").press_sequentially("мектеп")
    expect(page.locator("[data-results]")).to_have_attribute("aria-busy", "true")
    for route in held:
        route.continue_()
    page.unroute("**/kk/projects/?search=*")
    expect(page.locator("[data-results]")).not_to_have_attribute("aria-busy", "true")
    assert "search=" in page.url


def test_pages_come_with_a_strict_policy(see: See) -> None:
    answer = see("desktop").visit("/kk/")
    policy = answer.header_value("content-security-policy") or ""
    assert "default-src 'none'" in policy
    assert "unsafe-" not in policy
