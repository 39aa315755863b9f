"""One visit of every public page: three languages, phone and desktop, light and dark."""

import pytest

from reference.languages import LANGUAGES
from tests.browser import checks
from tests.browser.conftest import See
from tests.browser.pages import NAMES, STATUS, path_of
from tests.browser.visitor import WIDTHS, Visitor

pytestmark = pytest.mark.django_db

# One page of each template: what axe says of the words and colours of the others it says here.
TEMPLATES = ("home", "list-filtered", "list-with-an-error", "project-with-cost", "resolution-approval", "resolutions")
TEMPLATES += ("list-map", "statistics", "open-data")
DARK = "dark"


def _visit(visitor: Visitor, name: str, language: str) -> None:
    visitor.visit(path_of(name, language), status=STATUS.get(name, 200))


# Kazakh and Russian have the long words; of English the narrow screen is enough.
SIGHTS = [(language, screen) for language in LANGUAGES for screen in WIDTHS if (language, screen) != ("en", "desktop")]


@pytest.mark.parametrize(("language", "screen"), SIGHTS)
@pytest.mark.parametrize("name", NAMES)
def test_page_fits_its_screen_and_is_readable(see: See, name: str, language: str, screen: str) -> None:
    visitor = see(screen)
    _visit(visitor, name, language)
    problems = checks.layout_problems(visitor.page, visitor.width)
    problems += checks.language_problems(visitor.page, language) + checks.heading_problems(visitor.page)
    if (language, screen) == ("kk", "desktop") or (screen == "phone" and name in TEMPLATES):
        problems += checks.axe_problems(visitor.page)
    if problems or (name in TEMPLATES and (language, screen) in {("kk", "phone"), ("ru", "desktop")}):
        visitor.keep_picture(name, language)
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("name", NAMES)
def test_page_is_readable_in_the_dark(see: See, name: str) -> None:
    visitor = see("desktop", dark=True)
    _visit(visitor, name, "kk")
    ground = visitor.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == "rgb(15, 23, 29)"
    problems = checks.axe_problems(visitor.page)
    assert not problems, "\n".join(problems)


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


def test_pages_come_with_a_strict_policy(see: See) -> None:
    answer = see("desktop").visit("/kk/")
    policy = answer.header_value("content-security-policy") or ""
    assert "default-src 'none'" in policy
    assert "unsafe-" not in policy
