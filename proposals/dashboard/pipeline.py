"""Figures: pipeline. What stands where, what is late, what came and what left, and how the queue will move.

Four queries whatever the number of rows, besides those that find out what the person may see.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _, ngettext

from projects.queries.totals import Figures
from proposals.dashboard.blocks import Block, Cell, Column, Figure, Kind, Row, Section
from proposals.dashboard.opening import proposals_address
from proposals.dashboard.scope import Scope
from proposals.dashboard.values import bar, known_sum, sum_cell
from proposals.dashboard.words import without_cost
from proposals.queries.spells import ONE_DAY, Spells, measured, targets
from proposals.queries.times import WINDOW
from proposals.workflow import CLOSED_STAGES, OPEN_STAGES, WITH_APPLICANT, Stage

SOON = (5, 20)
"""Working days ahead that the forecast looks: a week and about a month."""

_STAYS = """
SELECT stage, left_on IS NULL, spent, count(*), count(cost), COALESCE(sum(cost), 0)
FROM spells WHERE left_on IS NULL OR (is_over AND left_on >= %s) GROUP BY 1, 2, 3"""
_MONTHS = """
SELECT story.stage, story.day >= %s, count(*), count(proposal.cost), COALESCE(sum(proposal.cost), 0)
FROM story JOIN proposals_proposal proposal ON proposal.id = story.proposal_id
WHERE story.day >= %s
  AND (story.from_stage = 'draft' OR story.stage = ANY(%s)
       OR (story.stage = 'supported' AND story.from_stage = 'review'))
GROUP BY 1, 2"""

MONTHLY = (Stage.FILED, Stage.SUPPORTED, Stage.REFUSED, Stage.APPROVED, Stage.WITHDRAWN)


@dataclass(frozen=True)
class Standing:
    """The proposals at one open stage: by working days spent there so far, with number and asked sums."""

    stage: str
    by_days: Mapping[int, Figures]
    target: int | None
    usual: int | None

    @property
    def asked(self) -> Figures:
        """All of them."""
        return sum(self.by_days.values(), Figures())

    @property
    def waits_for_applicant(self) -> bool:
        """Tell whether the next step is the applicant's."""
        return self.stage in WITH_APPLICANT

    @property
    def overdue(self) -> int | None:
        """Count those over the chamber's target, None without one; the applicant's own time is no delay of it."""
        if self.waits_for_applicant:
            return 0
        return None if self.target is None else self.longer_than(self.target)

    def longer_than(self, days: int) -> int:
        """Count those that stand here for more working days."""
        return sum(figures.projects for spent, figures in self.by_days.items() if spent > days)

    def leaving(self, within: int) -> int | None:
        """Count those whose usual time ends within so many working days; None where no usual time is known."""
        if self.usual is None:
            return None
        return sum(
            figures.projects for spent, figures in self.by_days.items() if self.usual - within <= spent <= self.usual
        )


def standing(spells: Spells) -> list[Standing]:
    """Return what stands at each open stage, in the order of the road. Two queries besides the calendar."""
    here: dict[str, dict[int, Figures]] = {stage.value: {} for stage in OPEN_STAGES}
    gone: dict[str, dict[int, int]] = {stage.value: {} for stage in OPEN_STAGES}
    oldest = spells.today - WINDOW
    for stage, stands, spent, number, known, asked in spells.ask(_STAYS, oldest, since=oldest):
        if stands:
            here[stage][spent] = Figures(number, known, int(asked))
        else:
            gone[stage][spent] = number
    meant = targets(spells.today)
    return [Standing(stage, rows, meant.get(stage), measured(gone[stage]).median) for stage, rows in here.items()]


def months(spells: Spells) -> dict[tuple[str, bool], Figures]:
    """Return the steps taken by stage they led to: True for the month of today, False for the one before. One query.

    Supported is what the head supported; a proposal that a session postponed is not supported once more.
    """
    first = spells.today.replace(day=1)
    before = (first - ONE_DAY).replace(day=1)
    rows = spells.ask_story(_MONTHS, first, before, [*CLOSED_STAGES], since=before)
    return {(step, is_now): Figures(number, known, int(asked)) for step, is_now, number, known, asked in rows}


def section(scope: Scope) -> Section:
    """Return the section."""
    spells = Spells(scope.proposals(), scope.today)
    stages, steps = standing(spells), months(spells)
    whole = sum((one.asked for one in stages), Figures())
    overdue = sum(one.overdue or 0 for one in stages)
    waiting = sum(one.asked.projects for one in stages if one.waits_for_applicant)
    filed = (steps.get((Stage.FILED, True), Figures()), steps.get((Stage.FILED, False), Figures()))
    left = [sum((steps.get((stage, now), Figures()) for stage in CLOSED_STAGES), Figures()) for now in (True, False)]
    return Section(
        figures=[
            Figure(_("Proposals on the way"), whole.projects),
            Figure(_("Asked sum"), known_sum(whole), Kind.TENGE, sub=without_cost(whole)),
            Figure(_("Over the chamber's target"), overdue, is_late=overdue > 0),
            Figure(
                _("Waiting for the applicant"),
                waiting,
                address=proposals_address(scope, stage=Stage.CLARIFICATION.value) if waiting else "",
            ),
            Figure(_("Filed this month"), filed[0].projects, sub=_before(filed[1])),
            Figure(_("Left the queue this month"), left[0].projects, sub=_before(left[1])),
        ],
        blocks=[_by_stage(scope, stages, whole, overdue), _by_month(steps), _forecast(scope, stages)],
    )


def _before(figures: Figures) -> str:
    return _("the month before: %(number)s") % {"number": figures.projects}


def _target(one: Standing) -> str:
    if one.target is None or one.waits_for_applicant:
        return ""
    text = ngettext(
        "target for this stage: %(count)s working day", "target for this stage: %(count)s working days", one.target
    )
    return text % {"count": one.target}


def _by_stage(scope: Scope, stages: list[Standing], whole: Figures, overdue: int) -> Block:
    longest = max(one.asked.projects for one in stages)
    rows = []
    for one in stages:
        asked, address = one.asked, proposals_address(scope, stage=one.stage)
        cells = [
            Cell(asked.projects, address),
            sum_cell(asked),
            Cell(one.overdue, sub=_target(one)),
            Cell(asked.projects if one.waits_for_applicant else 0, address if one.waits_for_applicant else ""),
        ]
        label, length = str(Stage(one.stage).label), bar(asked.projects, longest)
        rows.append(Row(label, cells, address, bar=length, is_late=bool(one.overdue)))
    waiting = sum(one.asked.projects for one in stages if one.waits_for_applicant)
    total = [Cell(whole.projects), sum_cell(whole), Cell(overdue), Cell(waiting)]
    rows.append(Row(_("Together"), total, is_total=True))
    return Block(
        "stages",
        _("Proposals by stage"),
        _("Stage"),
        [
            Column(_("Proposals")),
            Column(_("Asked sum"), Kind.TENGE),
            Column(_("Overdue")),
            Column(_("Waiting for the applicant")),
        ],
        rows if whole.projects else [],
        how=_(
            "Overdue is what stands at its stage for more working days than the chamber's target, an aim and not a "
            "rule of law; the applicant's own time is no delay of the chamber. The first stage of a paper application "
            "counts from the day it came. The asked sum is the cost that the applicant filed."
        ),
        empty=_("Nothing is on the way."),
    )


def _by_month(steps: Mapping[tuple[str, bool], Figures]) -> Block:
    rows = []
    for stage in MONTHLY:
        cells = []
        for now in (True, False):
            figures = steps.get((stage, now), Figures())
            cells += [Cell(figures.projects), sum_cell(figures)]
        rows.append(Row(str(stage.label), cells))
    asked = _("Asked sum")
    return Block(
        "months",
        _("Filed and decided"),
        _("Step"),
        [
            Column(_("This month")),
            Column(asked, Kind.TENGE),
            Column(_("The month before")),
            Column(asked, Kind.TENGE),
        ],
        rows if steps else [],
        how=_(
            "Steps by the day on which they were taken here; a paper application is filed on the day it got its "
            "number. This month is not over yet. A supported proposal is still on the way."
        ),
        empty=_("Nothing was filed or decided in this month or the one before."),
    )


def _forecast(scope: Scope, stages: list[Standing]) -> Block:
    rows = []
    for one in stages:
        ahead = [Cell(one.leaving(days)) for days in SOON]
        longer = None if one.usual is None else one.longer_than(one.usual)
        cells = [Cell(one.asked.projects, proposals_address(scope, stage=one.stage)), Cell(one.usual), *ahead]
        rows.append(Row(str(Stage(one.stage).label), [*cells, Cell(longer)]))
    return Block(
        "forecast",
        _("How the queue will move"),
        _("Stage"),
        [
            Column(_("Proposals")),
            Column(_("Usual time"), Kind.DAYS),
            *(Column(_("Will pass the stage within %(count)s working days") % {"count": days}) for days in SOON),
            Column(_("Longer here than usual")),
        ],
        rows if any(one.asked.projects for one in stages) else [],
        how=_(
            "If each proposal takes the usual time of its stage: the median of the working days of those that left the "
            "stage in the last 180 days, withdrawn ones left out. Nobody can say when those leave that are here longer "
            "than usual. Fewer than five cases are too few for conclusions."
        ),
        empty=_("Nothing is on the way."),
    )
