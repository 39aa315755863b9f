"""What is taken: a filtered view of the register, in a language, as it was asked for."""

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Max, QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import override

from projects.exports.cells import moment
from projects.filters import ProjectFilter
from projects.queries.copying import LONGEST_SILENCE
from projects.queries.reading import reading
from projects.queries.records import Record
from projects.queries.register import register
from projects.queries.snapshot import one_moment
from projects.queries.totals import Figures
from projects.queries.version import Version, register_version

LICENCE = "https://creativecommons.org/licenses/by/4.0/"
LONGEST_QUESTION = 30
"""Seconds that the database may take for one piece of a file."""
Maker = Callable[["View", Figures], Iterator[bytes]]
"""Makes the bytes of the view's file, piece by piece."""


@dataclass(frozen=True)
class View:
    """Readable filters, the language of words, and addresses: of the file, of the page that shows it, of the site."""

    filters: ProjectFilter
    language: str
    address: str
    page: str
    site: str

    def chosen(self) -> dict[str, Any]:
        """Return the filters in force by name, the order among them; empty for the whole register."""
        return {
            name: value
            for name, value in self.filters.form.cleaned_data.items()
            if value not in (None, "", []) and (not hasattr(value, "exists") or value)
        }

    def figures(self) -> Figures:
        """Return the figures as the page shows them. One query."""
        return self.filters.figures()

    def records(self, among: Collection[int] | None = None) -> Iterator[Record]:
        """Return the rows, or those with these numbers, as the page orders them: by titles in the view's language."""
        with override(self.language):
            return self.filters.records(among)

    def table(self, more: Iterable[str] = ()) -> QuerySet[Any]:
        """Return the query of the records' columns, in the same order; ``more`` are paths from the project."""
        with override(self.language):
            return self.filters.table(more)

    def changed_at(self) -> str:
        """Return when a row of the view was changed last, or now where there is none. One query."""
        if self.filters.day is None:
            latest = self.filters.rows().order_by().aggregate(latest=Max("updated_at"))["latest"]
        else:
            latest = self.filters.lines().order_by().aggregate(latest=Max("project__updated_at"))["latest"]
        return moment(latest or timezone.now())


def whole_register(language: str, *, path: str = "") -> View:
    """Return the view without any filter, as a file that stands at this path of the site."""
    site = f"{settings.SITE_URL.rstrip('/')}/"
    filters = ProjectFilter(QueryDict(), queryset=register())
    filters.form.is_valid()
    return View(filters, language, f"{site}{path.removeprefix('/')}", f"{site}{language}/projects/", site)


class Stream:
    """The bytes of a file with the figures of its view, both of one moment.

    The figures are read at once, with the register's version, the rows while the bytes are taken. ``close`` ends the
    transaction at any point; the web server calls it when the reader has gone.
    """

    version: Version | None

    def __init__(self, view: View, make: Maker) -> None:
        self._source = self._run(view, make)
        self.figures: Figures = next(self._source)

    def _run(self, view: View, make: Maker) -> Iterator:
        with one_moment(seconds=LONGEST_QUESTION):
            with reading().cursor() as cursor:
                cursor.execute("SET LOCAL idle_in_transaction_session_timeout = %s", [f"{LONGEST_SILENCE}s"])
            self.version = register_version()
            figures = view.figures()
            yield figures
            # The cursor on the server must go before its transaction does.
            with closing(make(view, figures)) as pieces:  # type: ignore[type-var]
                yield from pieces

    def __iter__(self) -> Iterator[bytes]:
        return self._source

    def close(self) -> None:
        """Stop reading and end the transaction."""
        self._source.close()  # type: ignore[attr-defined]
