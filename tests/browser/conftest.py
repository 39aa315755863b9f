"""A server on the real register and people who look at it; `README.md` beside this says how to use them."""

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings as site_settings
from django.test import override_settings
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from accounts.roles import Role
from devtools.checks import BROWSERS
from tests.browser import real_register
from tests.browser.visitor import Visitor, new_visitor

# Playwright keeps an event loop in this thread; Django would refuse the database to the whole run because of it.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

See = Callable[..., Visitor]


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Use the machine's own Chromium: CHROMIUM, or the first of the usual names on PATH."""
    wanted = [os.environ["CHROMIUM"]] if os.environ.get("CHROMIUM") else BROWSERS
    found = next(filter(None, map(shutil.which, wanted)), None)
    if found is None:
        pytest.fail(f"No browser among: {', '.join(wanted)}. Install Chromium or set CHROMIUM to the path of one.")
    # Nobody sees what is drawn: no emulated graphics card, and pages share two processes.
    flags = ["--disable-background-networking", "--disable-gpu", "--renderer-process-limit=2"]
    flags.append("--font-render-hinting=none")
    if os.geteuid() == 0:
        flags.append("--no-sandbox")  # Chromium's sandbox refuses to start for root
    return {**browser_type_launch_args, "executable_path": found, "args": flags}


@pytest.fixture(scope="session")
def address(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a server on the tests' database; it serves stylesheets and scripts as they stand in the checkout."""
    plain_files = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(
        STORAGES={**site_settings.STORAGES, "staticfiles": plain_files},
        ALLOWED_HOSTS=["localhost", "testserver"],
        MEDIA_ROOT=tmp_path_factory.mktemp("media"),
    ):
        server = LiveServer("localhost")
        yield server.url
        server.stop()


@pytest.fixture(scope="module")
def sessions(address: str, django_db_blocker: Any) -> Iterator[dict[str, str]]:
    """The real register, shared by the tests of one module, and the session of a secretary for each language."""
    with django_db_blocker.unblock():
        real_register.load()
        secretaries = User.objects.filter(groups__name=Role.SECRETARY)
        yield {person.language: real_register.session_of(person) for person in secretaries}
        real_register.clear()


@pytest.fixture(scope="module")
def see(browser: Browser, address: str, sessions: dict[str, str]) -> Iterator[See]:
    """Give ``see(screen, dark=…, staff=… or session=…)``: a window that the tests of a module share."""
    windows: dict[tuple[str, bool, str], Visitor] = {}

    def visitor(screen: str, *, dark: bool = False, staff: str = "", session: str = "") -> Visitor:
        key = (screen, dark, session or sessions.get(staff, ""))
        if key not in windows:
            windows[key] = new_visitor(browser, address, screen, dark=dark, session=key[2])
        return windows[key]

    visitor.windows = windows  # type: ignore[attr-defined]
    yield visitor
    for window in windows.values():
        window.page.context.close()


@pytest.fixture
def newcomer(browser: Browser, address: str, sessions: dict[str, str], see: See) -> Iterator[See]:
    """Give ``newcomer(screen, …)``: a window of its own, without cookies or with one session, closed after the test."""
    opened: list[Visitor] = []

    def visitor(screen: str = "desktop", **how: Any) -> Visitor:
        made = new_visitor(browser, address, screen, **how)
        opened.append(made)
        return made

    yield visitor
    problems = [problem for window in opened for problem in window.problems()]
    for window in opened:
        window.page.context.close()
    assert not problems, "\n".join(problems)


@pytest.fixture(autouse=True)
def nothing_went_wrong(see: See) -> Iterator[None]:
    """Fail a test in which any window met an error, a refused script or style, or an answer nobody expected."""
    for visitor in see.windows.values():  # type: ignore[attr-defined]
        visitor.faults.clear()
    yield
    problems = [problem for visitor in see.windows.values() for problem in visitor.problems()]  # type: ignore[attr-defined]
    assert not problems, "\n".join(problems)
