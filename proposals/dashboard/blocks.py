"""What a section of figures is made of. Pages, PDF and XLSX print the same blocks: they cannot say different things."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from proposals.charts import Columns, columns_of

Value = int | Decimal | str | None

NOTHING = "–"
"""What stands for a share of nothing: it is not unknown, there is none."""


class Kind(StrEnum):
    """How a value is read: whole number, tenge, working days, percent of the whole (0–100), or words."""

    NUMBER = "number"
    TENGE = "tenge"
    DAYS = "days"
    PERCENT = "percent"
    TEXT = "text"


@dataclass(frozen=True)
class Column:
    """Heading of a column and how its values are read."""

    label: str
    kind: Kind = Kind.NUMBER


@dataclass(frozen=True)
class Cell:
    """One value; ``address`` opens the rows behind it, ``sub`` is a second line.

    None is what is not known, or of too few cases to be told: never zero.
    """

    value: Value
    address: str = ""
    sub: str = ""


@dataclass(frozen=True)
class Row:
    """A line: its label, where the label leads, and a cell for each column. ``bar`` is 0–100 of the longest line."""

    label: str
    cells: Sequence[Cell]
    address: str = ""
    bar: float | None = None
    is_total: bool = False
    is_late: bool = False


@dataclass(frozen=True)
class Series:
    """One set of columns of a chart, bottom part first; as many values as the chart has labels."""

    label: str
    values: Sequence[int]


@dataclass(frozen=True)
class Chart:
    """Columns side by side, their parts on each other; the block's table says the same in figures."""

    labels: Sequence[str]
    series: Sequence[Series]
    kind: Kind = Kind.NUMBER

    @property
    def drawn(self) -> Columns | None:
        """Where the columns stand; None where there is nothing to draw."""
        return columns_of(list(zip(*(one.values for one in self.series), strict=True)))


@dataclass(frozen=True)
class Block:
    """A heading, one sentence about how the figures are made, a table and perhaps a chart."""

    key: str
    heading: str
    first: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    how: str = ""
    chart: Chart | None = None
    empty: str = ""


@dataclass(frozen=True)
class Figure:
    """A figure that stands alone above the blocks."""

    label: str
    value: Value
    kind: Kind = Kind.NUMBER
    address: str = ""
    sub: str = ""
    is_late: bool = False


@dataclass(frozen=True)
class Section:
    """What one page of the dashboard shows."""

    figures: Sequence[Figure] = ()
    blocks: Sequence[Block] = field(default_factory=tuple)
