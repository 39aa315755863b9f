"""Two invented sessions of the maslikhat: one to come, one held whose resolution waits for the head's confirmation.

Nothing invented is published: the register of the demo holds real projects only, until somebody confirms.
"""

import datetime
from typing import Any

from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from ppp_registry.demo.road import moment
from projects.models import Maslikhat, ObligationCeiling
from proposals.models import Proposal, Session
from proposals.services import agenda, recording
from proposals.workflow import Stage
from reference.codelists import ContractType, ResolutionKind
from reference.models import Sector, Territory
from reference.queries import is_working_day

ALMATY = "750000000"
PLACE = {"place_kk": "Республика алаңы, 4 (демо)", "place_ru": "площадь Республики, 4 (демо)"}
RIGHTS = ("table_proposal", "decide_proposal")
CEILING_SOURCE = "Ойдан шығарылған лимит (демо) · Выдуманный лимит (демо)"
STATE_PROJECTS: tuple[dict[str, Any], ...] = (
    {
        "title_kk": "Наурызбай ауданында 250 төсектік аурухана салу (демо)",
        "title_ru": "Строительство больницы на 250 коек в Наурызбайском районе (демо)",
        "sector": "health",
        "territory": "751810000",
        "state_partner_kk": "Денсаулық сақтау басқармасы (демо)",
        "state_partner_ru": "Управление здравоохранения (демо)",
        "contract_type": ContractType.CONCESSION,
        "term_years": 15,
        "asked_sum": 21_600_000_000,
    },
    {
        "title_kk": "Көше шамдарын энергия үнемдейтін шамдарға ауыстыру (демо)",
        "title_ru": "Замена уличных светильников на энергосберегающие (демо)",
        "sector": "energy",
        "territory": ALMATY,
        "state_partner_kk": "Энергетика және сумен жабдықтау басқармасы (демо)",
        "state_partner_ru": "Управление энергетики и водоснабжения (демо)",
        "contract_type": ContractType.SERVICE,
        "term_years": 7,
        "asked_sum": 4_350_000_000,
    },
)


def _working_day(days: int) -> datetime.date:
    """Return the working day that is so many days from today, or the next one."""
    day = timezone.localdate() + datetime.timedelta(days=days)
    while not is_working_day(day):
        day += datetime.timedelta(days=1)
    return day


def secretary() -> User | None:
    """Return the demo secretary; None when the person is gone or lost the right to a step."""
    person = User.objects.filter(email=f"{Role.SECRETARY.value}@demo.example").first()
    may = person is not None and person.is_active and all(person.has_perm(f"proposals.{act}") for act in RIGHTS)
    return person if may else None


def make_sessions() -> int:
    """Make the two sessions and return how many; none where there are any, or nobody to make them."""
    body, by = Maslikhat.objects.filter(territory=ALMATY).first(), secretary()
    if body is None or by is None or Session.objects.exists():
        return 0
    _ceilings()
    waiting = list(Proposal.objects.filter(stage=Stage.SUPPORTED).order_by("stage_since", "pk"))
    held = _session(body, 30, moment(4, 10).date())
    agenda.put_proposals(held, waiting[:1], by=by, site="", at=moment(12, 11))
    _state_project(held, STATE_PROJECTS[1], by, first=2027)
    draft = recording.begin(
        by=by,
        kind=ResolutionKind.LIST_APPROVAL,
        session=held,
        number="30/181-VIII (демо)",
        adopted=held.held_on.isoformat(),
        votes_for=34,
        votes_against=2,
        votes_abstained=1,
        declared_count=2,
        declared_total=sum(item.recommended_sum or 0 for item in held.items.all()),
    )
    recording.record(draft, by=by, version=draft.version)
    coming = _session(body, 31, _working_day(9))
    agenda.put_proposals(coming, waiting[1:2], by=by, site="", at=moment(2, 11))
    _state_project(coming, STATE_PROJECTS[0], by, first=2028)
    return 2


def _session(body: Maslikhat, number: int, day: datetime.date) -> Session:
    made = Session(maslikhat=body, convocation=8, number=number, held_on=day, starts_at=datetime.time(10), **PLACE)
    made.full_clean()
    made.save()
    return made


def _state_project(sitting: Session, told: dict[str, Any], by: User, *, first: int) -> None:
    facts = {
        **told,
        "sector": Sector.objects.get(pk=told["sector"]),
        "territory": Territory.objects.get(pk=told["territory"]),
    }
    yearly = told["asked_sum"] // told["term_years"]
    payments = {first + turn: yearly for turn in range(told["term_years"])}
    agenda.put_state_project(sitting, by=by, payments=payments, **facts)


def _ceilings() -> None:
    """Set invented ceilings, the later ones low enough to be passed by the agenda to come."""
    for year in range(2026, 2036):
        ObligationCeiling.objects.get_or_create(
            territory_id=ALMATY,
            year=year,
            defaults={"amount": 2_500_000_000 if year < 2030 else 1_400_000_000, "source": CEILING_SOURCE},
        )
