"""Makes the invented applicants and lets their applications walk the road, through the services and by nobody else.

Only the clock is not ours: each step says the day on which it would have been taken. Nothing here runs in production.
"""

import datetime
import io
import uuid
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from post_office.models import Email

from accounts.models import Membership, Organisation, User
from accounts.roles import Role
from ppp_registry.demo.road import Staff, moment, walk
from ppp_registry.demo.sittings import make_sessions
from ppp_registry.demo.words import (
    APPLICATIONS,
    DESCRIPTION,
    EXPERT_SECTORS,
    HALF_FILLED,
    OBJECTIVE,
    PROBLEM,
    REASON,
    DemoApplication,
    DemoProposal,
)
from proposals.models import Application, ExpertSector, Paper, Proposal
from proposals.queries.doubts import doubts_about
from proposals.queries.progress import paper_kinds, with_details
from proposals.questions import Question, questions_for
from proposals.services import drafts, intake
from proposals.services.papers import attach
from proposals.steps import REQUIRED_AREAS
from reference.codelists import CompanySize, LegalForm

PEOPLE = (
    ("sme@demo.example", "Үлгі Үлгіұлы (демо)", "kk"),
    ("sme2@demo.example", "Пример Примеров (демо)", "ru"),
)
ORGANISATIONS: tuple[dict[str, Any], ...] = (
    {"name": "«Үлгі» ЖШС (демо)", "bin": "100540001234", "size": CompanySize.SMALL},
    {"name": "ТОО «Пример» (демо)", "bin": "150440004561", "size": CompanySize.MEDIUM},
    {"name": "«Қағаз» ЖШС (демо)", "bin": "120340007894", "size": CompanySize.MICRO},
)
"""Two that work online and one whose paper a clerk enters. Nobody has these numbers."""


def make_people(password: str) -> list[User]:
    """Make the invented applicants that are missing; existing ones keep what was changed, password included."""
    people = []
    for email, name, language in PEOPLE:
        known = User.objects.filter(email=email).first()
        people.append(known or User.objects.create_user(email, password, full_name=name, language=language))
    return people


def make_applications(people: list[User]) -> int:
    """Make organisations and applications in an empty intake and return how many; none where somebody works already.

    Letters of this invented past are thrown away. Nothing is made either where a demo person lost the right to a step.
    """
    if Application.objects.exists() or Organisation.objects.exists():
        return 0
    staff = _staff()
    if staff is None:
        return 0
    for sector in EXPERT_SECTORS:
        ExpertSector.objects.get_or_create(expert=staff.expert, sector_id=sector)
    owners = [_organisation(place, person) for place, person in enumerate(people)]
    for told in APPLICATIONS:
        walk(told, _filed(told, owners, people, staff.clerk), people[told.applicant % len(people)], staff)
    _draft(owners[0], people[0])
    make_sessions()
    Email.objects.filter(to__in=[person.email for person in people]).delete()
    return Application.objects.count()


def _staff() -> Staff | None:
    """Return the demo people of the chamber; none where one of them is gone or lost the right to a step."""
    rights = {
        Role.CLERK: ("take_up_proposal", "ask_proposal"),
        Role.EXPERT: ("write_opinion",),
        Role.HEAD: ("assign_expert", "support_proposal", "refuse_proposal"),
    }
    found = {role: User.objects.filter(email=f"{role.value}@demo.example").first() for role in rights}
    people = [person for role, person in found.items() if person is not None and _may(person, *rights[role])]
    return Staff(*people) if len(people) == len(rights) else None


def _may(person: User, *acts: str) -> bool:
    return person.is_active and person.is_staff and all(person.has_perm(f"proposals.{act}") for act in acts)


def _facts_of(place: int) -> dict[str, Any]:
    contact = {"contact_person": "Үлгі Үлгіұлы (демо)", "phone": "+7 727 000 00 00"}
    return {**contact, "legal_form": LegalForm.LLP, **ORGANISATIONS[place]}


def _organisation(place: int, owner: User) -> Organisation:
    made = Organisation(**_facts_of(place))
    made.full_clean()
    made.save()
    Membership.objects.create(organisation=made, user=owner, is_owner=True)
    return made


def _begun(told: DemoApplication, owners: list[Organisation], people: list[User], clerk: User) -> Application:
    key = uuid.uuid4()
    if told.on_paper:
        paper = Organisation(**_facts_of(told.applicant))
        day = moment(told.filed, 10).date()
        return drafts.begin_on_paper(by=clerk, organisation=paper, language="kk", key=key, received_on=day)
    person = people[told.applicant]
    return drafts.begin(by=person, organisation=owners[told.applicant], language=person.language, key=key)


def _filed(told: DemoApplication, owners: list[Organisation], people: list[User], clerk: User) -> Application:
    application = _begun(told, owners, people, clerk)
    by = clerk if told.on_paper else people[told.applicant]
    for _more in told.proposals[1:]:
        drafts.add_proposal(application, by=by)
    for row, facts in zip(with_details(application), told.proposals, strict=True):
        _fill(row, facts, by)
    for row in with_details(application):
        for doubt in doubts_about(row):
            row.explanations.create(code=doubt.code, reason=REASON)
    filed_at = moment(told.filed, 10)
    typed_at = filed_at - datetime.timedelta(hours=1)
    Application.objects.filter(pk=application.pk).update(created_at=typed_at)
    Paper.objects.filter(proposal__application=application).update(uploaded_at=typed_at)
    return intake.file(application, by=by, consent=True, publish_agreed=told.agreed, site="", at=filed_at)


def _fill(row: Proposal, told: DemoProposal, by: User) -> None:
    facts: dict[str, Any] = {
        "title_kk": told.title_kk,
        "title_ru": told.title_ru,
        "problem": PROBLEM,
        "objective": OBJECTIVE,
        "description": DESCRIPTION,
        "place": "Үлгі көшесі (демо)",
        "object_owner": "state",
        "asked_sum": 0,
        "state_obligations": 0,
        "payment_sources": ["sales"],
        "term_years": Decimal(10),
        "implementation_start": str(timezone.localdate().year + 1),
        **told.facts,
    }
    _say(row, facts)
    initiator = row.application.organisation.initiator_type
    for question in questions_for(row.sector_id or "", initiator):
        if question.required:
            row.answers.create(code=question.code, text=_answer(question))
    for area in REQUIRED_AREAS:
        row.responsibilities.create(area=area, bearer="state" if area == "land" else "private")
    for kind in paper_kinds(row):
        if kind.required:
            attach(row, kind=kind.code, upload=_paper(kind.code), by=by, is_confidential=kind.code != "business_plan")


def _say(row: Proposal, facts: dict[str, Any]) -> None:
    for name, value in facts.items():
        setattr(row, name, value)
    row.version += 1
    row.full_clean(exclude={"application"})
    row.save()


def _answer(question: Question) -> str:
    if question.choices:
        return str(question.choices[0][0])
    return str(max(question.least, 12)) if question.kind == "number" else "Есептелген (демо)."


def _paper(kind: str) -> SimpleUploadedFile:
    """Return a small PDF of one page that says what it is; the letters of the standard fonts are Latin."""
    words = f"BT /F1 20 Tf 60 760 Td (DEMO: {kind}) Tj ET".encode()
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(words), words),
    ]
    made, starts = io.BytesIO(b"%PDF-1.4\n"), []
    made.seek(0, io.SEEK_END)
    for number, part in enumerate(parts, start=1):
        starts.append(made.tell())
        made.write(b"%d 0 obj\n%s\nendobj\n" % (number, part))
    table = made.tell()
    made.write(b"xref\n0 5\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % start for start in starts))
    made.write(b"trailer\n<< /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % table)
    return SimpleUploadedFile(f"demo-{kind}.pdf", made.getvalue(), "application/pdf")


def _draft(organisation: Organisation, by: User) -> None:
    application = drafts.begin(by=by, organisation=organisation, language=by.language, key=uuid.uuid4())
    for _more in HALF_FILLED[1:]:
        drafts.add_proposal(application, by=by)
    for row, facts in zip(application.proposals.order_by("position"), HALF_FILLED, strict=True):
        _say(row, facts)
