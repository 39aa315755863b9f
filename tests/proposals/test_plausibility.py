"""Doubts: each at its border, on its day, and silent where a figure is unknown."""

import datetime
from decimal import Decimal

import pytest
from django.utils import translation

from proposals.plausibility import Facts, doubts
from reference.codelists import PaymentSource

pytestmark = pytest.mark.usefixtures("law")

day = datetime.date
BEFORE, SINCE = day(2021, 1, 15), day(2021, 1, 16)
NOW = day(2026, 11, 22)
BN = 1_000_000_000
PEERS = [(BN, 1000), (2 * BN, 1000), (3 * BN, 1000), (4 * BN, 1000), (5 * BN, 1000)]
"""The median is 3 000 000 tenge for a place."""


def codes(on=NOW, peers=(), **facts):
    return [doubt.code for doubt in doubts(Facts(**facts), peers, on)]


def sentence(on=NOW, peers=(), **facts):
    with translation.override("en"):
        return " ".join(str(doubt.sentence) for doubt in doubts(Facts(**facts), peers, on))


def test_an_empty_proposal_raises_no_doubt():
    assert codes(peers=PEERS) == []


def test_a_sound_proposal_raises_no_doubt():
    sound = {
        "cost": 3 * BN,
        "own_funds": BN,
        "asked_sum": BN,
        "state_obligations": 2 * BN,
        "payment_sources": [PaymentSource.SALES, PaymentSource.AVAILABILITY],
        "payments": {2028: BN, 2029: BN},
        "term_years": Decimal(7),
        "implementation_start": "2027",
        "capacity": 1000,
        "capacity_unit": "places",
        "beneficiaries": 1000,
        "jobs": 100,
    }
    assert codes(peers=PEERS, **sound) == []


@pytest.mark.parametrize(
    ("cost", "is_odd"),
    [(BN - 1, True), (BN, False), (3 * BN, False), (9 * BN, False), (9 * BN + 1, True)],
)
def test_the_cost_of_a_place_is_compared_with_similar_projects(cost, is_odd):
    assert ("cost_per_unit" in codes(peers=PEERS, cost=cost, capacity=1000, capacity_unit="places")) is is_odd


def test_the_sentence_shows_the_median():
    told = sentence(peers=PEERS, cost=10 * BN, capacity=1000, capacity_unit="places")
    assert "(places)" in told
    assert "yours 10\u00a0000\u00a0000\u00a0₸" in told
    assert "the median of 5 similar projects 3\u00a0000\u00a0000\u00a0₸" in told


@pytest.mark.parametrize(
    ("peers", "facts"),
    [
        (PEERS[:4], {"cost": 10 * BN, "capacity": 1000}),
        ([*PEERS[:4], (BN, 0)], {"cost": 10 * BN, "capacity": 1000}),
        (PEERS, {"cost": 10 * BN}),
        (PEERS, {"capacity": 1000}),
    ],
)
def test_nothing_is_compared_with_few_projects_or_unknown_figures(peers, facts):
    assert codes(peers=peers, capacity_unit="places", **facts) == []


@pytest.mark.parametrize(("cost", "is_odd"), [(999_999, True), (1_000_000, False)])
def test_a_cost_meant_in_thousands_is_asked_about(cost, is_odd):
    assert ("cost_small" in codes(cost=cost)) is is_odd


@pytest.mark.parametrize(
    ("on", "own", "found"),
    [
        (BEFORE, 199_900_000, []),
        (SINCE, 199_900_000, ["own_funds_low"]),
        (SINCE, 199_999_999, ["own_funds_low"]),
        (SINCE, 200_000_000, []),
        (NOW, BN, []),
        (NOW, BN + 1, ["own_funds_over_cost"]),
        (NOW, None, []),
    ],
)
def test_own_funds_are_a_share_between_the_least_and_the_whole(on, own, found):
    assert codes(on, cost=BN, own_funds=own) == found


def test_own_funds_of_19_99_percent_are_told_with_what_is_needed():
    told = sentence(cost=BN, own_funds=199_900_000)
    assert "19.99% of the cost" in told
    assert "at least 20%, here 200\u00a0000\u00a0000\u00a0₸" in told


@pytest.mark.parametrize(("asked", "found"), [(BN, []), (BN + 1, ["asked_over_cost"]), (0, []), (None, [])])
def test_nobody_asks_for_more_than_it_costs(asked, found):
    assert codes(cost=BN, asked_sum=asked) == found


@pytest.mark.parametrize(("obligations", "found"), [(3 * BN, []), (3 * BN + 1, ["obligations_high"]), (0, [])])
def test_state_obligations_stay_near_the_cost(obligations, found):
    assert codes(cost=BN, state_obligations=obligations) == found


@pytest.mark.parametrize(
    ("sources", "obligations", "found"),
    [
        (["sales"], 1, ["obligations_without_source"]),
        (["sales"], 0, []),
        (["sales"], None, []),
        (["sales", "availability"], 1, []),
        (["availability"], 1, []),
        ([], 1, []),
    ],
)
def test_obligations_need_a_source_from_the_budget(sources, obligations, found):
    assert codes(payment_sources=sources, state_obligations=obligations) == found


@pytest.mark.parametrize(
    ("payments", "obligations", "found"),
    [
        ({2027: 60, 2028: 40}, 100, []),
        ({2027: 60, 2028: 39}, 100, ["payments_sum"]),
        ({2027: 60, 2028: 41}, 100, ["payments_sum"]),
        ({2027: 60}, 0, ["payments_sum"]),
        ({2027: 60}, None, []),
        ({}, 100, []),
    ],
)
def test_payments_by_year_add_up(payments, obligations, found):
    assert codes(payments=payments, state_obligations=obligations) == found


@pytest.mark.parametrize(
    ("start", "term", "year", "is_outside"),
    [
        ("2027", "5", 2026, True),
        ("2027", "5", 2027, False),
        ("2027-09", "5", 2032, False),
        ("2027-09", "5", 2033, True),
        ("2027-09-14", "5.5", 2033, False),
        ("2027", "", 2090, False),
        ("", "5", 2090, False),
    ],
)
def test_payments_lie_within_the_term(start, term, year, is_outside):
    term_years = Decimal(term) if term else None
    found = codes(implementation_start=start, term_years=term_years, payments={year: 5}, state_obligations=5)
    assert ("payments_outside_term" in found) is is_outside


def test_a_year_without_a_payment_is_not_outside():
    assert codes(implementation_start="2027", term_years=Decimal(5), payments={2026: 0, 2027: 5}) == []
    told = sentence(implementation_start="2027", term_years=Decimal(5), payments={2026: 1, 2040: 5})
    assert "(2027–2032): 2026, 2040." in told


@pytest.mark.parametrize(
    ("on", "term", "found"),
    [
        (BEFORE, "2.99", ["term_outside_law"]),
        (BEFORE, "3", []),
        (SINCE, "3", ["term_outside_law"]),
        (SINCE, "4.99", ["term_outside_law"]),
        (SINCE, "5", []),
        (SINCE, "30", []),
        (SINCE, "30.01", ["term_outside_law"]),
        (day(2015, 10, 30), "99", []),
    ],
)
def test_the_term_is_that_of_the_law_of_the_day(on, term, found):
    assert codes(on, term_years=Decimal(term)) == found


@pytest.mark.parametrize(
    ("start", "is_past"),
    [
        ("2025", True),
        ("2026", False),
        ("2026-10", True),
        ("2026-11", False),
        ("2026-11-21", True),
        ("2026-11-22", False),
        ("", False),
    ],
)
def test_a_start_is_past_only_when_all_of_it_is_over(start, is_past):
    assert ("start_past" in codes(implementation_start=start)) is is_past


@pytest.mark.parametrize(("jobs", "found"), [(2000, []), (2001, ["jobs_many"]), (0, []), (None, [])])
def test_a_job_costs_something(jobs, found):
    assert codes(cost=BN, jobs=jobs) == found


@pytest.mark.parametrize(
    ("unit", "people", "found"),
    [
        ("places", 99, ["beneficiaries_few"]),
        ("places", 100, []),
        ("beds", 99, ["beneficiaries_few"]),
        ("kilometres", 99, []),
        ("places", None, []),
    ],
)
def test_places_are_used_by_at_least_as_many_people(unit, people, found):
    assert codes(capacity=100, capacity_unit=unit, beneficiaries=people) == found


def test_every_doubt_names_a_field_and_a_step_of_the_form():
    odd = Facts(
        cost=500_000,
        own_funds=600_000,
        asked_sum=600_000,
        state_obligations=2_000_000,
        payment_sources=["sales"],
        payments={1999: 5},
        term_years=Decimal(1),
        implementation_start="2020",
        capacity=10_000,
        capacity_unit="places",
        beneficiaries=1,
        jobs=1000,
    )
    found = doubts(odd, PEERS, NOW)
    assert [(doubt.code, doubt.field, doubt.step) for doubt in found] == [
        ("cost_per_unit", "cost", "money"),
        ("cost_small", "cost", "money"),
        ("own_funds_over_cost", "own_funds", "money"),
        ("asked_over_cost", "asked_sum", "money"),
        ("obligations_high", "state_obligations", "money"),
        ("obligations_without_source", "payment_sources", "money"),
        ("payments_sum", "payments", "money"),
        ("payments_outside_term", "payments", "money"),
        ("term_outside_law", "term_years", "money"),
        ("start_past", "implementation_start", "money"),
        ("jobs_many", "jobs", "partners"),
        ("beneficiaries_few", "beneficiaries", "place"),
    ]
    assert all(len(doubt.code) <= 50 for doubt in found)
