"""The usual time of a stage from our own history, and whose clock ran."""

import datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from proposals.models import Proposal, StageChange
from proposals.queries.road import road_of, roads_of
from proposals.queries.times import LEAST, Usual, clock, usual_time
from reference.models import WorkingDayCorrection
from tests.promises.many_drafts import drafts_ready_to_file
from tests.proposals.applications import applicant, proposal_at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

ALMATY = ZoneInfo("Asia/Almaty")
MONDAY = datetime.datetime(2026, 9, 7, 10, 0, tzinfo=ALMATY)
"""Three weeks without a holiday follow."""


def later(days: int) -> datetime.datetime:
    return MONDAY + datetime.timedelta(days=days)


@pytest.fixture
def by():
    return applicant()


@pytest.fixture
def history(by):
    """Write steps of proposals as if they had been taken on these days."""
    rows = [row.proposals.get() for row in drafts_ready_to_file(by, 8)]
    unused = iter(rows)

    def write(*steps: tuple[str, str, datetime.datetime]) -> Proposal:
        proposal = next(unused)
        for source, target, at in steps:
            StageChange.objects.create(
                proposal=proposal, action="take_up", from_stage=source, to_stage=target, actor=by, channel="web", at=at
            )
        return proposal

    return write


def test_the_median_of_working_days(history):
    for days in (1, 2, 3, 7, 14):
        history(("draft", "filed", MONDAY), ("filed", "review", later(days)))
    # 1, 2, 3, 5 and 10 working days
    assert usual_time("filed", later(20)) == Usual(3, 5)
    assert usual_time("review", later(20)) == Usual(None, 0)


def test_too_few_say_nothing(history):
    for _ in range(LEAST - 1):
        history(("draft", "filed", MONDAY), ("filed", "review", later(1)))
    assert usual_time("filed", later(20)) == Usual(None, 4)
    history(("draft", "filed", MONDAY), ("filed", "review", later(1)))
    assert usual_time("filed", later(20)) == Usual(1, 5)


def test_only_the_last_180_days_count_and_nothing_that_has_not_happened(history):
    for _ in range(5):
        history(("draft", "filed", MONDAY), ("filed", "review", later(1)))
    left = later(1)
    assert usual_time("filed", left + datetime.timedelta(days=180)).count == 5
    assert usual_time("filed", left + datetime.timedelta(days=180, seconds=1)).count == 0
    assert usual_time("filed", left - datetime.timedelta(seconds=1)).count == 0


def test_what_was_withdrawn_says_nothing_of_the_chamber(history):
    for _ in range(5):
        history(("draft", "filed", MONDAY), ("filed", "withdrawn", later(1)))
    assert usual_time("filed", later(20)) == Usual(None, 0)


def test_a_stage_entered_twice_is_counted_from_its_own_entry(history):
    for _ in range(5):
        history(
            ("draft", "filed", MONDAY),
            ("filed", "clarification", later(1)),
            ("clarification", "filed", later(14)),
            ("filed", "review", later(15)),
        )
    assert usual_time("filed", later(20)) == Usual(1, 10)


def test_the_clock_tells_whose_turn_it_was(history):
    proposal = history(
        ("draft", "filed", MONDAY),
        ("filed", "clarification", later(2)),
        ("clarification", "filed", later(7)),
        ("filed", "review", later(8)),
    )
    steps = list(proposal.stage_changes.order_by("id"))
    now = clock(proposal, steps, later(9))
    assert (now.with_chamber, now.with_applicant) == (2 + 1 + 1, 3)


def test_the_clock_stops_in_the_end(history):
    proposal = history(("draft", "filed", MONDAY), ("filed", "refused", later(2)))
    steps = list(proposal.stage_changes.order_by("id"))
    assert clock(proposal, steps, later(2)) == clock(proposal, steps, later(20))


def test_days_that_staff_declared_free_do_not_count(history):
    proposal = history(("draft", "filed", MONDAY))
    WorkingDayCorrection.objects.create(date=later(1).date(), is_working=False)
    WorkingDayCorrection.objects.create(date=later(5).date(), is_working=True)
    steps = list(proposal.stage_changes.all())
    assert [clock(proposal, steps, later(days)).with_chamber for days in (1, 2, 4, 5)] == [0, 1, 3, 4]
    for _ in range(5):
        history(("draft", "filed", MONDAY), ("filed", "review", later(5)))
    assert usual_time("filed", later(20)) == Usual(4, 5)


def test_many_cases_and_many_proposals_cost_no_more_queries(history, by):
    def cost(count):
        rows = list(Proposal.objects.filter(stage_changes__isnull=False).distinct()[:count])
        with CaptureQueriesContext(connection) as queries:
            roads_of(rows)
            usual_time("filed", later(20))
        return len(queries)

    history(("draft", "filed", MONDAY), ("filed", "review", later(1)))
    few = cost(1)
    for _ in range(6):
        history(("draft", "filed", MONDAY), ("filed", "review", later(1)))
    assert cost(7) == few


@pytest.mark.parametrize(
    ("stage", "points"),
    [
        ("filed", "filed:now review:ahead supported:ahead agenda:ahead approved:ahead"),
        ("review", "filed:done review:now supported:ahead agenda:ahead approved:ahead"),
        ("clarification", "filed:done clarification:now review:ahead supported:ahead agenda:ahead approved:ahead"),
        ("agenda", "filed:done review:done supported:done agenda:now approved:ahead"),
        ("refused", "filed:done refused:done"),
        ("withdrawn", "filed:done withdrawn:done"),
    ],
)
def test_the_road_as_it_is_drawn(by, stage, points):
    road = road_of(proposal_at(stage, by))
    assert " ".join(f"{point.stage}:{point.state}" for point in road.points) == points
    assert all(bool(point.since) is (point.state != "ahead") for point in road.points)
    assert (road.usual is None) is (stage in ("refused", "withdrawn"))
