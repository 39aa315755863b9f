"""Figures that do not fit each other, the law or similar projects. A doubt is no error: a reason answers it. Pure."""

import datetime
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from statistics import median
from typing import Any

from django.utils.translation import gettext_lazy as _

from proposals.steps import COLUMNS, FormStep
from proposals.suitability import own_funds_needed, share
from proposals.wording import number, said
from reference.codelists import CapacityUnit, PaymentSource
from reference.money import format_number, format_tenge
from reference.queries import LawOfDay

FEWEST_PEERS = 5
"""A median of fewer projects says nothing."""
FAR = 3
"""How many times more or less than the median is worth a question."""
OBLIGATIONS_TIMES = 3
LEAST_COST = 1_000_000
"""Below this a sum was probably meant in thousands."""
LEAST_COST_OF_A_JOB = 500_000
_LAW = ("own_funds_share_min", "ppp_term_min", "ppp_term_max")
_PEOPLE = {CapacityUnit.PLACES, CapacityUnit.BEDS}

_STEP_OF = {column: step for step, columns in COLUMNS.items() for column in columns} | {"payments": FormStep.MONEY}


@dataclass(frozen=True)
class Facts:
    """What a proposal says in figures; unknown is None or empty and raises no doubt."""

    cost: int | None = None
    own_funds: int | None = None
    asked_sum: int | None = None
    state_obligations: int | None = None
    payment_sources: Sequence[str] = ()
    payments: Mapping[int, int] = field(default_factory=dict)
    term_years: Decimal | None = None
    implementation_start: str = ""
    capacity: int | None = None
    capacity_unit: str = ""
    beneficiaries: int | None = None
    jobs: int | None = None


Peers = Sequence[tuple[int, Decimal | int]]
"""Cost and capacity of similar projects: same sector, same unit of capacity, both known."""


@dataclass(frozen=True)
class Doubt:
    """One odd figure: its code is stored with the reason that answers it and never changes."""

    code: str
    field: str
    sentence: Any

    @property
    def step(self) -> str:
        """Return the step of the form on which the field stands."""
        return FormStep(_STEP_OF[self.field]).value


@lru_cache(maxsize=32)
def _usual(peers: Peers) -> tuple[int, Decimal | None]:
    """Return how many projects tell a price of one unit of capacity, and the median where they are enough."""
    prices = [Decimal(cost) / capacity for cost, capacity in peers if cost > 0 and capacity > 0]
    return len(prices), median(prices) if len(prices) >= FEWEST_PEERS else None


def _cost_per_unit(facts: Facts, peers: Peers, law: LawOfDay) -> Iterator[Doubt]:
    if not facts.cost or not facts.capacity:
        return
    count, usual = _usual(tuple(peers))  # a tuple stays itself
    ours = Decimal(facts.cost) / facts.capacity
    if usual is None:
        return
    if usual / FAR <= ours <= usual * FAR:
        return
    unit = CapacityUnit(facts.capacity_unit).label if facts.capacity_unit else ""
    sentence = said(
        _(
            "Cost for one unit of capacity (%(unit)s): yours %(ours)s, the median of %(count)s similar projects "
            "%(median)s. Check cost and capacity, or say why it differs."
        ),
        unit=unit,
        ours=format_tenge(round(ours)),
        median=format_tenge(round(usual)),
        count=format_number(count),
    )
    yield Doubt("cost_per_unit", "cost", sentence)


def _small_cost(facts: Facts, peers: Peers, law: LawOfDay) -> Iterator[Doubt]:
    if facts.cost and facts.cost < LEAST_COST:
        sentence = _("The cost is only %(cost)s. If you counted in thousands, write whole tenge.")
        yield Doubt("cost_small", "cost", said(sentence, cost=format_tenge(facts.cost)))


def _own_funds(facts: Facts, peers: Peers, law: LawOfDay) -> Iterator[Doubt]:
    if facts.own_funds is None or not facts.cost:
        return
    if facts.own_funds > facts.cost:
        yield Doubt("own_funds_over_cost", "own_funds", _("Own funds are more than the cost. Check both sums."))
    least = law.value("own_funds_share_min")
    if least is None:
        return
    if facts.own_funds * 100 < facts.cost * least:
        sentence = said(
            _(
                "Own funds are %(share)s%% of the cost; the law asks the private partner for at least %(least)s%%, "
                "here %(sum)s. Add own funds, or say who brings the rest."
            ),
            share=number(share(facts.own_funds, facts.cost)),
            least=number(least),
            sum=format_tenge(own_funds_needed(facts.cost, least)),
        )
        yield Doubt("own_funds_low", "own_funds", sentence)


def _asked(facts: Facts, peers: Peers, law: LawOfDay) -> Iterator[Doubt]:
    if facts.asked_sum is not None and facts.cost and facts.asked_sum > facts.cost:
        sentence = _("The sum asked from the state (%(asked)s) is more than the cost (%(cost)s). Check both.")
        yield Doubt(
            "asked_over_cost",
            "asked_sum",
            said(sentence, asked=format_tenge(facts.asked_sum), cost=format_tenge(facts.cost)),
        )


def _obligations(facts: Facts, peers: Peers, law: LawOfDay) -> Iterator[Doubt]:
    obligations = facts.state_obligations
    if not obligations:
        return
    if facts.cost and obligations > OBLIGATIONS_TIMES * facts.cost:
        sentence = _(
            "State obligations are more than %(times)s times the cost. Check both sums, or say what else they pay for."
        )
        yield Doubt("obligations_high", "state_obligations", said(sentence, times=OBLIGATIONS_TIMES))
    if set(facts.payment_sources) == {PaymentSource.SALES}:
        sentence = _(
            "You name state obligations, but users alone pay. Add the source of payment from the budget, or write 0."
        )
        yield Doubt("obligations_without_source", "payment_sources", sentence)


def _payments_sum(facts: Facts, peers: Peers, law: LawOfDay) -> Iterator[Doubt]:
    total = sum(facts.payments.values())
    if facts.payments and facts.state_obligations is not None and total != facts.state_obligations:
        sentence = said(
            _("Payments by year add up to %(total)s, state obligations are %(obligations)s. Make them equal."),
            total=format_tenge(total),
            obligations=format_tenge(facts.state_obligations),
        )
        yield Doubt("payments_sum", "payments", sentence)


def _payments_years(facts: Facts, peers: Peers, law: LawOfDay) -> Iterator[Doubt]:
    if not facts.implementation_start or facts.term_years is None:
        return
    first = int(facts.implementation_start[:4])
    # A contract that begins within a year also ends within one.
    last = first + int(facts.term_years.to_integral_value("ROUND_CEILING"))
    outside = [year for year, amount in sorted(facts.payments.items()) if amount and not first <= year <= last]
    if outside:
        sentence = said(
            _(
                "Payments stand outside the term (%(first)s–%(last)s): %(years)s. "
                "Move them, or check the start and the term."
            ),
            first=first,
            last=last,
            years=", ".join(map(str, outside)),
        )
        yield Doubt("payments_outside_term", "payments", sentence)


def _term(facts: Facts, peers: Peers, law: LawOfDay) -> Iterator[Doubt]:
    if facts.term_years is None:
        return
    least, greatest = law.value("ppp_term_min"), law.value("ppp_term_max")
    if least is None or greatest is None or least <= facts.term_years <= greatest:
        return
    sentence = said(
        _("By law the contract lasts from %(least)s to %(greatest)s years; yours: %(term)s."),
        least=number(least),
        greatest=number(greatest),
        term=number(facts.term_years),
    )
    yield Doubt("term_outside_law", "term_years", sentence)


def _start(facts: Facts, peers: Peers, law: LawOfDay) -> Iterator[Doubt]:
    start = facts.implementation_start
    # A month or a year is past only when it is over.
    if start and start < law.on.isoformat()[: len(start)]:
        yield Doubt("start_past", "implementation_start", _("The start of implementation lies in the past. Move it."))


def _jobs(facts: Facts, peers: Peers, law: LawOfDay) -> Iterator[Doubt]:
    if facts.jobs and facts.cost and facts.cost < facts.jobs * LEAST_COST_OF_A_JOB:
        sentence = said(
            _("%(cost)s for one new job is very little. Check the number of jobs and the cost."),
            cost=format_tenge(facts.cost // facts.jobs),
        )
        yield Doubt("jobs_many", "jobs", sentence)


def _people(facts: Facts, peers: Peers, law: LawOfDay) -> Iterator[Doubt]:
    if facts.capacity is None or facts.beneficiaries is None or facts.capacity_unit not in _PEOPLE:
        return
    if facts.beneficiaries < facts.capacity:
        sentence = _("Fewer people would use it in a year than it has places. Check both numbers.")
        yield Doubt("beneficiaries_few", "beneficiaries", sentence)


_CHECKS: tuple[Callable[[Facts, Peers, LawOfDay], Iterator[Doubt]], ...] = (
    _cost_per_unit,
    _small_cost,
    _own_funds,
    _asked,
    _obligations,
    _payments_sum,
    _payments_years,
    _term,
    _start,
    _jobs,
    _people,
)


def doubts(facts: Facts, peers: Peers, on: datetime.date) -> list[Doubt]:
    """Return what looks odd on that day, in the order of the form's fields."""
    law = LawOfDay(on, _LAW)
    return [doubt for check in _CHECKS for doubt in check(facts, peers, law)]
