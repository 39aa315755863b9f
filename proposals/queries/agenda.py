"""The agenda as secretary and head read it: sums asked and recommended, obligations by year, and what to look at."""

import re
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from projects.queries.obligations import YearOfObligations, years_of
from projects.queries.totals import Figures
from proposals.models import AgendaItem, Clarification, Proposal, Session, SessionState, StageChange
from proposals.queries.recorded import figures
from proposals.queries.review import TABLE
from proposals.workflow import Stage
from reference.kazakh import search_words
from reference.roman import from_roman


@dataclass(frozen=True)
class Line:
    """One item: what it would owe by year in whole tenge (empty: not said), and what to look at before the vote."""

    item: AgendaItem
    payments: dict[int, int]
    warnings: list[str]


@dataclass(frozen=True)
class Agenda:
    """The open items of a session with what they add up to; ``by_initiator`` adds up recommended sums."""

    lines: list[Line]
    asked: Figures
    recommended: Figures
    by_initiator: list[tuple[str, Figures]]
    years: list[YearOfObligations]
    warnings: list[str] = field(default_factory=list)

    def asked_by(self, kind: str) -> Figures:
        """Return what the items of one initiator type ask for."""
        return figures(line.item.asked_sum for line in self.lines if line.item.initiator_type == kind)

    @property
    def unsaid(self) -> int:
        """Return how many items do not say what they would owe by year."""
        return sum(1 for line in self.lines if not line.payments and not _owes_nothing(line.item))


def items_of(session: Session) -> QuerySet[AgendaItem]:
    """Return every item of a session, decided and removed ones too, with what a page says of them."""
    open_requests = Clarification.objects.filter(proposal=OuterRef("proposal"), answered_at__isnull=True)
    return (
        session.items.select_related("sector", "territory__parent", "project", "proposal__application")
        .prefetch_related("payments", "proposal__payments", "project__obligations")
        .annotate(has_open_request=Exists(open_requests))
        .order_by("position")
    )


def payments_of(item: AgendaItem) -> dict[int, int]:
    """Return what the budget would owe by year for an item, whole tenge; empty when nobody has said."""
    if item.proposal is not None:
        rows: Iterable[Any] = item.proposal.payments.all()
    else:
        rows = item.payments.all() or (item.project.obligations.all() if item.project else ())
    return {row.year: row.amount for row in rows}


def _owes_nothing(item: AgendaItem) -> bool:
    source = item.proposal or item.project
    return source is not None and source.state_obligations == 0


def unsaid_of(item: AgendaItem, cost: int | None) -> list[str]:
    """Return in words what the list would not say of an item that enters for this cost, whole tenge."""
    found = []
    if not item.title_kk:
        found.append(_("The title in Kazakh is missing."))
    if not item.title_ru:
        found.append(_("The title in Russian is missing."))
    if cost is None:
        found.append(_("The cost is unknown."))
    return found


def over_the_ceiling(years: Iterable[YearOfObligations]) -> list[str]:
    """Return in words which years would owe more than they may."""
    return [_("The obligations of %(year)d would pass the ceiling.") % {"year": row.year} for row in years if row.over]


def _warnings(item: AgendaItem, payments: dict[int, int]) -> list[str]:
    found = unsaid_of(item, item.recommended_sum)
    if item.has_open_request:  # type: ignore[attr-defined]
        found.append(_("A request to the applicant is still open."))
    if not payments and not _owes_nothing(item):
        found.append(_("State obligations by year are not said."))
    return found


def agenda(session: Session, items: Iterable[AgendaItem] | None = None) -> Agenda:
    """Return the open items of a session with sums, obligations against the ceiling, and warnings. Six queries.

    ``items`` are rows of ``items_of`` when somebody has them already.
    """
    rows = [item for item in (items_of(session) if items is None else items) if not item.outcome]
    lines = []
    proposed: Counter[int] = Counter()
    for item in rows:
        payments = payments_of(item)
        proposed.update(payments)
        lines.append(Line(item, payments, _warnings(item, payments)))
    kinds = sorted({item.initiator_type for item in rows})
    known = [item.project_id for item in rows if item.project_id]
    years = years_of(session.maslikhat.territory_id, proposed, counted=known)
    return Agenda(
        lines=lines,
        asked=figures(item.asked_sum for item in rows),
        recommended=figures(item.recommended_sum for item in rows),
        by_initiator=[
            (kind, figures(item.recommended_sum for item in rows if item.initiator_type == kind)) for kind in kinds
        ],
        years=years,
        warnings=over_the_ceiling(years),
    )


def supported(user: Any) -> QuerySet[Proposal]:
    """Return the proposals that wait for an agenda, longest first, for whoever sets it; none for others.

    Only what a line of the agenda shows may be printed from them: the file opens with the agenda.
    """
    if not (user.is_staff and user.has_perm(TABLE)):
        return Proposal.objects.none()
    return (
        Proposal.objects.filter(stage=Stage.SUPPORTED)
        .select_related("application", "sector", "territory")
        .order_by("stage_since", "pk")
    )


def no_longer_supported(user: Any, keys: Iterable[Any]) -> list[Proposal]:
    """Return those of the proposals that waited for an agenda once and do so no more, for whoever sets it.

    What never was supported is not told: its number is none of the secretary's business.
    """
    if not (user.is_staff and user.has_perm(TABLE)):
        return []
    was = StageChange.objects.filter(proposal=OuterRef("pk"), to_stage=Stage.SUPPORTED)
    gone = Proposal.objects.filter(Exists(was), pk__in=list(keys)).exclude(stage=Stage.SUPPORTED)
    return list(gone.select_related("application").order_by("pk"))


def next_sessions(user: Any) -> QuerySet[Session]:
    """Return the planned sessions, the nearest first, with the number of their items, for whoever sets the agenda."""
    if not (user.is_staff and user.has_perm(TABLE)):
        return Session.objects.none()
    planned = Session.objects.filter(state=SessionState.PLANNED).select_related("maslikhat")
    return planned.annotate(items_count=Count("items", filter=Q(items__outcome=""))).order_by("held_on", "pk")


def search_sessions(sessions: QuerySet[Session], text: str) -> QuerySet[Session]:
    """Return the sessions in which every word is the number, the convocation, the year or in the body's name."""
    for word in text.split()[:10]:
        parts = set(search_words(word))
        names = sessions.order_by().values_list("maslikhat", "maslikhat__name_kk", "maslikhat__name_ru").distinct()
        bodies = [
            key for key, *said in names if parts and parts <= {part for name in said for part in search_words(name)}
        ]
        found = Q(maslikhat__in=bodies)
        if re.fullmatch(r"[0-9]{4}", word):
            found |= Q(held_on__year=int(word)) if int(word) else Q(pk__in=[])
        else:
            with suppress(ValueError):
                found |= Q(number=from_roman(word)) | Q(convocation=from_roman(word))
        sessions = sessions.filter(found)
    return sessions
