"""How an order is read from any row on: as runs of rows that follow one another, each by an index.

``ORDER BY … NULLS LAST`` over all rows could not be served by one index in both directions; a run can.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import F, Q, QuerySet
from django.db.models.expressions import OrderBy

from projects.queries.ordering import Places, Term

_GREATEST_FIRST = ("cost", "year", "term_years", "jobs")
"""Columns whose index stands from the greatest value down, unknown ones last."""
_ONE_WAY = ("cost",)
"""Those with one index for both directions: few rows share a cost, so these few are sorted."""
_NEVER_NULL = "order_"
"""How the names of sort keys begin: no row is without one."""
SINGLED_OUT = 2
"""Places that are runs of their own; the rows behind them are one run, which no index serves."""

Position = Sequence[Any]
"""The values of all terms at a row."""
Run = tuple[Q, list[OrderBy]]


def key(place: int) -> str:
    """Return the name under which rows carry the value of the term at this place."""
    return f"key_{place}"


def with_keys(rows: QuerySet[Any], terms: Sequence[Term]) -> QuerySet[Any]:
    """Return the rows in no order, with the value of every term."""
    return rows.order_by().annotate(**{key(place): term for place, (term, _) in enumerate(terms)})


def runs(terms: Sequence[Term], position: Position | None) -> Iterator[Run]:
    """Yield the runs of all rows, or of those behind a position: a condition on the keys, and an order.

    The last term must be unique and never NULL.
    """
    rest = _later(terms)
    leading, descending = terms[0]
    if position is not None:
        at = position[0]
        if rest:
            yield _standing_at(terms, at) & _behind(terms, position, 1), rest
        if at is None:
            return
    else:
        at = None
    if isinstance(leading, Places) and is_served(terms):
        for place in leading.following(at, descending)[:SINGLED_OUT]:
            yield leading.standing_at(place), rest
            at = place
    yield _beyond(0, descending, at) if at is not None else Q(key_0__isnull=False), [_leading(terms), *rest]
    if rest and not _name(leading).startswith(_NEVER_NULL):
        yield _standing_at(terms, None), rest


def is_served(terms: Sequence[Term]) -> bool:
    """Return whether indexes serve the order: all do but those by sector, territory and initiator, then by title.

    Along the titles the rows of one territory stand together, so looking for them there would read nearly all titles;
    an index for each of the three columns in each language would weigh more on every import than it is worth.
    """
    return not (isinstance(terms[0][0], Places) and len(terms) > 2)


def behind(terms: Sequence[Term], position: Position) -> Q:
    """Return the condition of all rows that stand behind a position."""
    return _behind(terms, position, 0)


def by_keys(terms: Sequence[Term]) -> list[OrderBy]:
    """Return the whole order, by the keys that the rows carry."""
    return [
        OrderBy(F(key(place)), descending=descending, nulls_last=True) for place, (_, descending) in enumerate(terms)
    ]


def _standing_at(terms: Sequence[Term], at: Any) -> Q:
    leading = terms[0][0]
    if isinstance(leading, Places) and is_served(terms):
        return leading.standing_at(at)
    return Q(key_0__isnull=True) if at is None else Q(key_0=at)


def _name(term: Any) -> str:
    return str(getattr(term, "name", "")).rpartition("__")[2]


def _leading(terms: Sequence[Term]) -> OrderBy:
    """Return the order by the first term among rows that have it."""
    term, descending = terms[0]
    # No row here is NULL, but an index serves only where the place of NULL is the one it was made with.
    if _name(term) not in _GREATEST_FIRST:
        return OrderBy(F(key(0)), descending=descending)
    if descending:
        return F(key(0)).desc(nulls_last=True)
    return F(key(0)).asc(nulls_first=True) if _name(term) in _ONE_WAY else F(key(0)).asc()


def _later(terms: Sequence[Term]) -> list[OrderBy]:
    """Return the order of rows that are equal in the first term; the last one is never NULL."""
    last = len(terms) - 1
    return [
        OrderBy(F(key(place)), descending=terms[place][1], nulls_last=place < last or None)
        for place in range(1, len(terms))
    ]


def _beyond(place: int, descending: bool, at: Any) -> Q:
    return Q((f"{key(place)}__{'lt' if descending else 'gt'}", at))


def _behind(terms: Sequence[Term], position: Position, place: int) -> Q:
    """Return the condition of rows that stand behind the position, as far as the terms from ``place`` on say."""
    at, (term, descending) = position[place], terms[place]
    if place == len(terms) - 1:
        return _beyond(place, descending, at)
    tail = _behind(terms, position, place + 1)
    if at is None:
        return Q((f"{key(place)}__isnull", True)) & tail
    later = _beyond(place, descending, at) | (Q((key(place), at)) & tail)
    if _name(term).startswith(_NEVER_NULL):
        # Says nothing new, but it is what an index can begin at.
        return Q((f"{key(place)}__{'lte' if descending else 'gte'}", at)) & later
    return later | Q((f"{key(place)}__isnull", True))
