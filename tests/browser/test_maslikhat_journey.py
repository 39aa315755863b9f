"""From the agenda to the register: the secretary ticks and records, the head confirms, the public reads."""

import re
from dataclasses import dataclass

import pytest
from django.utils import timezone
from django.utils.translation import override
from playwright.sync_api import Locator, expect

from accounts.models import User
from accounts.roles import Role
from projects.models import Project
from proposals.models import DraftResolution, DraftState, LetterKind, Proposal, Session
from proposals.workflow import Stage
from reference.codelists import ResolutionKind
from reference.money import format_tenge
from tests.accounts.outbox import letters
from tests.browser import real_register
from tests.browser.chamber import Official
from tests.browser.conftest import See
from tests.factories import user
from tests.proposals import applications as maker, sittings

pytestmark = pytest.mark.django_db

JOURNEYS = [("kk", "desktop"), ("ru", "phone")]
STATE, SME = 2_000_000_000, 900_000_000


@dataclass
class Case:
    """A journey in one language: sessions of the staff by role, the proposal, and the sitting of the maslikhat."""

    sessions: dict[str, str]
    proposal: Proposal
    applicant: User
    sitting: Session


@pytest.fixture(scope="module")
def cases(sessions: dict[str, str]) -> dict[tuple[str, str], Case]:
    """A journey for each language and screen, with a state body's project on the agenda already."""
    made = {}
    for language, screen in JOURNEYS:
        people = {role: maker.staff(role, language=language) for role in (Role.SECRETARY, Role.HEAD)}
        person = user(full_name="Айгүл Үлгі")
        maker.organisation(person)
        proposal = maker.proposal_at(Stage.SUPPORTED, person, cost=SME)
        sitting = sittings.session()
        sittings.state_project(sitting, by=people[Role.SECRETARY], asked_sum=STATE)
        logged_in = {role: real_register.session_of(who) for role, who in people.items()}
        made[language, screen] = Case(logged_in, proposal, person, sitting)
    return made


def _row_of(secretary: Official, sitting: Session) -> Locator:
    with override(secretary.language):
        return secretary.visitor.page.locator("tr").filter(has_text=str(sitting))


def _puts_on_the_agenda(secretary: Official, case: Case) -> None:
    secretary.go()
    page = secretary.visitor.page
    secretary.press("Put on an agenda", within=_row_of(secretary, case.sitting))
    row = page.locator("tbody tr").filter(has_text=case.proposal.number)
    row.locator("input[type=checkbox]").check()
    secretary.press("Put the ticked on the agenda")
    expect(page.locator(".agenda-items tbody tr")).to_have_count(2)


def _records(secretary: Official, number: str) -> DraftResolution:
    secretary.press("Record the resolution")
    today = timezone.localdate().strftime("%d.%m.%Y")
    secretary.say_all({"kind": ResolutionKind.LIST_APPROVAL, "number": number, "adopted": today})
    secretary.press("Begin the recording")
    secretary.press("Fill in the paper")
    secretary.say_all({"votes_for": "34", "declared_count": "2", "declared_total": "2,8 млрд"})
    secretary.press("Keep the paper")
    secretary.press("Check and hand on")
    secretary.visitor.forgive("answers 422")
    # The paper says 100 million less than its lines: without a reason it goes no further.
    secretary.press("Hand to the head")
    page = secretary.visitor.page
    expect(page.locator(".recording-differs").first).to_be_visible()
    expect(page.locator("main .errorlist").first).to_contain_text(
        secretary.word("The paper and its lines differ. Mend the lines, or write why they differ.")
    )
    draft = DraftResolution.objects.get(number=number)
    secretary.go(f"proposals/draftresolution/{draft.pk}/paper/")
    secretary.say("declared_total", "2 900 000 000")
    secretary.press("Keep the paper")
    secretary.press("Check and hand on")
    secretary.press("Hand to the head")
    secretary.is_told("The recording is handed to the head.")
    return draft


def _confirms(head: Official) -> None:
    head.go()
    head.press("Read and confirm")
    head.press("Confirm")
    head.is_told("The resolution is published and stands in the register.")


@pytest.mark.parametrize(("language", "screen"), JOURNEYS)
def test_a_list_goes_from_the_agenda_into_the_register(newcomer: See, cases, language, screen) -> None:
    case = cases[language, screen]
    proposal, applicant = case.proposal, case.applicant
    secretary, head = (
        Official(newcomer(screen, session=case.sessions[role]), language) for role in (Role.SECRETARY, Role.HEAD)
    )
    _puts_on_the_agenda(secretary, case)
    draft = _records(secretary, f"12/96-{language}-{screen}")
    before = Project.objects.count()
    _confirms(head)
    draft.refresh_from_db()
    proposal.refresh_from_db()
    assert draft.state == DraftState.PUBLISHED
    assert Project.objects.count() == before + 2
    kinds = [letter.headers["X-Letter"] for letter in letters(applicant.email)]
    assert f"proposal:{LetterKind.APPROVED}" in kinds
    public = newcomer(screen)
    public.visit(f"/{language}/resolutions/{draft.resolution.pk}/")
    page = public.page
    expect(page.locator("main")).to_contain_text(re.compile(re.escape(format_tenge(STATE + SME))))
    public.keep_picture("journey-chamber-published", language)
    page.locator("main a", has_text=str(getattr(proposal, f"title_{language}"))).first.click()
    expect(page).to_have_url(re.compile(rf"/{language}/projects/{proposal.project.number}/$"))
    public.visit(f"/{language}/projects/?as_of={timezone.localdate().isoformat()}&resolution={draft.resolution.pk}")
    expect(page.locator("main")).to_contain_text(re.compile(re.escape(format_tenge(STATE + SME))))
