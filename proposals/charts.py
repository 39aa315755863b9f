"""Where the columns of a drawing stand, in units from the upper left corner. Pure; templates draw, tables tell."""

from collections.abc import Sequence
from dataclasses import dataclass

SLOT, BAR, PLOT, TOP, FOOT, LEAST_SLOTS = 56, 34, 180, 24, 24, 6


@dataclass(frozen=True)
class Part:
    """One part of a column: its upper edge and its height."""

    y: float
    height: float


@dataclass(frozen=True)
class Column:
    """One column; its parts stand on each other, the first one at the bottom."""

    x: float
    middle: float
    parts: list[Part]


@dataclass(frozen=True)
class Columns:
    """A drawing of so many units with its base line, the line of the greatest value and the foot of the words."""

    width: int
    height: int
    base: int
    top: int
    foot: int
    bar: int
    greatest: int
    columns: list[Column]

    def high(self, amount: int) -> float:
        """Return how high above the base line an amount stands."""
        return height_of(amount, self.greatest)


def height_of(amount: int, greatest: int) -> float:
    """Return the height of an amount where the greatest one fills the plot."""
    return round(PLOT * amount / greatest, 1)


def columns_of(stacks: Sequence[Sequence[int]], *, least_greatest: int = 0) -> Columns | None:
    """Return the drawing of these stacks, or None where nothing is above zero.

    ``least_greatest`` is something else that must fit in, such as a ceiling.
    """
    greatest = max((sum(stack) for stack in stacks), default=0)
    greatest = max(greatest, least_greatest)
    if not greatest:
        return None
    base, columns = TOP + PLOT, []
    for place, stack in enumerate(stacks):
        left, parts, below, reached = place * SLOT, [], 0.0, 0
        for amount in stack:
            reached += amount
            whole = height_of(reached, greatest)
            parts.append(Part(y=base - whole, height=whole - below))
            below = whole
        columns.append(Column(x=left + (SLOT - BAR) / 2, middle=left + SLOT / 2, parts=parts))
    width = max(len(stacks), LEAST_SLOTS) * SLOT
    return Columns(width, base + FOOT, base, TOP, base + FOOT - 7, BAR, greatest, columns)
