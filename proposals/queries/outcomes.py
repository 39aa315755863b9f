"""What became of proposals, why not, what preparing them cost and what they promise: sums of a given set of proposals.

Every function asks once and takes the proposals it may look at; who may see which is decided before.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Case, Count, ExpressionWrapper, F, Q, QuerySet, Sum, TextChoices, Value, When
from django.db.models.fields import BooleanField, TextField
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from proposals.models import Proposal, Refusal, RefusalReason, StageChange
from proposals.workflow import UNDECIDED, Action, Stage
from reference.codelists import CompanySize, InitiatorType


class End:
    """How far a proposal came; every filed one stands at exactly one of these."""

    OPEN = "open"
    SUPPORTED = "supported"
    APPROVED = "approved"
    DECLINED = "declined"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    LEFT = "left"
    """Withdrawn after the chamber had supported it."""


ENDS = {
    End.OPEN: _("Not judged yet"),
    End.SUPPORTED: _("Supported, not yet decided"),
    End.APPROVED: pgettext_lazy("stage", "Approved"),
    End.DECLINED: _("Declined by the maslikhat"),
    End.REFUSED: _("Refused by the chamber"),
    End.WITHDRAWN: pgettext_lazy("stage", "Withdrawn"),
}
"""The ends as columns name them; ``LEFT`` stands with the withdrawn."""


def _taken(action: Action) -> Q:
    # Asked once as a set: a question for each proposal makes the plan so dear that compiling it costs a second.
    return Q(pk__in=StageChange.objects.filter(action=action).values("proposal"))


def _end() -> Case:
    """Return the end in SQL; history is asked only where the stage alone does not tell."""
    return Case(
        When(stage__in=UNDECIDED, then=Value(End.OPEN)),
        When(stage__in=(Stage.SUPPORTED, Stage.AGENDA), then=Value(End.SUPPORTED)),
        When(stage=Stage.APPROVED, then=Value(End.APPROVED)),
        When(Q(stage=Stage.REFUSED) & _taken(Action.DECLINE), then=Value(End.DECLINED)),
        When(stage=Stage.REFUSED, then=Value(End.REFUSED)),
        When(_taken(Action.SUPPORT), then=Value(End.LEFT)),
        default=Value(End.WITHDRAWN),
        output_field=TextField(),
    )


class Outcome(TextChoices):
    """What was said of a proposal, whatever became of it afterwards. The last word of the chamber counts."""

    JUDGED = "judged", _("Judged by the chamber")
    SUPPORTED = "supported", _("Supported by the chamber")
    REFUSED = "refused", _("Refused by the chamber")
    DECLINED = "declined", _("Declined by the maslikhat")


_SUPPORTED = (End.SUPPORTED, End.APPROVED, End.DECLINED, End.LEFT)
_SAID = {
    Outcome.JUDGED: (*_SUPPORTED, End.REFUSED),
    Outcome.SUPPORTED: _SUPPORTED,
    Outcome.REFUSED: (End.REFUSED,),
    Outcome.DECLINED: (End.DECLINED,),
}
"""The ends at which this was said."""


def with_outcome(proposals: QuerySet[Proposal], outcome: Outcome) -> QuerySet[Proposal]:
    """Return the proposals of which this was said: those that :func:`tally` counts."""
    return proposals.alias(end=_end()).filter(end__in=_SAID[outcome])


@dataclass(frozen=True)
class Tally:
    """How many proposals came how far."""

    filed: int = 0
    approved: int = 0
    declined: int = 0
    refused: int = 0
    withdrawn: int = 0
    supported: int = 0

    @property
    def judged(self) -> int:
        """Those about which the chamber has decided: supported or refused."""
        return self.supported + self.refused

    @property
    def voted(self) -> int:
        """Those about which the maslikhat has decided: approved or declined."""
        return self.approved + self.declined


@dataclass(frozen=True)
class Known:
    """A sum, of how many proposals it is known, and of how many it is not."""

    total: int = 0
    known: int = 0
    unknown: int = 0

    @property
    def value(self) -> int | None:
        """The sum; None where there are proposals and none of them says it."""
        return None if self.unknown and not self.known else self.total


@dataclass(frozen=True)
class Line:
    """Proposals of one sector, initiator type, size and end, with their jobs."""

    sector: str
    initiator_type: str
    size: str
    end: str
    is_reasoned: bool
    count: int
    jobs_known: int
    jobs: int

    @property
    def company_size(self) -> str:
        """The size as far as it was frozen at filing: a large business is told by its type; empty: no business."""
        is_large = self.initiator_type == InitiatorType.LARGE_BUSINESS
        return CompanySize.LARGE.value if is_large and not self.size else self.size


def lines(proposals: QuerySet[Proposal]) -> list[Line]:
    """Return the proposals counted by everything that outcomes are told apart by. One query."""
    reasoned = Q(pk__in=Refusal.objects.filter(reasons__isnull=False).values("proposal"))
    rows = (
        proposals.order_by()
        .annotate(end=_end(), is_reasoned=ExpressionWrapper(reasoned, BooleanField()))
        .values_list("sector", "application__initiator_type", "application__initiator_size", "end", "is_reasoned")
        .annotate(Count("pk"), Count("jobs"), Sum("jobs", default=0))
    )
    return [Line(*row) for row in rows]


def tally(rows: Iterable[Line]) -> Tally:
    """Return the counts of lines together."""
    found = dict.fromkeys((*ENDS, End.LEFT), 0)
    for row in rows:
        found[row.end] += row.count
    return Tally(
        filed=sum(found.values()),
        approved=found[End.APPROVED],
        declined=found[End.DECLINED],
        refused=found[End.REFUSED],
        withdrawn=found[End.WITHDRAWN] + found[End.LEFT],
        supported=sum(found[end] for end in _SAID[Outcome.SUPPORTED]),
    )


def tallies(rows: Iterable[Line], key: Callable[[Line], str]) -> dict[str, Tally]:
    """Return the counts of lines told apart by a key."""
    parts: dict[str, list[Line]] = {}
    for row in rows:
        parts.setdefault(key(row), []).append(row)
    return {key: tally(part) for key, part in parts.items()}


@dataclass(frozen=True)
class Reason:
    """A reason of the list and how many refusals name it; one refusal may name several."""

    name: str
    count: int


def reasons(proposals: QuerySet[Proposal]) -> list[Reason]:
    """Return the reasons that refusals of these proposals name, the most frequent first. One query."""
    found = (
        RefusalReason.objects.filter(refusals__proposal__in=proposals.order_by().values("pk"))
        .annotate(times=Count("refusals", distinct=True))
        .order_by("-times", "order", "code")
    )
    return [Reason(str(row.name), row.times) for row in found]


@dataclass(frozen=True)
class Preparation:
    """What preparing cost: proposals, how many of them say it, their sum, mean and median in whole tenge."""

    count: int = 0
    known: int = 0
    total: int | None = None
    median: int | None = None

    @property
    def mean(self) -> int | None:
        """The mean of those that say it, to the nearest tenge."""
        return None if self.total is None else _halved_up(self.total, self.known)


def _halved_up(part: int, whole: int) -> int:
    """Return the quotient to the nearest whole number, a half upwards."""
    return (2 * part + whole) // (2 * whole)


def preparation(proposals: QuerySet[Proposal]) -> tuple[Preparation, dict[str, Preparation]]:
    """Return what preparing cost in all and by who paid; the empty code: nobody said. One query.

    The median of an even number is the middle between two sums, which percentile_disc finds exactly from both ends;
    percentile_cont would go through floating point.
    """
    chosen = proposals.order_by().values_list("preparation_paid_by", "preparation_cost")
    try:
        sql, params = chosen.query.sql_with_params()
    except EmptyResultSet:
        return Preparation(), {}
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH chosen (payer, cost) AS ({sql})
            SELECT grouping(payer), payer, count(*), count(cost), sum(cost),
                   percentile_disc(0.5) WITHIN GROUP (ORDER BY cost),
                   percentile_disc(0.5) WITHIN GROUP (ORDER BY cost DESC)
            FROM chosen GROUP BY GROUPING SETS ((payer), ())
            """,  # noqa: S608
            params,
        )
        rows = cursor.fetchall()
    whole, by_payer = Preparation(), {}
    for is_whole, payer, count, known, total, low, high in rows:
        middle = None if low is None else _halved_up(low + high, 2)
        made = Preparation(count, known, None if total is None else int(total), middle)
        if is_whole:
            whole = made
        else:
            by_payer[payer] = made
    return whole, by_payer


@dataclass(frozen=True)
class Promise:
    """What is promised in one unit, by end; ``LEFT`` stands with the withdrawn."""

    unit: str
    by_end: dict[str, Known] = field(default_factory=dict)

    @property
    def whole(self) -> Known:
        """All ends together."""
        return _added(self.by_end.values())


def _added(parts: Iterable[Known]) -> Known:
    whole = Known()
    for part in parts:
        whole = Known(whole.total + part.total, whole.known + part.known, whole.unknown + part.unknown)
    return whole


def _promise(unit: str, rows: Iterable[tuple[str, int, int, int]]) -> Promise:
    by_end: dict[str, list[Known]] = {}
    for end, count, known, total in rows:
        column = End.WITHDRAWN if end == End.LEFT else end
        by_end.setdefault(column, []).append(Known(total, known, count - known))
    return Promise(unit, {end: _added(parts) for end, parts in by_end.items()})


def jobs(rows: Iterable[Line]) -> Promise:
    """Return the jobs that lines promise."""
    return _promise("", [(row.end, row.count, row.jobs_known, row.jobs) for row in rows])


def capacities(proposals: QuerySet[Proposal]) -> list[Promise]:
    """Return the capacity promised, unit by unit; the empty unit holds proposals that name none. One query."""
    rows: Any = (
        proposals.order_by()
        .annotate(end=_end(), unit=F("capacity_unit"))
        .values_list("unit", "end")
        .annotate(Count("pk"), Count("capacity"), Sum("capacity", default=0))
    )
    units: dict[str, list[tuple[str, int, int, int]]] = {}
    for unit, *facts in rows:
        units.setdefault(unit, []).append(tuple(facts))
    return [_promise(unit, units[unit]) for unit in sorted(units)]
