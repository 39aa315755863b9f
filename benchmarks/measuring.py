"""Rounds: two ways in turn, medians of what they took, and the ratio of each round."""

import statistics
from collections.abc import Callable
from dataclasses import dataclass, field

from benchmarks.comparison import Figure, Single
from benchmarks.goals import Goal

LONG = 20.0
"""Seconds of a round after which fewer rounds must do: its noise is small beside it."""
ROUNDS_OF_LONG = 3


@dataclass
class Measured:
    """What the rounds of one figure gave, and whether it holds."""

    goal: Goal
    rows: int
    what: str
    against: str
    unit: str
    ours: list[float] = field(default_factory=list)
    reference: list[float] = field(default_factory=list)
    figures: list[float] = field(default_factory=list)
    """The ratio of each round, or the bare figure."""
    floor: float = 0.0
    again: int = 0
    """Rounds of the first try, when it was missed and measured again."""

    @property
    def figure(self) -> float:
        """The median of the rounds."""
        return statistics.median(self.figures)

    @property
    def is_held(self) -> bool:
        """Whether the floor holds."""
        return self.goal.reaches(self.figure, self.floor)

    @property
    def is_stretch(self) -> bool:
        """Whether the stretch is reached as well."""
        return self.goal.stretch is not None and self.goal.reaches(self.figure, self.goal.stretch)


@dataclass(frozen=True)
class Unmeasured:
    """A goal of the run that nothing was measured for, and why; ``is_excused`` where that is as it was asked."""

    goal: Goal
    rows: int
    why: str
    is_excused: bool


def divided(figure: Figure, ours: float, reference: float) -> float:
    """Return the ratio, the way round that the goal is written in."""
    over, under = (ours, reference) if figure.ratio == "ours/reference" else (reference, ours)
    if under <= 0:
        raise AssertionError(f"{figure.goal}: {under} {figure.unit} is no figure to divide by")
    return over / under


def _round(figure: Figure, turn: int) -> tuple[float, float]:
    """Do both ways once; which one begins changes from round to round."""
    if turn % 2:
        reference = figure.reference()
        return figure.ours(), reference
    ours = figure.ours()
    return ours, figure.reference()


def _rounds(item: Measured, figure: Figure | Single, rounds: int, clock: Callable[[], float]) -> None:
    item.ours, item.reference, item.figures = [], [], []
    wanted = 1 if figure.unit == "blocks" else rounds
    turn = 0
    while turn < wanted:
        began = clock()
        if isinstance(figure, Figure):
            ours, reference = _round(figure, turn)
            item.reference.append(reference)
            item.figures.append(divided(figure, ours, reference))
        else:
            ours = figure.ours()
            item.figures.append(ours)
        item.ours.append(ours)
        turn += 1
        if clock() - began > LONG:
            wanted = min(wanted, max(turn, ROUNDS_OF_LONG))


def measured(
    figure: Figure | Single,
    goal: Goal,
    rows: int,
    *,
    rounds: int,
    clock: Callable[[], float],
    share: float = 1.0,
    is_checked: bool = True,
) -> Measured:
    """Verify that both ways give the same, then time them; raises AssertionError where they do not.

    What misses its floor is measured again with three times the rounds, and these alone count: a busy moment of the
    machine must not fail a good build. Blocks are the same each time and are counted once.
    """
    figure.same()
    against = figure.against if isinstance(figure, Figure) else ""
    item = Measured(goal, rows, figure.what, against, figure.unit, floor=goal.floor_of(share))
    _rounds(item, figure, rounds, clock)
    if is_checked and not item.is_held and figure.unit != "blocks":
        item.again = len(item.figures)
        _rounds(item, figure, 3 * item.again, clock)
    return item
