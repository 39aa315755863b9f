"""What waits for a person of the chamber today, oldest and overdue first. A fixed number of questions for any number.

The facts of all open proposals are read in one go and sorted here: working days and clocks that stand still cannot be
sorted by the database.
"""

import datetime
from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db.models import (
    BigIntegerField,
    DateField,
    DateTimeField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    TextChoices,
    TextField,
    UUIDField,
    Value,
)
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from proposals.models import Assignment, Clarification, Declaration, Opinion, Proposal, StageChange
from proposals.models.opinion import POSITIVE
from proposals.queries.access import filed_proposals
from proposals.queries.review import ASSIGN, WRITE_OPINION, judges
from proposals.workflow import OPINION_STAGES, UNDECIDED, Action, Stage, find_step
from reference.models import LegalParameter, WorkingDayCorrection
from reference.queries import working_days

SHOWN = 25
"""Rows of a section on the desk; the rest stands in the list behind the link."""

ONE_DAY = datetime.timedelta(days=1)
_LONGEST_BREAK = 20 * ONE_DAY
"""Longer than any row of days off."""
_OURS = (Stage.FILED, Stage.REVIEW)
_STEP: Final = {"proposal": "proposal", "number": "pk", "word": "to_stage", "at": "at"}
_REQUEST: Final = {"proposal": "proposal", "day": "due_on", "at": "answered_at"}
_ASSIGNED: Final = {"proposal": "proposal", "person": "expert", "day": "due_on"}
_GIVEN: Final = {"proposal": "proposal", "person": "expert", "word": "recommendation"}


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
    """Working days between any two days of a time, counted once."""

    def __init__(self, first: datetime.date, last: datetime.date, corrections: dict[datetime.date, bool]) -> None:
        self._days: list[datetime.date] = []
        day = first
        while day < last:
            before, day = day, day + ONE_DAY
            if working_days(before, day, corrections):
                self._days.append(day)

    def between(self, start: datetime.date, end: datetime.date) -> int:
        """Return the number of working days after the first day up to and including the second."""
        return max(0, bisect_right(self._days, end) - bisect_right(self._days, start))


class _Told(NamedTuple):
    """One row of what the database tells at once; ``kind`` says which of the columns mean something."""

    kind: str
    proposal: UUID
    number: int
    person: int
    word: str
    at: datetime.datetime
    day: datetime.date


_COLUMNS: Final[dict[str, Any]] = {
    "proposal": UUIDField(),
    "number": BigIntegerField(),
    "person": BigIntegerField(),
    "word": TextField(),
    "at": DateTimeField(),
    "day": DateField(),
}


def _told(kind: str, rows: QuerySet[Any], **columns: str) -> QuerySet[Any]:
    """Return rows as those of :class:`_Told`; what is not named is NULL, said with its type for the union's sake."""
    told: dict[str, Any] = {"told_kind": Value(kind, TextField())}
    for name, type_of in _COLUMNS.items():
        told[f"told_{name}"] = Cast(F(columns[name]) if name in columns else Value(None), type_of)
    return rows.order_by().annotate(**told).values_list(*told)


class Desk:
    """The open proposals that a person may know of, sorted into what waits."""

    def __init__(self, user: Any, now: datetime.datetime | None = None) -> None:
        self.user = user
        self.now = now or timezone.now()
        self.today = timezone.localdate(self.now)

    @cached_property
    def facts(self) -> dict[UUID, Facts]:
        """Everything the sections look at, by key. One query: the parts are of one moment."""
        told: dict[str, list[_Told]] = defaultdict(list)
        for row in self._asked():
            told[row[0]].append(_Told(*row))
        rows = {one.proposal: Facts(one.proposal, one.word, one.at) for one in told["open"]}
        if rows:
            corrections = {one.day: one.word == "true" for one in told["calendar"]}
            days = [timezone.localdate(one.at) for one in told["step"]] + [one.day for one in told["request"]]
            calendar = Calendar(min([*days, self.today]), max([*days, self.today]), corrections)
            self._clocks(rows, calendar, told["step"], {one.word: one.number for one in told["target"]})
            self._requests(rows, calendar, told["request"], self._yesterday(corrections))
            self._experts(rows, told)
        return rows

    def _asked(self) -> QuerySet[Any]:
        seen = filed_proposals(self.user).filter(stage__in=UNDECIDED)
        # A question inside the questions: thousands of keys as text would cost more than the answers.
        keys = seen.order_by().values("pk")
        answered = Q(answered_at__isnull=True) | Q(answered_at__gte=self.now - _LONGEST_BREAK)
        # Whoever declared a conflict gives no opinion: the proposal waits for another expert.
        conflict = Declaration.objects.filter(
            person=OuterRef("expert"), proposal=OuterRef("proposal"), has_conflict=True
        )
        targets = LegalParameter.objects.filter(
            Q(valid_to__isnull=True) | Q(valid_to__gte=self.today),
            code__in=[f"target_days_{stage.value}" for stage in _OURS],
            valid_from__lte=self.today,
        )
        parts = [
            _told("step", StageChange.objects.filter(proposal__in=keys), **_STEP),
            _told("request", Clarification.objects.filter(answered, proposal__in=keys), **_REQUEST),
            _told("assigned", Assignment.objects.filter(~Exists(conflict), proposal__in=keys), **_ASSIGNED),
            _told("given", Opinion.objects.filter(proposal__in=keys, given_at__isnull=False), **_GIVEN),
            _told("declared", Declaration.objects.filter(proposal__in=keys, person=self.user), proposal="proposal"),
            _told("calendar", WorkingDayCorrection.objects.all(), day="date", word="is_working"),
            _told("target", targets, word="code", number="value"),
        ]
        return _told("open", seen, proposal="pk", word="stage", at="stage_since").union(*parts, all=True)

    def _clocks(self, rows: dict[UUID, Facts], calendar: Calendar, story: list[_Told], targets: dict[str, int]) -> None:
        steps: dict[UUID, list[_Told]] = defaultdict(list)
        for step in sorted(story, key=lambda step: step.number):
            steps[step.proposal].append(step)
        for key, facts in rows.items():
            taken = steps[key]
            ends = [step.at for step in taken[1:]] + [self.now]
            for step, until in zip(taken, ends, strict=False):
                if step.word == facts.stage:
                    facts.spent += calendar.between(timezone.localdate(step.at), timezone.localdate(until))
            target = targets.get(f"target_days_{facts.stage}")
            facts.left = None if target is None else target - facts.spent

    def _requests(
        self, rows: dict[UUID, Facts], calendar: Calendar, asked: list[_Told], yesterday: datetime.datetime
    ) -> None:
        for one in asked:
            facts = rows[one.proposal]
            if one.at is None:
                facts.asked_until = one.day
                late = one.day < self.today
                left = calendar.between(one.day, self.today) if late else calendar.between(self.today, one.day)
                facts.left = -left if late else left
            elif one.at >= yesterday:
                facts.answered_at = max(facts.answered_at or one.at, one.at)

    def _experts(self, rows: dict[UUID, Facts], told: dict[str, list[_Told]]) -> None:
        for one in told["assigned"]:
            rows[one.proposal].experts.add(one.person)
            if one.person == self.user.pk:
                rows[one.proposal].due_on = one.day
        for one in told["given"]:
            rows[one.proposal].given_by.add(one.person)
            rows[one.proposal].has_positive |= one.word in POSITIVE
        for one in told["declared"]:
            rows[one.proposal].is_declared = True

    def _yesterday(self, corrections: dict[datetime.date, bool]) -> datetime.datetime:
        """Return the beginning of the working day before today: on Monday that is Friday."""
        day = self.today - ONE_DAY
        for _day in range(15):
            if working_days(day - ONE_DAY, day, corrections):
                break
            day -= ONE_DAY
        return timezone.make_aware(datetime.datetime.combine(day, datetime.time()))

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
