"""Pictures of a running demo for the README: `.venv/bin/python -m devtools.screenshots http://localhost:8000`.

Needs the packages of requirements-dev.txt and a Chromium; DEMO_PASSWORD is read from the environment or .local/env.
"""

import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "screenshots"
DESKTOP, PHONE = {"width": 1280, "height": 860}, {"width": 390, "height": 844}
PUBLIC = {
    "home-kk": ("/kk/", DESKTOP),
    "projects-kk": ("/kk/projects/", DESKTOP),
    "projects-ru-phone": ("/ru/projects/?search=кызылорда", PHONE),
    "resolution-kk": ("/kk/resolutions/1/", DESKTOP),
}


def password() -> str:
    """Return the demo's password."""
    if os.environ.get("DEMO_PASSWORD"):
        return os.environ["DEMO_PASSWORD"]
    for line in Path(".local/env").read_text().splitlines():
        if line.startswith("DEMO_PASSWORD="):
            return line.partition("=")[2]
    sys.exit("Set DEMO_PASSWORD, or run `make demo` in this checkout.")


def take(browser: Browser, site: str) -> None:
    """Save the public pages and the desk of the staff site."""
    for name, (address, size) in PUBLIC.items():
        page = browser.new_page(viewport=size)
        page.goto(site + address)
        page.screenshot(path=FOLDER / f"{name}.png")
    page = browser.new_page(viewport=DESKTOP)
    page.goto(f"{site}/admin/")
    page.fill("#id_username", "secretary@demo.example")
    page.fill("#id_password", password())
    page.click("[type=submit]")
    page.click(".admin-languages [value=ru]")
    page.screenshot(path=FOLDER / "desk-ru.png")


def main() -> None:
    """Take every picture."""
    site = sys.argv[1].rstrip("/") if len(sys.argv) > 1 else "http://localhost:8000"
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not chromium:
        sys.exit("There is no Chromium here: apt-get install chromium")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-background-networking"]
        )
        take(browser, site)
        browser.close()


if __name__ == "__main__":
    main()
