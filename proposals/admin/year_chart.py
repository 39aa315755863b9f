"""State obligations by year as a drawing: bars of what is bound and what is proposed, the ceiling as a line. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from projects.queries.obligations import YearOfObligations
from proposals.charts import SLOT, columns_of


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
    greatest = max((row.ceiling or 0 for row in years), default=0)
    drawn = columns_of([(row.committed, row.whole - row.committed) for row in years], least_greatest=greatest)
    if drawn is None:
        return None
    bars, path = [], []
    for place, (row, column) in enumerate(zip(years, drawn.columns, strict=True)):
        bound, proposed = column.parts
        bars.append(Bar(row, column.x, column.middle, bound.y, bound.height, proposed.y, proposed.height))
        if row.ceiling is not None:
            # A year without a ceiling breaks the line: nobody knows where it would run.
            joins = place and years[place - 1].ceiling is not None and years[place - 1].year == row.year - 1
            height = drawn.base - drawn.high(row.ceiling)
            path.append(f"{'L' if joins else 'M'}{place * SLOT} {height:g}H{(place + 1) * SLOT}")
    return Chart(
        *(drawn.width, drawn.height, drawn.base, drawn.top, drawn.foot, drawn.bar, drawn.greatest),
        bars=bars,
        ceiling="".join(path),
    )
