"""Pictures of a running demo for README and docs/tours: `.venv/bin/python -m devtools.screenshots http://localhost:8000`.

Needs the packages of requirements-dev.txt and a Chromium; DEMO_PASSWORD is read from the environment or .local/env.
Names after the address take only these pictures. A picture is one screen of a fixed size, light, without motion.
"""

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, Page, sync_playwright

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "screenshots"
LARGEST: Final = 150_000
"""Bytes of a picture: they stay in git, so each is small."""
_SCREENS: Final = {"desktop": {"width": 1280, "height": 720}, "phone": {"width": 390, "height": 720}}
_CHECK: Final = "?used_by=public&term_years=10&cost=1500000000&own_funds=450000000&sector=education#result"


@dataclass(frozen=True)
class Shot:
    """One picture: whose screen, which address (``{}`` is the language), what is pressed there, where it begins."""

    path: str
    person: str = ""
    press: tuple[str, ...] = ()
    top: str = ""
    screen: str = "desktop"

    @property
    def is_of_staff(self) -> bool:
        """Tell whether the picture shows the staff site."""
        return self.path.startswith("/admin/")


_SHOTS: Final = {
    "home": Shot("/{}/"),
    "projects": Shot("/{}/projects/"),
    "projects-phone": Shot("/{}/projects/?search=кызылорда", screen="phone"),
    "project": Shot("/{}/projects/13/"),
    "check": Shot("/{}/applications/check/" + _CHECK, top="#result"),
    "step": Shot("/{}/applications/", "sme", ("li.card h2 a", "a[href$='/money/']")),
    "road": Shot("/{}/applications/", "sme", ("li.card:has(.waits) h2 a",)),
    "desk": Shot("/admin/", "clerk"),
    "session": Shot("/admin/proposals/session/", "secretary", ("#result_list tbody th a",)),
    "figures": Shot("/admin/statistics/register/", "head"),
}
_LANGUAGES: Final = ("kk", "ru")
PICTURES: Final = {
    f"{name.removesuffix('-phone')}-{language}{'-phone' if shot.screen == 'phone' else ''}": (shot, language)
    for name, shot in _SHOTS.items()
    for language in _LANGUAGES
}


def password() -> str:
    """Return the demo's password."""
    if os.environ.get("DEMO_PASSWORD"):
        return os.environ["DEMO_PASSWORD"]
    for line in Path(".local/env").read_text().splitlines():
        if line.startswith("DEMO_PASSWORD="):
            return line.partition("=")[2]
    sys.exit("Set DEMO_PASSWORD, or run `make demo` in this checkout.")


class Photographer:
    """Keeps one window for each person, language and screen, logged in once."""

    def __init__(self, browser: Browser, site: str) -> None:
        self.browser, self.site = browser, site
        self._windows: dict[tuple[str, str, str], Page] = {}

    def window(self, shot: Shot, language: str) -> Page:
        """Return the window of the shot's person."""
        key = (shot.person, language, shot.screen)
        if key not in self._windows:
            context = self.browser.new_context(
                viewport=_SCREENS[shot.screen],  # type: ignore[arg-type]
                device_scale_factor=1,
                color_scheme="light",
                reduced_motion="reduce",
                locale=f"{language}-KZ",
                timezone_id="Asia/Almaty",
            )
            self._windows[key] = context.new_page()
            if shot.person:
                self._log_in(self._windows[key], shot, language)
        return self._windows[key]

    def _log_in(self, page: Page, shot: Shot, language: str) -> None:
        email = f"{shot.person}@demo.example"
        page.goto(f"{self.site}/{language}/account/login/?next=/{'admin' if shot.is_of_staff else language}/")
        page.fill("#id_email", email)
        page.fill("#id_password", password())
        page.locator("main [type=submit], main form button").first.click()
        if shot.is_of_staff:
            page.locator(f".admin-languages [value={language}]").click()
            page.wait_for_function("language => document.documentElement.lang === language", arg=language)

    def take(self, name: str) -> int:
        """Save one picture and return its size in bytes."""
        shot, language = PICTURES[name]
        page = self.window(shot, language)
        page.goto(self.site + shot.path.format(language))
        for selector in shot.press:
            page.locator(selector).first.click()
            page.wait_for_load_state()
        if shot.top:
            page.locator(shot.top).first.evaluate("element => element.scrollIntoView()")
        page.mouse.move(0, 0)
        page.evaluate("document.activeElement && document.activeElement.blur()")
        return len(page.screenshot(path=FOLDER / f"{name}.png", animations="disabled"))


def wanted() -> list[str]:
    """Return the pictures that README and tours show; nobody needs the others."""
    root = FOLDER.parent.parent
    told = "".join(page.read_text(encoding="utf-8") for page in (root / "README.md", *root.glob("docs/tours/*.md")))
    return [name for name in PICTURES if f"screenshots/{name}.png" in told]


def main() -> None:
    """Take every picture that is shown somewhere, or those that were named."""
    site, *names = sys.argv[1:] or ["http://localhost:8000"]
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not chromium:
        sys.exit("There is no Chromium here: apt-get install chromium")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium,
            args=["--no-sandbox", "--disable-background-networking", "--font-render-hinting=none"],
        )
        photographer = Photographer(browser, site.rstrip("/"))
        sizes = {name: photographer.take(name) for name in names or wanted()}
        browser.close()
    for name, size in sizes.items():
        print(f"{name:24}{size:>9}")
    if too_large := [name for name, size in sizes.items() if size > LARGEST]:
        sys.exit(f"Larger than {LARGEST} bytes: {', '.join(too_large)}")


if __name__ == "__main__":
    main()
