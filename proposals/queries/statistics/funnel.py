"""How far the filed proposals came: filed, supported, approved, signed, running; and the projects that never were one.

Nothing is told here by a fact that the public queue does not show: sector, place, asked sum, stage, year of filing.
"""

from collections.abc import Collection
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, QuerySet, TextChoices
from django.utils.translation import pgettext_lazy

from projects.models import Project
from projects.queries.register import register
from projects.queries.totals import Figures, Totals, added, figures_by, totals_by
from proposals.models import Proposal, StageChange
from proposals.queries.queue import filed
from proposals.workflow import CLOSED_STAGES, OPEN_STAGES, ROAD, Stage
from reference.codelists import APPROVED, ProjectStatus
from reference.queries import within

SIGNED = (
    ProjectStatus.CONTRACT_SIGNED,
    ProjectStatus.IMPLEMENTATION,
    ProjectStatus.OPERATION,
    ProjectStatus.COMPLETED,
)
RUNNING = (ProjectStatus.IMPLEMENTATION, ProjectStatus.OPERATION, ProjectStatus.COMPLETED)
SUPPORTED_STAGES = ROAD[ROAD.index(Stage.SUPPORTED) :]
"""Stages that only a supported proposal reaches."""


class Step(TextChoices):
    """A step of the funnel; whoever reached a later one has passed the earlier ones."""

    FILED = "filed", pgettext_lazy("funnel", "Filed")
    SUPPORTED = "supported", pgettext_lazy("funnel", "Supported by the chamber")
    APPROVED = "approved", pgettext_lazy("funnel", "Approved by the maslikhat")
    SIGNED = "signed", pgettext_lazy("funnel", "Contract signed")
    RUNNING = "running", pgettext_lazy("funnel", "Running")


STATUSES = {Step.APPROVED: APPROVED, Step.SIGNED: SIGNED, Step.RUNNING: RUNNING}
"""Where a project of the register stands that has reached the step."""


@dataclass(frozen=True)
class Reached:
    """How many proposals reached a step, what they asked for, and what the list says of those that were approved.

    ``left`` of them reached it and were refused or withdrawn afterwards.
    """

    step: Step
    asked: Figures
    left: int = 0
    listed: Totals | None = None


@dataclass(frozen=True)
class Funnel:
    """The steps in order, and where every one of the filed proposals stands today."""

    steps: list[Reached]
    stages: dict[str, Figures]
    statuses: dict[str, Totals] = field(default_factory=dict)

    @property
    def whole(self) -> Figures:
        """All filed proposals."""
        return self.steps[0].asked


def chosen(
    *, sectors: Collection[str] = (), territories: Collection[str] = (), year: int | None = None
) -> QuerySet[Proposal]:
    """Return the filed proposals of these sectors, territories with their districts, and this year of filing."""
    rows = filed()
    if sectors:
        rows = rows.filter(sector__in=sectors)
    if territories:
        rows = rows.filter(within(territories))
    return rows if year is None else rows.filter(application__year=year)


def funnel(proposals: QuerySet[Proposal]) -> Funnel:
    """Return the funnel of these filed proposals. Two queries."""
    support = StageChange.objects.filter(proposal=OuterRef("pk"), to_stage=Stage.SUPPORTED)
    rows = proposals.annotate(was_supported=Exists(support))
    cells = figures_by(("stage", "was_supported", "project__status"), "cost", rows)
    by_status = {group.key: group.totals for group in totals_by("status", projects_of(proposals))}

    def asked(*, supported: bool = False, stage: str = "", statuses: Collection[str] = ()) -> Figures:
        reached = (
            figures
            for (at, was_supported, status), figures in cells.items()
            if (was_supported or not supported) and stage in ("", at) and (status in statuses or not statuses)
        )
        return sum(reached, Figures())

    def listed(statuses: Collection[str]) -> Totals:
        return added(totals for status, totals in by_status.items() if status in statuses)

    left = sum(figures.projects for (at, was, _), figures in cells.items() if was and at not in SUPPORTED_STAGES)
    steps = [
        Reached(Step.FILED, asked()),
        Reached(Step.SUPPORTED, asked(supported=True), left=left),
        Reached(Step.APPROVED, asked(stage=Stage.APPROVED), listed=added(by_status.values())),
        Reached(Step.SIGNED, asked(statuses=SIGNED), listed=listed(SIGNED)),
        Reached(Step.RUNNING, asked(statuses=RUNNING), listed=listed(RUNNING)),
    ]
    stages = {stage.value: asked(stage=stage) for stage in (*OPEN_STAGES, *CLOSED_STAGES)}
    return Funnel(steps, {stage: figures for stage, figures in stages.items() if figures.projects}, by_status)


def projects_of(proposals: QuerySet[Proposal]) -> QuerySet[Project]:
    """Return the projects of the register that these proposals became."""
    return register().filter(proposal__in=proposals)


def never_a_proposal(projects: QuerySet[Project]) -> QuerySet[Project]:
    """Return those of these projects that came into the register without a proposal filed here."""
    return projects.filter(proposal__isnull=True)


def by_step(projects: QuerySet[Project]) -> dict[Step, Totals]:
    """Return the totals of projects of the register by the steps they have reached. One query."""
    groups = totals_by("status", projects)
    return {
        step: added(group.totals for group in groups if group.key in statuses) for step, statuses in STATUSES.items()
    }
