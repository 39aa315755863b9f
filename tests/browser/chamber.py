"""People of the chamber: what they press on the staff site, and the proposals their pages are about."""

from dataclasses import dataclass, field
from typing import Final

from django.urls import reverse
from playwright.sync_api import Locator, expect

from accounts.models import User
from accounts.roles import Role
from proposals.models import LetterKind, Proposal
from proposals.models.clarification import ClarificationKind
from proposals.services.asking import ask
from proposals.services.deciding import take_up
from proposals.services.review import assign
from proposals.services.review_lists import load_review_lists
from proposals.workflow import Stage
from tests.accounts.outbox import letters
from tests.browser import real_register, sittings
from tests.browser.applicant import Applicant
from tests.proposals import applications as maker

REQUEST: Final = "Қаржы үлгісінің бесінші беті жоқ: толық файлды «Құжаттар» бөліміне жүктеңіз."


class Official(Applicant):
    """A member of staff with one window; the staff site speaks his or her language by itself."""

    def go(self, path: str = "", *, status: int = 200) -> None:
        """Open a page below /admin/."""
        self.visitor.visit(f"/admin/{path}", status=status)

    def button(self, english: str, context: str = "", *, within: Locator | None = None) -> Locator:
        """Return the button or link with exactly these words."""
        place, words = within or self.visitor.page.locator("main"), self.word(english, context)
        return place.get_by_role("button", name=words, exact=True).or_(
            place.get_by_role("link", name=words, exact=True)
        )

    def press(self, english: str, context: str = "", *, within: Locator | None = None) -> None:
        """Press it and wait for the page behind it."""
        with self.visitor.page.expect_navigation():
            self.button(english, context, within=within).first.click()

    def is_told(self, english: str) -> None:
        """Make sure that the page tells of success in these words."""
        expect(self.visitor.page.locator(".messagelist .success")).to_have_text(self.word(english))

    def waiting(self, section: str, proposal: Proposal) -> Locator:
        """Return the row of a proposal in a section of the desk, which is opened first."""
        self.go()
        heading = self.visitor.page.locator("h3", has_text=self.word(section))
        found = self.visitor.page.locator("section.work-section").filter(has=heading)
        return found.locator("tbody tr").filter(has_text=proposal.number)

    def open(self, proposal: Proposal) -> None:
        """Open the page of a proposal."""
        self.go(page_of(proposal))


def page_of(proposal: Proposal, page: str = "change") -> str:
    """Return the address of a page about a proposal below /admin/; ``step/ask`` is one too."""
    return f"proposals/proposal/{proposal.pk}/{page}/"


# --- pages, for whoever looks at each of them once ---
@dataclass
class Chamber:
    """Sessions of staff by role and language; pages by name: who looks at it, and its address below /admin/."""

    sessions: dict[tuple[str, str], str] = field(default_factory=dict)
    pages: dict[str, tuple[str, str]] = field(default_factory=dict)


NAMES: Final = (
    *("review-desk-clerk", "review-desk-head", "review-desk-expert", "proposal-list", "proposal", "proposal-refused"),
    *("step-take-up", "step-ask", "step-support", "step-refuse", "not-now", "cover", "opinion", "assign"),
    *("letter-list", "letter", "letter-texts", "letter-text-new", "letter-text-words"),
    *sittings.NAMES,
    *(
        "figures-register",
        "figures-pipeline",
        "figures-times",
        "figures-outcomes",
        "figures-workload",
        "figures-report",
    ),
    *("figures-wrong", "missing-translations"),
)
STATUS: Final = {"not-now": 409, "figures-wrong": 400}


def build() -> Chamber:
    """Make staff in both languages, proposals at every stage of the review, and their pages."""
    load_review_lists()
    languages = ("kk", "ru")
    people = {
        (role, language): _person(role, language)
        for role in (Role.CLERK, Role.HEAD, Role.EXPERT, Role.SECRETARY)
        for language in languages
    }
    heads = [people[Role.HEAD, language] for language in languages]
    experts = [people[Role.EXPERT, language] for language in languages]
    clerk = people[Role.CLERK, "kk"]
    filed, covered, review, ready = (maker.proposal_at(Stage.FILED) for _ in range(4))
    for proposal in (review, ready):
        take_up(proposal, by=clerk, complete=True, site=maker.SITE)
        assign([proposal], experts, by=clerk)
    assign([covered], experts, by=clerk)
    for proposal, person in [(review, expert) for expert in experts] + [(ready, head) for head in heads]:
        maker.clear(person, proposal)
    maker.opinion_on(ready, "conditions")
    refused = maker.proposal_at(Stage.REFUSED)
    asked = maker.proposal_at(Stage.FILED)
    ask(asked, by=clerk, kind=ClarificationKind.MISSING_PAPER, text=REQUEST, site=maker.SITE)
    letter = next(row for row in reversed(letters()) if row.headers["X-Letter"] == f"proposal:{LetterKind.REFUSED}")
    text = {"kind": LetterKind.REFUSED.value, "language": "kk"}
    return Chamber(
        sessions={key: real_register.session_of(person) for key, person in people.items()},
        pages={
            "review-desk-clerk": (Role.CLERK, ""),
            "review-desk-head": (Role.HEAD, ""),
            "review-desk-expert": (Role.EXPERT, ""),
            "proposal-list": (Role.CLERK, "proposals/proposal/"),
            "proposal": (Role.HEAD, page_of(ready)),
            "proposal-refused": (Role.CLERK, page_of(refused)),
            "step-take-up": (Role.CLERK, page_of(filed, "step/take_up")),
            "step-ask": (Role.CLERK, page_of(filed, "step/ask")),
            "step-support": (Role.HEAD, page_of(ready, "step/support")),
            "step-refuse": (Role.HEAD, page_of(ready, "step/refuse")),
            "not-now": (Role.CLERK, page_of(asked, "step/take_up")),
            "cover": (Role.EXPERT, page_of(covered)),
            "opinion": (Role.EXPERT, page_of(review, "opinion")),
            "assign": (Role.HEAD, page_of(filed, "assign")),
            "letter-list": (Role.CLERK, "proposals/letter/"),
            "letter": (Role.CLERK, f"proposals/letter/{letter.pk}/change/"),
            "letter-texts": (Role.HEAD, "proposals/lettertext/"),
            "letter-text-new": (Role.HEAD, "proposals/lettertext/add/?kind={kind}&language={language}".format(**text)),
            "letter-text-words": (
                Role.HEAD,
                reverse("admin:proposals_lettertext_words", kwargs=text)[len("/admin/") :],
            ),
            **sittings.pages(people[Role.SECRETARY, "kk"]),
            **{
                f"figures-{key}": (Role.HEAD, f"statistics/{key}/")
                for key in ("register", "pipeline", "times", "report")
            },
            **{
                f"figures-{key}": (Role.HEAD, f"statistics/{key}/?sector=education") for key in ("outcomes", "workload")
            },
            "missing-translations": (Role.SECRETARY, "missing-translations/?kind=project&language=kk"),
            "figures-wrong": (Role.HEAD, "statistics/register/?first_year=abc&last_year=2017&x=1"),
        },
    )


def _person(role: str, language: str) -> User:
    facts = {"full_name": f"{_FIRST_NAMES[role]} Үлгі", "language": language}
    return maker.expert_of(**facts) if role == Role.EXPERT else maker.staff(role, **facts)


_FIRST_NAMES: Final = {Role.CLERK: "Іскер", Role.HEAD: "Бибігүл", Role.EXPERT: "Қайырбек", Role.SECRETARY: "Сәуле"}
