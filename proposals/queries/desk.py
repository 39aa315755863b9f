"""What waits for a person of the chamber today, oldest and overdue first. A fixed number of questions for any number.

The facts of all open proposals are read in one go and sorted here: working days and clocks that stand still cannot be
sorted by the database.
"""

import datetime
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, TextChoices
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from proposals.models import Assignment, Clarification, Declaration, Opinion, Proposal, StageChange
from proposals.models.opinion import POSITIVE
from proposals.queries.access import filed_proposals
from proposals.queries.review import ASSIGN, WRITE_OPINION, judges
from proposals.queries.times import corrections_since, target_days
from proposals.workflow import OPINION_STAGES, UNDECIDED, Action, Stage, find_step
from reference.queries import working_days

SHOWN = 25
"""Rows of a section on the desk; the rest stands in the list behind the link."""

_OURS = (Stage.FILED, Stage.REVIEW)


class Waiting(TextChoices):
    """Sections of the desk, in the order in which they stand there."""

    DECIDE = "decide", _("Ready to be decided")
    OPINION = "opinion", _("Waiting for your opinion")
    DECLARE = "declare", _("Declare your interests before you open them")
    TAKE_UP = "take_up", _("Filed, to be taken up")
    ANSWERED = "answered", _("Requests answered since yesterday")
    REQUEST_OVERDUE = "request_overdue", _("Requests without an answer in time")
    NO_EXPERT = "no_expert", _("Under review without an expert")
    LATE = "late", _("Over the chamber's target")


@dataclass
class Facts:
    """What the desk knows of one open proposal."""

    pk: UUID
    stage: str
    since: datetime.datetime
    spent: int = 0
    left: int | None = None
    due_on: datetime.date | None = None
    asked_until: datetime.date | None = None
    answered_at: datetime.datetime | None = None
    experts: set[int] = field(default_factory=set)
    given_by: set[int] = field(default_factory=set)
    has_positive: bool = False
    is_declared: bool = False

    @property
    def days_over(self) -> int:
        """Return the working days beyond the target, or beyond the day to answer by."""
        return max(0, -(self.left or 0))

    @property
    def is_ready(self) -> bool:
        """Tell whether the head may decide: a positive opinion is given and nothing is asked."""
        return self.stage == Stage.REVIEW and self.has_positive and self.asked_until is None


@dataclass(frozen=True)
class Row:
    """One line of the desk; ``act`` is an action of the road, or ``opinion``, ``declare``, ``assign``, or nothing."""

    proposal: Proposal
    facts: Facts
    act: str

    @property
    def label(self) -> str:
        """Return the words of an action of the road; the other buttons have words of their own."""
        return str(Action(self.act).label) if self.act in Action.values else ""


@dataclass(frozen=True)
class Section:
    """One section: the first rows, how many there are, the day by which an opinion is due where that counts."""

    waiting: Waiting
    rows: list[Row]
    count: int


class Calendar:
    """Working days between any two days since the first one, counted once."""

    def __init__(self, first: datetime.datetime, now: datetime.datetime) -> None:
        day, last = timezone.localdate(first), timezone.localdate(now)
        corrections = corrections_since(first, now)
        self._days: list[datetime.date] = []
        while day < last:
            before, day = day, day + datetime.timedelta(days=1)
            if working_days(before, day, corrections):
                self._days.append(day)

    def between(self, start: datetime.date, end: datetime.date) -> int:
        """Return the number of working days after the first day up to and including the second."""
        return max(0, bisect_right(self._days, end) - bisect_right(self._days, start))


class Desk:
    """The open proposals that a person may know of, sorted into what waits."""

    def __init__(self, user: Any, now: datetime.datetime | None = None) -> None:
        self.user = user
        self.now = now or timezone.now()
        self.today = timezone.localdate(self.now)

    @cached_property
    def facts(self) -> dict[UUID, Facts]:
        """Everything the sections look at, by key; what is filed between two questions waits for the next page."""
        seen = filed_proposals(self.user).filter(stage__in=UNDECIDED)
        rows = {row[0]: Facts(*row) for row in seen.order_by().values_list("pk", "stage", "stage_since")}
        if rows:
            # A question inside the questions: thousands of keys as text would cost more than the answers.
            keys = seen.order_by().values("pk")
            self._clocks(rows, keys)
            self._requests(rows, keys)
            self._experts(rows, keys)
        return rows

    def _clocks(self, rows: dict[UUID, Facts], seen: QuerySet[Any]) -> None:
        steps: dict[UUID, list[tuple[str, datetime.datetime]]] = {}
        story = StageChange.objects.filter(proposal__in=seen).order_by("id")
        for key, stage, at in story.values_list("proposal_id", "to_stage", "at"):
            steps.setdefault(key, []).append((stage, at))
        calendar = Calendar(min((at for taken in steps.values() for _stage, at in taken), default=self.now), self.now)
        targets = {stage: target_days(stage, self.today) for stage in _OURS}
        for key, facts in rows.items():
            taken = steps.get(key, [])
            ends = [at for _stage, at in taken[1:]] + [self.now]
            for (stage, since), until in zip(taken, ends, strict=True):
                if stage == facts.stage:
                    facts.spent += calendar.between(timezone.localdate(since), timezone.localdate(until))
            target = targets.get(Stage(facts.stage))
            facts.left = None if target is None else target - facts.spent

    def _requests(self, rows: dict[UUID, Facts], seen: QuerySet[Any]) -> None:
        asked = Clarification.objects.filter(Q(answered_at__isnull=True) | Q(answered_at__gte=self._yesterday()))
        found = asked.filter(proposal__in=seen).values_list("proposal_id", "due_on", "answered_at")
        for key, due_on, answered_at in found:
            if key not in rows:
                continue
            if answered_at is None:
                rows[key].asked_until = due_on
                rows[key].left = self._until(due_on)
            else:
                rows[key].answered_at = max(rows[key].answered_at or answered_at, answered_at)

    def _experts(self, rows: dict[UUID, Facts], seen: QuerySet[Any]) -> None:
        # Whoever declared a conflict gives no opinion: the proposal waits for another expert.
        conflict = Declaration.objects.filter(
            person=OuterRef("expert"), proposal=OuterRef("proposal"), has_conflict=True
        )
        assigned = Assignment.objects.filter(proposal__in=seen).exclude(Exists(conflict))
        for key, expert, due_on in assigned.values_list("proposal_id", "expert_id", "due_on"):
            if key not in rows:
                continue
            rows[key].experts.add(expert)
            if expert == self.user.pk:
                rows[key].due_on = due_on
        given = Opinion.objects.filter(proposal__in=seen, given_at__isnull=False)
        for key, expert, recommendation in given.values_list("proposal_id", "expert_id", "recommendation"):
            if key not in rows:
                continue
            rows[key].given_by.add(expert)
            rows[key].has_positive |= recommendation in POSITIVE
        declared = Declaration.objects.filter(proposal__in=seen, person=self.user)
        for key in set(declared.values_list("proposal_id", flat=True)) & set(rows):
            rows[key].is_declared = True

    def _yesterday(self) -> datetime.datetime:
        """Return the beginning of the working day before today: on Monday that is Friday."""
        day = self.today - datetime.timedelta(days=1)
        corrections = corrections_since(self.now - datetime.timedelta(days=20), self.now)
        for _day in range(15):
            if working_days(day - datetime.timedelta(days=1), day, corrections):
                break
            day -= datetime.timedelta(days=1)
        return timezone.make_aware(datetime.datetime.combine(day, datetime.time()))

    def _until(self, day: datetime.date) -> int:
        if day >= self.today:
            return working_days(self.today, day)
        return -working_days(day, self.today)

    def _belongs(self, waiting: Waiting, facts: Facts) -> bool:
        mine = self.user.pk in facts.experts and self.user.pk not in facts.given_by
        match waiting:
            case Waiting.DECIDE:
                return facts.is_ready
            case Waiting.OPINION:
                return mine and facts.is_declared and facts.stage in OPINION_STAGES
            case Waiting.DECLARE:
                return mine and not facts.is_declared
            case Waiting.TAKE_UP:
                return facts.stage == Stage.FILED
            case Waiting.ANSWERED:
                return facts.answered_at is not None and facts.stage in _OURS
            case Waiting.REQUEST_OVERDUE:
                return facts.asked_until is not None and facts.asked_until < self.today
            case Waiting.NO_EXPERT:
                return facts.stage == Stage.REVIEW and not facts.experts
            case _:
                return facts.stage in _OURS and facts.left is not None and facts.left < 0

    def keys(self, waiting: Waiting) -> list[UUID]:
        """Return the keys of a section, what is most over its time first."""
        rows = [facts for facts in self.facts.values() if self._belongs(waiting, facts)]
        if waiting in (Waiting.OPINION, Waiting.DECLARE):
            rows.sort(key=lambda facts: (facts.due_on or self.today, facts.since, facts.pk))
        elif waiting == Waiting.ANSWERED:
            rows.sort(key=lambda facts: (facts.answered_at or facts.since, facts.pk))
        else:
            rows.sort(key=lambda facts: (facts.left is None, facts.left or 0, facts.since, facts.pk))
        return [facts.pk for facts in rows]

    def sections(self) -> list[Section]:
        """Return the sections with their first rows; empty ones too, for their silence is good news."""
        keys = {waiting: self.keys(waiting) for waiting in sections_of(self.user)}
        shown = {key for found in keys.values() for key in found[:SHOWN]}
        known = filed_proposals(self.user).select_related("application").in_bulk(shown)
        return [
            Section(waiting, [self._row(known[key]) for key in found[:SHOWN] if key in known], len(found))
            for waiting, found in keys.items()
        ]

    def _row(self, proposal: Proposal) -> Row:
        facts = self.facts[proposal.pk]
        return Row(proposal, facts, self._act(facts))

    @cached_property
    def _judges(self) -> bool:
        return judges(self.user)

    def _act(self, facts: Facts) -> str:
        """Return the one thing this person can do next."""
        if self._judges and not facts.is_declared and not self._assigns(facts):
            return "declare"
        writes = self.user.has_perm(WRITE_OPINION) and self.user.pk in facts.experts
        if writes and facts.stage != Stage.FILED and self.user.pk not in facts.given_by:
            return "opinion"
        if facts.stage == Stage.FILED:
            return self._if_may(facts, Action.TAKE_UP)
        if facts.stage == Stage.CLARIFICATION:
            overdue = facts.asked_until is not None and facts.asked_until < self.today
            return self._if_may(facts, Action.REFUSE) if overdue else ""
        if facts.is_ready and self.user.pk not in facts.given_by:
            return self._if_may(facts, Action.SUPPORT)
        return "assign" if self._assigns(facts) else ""

    def _assigns(self, facts: Facts) -> bool:
        return facts.stage == Stage.REVIEW and not facts.experts and self.user.has_perm(ASSIGN)

    def _if_may(self, facts: Facts, action: Action) -> str:
        return action.value if self.user.has_perm(find_step(facts.stage, action).permission) else ""


_RIGHTS: Final[dict[Waiting, tuple[str, ...]]] = {
    Waiting.DECIDE: ("proposals.support_proposal",),
    Waiting.OPINION: (WRITE_OPINION,),
    Waiting.DECLARE: (WRITE_OPINION,),
    Waiting.TAKE_UP: ("proposals.take_up_proposal",),
    Waiting.ANSWERED: ("proposals.ask_proposal",),
    Waiting.REQUEST_OVERDUE: ("proposals.take_up_proposal", "proposals.refuse_proposal"),
    Waiting.NO_EXPERT: (ASSIGN,),
    Waiting.LATE: ("proposals.support_proposal", "proposals.take_up_proposal"),
}
_WORK: Final = tuple(sorted({right for rights in _RIGHTS.values() for right in rights}))


def sections_of(user: Any) -> list[Waiting]:
    """Return the sections that are this person's work, or that the person watches over."""
    if not user.has_perm("proposals.view_proposal"):
        return []
    if not works(user):
        return [Waiting.DECIDE, Waiting.TAKE_UP, Waiting.REQUEST_OVERDUE, Waiting.NO_EXPERT, Waiting.LATE]
    return [waiting for waiting in Waiting if any(user.has_perm(right) for right in _RIGHTS[waiting])]


def works(user: Any) -> bool:
    """Tell whether proposals wait for the person; who only reads sees in numbers how the work of others stands."""
    return any(user.has_perm(right) for right in _WORK)


def waiting_keys(user: Any, code: str) -> list[UUID]:
    """Return the keys of one section for the filter of the list; none for a code that no section of the person has."""
    return next((Desk(user).keys(waiting) for waiting in sections_of(user) if waiting.value == code), [])


def to_be_tabled(user: Any) -> int | None:
    """Return how many supported proposals wait for the agenda, for whoever sets it; None for others."""
    if not user.has_perm("proposals.table_proposal"):
        return None
    return Proposal.objects.filter(stage=Stage.SUPPORTED).count()
