"""A table as it was sent: a header and records of cells, each record with the number a person sees beside it."""

from dataclasses import dataclass, field

from projects.imports.errors import CellError

MAX_ROWS = 100_000
MAX_COLUMNS = 200
MAX_FILE_BYTES = 100 * 2**20
MAX_UNPACKED_BYTES = 200 * 2**20


@dataclass(frozen=True, slots=True)
class DateCell:
    """A date cell of a spreadsheet, no more exact than it is shown: ``2017-09-14``, ``2017-09``, ``2017``.

    ``iso`` is empty when the cell shows no year or holds a time of day.
    """

    iso: str
    shown: str

    def __str__(self) -> str:
        return self.shown


class Unreadable:
    """Stands in a cell about which an error has been written already."""

    def __str__(self) -> str:
        return ""


UNREADABLE = Unreadable()

Raw = str | int | float | bool | DateCell | Unreadable | None
"""What a reader finds in a cell; None is blank. CSV gives text only."""


@dataclass(slots=True)
class Record:
    """One row below the header; ``number`` is the row of the sheet, or the line of the text file."""

    number: int
    cells: list[Raw]

    @property
    def is_blank(self) -> bool:
        """Whether no cell says anything."""
        return all(cell is None for cell in self.cells)


@dataclass(slots=True)
class Table:
    """Header, records without the blank ones, and what the reader itself could not accept."""

    header: list[str]
    header_row: int
    records: list[Record]
    errors: list[CellError] = field(default_factory=list)
