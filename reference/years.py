"""A span of years as filters mean it: which years are in it, and how addresses and people write it."""

import datetime
import re
from dataclasses import dataclass

from django.db.models import Q
from django.utils import timezone

from reference.partial_dates import EARLIEST_YEAR, LATEST_YEAR

_WRITTEN = re.compile(r"(?P<one>[0-9]{4})|(?P<first>[0-9]{4})?-(?P<last>[0-9]{4})?")


@dataclass(frozen=True)
class Years:
    """The years from the first to the last, both included; None: without an end on this side."""

    first: int | None = None
    last: int | None = None

    @classmethod
    def read(cls, text: str) -> "Years | None":
        """Return what an address says: ``2025``, ``2023-2025``, ``2023-`` or ``-2025``; None where it says no years."""
        found = _WRITTEN.fullmatch(text)
        if not found or text == "-":
            return None
        first, last = found["one"] or found["first"], found["one"] or found["last"]
        years = cls(int(first) if first else None, int(last) if last else None)
        return years if EARLIEST_YEAR <= years._least <= years._greatest <= LATEST_YEAR else None

    @property
    def _least(self) -> int:
        return self.first or EARLIEST_YEAR

    @property
    def _greatest(self) -> int:
        return self.last or LATEST_YEAR

    def __bool__(self) -> bool:
        return bool(self.first or self.last)

    def __contains__(self, year: int | None) -> bool:
        """Tell whether the year is meant; an unknown year only where every year is."""
        if year is None:
            return not self
        return (self.first or year) <= year <= (self.last or year)

    def __str__(self) -> str:
        """Return the years as people write them, ``2023–…`` where they have no end; empty for every year."""
        if not self or self.first == self.last:
            return str(self.first or "")
        return f"{self.first or '…'}–{self.last or '…'}"

    @property
    def parameter(self) -> str:
        """The years as :meth:`read` reads them; empty for every year."""
        if not self or self.first == self.last:
            return str(self.first or "")
        return f"{self.first or ''}-{self.last or ''}"

    def of(self, column: str) -> Q:
        """Return the condition that a column of years lies in the span."""
        found = Q()
        if self.first:
            found &= Q((f"{column}__gte", self.first))
        if self.last:
            found &= Q((f"{column}__lte", self.last))
        return found

    @property
    def begins(self) -> datetime.datetime | None:
        """The first moment of the first year, in the calendar of Almaty; None: without a beginning."""
        return _new_year(self.first) if self.first else None

    @property
    def ends(self) -> datetime.datetime | None:
        """The first moment after the last year; None: without an end."""
        return _new_year(self.last + 1) if self.last else None

    def of_moments(self, column: str) -> Q:
        """Return the condition that a column of moments lies in the span."""
        found = Q()
        if self.begins:
            found &= Q((f"{column}__gte", self.begins))
        if self.ends:
            found &= Q((f"{column}__lt", self.ends))
        return found


def _new_year(year: int) -> datetime.datetime:
    return datetime.datetime(year, 1, 1, tzinfo=timezone.get_current_timezone())
