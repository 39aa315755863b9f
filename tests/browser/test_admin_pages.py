"""The staff site as a secretary and the people of the review see it: on the desktop, on a phone, in every theme."""

from collections.abc import Callable
from typing import Final

import pytest
from django.contrib import admin
from playwright.sync_api import expect

from accounts.models import User
from accounts.roles import Role
from projects.models import Project, Resolution
from reference.codelists import ProjectStatus
from tests.browser import chamber, checks, real_register
from tests.browser.chamber import Chamber
from tests.browser.conftest import See
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.django_db

LANGUAGES: Final = ("kk", "ru")


def _approved() -> int:
    found = Project.objects.filter(status=ProjectStatus.APPROVED, resolution__isnull=False).order_by("number").first()
    assert found is not None
    return found.pk


def _resolution() -> int:
    return Resolution.objects.get(import_key="almaty-2017-09").pk


PAGES: Final[dict[str, Callable[[], str]]] = {
    "desk": lambda: "",
    "project-list": lambda: "projects/project/?approved=yes&q=%D0%B0%D0%BB%D0%BC%D0%B0%D1%82%D1%8B",
    "project": lambda: f"projects/project/{_approved()}/change/",
    "new-project": lambda: "projects/project/add/",
    "resolution": lambda: f"projects/resolution/{_resolution()}/change/",
    "history": lambda: f"projects/project/{_approved()}/history/",
    "status": lambda: f"projects/project/{_approved()}/status/",
    "contract": lambda: f"projects/project/{_approved()}/contract/",
    "ceilings": lambda: "projects/obligationceiling/add/",
}


@pytest.fixture(scope="module")
def review(sessions: dict[str, str]) -> Chamber:
    """Clerks, heads and experts with proposals at every stage of the review."""
    return chamber.build()


def _look_at(visitor: Visitor, name: str, language: str, *, axe: bool = True) -> list[str]:
    page = visitor.page
    problems = checks.layout_problems(page, visitor.width) + checks.language_problems(page, language)
    problems += checks.heading_problems(page)
    if axe:
        problems += checks.axe_problems(page)
        problems += checks.dark_problems(page) + checks.zoom_problems(page) if visitor.screen == "desktop" else []
    visitor.keep_picture(f"admin-{name}", language, wrong=bool(problems))
    return problems


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_page_works_on_the_desktop(see: See, name: str, language: str) -> None:
    visitor = see("desktop", staff=language)
    visitor.visit("/admin/" + PAGES[name]())
    problems = _look_at(visitor, name, language, axe=language == "kk")
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["desk", "project-list", "resolution", "status"])
def test_page_works_on_a_phone(see: See, name: str, language: str) -> None:
    visitor = see("phone", staff=language)
    visitor.visit("/admin/" + PAGES[name]())
    problems = _look_at(visitor, name, language, axe=language == "kk")
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize(("screen", "language"), [("desktop", "kk"), ("phone", "ru")])
@pytest.mark.parametrize("name", chamber.NAMES)
def test_page_of_the_review_works(see: See, review: Chamber, name: str, screen: str, language: str) -> None:
    role, path = review.pages[name]
    visitor = see(screen, session=review.sessions[role, language])
    visitor.visit(f"/admin/{path}", status=chamber.STATUS.get(name, 200))
    problems = _look_at(visitor, name, language, axe=screen == "desktop")
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize(("screen", "language"), [("desktop", "kk"), ("phone", "ru")])
def test_experts_are_assigned_to_many_on_a_page_of_its_own(
    see: See, review: Chamber, screen: str, language: str
) -> None:
    visitor = see(screen, session=review.sessions[Role.CLERK, language])
    visitor.visit("/admin/proposals/proposal/?stage=review")
    page = visitor.page
    for box in page.locator("input.action-select").all():
        box.check()
    page.locator("select[name=action]").select_option("assign_experts")
    page.locator("button[name=index]").click()
    expect(page.locator(".declared-projects li")).to_have_count(2)
    problems = _look_at(visitor, "assign-many", language, axe=screen == "desktop")
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("wanted", ["", "light", "dark"])
@pytest.mark.parametrize("dark_system", [False, True], ids=["light-system", "dark-system"])
@pytest.mark.parametrize("name", ["desk", "status"])
def test_page_is_readable_in_every_theme(see: See, name: str, dark_system: bool, wanted: str) -> None:
    """The switch of the staff site asks for a theme, or leaves it to the system."""
    visitor = see("desktop", dark=dark_system, staff="kk")
    visitor.visit("/admin/")
    visitor.page.evaluate("theme => localStorage.setItem('theme', theme)", wanted or "auto")
    visitor.visit("/admin/" + PAGES[name]())
    visitor.page.evaluate("localStorage.removeItem('theme')")
    is_dark = wanted == "dark" or (dark_system and not wanted)
    ground = visitor.page.evaluate("getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)")
    assert (max(ground) < 60) == is_dark, ground
    # The system's own theme is looked at on every page; here what the switch makes of the other one.
    problems = checks.axe_problems(visitor.page) if is_dark != dark_system else []
    assert not problems, "\n".join(problems)


def _paths(review: Chamber) -> list[str]:
    return [path for _role, path in review.pages.values()]


@pytest.fixture(scope="module")
def root(review: Chamber) -> str:
    """The session of somebody who may open everything."""
    return real_register.session_of(User.objects.create_superuser("root@example.kz", full_name="Root", language="kk"))


def test_every_list_and_form_of_the_staff_site_works(see: See, review: Chamber, root: str) -> None:
    """Each model the staff site knows, but those looked at by name: list, first row or else the form of a new one."""
    by_name = {path.split("/")[1] for path in [*(path() for path in PAGES.values()), *_paths(review)] if "/" in path}
    visitor, found, looked_at = see("desktop", session=root), [], 0
    for model in admin.site._registry:
        if model._meta.model_name in by_name - {"obligationceiling"}:
            continue
        start = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        row = model._default_manager.first()
        for path in [start, f"{start}{row.pk}/change/" if row else f"{start}add/"]:
            # Some rows are opened from the page of another model, or are a draft of which the chamber knows nothing.
            if visitor.page.context.request.get(visitor.address + path).status != 200:
                continue
            looked_at += 1
            visitor.visit(path)
            problems = _look_at(visitor, model._meta.model_name or "", "kk")
            found += [f"{path}: {problem}" for problem in problems]
    assert not found, "\n".join(found)
    assert looked_at > 20


def test_secretary_logs_in_and_lands_on_the_desk_in_her_language(see: See) -> None:
    visitor = see("phone")
    visitor.page.context.clear_cookies()
    visitor.visit("/admin/")
    page = visitor.page
    page.locator("input[name=email]").fill(real_register.email_of("ru").upper())
    page.locator("input[name=password]").fill(real_register.PASSWORD)
    page.locator("main form .button").click()
    page.locator(".desk").first.wait_for()
    problems = checks.language_problems(page, "ru")
    assert not problems, "\n".join(problems)


def test_login_page_fits_a_phone(see: See) -> None:
    visitor = see("phone", dark=True)
    visitor.visit("/admin/login/")
    problems = checks.layout_problems(visitor.page, visitor.width) + checks.axe_problems(visitor.page)
    assert not problems, "\n".join(problems)


def test_language_is_switched_without_leaving_the_page(see: See) -> None:
    visitor = see("desktop", staff="en")
    visitor.visit("/admin/projects/project/?status__exact=planned")
    page = visitor.page
    page.locator(".admin-languages button[value=kk]").click()
    page.wait_for_function("document.documentElement.lang === 'kk'")
    assert page.url.endswith("/admin/projects/project/?status__exact=planned")
