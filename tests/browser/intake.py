"""What the tests of intake find in the database: people, their applications in every state, and the pages of these.

Made in the open, not in a test's transaction: the server must see it.
"""

from dataclasses import dataclass, field
from typing import Final

from django.core.management import call_command

from accounts.models import Organisation, User
from accounts.roles import Role
from accounts.services.organisations import invite
from proposals.models import Application, Proposal
from proposals.models.clarification import ClarificationKind
from proposals.services import drafts
from proposals.services.asking import ask
from proposals.services.papers import attach
from proposals.workflow import Stage
from tests import factories
from tests.browser import real_register
from tests.proposals import applications as maker

LONG: Final = (
    "Медеу ауданындағы балабақша кезегінде үш жүзден астам бала тұр, ал жақын жердегі үш балабақша жобалық "
    "қуатынан екі есе артық толған. Ата-аналар балаларын көрші ауданға тасып, күніне екі сағатын жолда өткізеді."
)
TYPED: Final = (
    LONG,
    LONG[:180],
    "Айгүл Үлгі",
    "Строительство детского сада",
    "Балабақшаның нобайы_соңғы_нұсқа_түзетілген_v17_БАРЛЫҒЫ.pdf",
    "Көктем-Құрылыс және балабақша қызметтері",
    "Себебі жазылған.",
)
"""What the people below have typed: no words of ours."""
STEPS: Final = ("idea", "place", "money", "partners", "papers", "review")


@dataclass
class Intake:
    """One applicant with an application of every kind, a person without any, and a clerk; ``pages`` by name."""

    session: str
    newcomer_session: str
    beginner_session: str
    clerk_session: str
    pages: dict[str, str] = field(default_factory=dict)

    def session_for(self, name: str) -> str:
        """Return the session of whoever looks at a page."""
        if name in PUBLIC:
            return ""
        special = {"clerk": self.clerk_session, "nobody": self.newcomer_session, "beginner": self.beginner_session}
        return special.get(name.split("-")[0], self.session)


PUBLIC: Final = {
    "login": "account/login/",
    "register": "account/register/",
    "register-sent": "account/register/sent/",
    "reset": "account/password/reset/",
    "reset-sent": "account/password/reset/sent/",
    "reset-complete": "account/password/reset/complete/",
    "check": "applications/check/",
    "check-result": (
        "applications/check/?used_by=public&object_owner=new&object_kind=none&term_years=10&payer=users"
        "&cost=900000000&own_funds=270000000&state_owned=no&tax_arrears=no&sector=education"
    ),
    "check-refused": (
        "applications/check/?used_by=own&object_owner=private&object_kind=heritage&term_years=2&payer=state"
        "&cost=900000000&own_funds=1&state_owned=yes&tax_arrears=yes&sector=health"
    ),
    "check-with-errors": "applications/check/?term_years=abc&cost=%D0%BC%D0%BD%D0%BE%D0%B3%D0%BE&own_funds=-5",
    "queue": "queue/",
    "queue-closed": "queue/?stage=filed&stage=refused&stage=withdrawn&ordering=-sum",
    "queue-with-an-error": "queue/?stage=x&search=2026",
    "how-to-apply": "how-to-apply/",
    "statistics": "statistics/",
    "statistics-with-an-error": "statistics/?filed=x",
    "statistics-rows": "statistics/projects/?origin=other",
    "follow": "follow/",
    "follow-sent": "follow/sent/",
    "follow-stop-unknown": "follow/stop/x/",
}
STATUS: Final = {
    "check-with-errors": 400,
    "queue-with-an-error": 400,
    "statistics-with-an-error": 400,
    "follow-stop-unknown": 404,
}
OWN: Final = (
    "nobody-account", "nobody-applications", "nobody-organisation-new", "beginner-applications", "new",
    "account", "password", "second-factor", "email", "organisation", "applications",
    *(f"empty-{step}" for step in STEPS), *(f"errors-{step}" for step in ("idea", "place", "money", "partners")),
    *(f"full-{step}" for step in STEPS),
    "draft", "draft-of-two", "remove", "delete", "library", "library-empty", "file-incomplete", "file-complete",
    "receipt", "application-filed", "application-clarification", "proposal-filed", "proposal-clarification",
    "proposal-supported", "proposal-refused", "proposal-withdrawn", "withdraw", "clerk-paper", "clerk-applications",
)  # fmt: skip
NAMES: Final = (*PUBLIC, *OWN)


def _wrong(proposal: Proposal, by: User) -> None:
    """Type what cannot be stored, on every step that can be wrong."""
    Proposal.objects.filter(pk=proposal.pk).update(
        typed={
            "title_kk": "ЖСН 900101300017",
            "capacity": "екі жүз",
            "beneficiaries": "-5",
            "cost": "көп",
            "own_funds": "1_000",
            "term_years": "он жыл",
            "implementation_start": "келесі көктем",
            "jobs": "алпыс",
        }
    )


def _with_doubts(proposal: Proposal, by: User) -> None:
    maker.filled(proposal, own_funds=1_000_000, state_obligations=50_000_000, payment_sources=["sales"])


def _request(proposal: Proposal) -> None:
    ask(
        proposal,
        by=maker.staff(Role.CLERK),
        kind=ClarificationKind.values[0],
        text=f"{LONG}\n\n{LONG}",
        site=maker.SITE,
    )


def build() -> Intake:
    """Make everybody and everything; return the sessions and the addresses below /<language>/."""
    call_command("load_typical_documents", verbosity=0)
    person = factories.user(full_name="Әйгерім Қызылордақызы Бейсенғалиева")
    office = maker.organisation(person, name="«Көктем-Құрылыс және балабақша қызметтері» ЖШС (ойдан шығарылған)")
    maker.organisation(person)
    office.memberships.create(user=factories.user(full_name="Қайрат Үлгі"), is_owner=False)
    invite(office, "colleague@example.kz", by=person, site=maker.SITE)
    nobody, beginner = factories.user(full_name="Жаңа Келген"), maker.applicant(full_name="Бірінші Рет")
    clerk = maker.staff(Role.CLERK, full_name="Іскер Қызметкер")
    pages = dict(PUBLIC)
    pages |= _drafts(person, office) | _filed(person)
    pages |= {
        "nobody-account": "account/",
        "nobody-applications": "applications/",
        "nobody-organisation-new": "account/organisations/new/",
        "beginner-applications": "applications/",
        "account": "account/",
        "password": "account/password/",
        "second-factor": "account/second-factor/",
        "email": "account/email/",
        "organisation": f"account/organisations/{office.pk}/",
        "applications": "applications/",
        "new": "applications/new/",
        "clerk-paper": "applications/new/?channel=paper",
        "clerk-applications": "applications/",
    }
    assert set(pages) == set(NAMES), set(pages) ^ set(NAMES)
    sessions = [real_register.session_of(user) for user in (person, nobody, beginner, clerk)]
    return Intake(*sessions, pages=pages)


def _drafts(person: User, office: Organisation) -> dict[str, str]:
    empty, wrong, full, two = (maker.draft(person, organisation=office) for _ in range(4))
    _wrong(wrong.proposals.get(), person)
    maker.complete(full, person, title_kk=LONG[:180], description=f"{LONG}\n\n{LONG}", problem=LONG)
    first = full.proposals.get()
    attach(
        first, kind="design", upload=maker.pdf("Балабақшаның нобайы_соңғы_нұсқа_түзетілген_v17_БАРЛЫҒЫ.pdf"), by=person
    )
    _with_doubts(two.proposals.get(), person)
    drafts.add_proposal(two, by=person)
    steps = {
        f"{kind}-{step}": f"{_of(made)}proposals/{made.proposals.first().pk}/{step}/"  # type: ignore[union-attr]
        for kind, made, names in (("empty", empty, STEPS), ("full", full, STEPS), ("errors", wrong, STEPS[:4]))
        for step in names
    }
    doubtful = two.proposals.order_by("position").first()
    assert doubtful is not None
    return steps | {
        "full-review": f"{_of(two)}proposals/{doubtful.pk}/review/",
        "draft": _of(full),
        "draft-of-two": _of(two),
        "remove": f"{_of(two)}proposals/{doubtful.pk}/remove/",
        "delete": f"{_of(two)}delete/",
        "library": f"{_of(full)}proposals/{first.pk}/documents/",
        "library-empty": f"{_of(empty)}proposals/{empty.proposals.get().pk}/documents/",
        "file-incomplete": f"{_of(two)}file/",
        "file-complete": f"{_of(full)}file/",
    }


def _of(application: Application) -> str:
    return f"applications/{application.pk}/"


def _filed(person: User) -> dict[str, str]:
    pages = {}
    for stage in (Stage.FILED, Stage.CLARIFICATION, Stage.SUPPORTED, Stage.REFUSED, Stage.WITHDRAWN):
        walked = Stage.FILED if stage == Stage.CLARIFICATION else stage
        proposal = maker.proposal_at(walked, person)
        if stage == Stage.CLARIFICATION:
            _request(proposal)
        pages[f"proposal-{stage.value}"] = f"{_of(proposal.application)}proposals/{proposal.pk}/"
        if stage in (Stage.FILED, Stage.CLARIFICATION):
            pages[f"application-{stage.value}"] = _of(proposal.application)
        if stage == Stage.FILED:
            pages |= {
                "receipt": f"{_of(proposal.application)}receipt/",
                "withdraw": f"{pages['proposal-filed']}withdraw/",
            }
    return pages
