"""Makers of lawful applications: everything goes the way an applicant goes, through the services."""

import uuid
from decimal import Decimal
from itertools import count
from typing import Any

from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.models import Membership, Organisation, User
from accounts.roles import Role
from proposals.models import AgendaItem, Application, Opinion, Outcome, Paper, Proposal, RefusalReason
from proposals.models.stage_change import StepChannel
from proposals.queries.doubts import doubts_about
from proposals.queries.progress import paper_kinds, with_details
from proposals.questions import questions_for
from proposals.services import drafts, intake
from proposals.services.deciding import refuse
from proposals.services.moves import move
from proposals.services.opinions import criteria_for, write_opinion
from proposals.services.papers import attach
from proposals.services.review import assign, declare
from proposals.services.review_lists import load_review_lists
from proposals.workflow import Action, Stage
from reference.codelists import CompanySize, LegalForm
from tests.factories import MEDEU, user
from tests.proposals.sittings import decided, tabled
from tests.registry.people import make_roles

SITE = "http://testserver/"
PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
BIN, OTHER_BIN, IIN = "170940000005", "100540000018", "900101300017"

_turn = count(1)


def organisation(*people: User, **facts: Any) -> Organisation:
    """Make an applicant, a small LLP unless the facts say otherwise, with these people."""
    turn = next(_turn)
    facts = {
        "name": f"«Көктем-{turn}» ЖШС (ойдан шығарылған)",
        "legal_form": LegalForm.LLP,
        "bin": "" if facts.get("legal_form") == LegalForm.INDIVIDUAL else bin_number(turn),
        "size": CompanySize.SMALL,
        "contact_person": "Айгүл Үлгі",
        "phone": "+7 727 000 00 00",
        **facts,
    }
    made = Organisation(**facts)
    made.full_clean()
    made.save()
    for place, person in enumerate(people):
        Membership.objects.create(organisation=made, user=person, is_owner=place == 0)
    return made


def bin_number(turn: int) -> str:
    """Return a BIN of nobody with a right control digit: registered in May 2010, a resident company."""
    for serial in range(turn, turn + 50):
        head = f"10054{0}{serial:05d}"
        for weights in (range(1, 12), (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)):
            digit = sum(int(char) * weight for char, weight in zip(head, weights, strict=True)) % 11
            if digit < 10:
                return f"{head}{digit}"
    raise AssertionError("no number left")


def applicant(**facts: Any) -> User:
    """Make a person with an organisation of its own."""
    person = user(**facts)
    organisation(person)
    return person


def staff(role: str, **facts: Any) -> User:
    """Make a person of the chamber."""
    make_roles()
    person = user(is_staff=True, **facts)
    person.groups.add(Group.objects.get(name=role))
    return person


def draft(by: User | None = None, **facts: Any) -> Application:
    """Begin an online application with one empty proposal."""
    by = by or applicant()
    org = facts.pop("organisation", None) or by.memberships.first().organisation
    return drafts.begin(by=by, organisation=org, language=facts.pop("language", "kk"), key=uuid.uuid4(), **facts)


def pdf(name: str = "Бизнес-жоспар.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    """Return an uploaded file."""
    return SimpleUploadedFile(name, content, "application/pdf")


def filled(proposal: Proposal, **facts: Any) -> Proposal:
    """Fill a draft's proposal as an applicant would who makes no mistake."""
    turn = next(_turn)
    values: dict[str, Any] = {
        "title_kk": f"Медеу ауданында № {turn} балабақша салу",
        "title_ru": f"Строительство детского сада № {turn} в Медеуском районе",
        "problem": "Кезекте 300 бала тұр.",
        "objective": "Балабақша кезегі қысқарады.",
        "description": "280 орындық балабақша саламыз.",
        "sector_id": "education",
        "territory_id": MEDEU,
        "place": "Достық даңғылы",
        "object_owner": "state",
        "capacity": 280,
        "capacity_unit": "places",
        "cost": 900_000_000,
        "own_funds": 270_000_000,
        "asked_sum": 0,
        "state_obligations": 0,
        "payment_sources": ["sales"],
        "term_years": Decimal(10),
        "implementation_start": f"{timezone.localdate().year + 1}",
        "jobs": 60,
        **facts,
    }
    for name, value in values.items():
        setattr(proposal, name, value)
    proposal.version += 1
    proposal.save()
    initiator = proposal.application.organisation.initiator_type
    for question in questions_for(proposal.sector_id or "", initiator):
        if question.required:
            text = question.choices[0][0] if question.choices else "12" if question.kind == "number" else "Иә, бар."
            proposal.answers.update_or_create(code=question.code, defaults={"text": text})
    for area in ("land", "financing", "operation"):
        proposal.responsibilities.update_or_create(area=area, defaults={"bearer": "private"})
    return proposal


def with_papers(proposal: Proposal, by: User) -> list[Paper]:
    """Upload every required paper."""
    have = {paper.kind for paper in proposal.papers.all()}
    return [
        attach(proposal, kind=kind.code, upload=pdf(f"{kind.code}.pdf"), by=by)
        for kind in paper_kinds(proposal)
        if kind.required and kind.code not in have
    ]


def complete(application: Application, by: User, **facts: Any) -> Application:
    """Fill everything a draft lacks, reasons for doubts included."""
    for proposal in application.proposals.select_related("application__organisation"):
        filled(proposal, **facts)
        with_papers(proposal, by)
    return explained(application)


def explained(application: Application) -> Application:
    """Give a reason for everything that looks doubtful."""
    for proposal in with_details(application):
        for doubt in doubts_about(proposal):
            proposal.explanations.update_or_create(code=doubt.code, defaults={"reason": "Есептеуі қосымшада."})
    return application


def complete_draft(by: User | None = None, **facts: Any) -> Application:
    """Return a draft that may be filed."""
    by = by or applicant()
    return complete(draft(by), by, **facts)


def filed(by: User | None = None, **facts: Any) -> Application:
    """Return a filed application of one proposal."""
    by = by or applicant()
    publish = facts.pop("publish_agreed", False)
    made = complete_draft(by, **facts)
    return intake.file(made, by=by, consent=True, publish_agreed=publish, site=SITE)


def expert_of(sector: str = "education", **facts: Any) -> User:
    """Make an expert of a sector."""
    person = staff(Role.EXPERT, **facts)
    person.expert_sectors.create(sector_id=sector)
    return person


def clear(person: User, proposal: Proposal) -> User:
    """Let the person declare that nothing stands between him or her and the proposal, once."""
    if not proposal.declarations.filter(person=person).exists():
        declare(proposal, by=person, has_conflict=False)
    return person


def head_of(proposal: Proposal, **facts: Any) -> User:
    """Make a head who may decide about the proposal."""
    return clear(staff(Role.HEAD, **facts), proposal)


def reviewer(proposal: Proposal, person: User | None = None) -> User:
    """Return an expert of the sector, assigned, who has declared no conflict."""
    person = person or expert_of(str(proposal.sector_id))
    assign([proposal], [person], by=staff(Role.CLERK), due_on=timezone.localdate())
    return clear(person, proposal)


def opinion_on(
    proposal: Proposal, recommendation: str = "for", *, by: User | None = None, give: bool = True, **facts: Any
) -> Opinion:
    """Let an expert, a new one unless named, write an opinion on a proposal under review and give it."""
    by = by or reviewer(proposal)
    words = {"text": "Негіздеме жеткілікті.", "conditions": "Жерді рәсімдеу." if recommendation == "conditions" else ""}
    scores = {criterion.pk: (8, "") for criterion in criteria_for(proposal.sector_id)}
    facts = {"version": 0, "recommendation": recommendation, "scores": scores, **words, **facts}
    return write_opinion(proposal, by=by, give=give, **facts)


def reason(code: str = "") -> RefusalReason:
    """Return a reason of the shipped list, the first unless named."""
    if not RefusalReason.objects.exists():
        load_review_lists()
    return RefusalReason.objects.get(code=code) if code else RefusalReason.objects.all()[0]


_WAYS: dict[str, tuple[Action, ...]] = {
    Stage.FILED: (),
    Stage.REVIEW: (Action.TAKE_UP,),
    Stage.CLARIFICATION: (Action.ASK,),
    Stage.SUPPORTED: (Action.TAKE_UP, Action.SUPPORT),
    Stage.AGENDA: (Action.TAKE_UP, Action.SUPPORT, Action.TABLE),
    Stage.APPROVED: (Action.TAKE_UP, Action.SUPPORT, Action.TABLE, Action.APPROVE),
    Stage.REFUSED: (Action.REFUSE,),
    Stage.WITHDRAWN: (Action.WITHDRAW,),
}


def proposal_at(stage: str, by: User | None = None, **facts: Any) -> Proposal:
    """Return a proposal that walked to the stage through the services, with whatever each step needs."""
    by = by or applicant()
    if stage == Stage.DRAFT:
        return complete_draft(by, **facts).proposals.get()
    proposal = filed(by, **facts).proposals.get()
    for action in _WAYS[Stage(stage)]:
        proposal.refresh_from_db()
        _take(proposal, action, by)
    proposal.refresh_from_db()
    return proposal


def _take(proposal: Proposal, action: Action, by: User) -> None:
    """Take one step; without the letters, which tests of letters write by the services of the steps."""
    if action == Action.REFUSE:
        refuse(proposal, by=head_of(proposal), reasons=[reason()], text="Себебі жазылған.", site=SITE)
        return
    facts: dict[str, Any] = {"channel": StepChannel.ADMIN}
    match action:
        case Action.SUPPORT:
            opinion_on(proposal)
            facts["by"] = head_of(proposal)
        case Action.WITHDRAW:
            facts |= {"by": by, "channel": StepChannel.WEB, "note": "Себебі жазылған."}
        case Action.TABLE:
            tabled(proposal, by=staff(Role.SECRETARY))
            return
        case Action.APPROVE:
            item = AgendaItem.objects.get(proposal=proposal, outcome="")
            decided(item, Outcome.APPROVED, secretary=staff(Role.SECRETARY), head=staff(Role.HEAD))
            return
        case _:
            facts["by"] = staff(Role.CLERK)
    move(proposal, action, **facts)
