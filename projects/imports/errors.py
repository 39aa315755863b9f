"""What is wrong with a file: row, column, value and remedy, fit to be printed, stored and shown on a page."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from reference.identifiers import mask_iins

SHOWN_LENGTH = 80


def shown(value: Any) -> str:
    """Return the value as a message may repeat it: one line, at most 80 characters, IINs masked, nothing invisible."""
    text = " ".join(str("" if value is None else value).split())
    text = mask_iins(text)
    # A terminal obeys control characters, and a mark of direction turns the rest of the line around.
    text = "".join(char if char.isprintable() else "\ufffd" for char in text)
    return text if len(text) <= SHOWN_LENGTH else text[: SHOWN_LENGTH - 1] + "…"


@dataclass(frozen=True, slots=True)
class CellError:
    """One thing to correct. ``row`` as the spreadsheet program counts, None for the file as a whole."""

    row: int | None
    column: str
    value: str
    message: str

    def as_dict(self) -> dict[str, Any]:
        """Return the error as the report writes it."""
        return asdict(self)


def error(row: int | None, column: str, value: Any, message: str) -> CellError:
    """Return a CellError whose value and column are safe to show."""
    return CellError(row, shown(column), shown(value), str(message))


class CellRefused(ValueError):
    """A cell cannot be read; its first argument is the sentence with the remedy."""


class FileRefused(ValueError):
    """The file as a whole cannot be read; ``errors`` say why."""

    def __init__(self, errors: Iterable[CellError]) -> None:
        self.errors = list(errors)
        super().__init__(" ".join(item.message for item in self.errors))


def refuse_file(message: str, *, row: int | None = None, column: str = "", value: Any = "") -> FileRefused:
    """Return the exception for a file that breaks one rule as a whole."""
    return FileRefused([error(row, column, value, message)])
