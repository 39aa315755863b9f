"""The columns of tables, and the view as CSV and JSON Lines: streams of constant size in memory."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from contextlib import closing
from functools import partial
from typing import Any

from psycopg.sql import SQL, Composable, Identifier, Literal

from projects.exports.cells import as_json, clean, csv_cell, safe
from projects.exports.copied import MOMENT, TEXTS, lines, marked, written
from projects.exports.dictionary import labels
from projects.exports.view import Maker, View
from projects.exports.words import WORDED, Words, words_in
from projects.queries.records import FIELDS, Record
from projects.queries.totals import Figures

COLUMNS: tuple[str, ...] = tuple(
    column for field in FIELDS for column in ([field, WORDED[field]] if field in WORDED else [field])
)
"""The fields of a record, each code followed by its word."""
SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t"}
_END = b"\r\n"
_TEXTS = {*TEXTS, *WORDED, *WORDED.values()}


def row_of(record: Record, words: Words) -> Iterator[Any]:
    """Yield the values of a table's row in the order of its columns."""
    for field in FIELDS:
        value = record[field]  # type: ignore[literal-required]
        yield value
        if field in WORDED:
            yield words.of(field, value)


def csv_maker(separator: str = ",", *, with_labels: bool = False) -> Maker:
    """Return what makes CSV (RFC 4180, with the mark by which Excel knows UTF-8).

    The first line holds the names of the fields, which never change, or their labels in the view's language.
    """

    def make(view: View, figures: Figures) -> Iterator[bytes]:
        words, head = words_in(view.language), labels(view.language)
        first = [csv_cell(head[column]) for column in COLUMNS] if with_labels else list(COLUMNS)
        yield "\ufeff".encode() + _line(first, separator) + _END
        again = partial(_written_again, separator=separator)
        pieces = lines(view, figures, _cells(words, separator), delimiter=separator)
        with closing(pieces):  # type: ignore[type-var]
            for held in pieces:
                yield written(held, end=_END, again=again, tabs=separator == "\t")

    return make


def _line(cells: Iterable[Any], separator: str) -> bytes:
    target = io.StringIO()
    csv.writer(target, delimiter=separator, lineterminator="\r\n").writerow(cells)
    return target.getvalue().removesuffix("\r\n").encode()


def _written_again(line: bytes, separator: str) -> bytes:
    """Return a line of COPY with its texts as ``cells.safe`` has them."""
    (cells,) = csv.reader(io.StringIO(line.decode(), newline=""), delimiter=separator)
    return _line(
        (safe(cell) if column in _TEXTS else cell for column, cell in zip(COLUMNS, cells, strict=True)), separator
    )


def _cells(words: Words, separator: str) -> Composable:
    """Return the SQL of a row's cells in the order of the columns."""
    own = {
        "number": marked(words, SQL("number::text"), separator),
        "cost_known": SQL("CASE WHEN cost IS NULL THEN 'false' ELSE 'true' END"),
        "is_group": SQL("CASE WHEN is_group THEN 'true' ELSE 'false' END"),
        "term_years": SQL("trim_scale(term_years)"),
        "updated_at": MOMENT,
    }
    # COPY writes an empty text as two quotes, and nothing for NULL.
    own |= {name: SQL("NULLIF({}, '')").format(Identifier(name)) for name in TEXTS}
    cells = []
    for field in FIELDS:
        cells.append(own.get(field) or Identifier(field))
        if field in WORDED:
            known = {code: str(csv_cell(word)) for code, word in words.by_column[field].items()}
            word = SQL("{}::jsonb ->> {}").format(Literal(json.dumps(known, ensure_ascii=False)), Identifier(field))
            cells.append(SQL("COALESCE({}, {})").format(word, Identifier(field)))
    return SQL(", ").join(cells)


def json_lines(view: View, figures: Figures) -> Iterator[bytes]:
    """Yield one record a line, as the API shows it."""
    own = {
        "cost_known": SQL("cost IS NOT NULL AS cost_known"),
        "term_years": SQL("trim_scale(term_years) AS term_years"),
        "updated_at": SQL("{} AS updated_at").format(MOMENT),
    }
    fields = SQL(", ").join(own.get(field) or Identifier(field) for field in FIELDS)
    record = SQL("(SELECT row_to_json(j)::text FROM (SELECT {}) AS j)").format(fields)
    # Characters that no JSON holds: COPY then has nothing to quote.
    pieces = lines(view, figures, record, delimiter="\x02", quote="\x03")
    with closing(pieces):  # type: ignore[type-var]
        for held in pieces:
            yield written(held, end=b"\n", again=_json_again)


def _json_again(line: bytes) -> bytes:
    record = json.loads(line)
    return as_json({name: clean(value) if isinstance(value, str) else value for name, value in record.items()}).encode()
