"""The filters beside the list of proposals: what they offer, what they open, what they say of what nobody can read."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.roles import Role
from proposals.models import Assignment
from proposals.workflow import Action
from tests.proposals.applications import applicant, expert_of
from tests.proposals.judged import Pool, plain
from tests.registry.pages import parse
from tests.registry.people import Browser, logged_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data", "in_english")]

LIST = "/admin/proposals/proposal/"
SUPPORTED = (Action.TAKE_UP, Action.SUPPORT)


@pytest.fixture
def proposals(rolled_back):
    """Proposals of two years, and what was said of each."""
    ways = [
        (2024, ()),
        (2024, (*SUPPORTED, Action.REFUSE)),
        (2025, (*SUPPORTED, Action.TABLE, Action.DECLINE)),
        (2025, (*SUPPORTED, Action.WITHDRAW)),
        (2025, (Action.TAKE_UP,)),
    ]
    # No session declined and nobody wrote why: the database would say so at the end of the transaction.
    with rolled_back():
        yield Pool(applicant(), len(ways)).tell([plain(way, year=year) for year, way in ways])


def listed(browser, **asked):
    """Return the keys of the rows that the list shows."""
    return {row.pk for row in browser.get(LIST, asked).context_data["cl"].queryset}


def choices(browser, title, **asked):
    """Return the choices of a filter, and the chosen ones."""
    found = parse(browser.get(LIST, asked))
    (one,) = [part for part in found.all("details") if part.get("data-filter-title") == title]
    lines = one.all("li")
    return [line.text for line in lines], [line.text for line in lines if "selected" in (line.get("class") or "")]


@pytest.mark.parametrize(
    ("filed", "places", "words"),
    [
        ("2024", [0, 1], "2024"),
        ("2025-", [2, 3, 4], "2025–…"),
        ("-2024", [0, 1], "…–2024"),
        ("2023-2025", [0, 1, 2, 3, 4], "2023–2025"),
        ("2030-2031", [], "2030–2031"),
    ],
)
def test_years_open_what_was_filed_in_them_and_stand_as_chosen(proposals, filed, places, words):
    clerk = logged_in(Role.CLERK)
    assert listed(clerk, filed=filed) == {proposals[place].pk for place in places}
    offered, chosen = choices(clerk, "year of filing", filed=filed)
    assert chosen == [words]
    assert offered == ["All", *([] if words == "2024" else [words]), "2025", "2024"]


@pytest.mark.parametrize(
    ("outcome", "places"), [("judged", [1, 2, 3]), ("supported", [2, 3]), ("refused", [1]), ("declined", [2])]
)
def test_outcomes_open_what_was_said_whatever_came_afterwards(proposals, outcome, places):
    assert listed(logged_in(Role.CLERK), outcome=outcome) == {proposals[place].pk for place in places}


@pytest.mark.parametrize("query", ["filed=20x6", "filed=2025-2023", "outcome=yes", "awaits=x", "awaits=1e3"])
def test_what_no_filter_can_read_is_told_and_shows_nothing(proposals, query):
    answer = logged_in(Role.HEAD).get(f"{LIST}?{query}")
    assert answer.status_code == 200
    assert answer.context_data["cl"].result_count == 0
    assert "nothing is shown" in parse(answer).one("ul", "messagelist").text


def test_what_is_awaited_of_an_expert_is_found_by_who_sees_every_sector(proposals):
    expert, other = (expert_of("education", full_name=name, language="en") for name in ("Ақерке Үлгі", "Болат Үлгі"))
    for row in (proposals[0], proposals[4]):
        Assignment.objects.create(
            proposal=row, expert=expert, assigned_by=expert, due_on="2026-06-01", assigned_at="2026-05-01T12:00+05:00"
        )
    title = "expert whose opinion is awaited"
    head = logged_in(Role.HEAD)
    assert listed(head, awaits=expert.pk) == {proposals[4].pk}
    assert listed(head, awaits=other.pk) == set()
    assert choices(head, title) == (["All", "Ақерке Үлгі"], ["All"])
    colleague = Browser()
    colleague.force_login(other)
    assert listed(colleague) != set()
    assert listed(colleague, awaits=expert.pk) == set()
    assert title not in colleague.get(LIST).text
    # The filter stands there with nothing to choose: without it everything would be shown.
    assert choices(colleague, title, awaits=expert.pk) == (["All"], [])


def test_filters_cost_the_same_for_any_number_of_rows():
    pool, clerk, costs = Pool(applicant(), 4), logged_in(Role.CLERK), []
    pool.tell([plain()])
    for count in (1, 4):
        if count > 1:
            pool.drafts, pool.projects = pool.drafts[1:], pool.projects[1:]
            pool.tell([plain(year=2020 + place) for place in range(3)])
        clerk.get(LIST)
        with CaptureQueriesContext(connection) as asked:
            clerk.get(LIST, {"filed": "2020-2025", "outcome": "judged"})
        costs.append(len(asked))
    assert costs[0] == costs[1]
