"""A person at a screen: a Chromium page that remembers everything that went wrong while it was looked at."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from django.conf import settings
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response

WIDTHS: Final = {"desktop": 1280, "phone": 390}
_SCREENS: Final = {
    "desktop": {"viewport": {"width": 1280, "height": 900}},
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True},
}
_SHOTS: Final = Path(settings.BASE_DIR) / "test-results" / "pages"
_WATCH_SHIFTS: Final = """window.layoutShift = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.layoutShift += entry.value;
}).observe({ type: "layout-shift", buffered: true });"""
_LOUD: Final = {"error", "warning", "assert"}


@dataclass
class Visitor:
    """One screen of one size, light or dark, logged in or not."""

    page: Page
    address: str
    screen: str
    faults: list[str] = field(default_factory=list)
    _forgiven: list[str] = field(default_factory=list)
    _expected: dict[str, int] = field(default_factory=dict)

    def visit(self, path: str, *, status: int = 200) -> Response:
        """Open a path of the site; any other answer than ``status`` is a fault."""
        wanted = self.address + path
        self._expected = {} if status == 200 else {wanted: status}
        response = self.page.goto(wanted)
        assert response is not None
        if response.status != status:
            self.faults.append(f"{path} answers {response.status} instead of {status}")
        return response

    def problems(self) -> list[str]:
        """Return what went wrong since this was asked last."""
        # An answer of the browser: what it reported before this has arrived by now.
        self.page.evaluate("1")
        found, self.faults = self.faults, []
        return [fault for fault in found if not any(part in fault for part in self._forgiven)]

    def forgive(self, *parts: str) -> None:
        """Take faults with these words for what the test is about: a lost connection, an answer of 409."""
        self._forgiven += parts

    @property
    def width(self) -> int:
        """Width of the screen in CSS pixels."""
        return WIDTHS[self.screen]

    def keep_picture(self, name: str, language: str, *, wrong: bool = False) -> None:
        """Save the whole page below test-results/, where something is wrong or PICTURES are asked; git ignores it."""
        if not (wrong or os.environ.get("PICTURES")):
            return
        _SHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=_SHOTS / f"{name}-{language}-{self.width}.png", full_page=True)

    # --- what the browser reports ---
    def _on_console(self, message: ConsoleMessage) -> None:
        url = message.location.get("url", "")
        # Chromium repeats in the console that a page answered 404; the answer itself is judged in `_on_response`.
        if message.type in _LOUD and not message.text.startswith("Failed to load resource"):
            self.faults.append(f"console {message.type}: {message.text} ({url})")

    def _on_error(self, error: Exception) -> None:
        self.faults.append(f"script error: {error}")

    def _on_failed(self, request: Request) -> None:
        # A navigation that another one overtakes is no failure of the site.
        if request.failure != "net::ERR_ABORTED":
            self.faults.append(f"request failed: {request.url} ({request.failure})")

    def _on_response(self, response: Response) -> None:
        if response.status >= 400 and self._expected.get(response.url) != response.status:
            self.faults.append(f"{response.url} answers {response.status}")

    def _on_request(self, request: Request) -> None:
        if not request.url.startswith((f"{self.address}/", "data:", "blob:")):
            self.faults.append(f"the page asks another machine: {request.url}")

    def listen(self) -> None:
        """Hear what the page reports from now on."""
        self.page.on("console", self._on_console)
        self.page.on("pageerror", self._on_error)
        self.page.on("request", self._on_request)
        self.page.on("requestfailed", self._on_failed)
        self.page.on("response", self._on_response)


def new_visitor(
    browser: Browser, address: str, screen: str, *, dark: bool = False, session: str = "", scripts: bool = True
) -> Visitor:
    """Open a browser window of its own, without anybody else's cookies; logged in where a session is given."""
    context = browser.new_context(
        **_SCREENS[screen],
        color_scheme="dark" if dark else "light",
        reduced_motion="reduce",
        locale="kk-KZ",
        java_script_enabled=scripts,
    )
    context.set_default_timeout(10_000)
    if session:
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": address}])
    if scripts:
        context.add_init_script(_WATCH_SHIFTS)
    visitor = Visitor(context.new_page(), address, screen)
    visitor.listen()
    return visitor
