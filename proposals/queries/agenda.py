"""The agenda as secretary and head read it: sums asked and recommended, obligations by year, and what to look at."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from projects.queries.obligations import YearOfObligations, years_of
from projects.queries.totals import Figures
from proposals.models import AgendaItem, Clarification, Proposal, Session
from proposals.queries.recorded import figures
from proposals.queries.review import TABLE
from proposals.workflow import Stage


@dataclass(frozen=True)
class Line:
    """One item: what it would owe by year in whole tenge (empty: not said), and what to look at before the vote."""

    item: AgendaItem
    payments: dict[int, int]
    warnings: list[str]


@dataclass(frozen=True)
class Agenda:
    """The open items of a session with what they add up to."""

    lines: list[Line]
    asked: Figures
    recommended: Figures
    by_initiator: list[tuple[str, Figures]]
    years: list[YearOfObligations]
    warnings: list[str] = field(default_factory=list)


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


def _warnings(item: AgendaItem, payments: dict[int, int]) -> list[str]:
    found = []
    if not item.title_kk:
        found.append(_("The title in Kazakh is missing."))
    if not item.title_ru:
        found.append(_("The title in Russian is missing."))
    if item.recommended_sum is None:
        found.append(_("The cost is unknown."))
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
    years = years_of(session.maslikhat.territory_id, proposed)
    return Agenda(
        lines=lines,
        asked=figures(item.asked_sum for item in rows),
        recommended=figures(item.recommended_sum for item in rows),
        by_initiator=[
            (kind, figures(item.recommended_sum for item in rows if item.initiator_type == kind)) for kind in kinds
        ],
        years=years,
        warnings=[
            _("The obligations of %(year)d would pass the ceiling.") % {"year": row.year} for row in years if row.over
        ],
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
