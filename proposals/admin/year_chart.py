"""State obligations by year as a drawing: bars of what is bound and what is proposed, the ceiling as a line. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from projects.queries.obligations import YearOfObligations
from proposals.charts import SLOT, Column, Columns, columns_of


@dataclass(frozen=True)
class Bar:
    """One year with its column: first what is bound, on it what is proposed."""

    row: YearOfObligations
    column: Column


@dataclass(frozen=True)
class Chart:
    """The columns and their years; ``ceiling`` is a path, empty where no year has a ceiling."""

    drawn: Columns
    bars: list[Bar]
    ceiling: str


def chart_of(years: Sequence[YearOfObligations]) -> Chart | None:
    """Return the drawing, or None where no sum is above zero."""
    greatest = max((row.ceiling or 0 for row in years), default=0)
    drawn = columns_of([(row.committed, row.whole - row.committed) for row in years], least_greatest=greatest)
    if drawn is None:
        return None
    path = []
    for place, row in enumerate(years):
        if row.ceiling is not None:
            # A year without a ceiling breaks the line: nobody knows where it would run.
            joins = place and years[place - 1].ceiling is not None and years[place - 1].year == row.year - 1
            height = drawn.base - drawn.high(row.ceiling)
            path.append(f"{'L' if joins else 'M'}{place * SLOT} {height:g}H{(place + 1) * SLOT}")
    bars = [Bar(row, column) for row, column in zip(years, drawn.columns, strict=True)]
    return Chart(drawn, bars, "".join(path))
