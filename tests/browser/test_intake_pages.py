"""One visit of every page of account and intake: Kazakh and Russian, desktop and phone, light and dark, zoomed."""

import pytest

from tests.browser import checks, intake
from tests.browser.conftest import See
from tests.browser.intake import NAMES, STATUS, Intake
from tests.browser.visitor import WIDTHS, Visitor

pytestmark = pytest.mark.django_db

TYPED = intake.TYPED
FORM = tuple(name for name in NAMES if name.split("-")[0] in {"empty", "errors", "full"})

# Each page in both languages and at both widths, the filled form in all four combinations.
SIGHTS = [
    *((name, language, screen) for name in NAMES for language, screen in (("kk", "phone"), ("ru", "desktop"))),
    *(
        (name, language, screen)
        for name in FORM
        for language, screen in (("kk", "desktop"), ("ru", "phone"))
        if name.startswith("full")
    ),
]


@pytest.fixture(scope="module")
def people(sessions: dict[str, str]) -> Intake:
    """Everybody and everything; it goes with the register of the module."""
    return intake.build()


def _visit(see: See, people: Intake, name: str, language: str, screen: str) -> Visitor:
    visitor = see(screen, session=people.session_for(name))
    visitor.visit(f"/{language}/{people.pages[name]}", status=STATUS.get(name, 200))
    return visitor


@pytest.mark.parametrize(("name", "language", "screen"), SIGHTS)
def test_page_fits_its_screen_and_is_readable(see: See, people: Intake, name: str, language: str, screen: str) -> None:
    visitor = _visit(see, people, name, language, screen)
    page = visitor.page
    problems = checks.layout_problems(page, visitor.width) + checks.shift_problems(page)
    problems += checks.language_problems(page, language) + checks.heading_problems(page)
    problems += checks.words_of_another_language(page, language, typed=TYPED)
    if (language, screen) == ("ru", "desktop"):
        problems += checks.axe_problems(page) + checks.dark_problems(page) + checks.zoom_problems(page)
    visitor.keep_picture(name, language, wrong=bool(problems))
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("screen", WIDTHS)
@pytest.mark.parametrize(("name", "answer"), [("full-idea", 409), ("empty-money", 422)])
def test_refused_step_is_readable(see: See, people: Intake, name: str, answer: int, screen: str) -> None:
    """A step that was changed elsewhere, and one with wrong sums, sent by a button."""
    visitor = _visit(see, people, name, "ru", screen)
    page = visitor.page
    visitor.forgive(f"answers {answer}")
    if answer == 409:
        page.locator("[name=version]").evaluate("box => { box.value = 1 }")
        page.locator("[name=title_kk]").evaluate("box => { box.value = 'Басқа атау' }")
    else:
        page.locator("[name=cost]").evaluate("box => { box.value = 'көп' + innerWidth }")
    with page.expect_navigation() as sent:
        page.locator("button[value=next]").click()
    assert sent.value.status == answer
    problems = checks.layout_problems(page, visitor.width) + checks.axe_problems(page)
    problems += checks.words_of_another_language(page, "ru", typed=TYPED)
    visitor.keep_picture(f"refused-{answer}", "ru", wrong=bool(problems))
    assert not problems, "\n".join(problems)
