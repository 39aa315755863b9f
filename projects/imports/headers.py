"""Which column of a file says what: names in three languages, and names that are refused."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from openpyxl.utils import get_column_letter

from projects.imports.cells import Parser, near_names
from projects.imports.errors import CellError, CellRefused, FileRefused, error
from projects.imports.names import Names, folded_name
from projects.imports.table import UNREADABLE, Raw, Record, Table

_NUMBER_SIGN = "нөмірі"
REMEMBERED = 1_000
"""Values of one column that are remembered with what became of them; no more, for titles are all different."""


@dataclass(frozen=True, eq=False)
class Column:
    """One column a file may have: the name of the fact, how its cells are read, what the header may call it.

    The first of ``names`` is the one that messages use.
    """

    target: str
    parse: Parser
    names: tuple[str, ...]


@dataclass(frozen=True)
class Place:
    """A column where it stands in a file, under the name it has there."""

    index: int
    header: str
    column: Column
    read: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)
    """What cells of this column were read as: most of them stand in many rows."""


class ColumnSet:
    """All columns one kind of file may have; finds them by header."""

    def __init__(
        self, columns: Iterable[Column], *, refused: Mapping[str, Iterable[str]], needed: tuple[tuple[str, ...], ...]
    ):
        """``refused``: sentence → header names; ``needed``: groups of targets of which a file must have one."""
        self.columns = tuple(columns)
        self.names: Names[Column] = Names((name, column) for column in self.columns for name in column.names)
        self._refused: Names[str] = Names((name, sentence) for sentence, names in refused.items() for name in names)
        self._needed = needed

    def find(self, header: str) -> Column | None:
        """Return the column of this header, or None."""
        return next(iter(self.names.find(header)), None)

    def refusal(self, header: str) -> str:
        """Return the sentence with which this header is refused; empty when it is not."""
        name = header if folded_name(header) else _NUMBER_SIGN if {"№", "#"} & set(header) else ""
        return next(iter(self._refused.find(name)), "")

    def knows(self, header: str) -> bool:
        """Tell whether a file of this kind may have, or is known not to have, such a header."""
        return bool(self.find(header) or self.refusal(header))

    def title(self, target: str) -> str:
        """Return the name messages use for the column of this target; the target itself where it has no column."""
        return next((column.names[0] for column in self.columns if column.target == target), target)

    def places(self, table: Table) -> list[Place]:
        """Return where each column stands. Raises FileRefused with every header that is wrong."""
        places: dict[str, Place] = {}
        errors: list[CellError] = []
        for index, header in enumerate(table.header):
            if not header:
                if any(record.cells[index] is not None for record in table.records):
                    errors.append(_nameless(table, index))
                continue
            column = self.find(header)
            if column is None:
                errors.append(error(table.header_row, header, header, self._unknown(header)))
            elif other := places.get(column.target):
                message = _("Columns “%(first)s” and “%(second)s” say the same. Delete one of them.")
                names = {"first": other.header, "second": header}
                errors.append(error(table.header_row, header, header, message % names))
            else:
                places[column.target] = Place(index, header, column)
        if not places:
            message = _("The first row has no names of columns. Write some such as %(names)s.")
            wanted = ", ".join(self.title(targets[0]) for targets in self._needed)
            errors = [error(table.header_row, "", " | ".join(table.header), message % {"names": wanted})]
        else:
            errors.extend(self._missing(table, places))
        if errors:
            raise FileRefused(errors)
        return list(places.values())

    def _unknown(self, header: str) -> str:
        if refusal := self.refusal(header):
            return refusal
        message = _("The register has no such column. Correct the name or delete the column.")
        return message + near_names(self.names, header)

    def _missing(self, table: Table, places: Mapping[str, Place]) -> Iterator[CellError]:
        for targets in self._needed:
            if not any(target in places for target in targets):
                names = [self.title(target) for target in targets]
                message = _("The table needs the column %(names)s. Add it to the header, in the first row.")
                yield error(table.header_row, names[0], "", message % {"names": " / ".join(names)})


def _nameless(table: Table, index: int) -> CellError:
    letter = get_column_letter(index + 1)
    message = _("Column %(letter)s has cells but no name. Give it a name in the first row, or delete it.")
    return error(table.header_row, letter, "", message % {"letter": letter})


class Row:
    """One record as values by target; cells that were blank are absent, cells that were wrong are in ``refused``."""

    def __init__(self, record: Record, places: Sequence[Place], columns: ColumnSet) -> None:
        self.number = record.number
        self.values: dict[str, Any] = {}
        self.refused: set[str] = set()
        self.errors: list[CellError] = []
        self._columns, self._places, self._cells = columns, places, record.cells
        for place in places:
            raw = record.cells[place.index]
            if raw is not None:
                self._read(place, raw)

    def _read(self, place: Place, raw: Raw) -> None:
        target = place.column.target
        if raw is UNREADABLE:
            self.refused.add(target)
            return
        # 1, 1.0 and yes are the same key to a dictionary.
        key = raw if isinstance(raw, str) else (type(raw), raw)
        value = place.read.get(key)
        if value is None:
            try:
                value = place.column.parse(raw)
            except CellRefused as refusal:
                self.refuse(target, refusal.args[0])
                return
            if value is None:
                return
            if len(place.read) < REMEMBERED:
                place.read[key] = value
        self.values[target] = value

    def says(self, target: str) -> bool:
        """Whether the cell says something, be it right or wrong."""
        return target in self.values or target in self.refused

    def refuse(self, target: str, message: str) -> None:
        """Write an error about the cell of this target; about the row when the file lacks the column."""
        place = next((place for place in self._places if place.column.target == target), None)
        header, raw = (place.header, self._cells[place.index]) if place else (self._columns.title(target), None)
        self.refused.add(target)
        self.errors.append(error(self.number, header, raw, message))
