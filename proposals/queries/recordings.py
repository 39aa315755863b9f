"""Recordings of resolutions as people read them: what waits for whom, the check in rows, what to look at."""

import datetime
from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from projects.models import Resolution
from projects.queries.history import event_model
from projects.queries.obligations import YearOfObligations, years_of
from proposals.models import AgendaItem, DraftResolution, DraftState, ItemDecision, Session, SessionState
from proposals.models.draft_resolution import OPEN_STATES
from proposals.models.session import APPROVING
from proposals.queries.agenda import over_the_ceiling, payments_of, unsaid_of
from proposals.queries.recorded import Checked, check, decisions_of
from reference.codelists import InitiatorType

READ = "proposals.view_draftresolution"
DECIDE = "proposals.decide_proposal"
CONFIRM = "proposals.confirm_resolution"
SHOWN = 50
"""Open recordings on the desk; nobody has more than a handful."""


_PEOPLE = ("created_by", "recorded_by", "confirmed_by")


def readable_recordings(user: Any) -> QuerySet[DraftResolution]:
    """Return the recordings a person may read: secretary, head and auditor all, others none."""
    rows = DraftResolution.objects.select_related(
        "maslikhat", "session__maslikhat", "completes__maslikhat", "resolution", *_PEOPLE
    )
    return rows if user.is_staff and user.has_perm(READ) else rows.none()


def may_write(user: Any, draft: DraftResolution) -> bool:
    """Tell whether the person may change a recording now; the service asks again."""
    return bool(user.has_perm(DECIDE)) and draft.is_open_to_changes


def may_judge(user: Any, draft: DraftResolution) -> bool:
    """Tell whether the person may confirm a recording or give it back: the head, and nobody who recorded it."""
    waits = draft.state in (DraftState.RECORDED, DraftState.CONFIRMED)
    return bool(user.has_perm(CONFIRM)) and waits and not is_own(user, draft)


def is_own(user: Any, draft: DraftResolution) -> bool:
    """Tell whether the person has begun or recorded it: four eyes need another."""
    return user.pk in (draft.created_by_id, draft.recorded_by_id)


@dataclass(frozen=True)
class DeskRow:
    """One recording on the desk; ``judges``: it waits for this person's confirmation or decision."""

    draft: DraftResolution
    judges: bool

    @property
    def is_returned(self) -> bool:
        """Whether the head gave it back."""
        return self.draft.state == DraftState.DRAFT and bool(self.draft.returned_note)


@dataclass(frozen=True)
class RecordingsDesk:
    """What waits for a head, and what a secretary has in hand."""

    to_judge: list[DeskRow]
    in_hand: list[DeskRow]

    def __bool__(self) -> bool:
        return bool(self.to_judge or self.in_hand)


def recordings_desk(user: Any) -> RecordingsDesk:
    """Return the open recordings that wait for the person. One query, none for whoever has nothing to do with them."""
    judges, writes = user.has_perm(CONFIRM), user.has_perm(DECIDE)
    if not (judges or writes):
        return RecordingsDesk([], [])
    waits = Q(state=DraftState.RECORDED) | (Q(state=DraftState.CONFIRMED) & ~Q(obstacle=""))
    rows = readable_recordings(user).filter(Q(state__in=OPEN_STATES) if writes else waits)
    to_judge, in_hand = [], []
    for draft in rows.order_by("created_at")[:SHOWN]:
        is_waiting = draft.state == DraftState.RECORDED or bool(draft.obstacle)
        if judges and is_waiting and may_judge(user, draft):
            to_judge.append(DeskRow(draft, True))
        elif writes:
            in_hand.append(DeskRow(draft, False))
    return RecordingsDesk(to_judge, in_hand)


def last_change(draft: DraftResolution) -> tuple[str, datetime.datetime] | None:
    """Return who changed a recording last (empty: a command), and when, as its history says."""
    event = event_model(DraftResolution)._default_manager.filter(pgh_obj_id=draft.pk).order_by("-pgh_id").first()
    if event is None:
        return None
    key = (event.pgh_context or {}).get("user")
    person = get_user_model()._default_manager.filter(pk=key).first() if key else None
    return str(person or ""), event.pgh_created_at


@dataclass(frozen=True)
class CheckRow:
    """One line of the check in words; differences without their signs."""

    label: str
    line: Checked

    @property
    def count_apart(self) -> int:
        """By how many projects paper and lines differ."""
        return abs(self.line.count_difference)

    @property
    def total_apart(self) -> int:
        """By how many tenge they differ."""
        return abs(self.line.total_difference)


def check_rows(draft: DraftResolution) -> list[CheckRow]:
    """Return the check with its labels, the whole paper first."""
    return [
        CheckRow(str(InitiatorType(line.initiator_type).label) if line.initiator_type else _("The whole paper"), line)
        for line in check(draft)
    ]


def unspoken(draft: DraftResolution) -> list[AgendaItem]:
    """Return the open items of the session that the paper says nothing of. One query."""
    if draft.session is None or not draft.decides_items:
        return []
    said = draft.decisions.values("item")
    return list(draft.session.items.filter(outcome="").exclude(pk__in=said).order_by("position"))


def taken_elsewhere(draft: DraftResolution, session: Session) -> set[int]:
    """Return the items of a session that another open recording decides about. One query."""
    others = ItemDecision.objects.filter(item__session=session, draft__state__in=OPEN_STATES).exclude(draft=draft)
    return set(others.values_list("item", flat=True))


def obligations_of(draft: DraftResolution) -> list[YearOfObligations]:
    """Return what the budget would owe by year if the recording were published, against the ceiling. A few queries."""
    proposed: Counter[int] = Counter()
    entering = decisions_of(draft).filter(outcome__in=APPROVING)
    known = []
    for decision in entering.prefetch_related(
        "item__payments", "item__proposal__payments", "item__project__obligations"
    ):
        proposed.update(payments_of(decision.item))
        if decision.item.project_id:
            known.append(decision.item.project_id)
    return years_of(draft.maslikhat.territory_id, proposed, counted=known)


def warnings_about(draft: DraftResolution, decisions: list[ItemDecision], years: list[YearOfObligations]) -> list[str]:
    """Return in words what does not hinder, but ought to be looked at before it is handed on."""
    found = []
    for decision in decisions:
        if decision.outcome not in APPROVING:
            continue
        if words := unsaid_of(decision.item, decision.approved_sum):
            place = _("Item %(place)d:") % {"place": decision.item.position}
            found.append(" ".join([place, *words]))
    found += [
        _("Item %(place)d: this paper does not speak of it; it stays on the agenda.") % {"place": item.position}
        for item in unspoken(draft)
    ]
    found += over_the_ceiling(years)
    if draft.votes_for is None:
        found.append(_("The votes are not written down."))
    if not draft.scan:
        found.append(_("There is no scan of the paper."))
    return found


def completable() -> QuerySet[Resolution]:
    """Return the resolutions known from public sources whose paper nobody has recorded yet."""
    rows = Resolution.objects.filter(confirmed_at__isnull=True, recording__isnull=True)
    return rows.select_related("maslikhat").order_by("-adopted", "-pk")


def sessions_to_record() -> QuerySet[Session]:
    """Return the sessions whose agenda still holds items nobody has decided about, newest first."""
    return (
        Session.objects.exclude(state=SessionState.CANCELLED)
        .filter(items__outcome="")
        .select_related("maslikhat")
        .order_by("-held_on", "-pk")
        .distinct()
    )
