"""The road of one proposal as it is drawn: points passed, the one it is at, those ahead."""

import datetime
from dataclasses import dataclass

from django.utils import timezone

from proposals.models import Proposal, StageChange
from proposals.queries.times import Clock, Usual, clock, corrections_since, usual_time
from proposals.workflow import CLOSED_STAGES, OPEN_STAGES, ROAD, Stage


@dataclass(frozen=True)
class Point:
    """One point; ``state`` is done, now or ahead, ``since`` the time it was reached."""

    stage: str
    label: str
    state: str
    since: datetime.datetime | None = None


@dataclass(frozen=True)
class Road:
    """A proposal on its way."""

    proposal: Proposal
    points: list[Point]
    steps: list[StageChange]
    clock: Clock
    usual: Usual | None

    @property
    def is_with_applicant(self) -> bool:
        """Tell whether the chamber waits for the applicant."""
        return bool(self.proposal.stage == Stage.CLARIFICATION)


def _points(proposal: Proposal, steps: list[StageChange]) -> list[Point]:
    reached = {step.to_stage: step.at for step in steps}
    stage = Stage(proposal.stage)
    # A request or an end stands on the road where it happened.
    order = list(ROAD)
    if stage not in ROAD:
        before = steps[-1].from_stage if steps else Stage.FILED
        if before == Stage.CLARIFICATION:
            before = next((step.from_stage for step in reversed(steps) if step.to_stage == before), Stage.FILED)
        place = order.index(Stage(before)) + 1 if before in order else 1
        order = [*order[:place], stage, *(() if stage in CLOSED_STAGES else order[place:])]
    now = order.index(stage)
    points = []
    for place, item in enumerate(order):
        is_end = item in CLOSED_STAGES and place == now
        state = "now" if place == now and not is_end else "done" if place <= now else "ahead"
        points.append(Point(item.value, str(item.label), state, reached.get(item) if place <= now else None))
    return points


def road_of(proposal: Proposal) -> Road:
    """Return the road of a filed proposal with its clock and the usual time to the next step."""
    return roads_of([proposal])[0]


def roads_of(proposals: list[Proposal]) -> list[Road]:
    """Return the roads of filed proposals; the number of queries grows with the stages they are at, not with them."""
    story = StageChange.objects.select_related("actor").order_by("id")
    steps: dict[object, list[StageChange]] = {row.pk: [] for row in proposals}
    for change in story.filter(proposal__in=proposals):
        steps[change.proposal_id].append(change)
    usual = {stage: usual_time(stage) for stage in {row.stage for row in proposals} if stage in OPEN_STAGES}
    corrected = corrections_since(min((step.at for taken in steps.values() for step in taken), default=timezone.now()))
    return [
        Road(row, _points(row, taken), taken, clock(row, taken, corrections=corrected), usual.get(row.stage))
        for row in proposals
        for taken in [steps[row.pk]]
    ]
