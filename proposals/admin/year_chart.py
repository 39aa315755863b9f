"""State obligations by year as a drawing: bars of what is bound and what is proposed, the ceiling as a line. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from projects.queries.obligations import YearOfObligations

SLOT, BAR, PLOT, TOP, FOOT, LEAST_SLOTS = 56, 34, 180, 24, 24, 6


@dataclass(frozen=True)
class Bar:
    """One year: where its parts stand, in units of the drawing from the upper left corner."""

    row: YearOfObligations
    x: float
    middle: float
    committed_y: float
    committed_height: float
    proposed_y: float
    proposed_height: float


@dataclass(frozen=True)
class Chart:
    """A drawing of so many units; ``ceiling`` is a path, empty where no year has a ceiling."""

    width: int
    height: int
    base: int
    top: int
    foot: int
    bar: int
    greatest: int
    bars: list[Bar]
    ceiling: str


def chart_of(years: Sequence[YearOfObligations]) -> Chart | None:
    """Return the drawing, or None where no sum is above zero."""
    greatest = max((max(row.whole, row.ceiling or 0) for row in years), default=0)
    if not greatest:
        return None
    base = TOP + PLOT

    def high(amount: int) -> float:
        return round(PLOT * amount / greatest, 1)

    bars, path = [], []
    for place, row in enumerate(years):
        left = place * SLOT
        bound, whole = high(row.committed), high(row.whole)
        bars.append(
            Bar(
                row,
                x=left + (SLOT - BAR) / 2,
                middle=left + SLOT / 2,
                committed_y=base - bound,
                committed_height=bound,
                proposed_y=base - whole,
                proposed_height=whole - bound,
            )
        )
        if row.ceiling is not None:
            # A year without a ceiling breaks the line: nobody knows where it would run.
            joins = place and years[place - 1].ceiling is not None and years[place - 1].year == row.year - 1
            height = base - high(row.ceiling)
            path.append(f"{'L' if joins else 'M'}{left} {height:g}H{left + SLOT}")
    width = max(len(years), LEAST_SLOTS) * SLOT
    return Chart(width, base + FOOT, base, TOP, base + FOOT - 7, BAR, greatest, bars, "".join(path))
