"""An applicant at the screen: what she presses and types on the pages of account and intake."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from django.utils.translation import gettext, override, pgettext
from playwright.sync_api import Locator, expect

from tests.accounts.outbox import letters, link_in
from tests.browser.visitor import Visitor
from tests.proposals.applications import PDF, bin_number

PASSWORD: Final = "тау бөктеріндегі алма"
IDEA: Final = {
    "title_kk": "Медеу ауданында 280 орындық «Күншуақ» балабақшасын салу",
    "title_ru": "Строительство детского сада «Күншуақ» на 280 мест",
    "problem": "Кезекте 300 бала тұр, ата-аналар көрші ауданға тасиды.",
    "objective": "Балабақша кезегі қысқарады.",
    "description": "Үш қабатты балабақша саламыз: он төрт топ, ас үй, спорт залы, ойын алаңы.",
}
PLACE: Final = {
    "territory": "751710000",
    "place": "Достық даңғылы",
    "object_owner": "new",
    "capacity": "280",
    "capacity_unit": "places",
    "answer_education_kind": "kindergarten",
    "answer_education_age": "2–6",
    "answer_education_state_order": "yes",
}
MONEY: Final = {
    "cost": "1,5 млрд",
    "own_funds": "450 000 000",
    "asked_sum": "0",
    "payment_sources": "sales",
    "state_obligations": "0",
}
PARTNERS: Final = {"jobs": "60", "area_land": "state", "area_financing": "private", "area_operation": "private"}
PAPERS: Final = {
    "business_plan": "Бизнес-жоспар (соңғы нұсқа).pdf",
    "registration": "Тіркеу туралы анықтама.pdf",
    "own_funds": "Өз қаражатының дәлелі.pdf",
    "financial_model": "Қаржы үлгісі.pdf",
}


@dataclass
class Applicant:
    """A person with one window at a time; ``language`` is that of the pages it reads."""

    visitor: Visitor
    language: str
    email: str = "kunshuaq@example.kz"
    scripts: bool = True

    def word(self, english: str, context: str = "") -> str:
        """Return our own words in her language."""
        with override(self.language):
            return pgettext(context, english) if context else gettext(english)

    def go(self, path: str, *, status: int = 200) -> None:
        """Open a page below /<language>/."""
        self.visitor.visit(f"/{self.language}/{path}", status=status)

    def press(self, english: str, context: str = "") -> None:
        """Press the button or link with these words and wait for the page behind it."""
        words = self.word(english, context)
        main = self.visitor.page.locator("main")
        main.locator("button, a").filter(has_text=re.compile(rf"^\s*{re.escape(words)}\s*$")).first.click()
        self.visitor.page.wait_for_load_state()

    def box(self, name: str) -> Locator:
        """Return the box, or the rounds, of this name."""
        return self.visitor.page.locator(f"main [name={name}]:not([type=hidden])")

    def say(self, name: str, value: str) -> None:
        """Type into a box, or choose, whatever kind it is."""
        box = self.box(name)
        kind = box.first.evaluate("box => box.tagName === 'SELECT' ? 'select' : box.type")
        if kind in ("radio", "checkbox"):
            self.visitor.page.locator(f"main label:has([name={name}][value='{value}'])").click()
        elif kind == "select":
            box.select_option(value)
        else:
            box.fill(value)

    def say_all(self, values: Mapping[str, str]) -> None:
        """Fill several boxes."""
        for name, value in values.items():
            self.say(name, value)

    # --- the account ---
    def register(self, name: str = "Айгүл Үлгі") -> None:
        """Register by e-mail: letter, link, name and password."""
        self.go("account/register/")
        self.say("email", self.email)
        self.press("Send me the letter")
        expect(self.visitor.page.locator("h1")).to_have_text(self.word("Look into your mail"))
        self.visitor.visit(link_in(letters(self.email)[-1]))
        self.say_all({"full_name": name, "password1": PASSWORD, "password2": PASSWORD})
        self.press("Make the account")

    def enter_organisation(self, turn: int) -> None:
        """Enter a small LLP; the page is open already."""
        self.say("legal_form", "llp")
        facts = {"name": f"«Күншуақ-{turn}» ЖШС", "bin": bin_number(turn), "phone": "+7 727 123 45 67"}
        self.say_all({**facts, "size": "small"})
        self.press("Save")

    def log_in(self) -> None:
        """Log in on the page of login that is open."""
        self.say_all({"email": self.email, "password": PASSWORD})
        self.press("Log in")

    # --- the form ---
    @property
    def status(self) -> Locator:
        """What autosave says."""
        return self.visitor.page.locator("[data-status]")

    def is_saved(self, *, within: float = 5_000) -> None:
        """Wait until autosave says so."""
        expect(self.status).to_have_text(self.word("Saved"), timeout=within)

    def save_and_go_on(self) -> None:
        """Press the first button of the step."""
        with self.visitor.page.expect_navigation():
            self.visitor.page.locator("button[value=next]").click()

    def at_step(self, step: str) -> None:
        """Make sure that this step is open, and nothing on it is refused."""
        assert urlsplit(self.visitor.page.url).path.endswith(f"/{step}/"), self.visitor.page.url
        expect(self.visitor.page.locator(".field-error")).to_have_count(0)

    def upload(self, kind: str) -> None:
        """Upload a PDF at the line of its kind."""
        page = self.visitor.page
        line = page.locator(f"#field-paper_{kind}")
        if not line.locator("input[type=file]").first.is_visible():
            line.locator("summary").last.click()
        file = {"name": PAPERS[kind], "mimeType": "application/pdf", "buffer": PDF}
        line.locator("input[type=file]").first.set_input_files(files=[file])
        with page.expect_navigation():
            line.locator("form.paper-form button").first.click()
        expect(line.locator(".paper-file a").first).to_have_text(PAPERS[kind])

    def fill_step(self, step: str, year: int) -> None:
        """Fill one step without waiting for anything but what appears."""
        if step == "idea":
            self.say_all(IDEA)
        elif step == "place":
            self.say("sector", "education")
            if not self.scripts:
                self.press("Save")
            expect(self.box("answer_education_kind")).to_be_visible()
            self.say_all(PLACE)
        elif step == "money":
            self.say_all({**MONEY, "term_years": "10", "implementation_start": str(year)})
        elif step == "partners":
            self.say_all(PARTNERS)
        elif step == "papers":
            for kind in PAPERS:
                self.upload(kind)

    def has_questions(self) -> bool:
        """Tell whether the questions of the sector stand on the page."""
        return self.box("answer_education_kind").count() > 0
