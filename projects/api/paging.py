"""Pages by key: the next page begins behind the last row seen, so the thousandth costs what the first costs.

A row that is added or changed while a program turns the pages never doubles or hides another. A cursor is signed: it
says after which row to go on, in which order, of which view, and serves no other.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core import signing
from django.db.models import F, Q, QuerySet
from django.db.models.expressions import OrderBy
from django.http import QueryDict
from django.utils.translation import gettext as _

from projects.api.problems import Misread, Unreadable
from projects.queries.ordering import Term

PAGE_SIZE, GREATEST_PAGE = 25, 100
_SIGNER = signing.Signer(salt="projects.api.cursor")
_LONGEST_CURSOR = 4_000
_GREATEST_FIRST = ("cost", "year")
"""Columns whose index stands from the greatest value down, unknown ones last."""

Position = list[Any]
Cursor = tuple[str, Position]


def page_size(text: str) -> int:
    """Read how many rows a page has."""
    if text.isascii() and text.isdecimal() and len(text) <= 3 and 1 <= int(text) <= GREATEST_PAGE:
        return int(text)
    raise Misread(_("Write a whole number from 1 to %(greatest)s.") % {"greatest": GREATEST_PAGE})


def cursor(text: str) -> Cursor:
    """Read a cursor that this site has made: the view it belongs to, and the position in it."""
    try:
        if len(text) > _LONGEST_CURSOR or not text.isascii():
            raise signing.BadSignature
        made_for, position = _SIGNER.unsign_object(text)
    except (signing.BadSignature, ValueError) as error:
        raise Misread(_("This is no cursor of ours. Take it from “next” as it stands.")) from error
    return made_for, position


@dataclass(frozen=True)
class View:
    """Rows, the terms that order them (the last one unique and never NULL), and the columns wanted of each."""

    rows: QuerySet[Any]
    terms: Sequence[Term]
    columns: dict[str, str]
    of: str
    """What the cursor must have been made for: the filters and the order, in words that never change."""

    def page(self, cursor: Cursor | None, size: int, *, skip: int = 0) -> tuple[list[dict[str, Any]], str]:
        """Return the rows behind the cursor and the cursor of the next page, empty at the end.

        ``skip``: so many rows of the beginning are passed over; each is read on the way. Up to three queries, with
        ``skip`` up to five; raises Unreadable that names ``cursor``.
        """
        position = self._opened(cursor) if cursor else None
        keyed = self.rows.order_by().annotate(**{_key(place): term for place, (term, _) in enumerate(self.terms)})
        paths = [*self.columns.values(), *(_key(place) for place in range(len(self.terms)))]
        found: list[tuple[Any, ...]] = []
        for condition, order in self._runs(position):
            run = keyed.filter(condition)
            if len(found) <= size:
                found += run.order_by(*order).values_list(*paths)[skip : skip + size + 1 - len(found)]
            if skip:
                skip = 0 if found else skip - run.count()
        width = len(self.columns)
        rows = [dict(zip(self.columns, values[:width], strict=True)) for values in found[:size]]
        return rows, self._closed(found[size - 1][width:]) if len(found) > size else ""

    def _runs(self, position: Position | None) -> Iterator[tuple[Q, list[OrderBy]]]:
        """Yield the runs of rows that follow one another, each a condition and an order that an index can serve."""
        rest = _later(self.terms)
        if position is not None:
            at = position[0]
            if rest:
                same = Q(key_0__isnull=True) if at is None else Q(key_0=at)
                yield same & _behind(self.terms, position, 1), rest
            if at is None:
                return
            yield _beyond(0, self.terms[0][1], at), [self._leading(), *rest]
        else:
            yield Q(key_0__isnull=False), [self._leading(), *rest]
        if rest:
            yield Q(key_0__isnull=True), rest

    def _leading(self) -> OrderBy:
        """Return the order by the first term among rows that have it."""
        term, descending = self.terms[0]
        # No row here is NULL, but an index serves only where the place of NULL is the one it was made with.
        name = str(getattr(term, "name", "")).rpartition("__")[2]
        if name not in _GREATEST_FIRST:
            return OrderBy(F("key_0"), descending=descending)
        return F("key_0").desc(nulls_last=True) if descending else F("key_0").asc(nulls_first=True)

    def _closed(self, values: Sequence[Any]) -> str:
        return cursor_at(values, self.of)

    def _opened(self, cursor: Cursor) -> Position:
        position = position_of(cursor, self.of)
        if position is None:
            told = _("This cursor belongs to another view: the filters, the order or the language differ. Begin anew.")
            raise Unreadable({"cursor": [told]})
        return position


def cursor_at(values: Sequence[Any], of: str) -> str:
    """Return the cursor that goes on behind the row with these values of the terms, in the view of this name."""
    position = [str(value) if isinstance(value, Decimal) else value for value in values]
    return _SIGNER.sign_object([_digest(of), position], compress=True)


def position_of(cursor: Cursor, of: str) -> Position | None:
    """Return where a cursor stands; None for one of another view."""
    made_for, position = cursor
    return position if made_for == _digest(of) else None


def _key(place: int) -> str:
    return f"key_{place}"


def _later(terms: Sequence[Term]) -> list[OrderBy]:
    """Return the order of rows that are equal in the first term; the last one is never NULL."""
    last = len(terms) - 1
    return [
        OrderBy(F(_key(place)), descending=terms[place][1], nulls_last=place < last or None)
        for place in range(1, len(terms))
    ]


def _beyond(place: int, descending: bool, at: Any) -> Q:
    return Q((f"{_key(place)}__{'lt' if descending else 'gt'}", at))


def _behind(terms: Sequence[Term], position: Position, place: int) -> Q:
    """Return the condition of rows that stand behind the position, as far as the terms from ``place`` on say."""
    at, descending = position[place], terms[place][1]
    if place == len(terms) - 1:
        return _beyond(place, descending, at)
    tail = _behind(terms, position, place + 1)
    if at is None:
        return Q((f"{_key(place)}__isnull", True)) & tail
    return _beyond(place, descending, at) | Q((f"{_key(place)}__isnull", True)) | (Q((_key(place), at)) & tail)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def view_name(given: QueryDict, besides: Sequence[str], *more: str) -> str:
    """Return what tells a view from every other: its parameters in order, without blanks and ``besides``."""
    pairs = sorted(
        (name, value) for name, values in given.lists() if name not in besides for value in values if value.strip()
    )
    return repr((pairs, more))
