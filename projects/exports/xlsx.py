"""The view as a workbook: typed cells, and a sheet that says what was taken, when, and how much it is.

Text stands in the file as text (``inlineStr``), whatever it looks like; nothing here can write a formula.
"""

import tempfile
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from typing import IO, Any

from django.utils.translation import gettext as _, override, pgettext
from rustpy_xlsxwriter import Format, write_worksheets

from projects.exports.about import about
from projects.exports.dictionary import labels
from projects.exports.tables import COLUMNS
from projects.exports.typed import GROUPED, plain_value
from projects.exports.view import View
from projects.exports.words import words_in
from projects.queries.records import Record
from projects.queries.totals import Figures

_WIDTHS = {"title_kk": 60, "title_ru": 60, "title_en": 40, "private_partner": 34, "source_url": 40, "cost": 20}
_WIDTHS |= {"sector_name": 24, "territory_name": 24, "initiator_name": 20, "status_name": 24, "updated_at": 20}
_PIECE = 256 * 1024
_PLAIN = frozenset({"number", "cost_known", "is_group", "group", "jobs", "year", "resolution"})
"""Fields of which every value is a cell as it is: none is a text or has more digits than Excel keeps."""
_SHEET = 31
"""Letters that the name of a sheet may have."""


class _Rows:
    """The rows of the first sheet by the labels of their columns, counted while they are taken."""

    def __init__(self, view: View, records: Iterator[Record]) -> None:
        told = labels(view.language)
        self.head = [told[column] for column in COLUMNS]
        self.count = 0
        self._words = words_in(view.language)
        # Each code and its word, looked over once for the whole file.
        self._pairs = {
            column: {code: self._pair(column, code) for code in words}
            for column, words in self._words.by_column.items()
        }
        self._records = records

    def _pair(self, column: str, code: str) -> tuple[Any, Any]:
        return plain_value(code), plain_value(self._words.of(column, code))

    def _cells(self, record: Record) -> Iterator[Any]:
        for field, value in record.items():
            if field in _PLAIN:
                yield value
            elif pairs := self._pairs.get(field):
                yield from pairs.get(value) or self._pair(field, value)  # type: ignore[arg-type, call-overload]
            else:
                yield plain_value(value)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for record in self._records:
            self.count += 1
            yield dict(zip(self.head, self._cells(record), strict=True))
        if not self.count:
            yield dict.fromkeys(self.head)  # without a row the sheet would have no head


def _about(view: View, figures: Figures, rows: _Rows, head: tuple[str, str]) -> Iterator[dict[str, Any]]:
    """Yield the lines of the second sheet below its first, which are made when the rows have been counted."""
    for line in islice(about(view, figures, rows.count), 1, None):
        yield dict(zip(head, map(plain_value, line), strict=True))


def workbook(view: View, figures: Figures) -> IO[bytes]:
    """Return an open temporary file with the workbook, at its beginning."""
    target = tempfile.NamedTemporaryFile(suffix=".xlsx")  # noqa: SIM115 – whoever sends it closes it
    # All at once in one call: here the language may be set without leaking into other pages.
    with override(view.language), closing(view.records()) as records:  # type: ignore[type-var]
        first, second = _("Projects")[:_SHEET], pgettext("sheet", "About")[:_SHEET]
        rows = _Rows(view, records)
        # The library begins each sheet with the names of its columns: here these are the first line itself.
        label, value = next(about(view, figures, 0))
        head = Format().set_bold().set_background_color("E3F3F7").set_text_wrap().set_align("top")
        amount = Format().set_num_format(GROUPED)
        write_worksheets(
            [(first, iter(rows)), (second, _about(view, figures, rows, (label, value)))],
            target.name,
            freeze_panes={first: {"row": 1, "col": 1}},
            autofilter={first: True},
            header_format={first: head},
            column_widths={first: [float(_WIDTHS.get(column, 14)) for column in COLUMNS], second: [44.0, 90.0]},
            column_formats={
                first: {rows.head[COLUMNS.index("cost")]: amount},
                second: {label: Format().set_bold().set_text_wrap().set_align("top"), value: amount},
            },
        )
    target.seek(0)
    return target


def xlsx(view: View, figures: Figures) -> Iterator[bytes]:
    """Yield the workbook; its first piece comes when all rows are read."""
    with workbook(view, figures) as made:
        while piece := made.read(_PIECE):
            yield piece
