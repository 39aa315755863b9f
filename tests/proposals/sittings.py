"""Makers of sessions, agendas and resolutions: everything goes the way secretary and head go, through the services."""

import datetime
from collections.abc import Mapping
from itertools import count
from typing import Any

from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from proposals.models import AgendaItem, DraftResolution, Outcome, Proposal, Session
from proposals.queries.recorded import check
from proposals.services import agenda, recording
from reference.codelists import ResolutionKind
from reference.models import Sector, Territory
from tests.factories import ALMATY, MEDEU, maslikhat

SITE = "http://testserver/"
_turn = count(1)


def session(*, territory: str = ALMATY, **facts: Any) -> Session:
    """Plan a session of today."""
    turn = next(_turn)
    facts = {"convocation": 1 + turn // 300, "number": 1 + turn % 300, "held_on": timezone.localdate(), **facts}
    made = Session(maslikhat=maslikhat(territory), **facts)
    made.full_clean()
    made.save()
    return made


def tabled(proposal: Proposal, *, by: User, sitting: Session | None = None) -> AgendaItem:
    """Put a supported proposal on an agenda, a new session's unless named."""
    return agenda.put_proposals(sitting or session(), [proposal], by=by, site=SITE)[0]


def state_project(sitting: Session, *, by: User, payments: Mapping[int, int] | None = None, **facts: Any) -> AgendaItem:
    """Put a state body's project on an agenda."""
    turn = next(_turn)
    facts = {
        "title_kk": f"№ {turn} емхана салу",
        "title_ru": f"Строительство поликлиники № {turn}",
        "sector": Sector.objects.get(pk="health"),
        "territory": Territory.objects.get(pk=MEDEU),
        "state_partner_kk": "Алматы қаласы Денсаулық сақтау басқармасы",
        "state_partner_ru": "Управление здравоохранения города Алматы",
        "asked_sum": 2_000_000_000,
        **facts,
    }
    return agenda.put_state_project(sitting, by=by, payments=payments, **facts)


def begun(
    sitting: Session | None, *, by: User, kind: str = ResolutionKind.LIST_APPROVAL, **facts: Any
) -> DraftResolution:
    """Begin to record a resolution of a session, or of the maslikhat of Almaty without one."""
    turn = next(_turn)
    facts = {"number": f"{turn}/12-VIII", "adopted": timezone.localdate().isoformat(), **facts}
    if sitting is None:
        facts.setdefault("maslikhat", maslikhat())
    return recording.begin(by=by, kind=kind, session=sitting, **facts)


def counted(draft: DraftResolution, *, by: User) -> DraftResolution:
    """Let the paper declare exactly what its lines say."""
    draft.refresh_from_db()
    whole = check(draft)[0].recorded
    total = None if whole.cost_unknown else whole.cost
    return recording.save_paper(
        draft, by=by, version=draft.version, declared_count=whole.projects, declared_total=total
    )


def kept(draft: DraftResolution, *, by: User, **facts: Any) -> DraftResolution:
    """Write facts of the paper into a recording."""
    draft.refresh_from_db()
    return recording.save_paper(draft, by=by, version=draft.version, **facts)


def recorded(draft: DraftResolution, *, by: User, reason: str = "") -> DraftResolution:
    """Hand a resolution to the head."""
    draft.refresh_from_db()
    return recording.record(draft, by=by, version=draft.version, difference_reason=reason)


def confirmed(draft: DraftResolution, *, head: User) -> DraftResolution:
    """Let the head confirm: published, unless an hour to come is written in it."""
    return recording.confirm(draft, by=head, version=draft.version, site=SITE)


def published(
    sitting: Session,
    *,
    secretary: User,
    head: User,
    outcomes: Mapping[int, Mapping[str, Any] | None] | None = None,
    **facts: Any,
) -> DraftResolution:
    """Record, hand over and publish the resolution of a session: everything approved unless said otherwise."""
    draft = begun(sitting, by=secretary, **facts)
    if outcomes:
        draft = recording.decide(draft, outcomes, by=secretary, version=draft.version)
    draft = counted(draft, by=secretary)
    return confirmed(recorded(draft, by=secretary), head=head)


def decided(item: AgendaItem, outcome: str, *, secretary: User, head: User, **facts: Any) -> DraftResolution:
    """Let the maslikhat decide one item as said, and publish it."""
    words = {Outcome.DECLINED: {"note": "Себебі жазылған."}, Outcome.POSTPONED: {"note": "Себебі жазылған."}}
    told = {"outcome": outcome, "approved_sum": item.recommended_sum, **words.get(Outcome(outcome), {}), **facts}
    return published(item.session, secretary=secretary, head=head, outcomes={item.pk: told})


def secretary_and_head(staff: Any) -> tuple[User, User]:
    """Return a secretary and a head."""
    return staff(Role.SECRETARY), staff(Role.HEAD)


def days(number: int) -> datetime.date:
    """Return the day so many days from today."""
    return timezone.localdate() + datetime.timedelta(days=number)
