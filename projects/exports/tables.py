"""The columns of tables, and the view as CSV and JSON Lines: streams of constant size in memory."""

import csv
import io
from collections.abc import Callable, Iterator
from typing import Any

from projects.exports.cells import as_json, clean, csv_cell
from projects.exports.dictionary import labels
from projects.exports.view import View
from projects.exports.words import WORDED, Words, words_in
from projects.queries.records import FIELDS, Record
from projects.queries.totals import Figures

COLUMNS: tuple[str, ...] = tuple(
    column for field in FIELDS for column in ([field, WORDED[field]] if field in WORDED else [field])
)
"""The fields of a record, each code followed by its word."""
PIECE = 64 * 1024
"""Bytes handed on at once."""
SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t"}


def row_of(record: Record, words: Words) -> Iterator[Any]:
    """Yield the values of a table's row in the order of its columns."""
    for field in FIELDS:
        value = record[field]  # type: ignore[literal-required]
        yield value
        if field in WORDED:
            yield words.of(field, value)


def csv_maker(separator: str = ",", *, with_labels: bool = False) -> Callable[..., Iterator[bytes]]:
    """Return what makes CSV (RFC 4180, with the mark by which Excel knows UTF-8).

    The first line holds the names of the fields, which never change, or their labels in the view's language.
    """

    def make(view: View, records: Iterator[Record], figures: Figures) -> Iterator[bytes]:
        words, buffer = words_in(view.language), io.StringIO()
        writer = csv.writer(buffer, delimiter=separator, lineterminator="\r\n")
        buffer.write("\ufeff")
        head = labels(view.language)
        writer.writerow([csv_cell(head[column]) for column in COLUMNS] if with_labels else COLUMNS)
        for record in records:
            writer.writerow([csv_cell(value) for value in row_of(record, words)])
            if buffer.tell() >= PIECE:
                yield buffer.getvalue().encode()
                buffer.seek(0)
                buffer.truncate()
        yield buffer.getvalue().encode()

    return make


def json_lines(view: View, records: Iterator[Record], figures: Figures) -> Iterator[bytes]:
    """Yield one record a line, as the API shows it."""
    held: list[str] = []
    size = 0
    for record in records:
        line = as_json({name: clean(value) if isinstance(value, str) else value for name, value in record.items()})
        held.append(line)
        size += len(line)
        if size >= PIECE:
            yield ("\n".join(held) + "\n").encode()
            held, size = [], 0
    if held:
        yield ("\n".join(held) + "\n").encode()
