"""Rows of a view that a search, a span of costs or a resolution narrows, in the order of the page.

For a rare word PostgreSQL would walk the whole index of the order, though the index of the words finds it at once; for
a common one it is the other way round, and it cannot know which of the two a word is. So the hits are either gathered
first, behind a fence (a materialized part has no order and no LIMIT for the planner to hope for), and sorted; or the
order is walked, but only so far (docs/decisions/0035-search-at-any-size.md).
"""

from collections.abc import Sequence
from typing import Any

from django.db.models import F, QuerySet
from django.db.models.expressions import OrderBy

from projects.models import Project
from projects.queries.ordering import Term
from projects.queries.reading import reading, statement_of
from projects.queries.register import register
from projects.queries.totals import MoreThan, Totals
from projects.queries.turning import Position, behind, by_keys, is_served, key, runs, with_keys

FEW = 5_000
"""So many hits are read and sorted; more are looked for along the order first."""
LOOKED_AT = 1_000
"""Rows of the register in which a word is looked for before it is looked for everywhere."""
WALKED = 200
"""Rows of the order that are looked at for each row that is wanted, before all hits are gathered after all."""


def holds_any(rows: QuerySet[Project]) -> bool:
    """Return whether there is such a row: among the first of the register, or anywhere. Up to two queries."""
    number: list[Term] = [(F("number"), False)]
    everything = with_keys(register(), number)
    if _along(rows, everything, by_keys(number), 1, LOOKED_AT):
        return True
    if not _goes_on(everything.order_by("number"), LOOKED_AT):
        return False
    asked = statement_of(rows.order_by().values_list("pk"))
    return asked is not None and bool(
        _keys(f"WITH hits (pk) AS MATERIALIZED ({asked[0]}) SELECT pk FROM hits LIMIT 1", asked[1])  # noqa: S608
    )


def first_in_order(
    keyed: QuerySet[Project],
    terms: Sequence[Term],
    found: Totals | MoreThan,
    wanted: int,
    *,
    position: Position | None = None,
) -> list[int]:
    """Return the keys of the first ``wanted`` rows in order, of all or of those behind a position.

    ``keyed`` are the rows of the view with their keys (``turning.with_keys``), ``found`` the figures of the view. One
    query for few hits; for many one most often, and a few more where the hits stand far down the order.
    """
    if is_served(terms) and (isinstance(found, MoreThan) or found.rows > FEW):
        keys: list[int] = []
        reach = WALKED * wanted
        everything = with_keys(register(), terms)
        for condition, order in runs(terms, position):
            stretch = everything.filter(condition)
            keys += _along(keyed, stretch, order, wanted - len(keys), reach)
            if len(keys) == wanted:
                return keys
            if _goes_on(stretch.order_by(*order), reach):
                break
        else:
            return keys
    return _gathered(keyed if position is None else keyed.filter(behind(terms, position)), terms, wanted)


def _gathered(keyed: QuerySet[Project], terms: Sequence[Term], wanted: int) -> list[int]:
    """Return the keys of the first rows in order, after all of them were read. One query."""
    names = [key(place) for place in range(len(terms))]
    asked = statement_of(keyed.values_list("pk", *names))
    if asked is None:
        return []
    columns = ", ".join(["pk", *names])
    order = ", ".join(
        f"{key(place)} {'DESC' if descending else 'ASC'} NULLS LAST" for place, (_, descending) in enumerate(terms)
    )
    return _keys(
        f"WITH hits ({columns}) AS MATERIALIZED ({asked[0]}) SELECT pk FROM hits ORDER BY {order} LIMIT %s",  # noqa: S608
        (*asked[1], wanted),
    )


def _goes_on(stretch: QuerySet[Project], reach: int) -> bool:
    return stretch[reach : reach + 1].values_list("pk").first() is not None


def _along(
    rows: QuerySet[Project], stretch: QuerySet[Project], order: Sequence[OrderBy], wanted: int, reach: int
) -> list[int]:
    """Return the keys of the first of these rows among the first ``reach`` of a stretch, in its order. One query."""
    table = f'"{Project._meta.db_table}"'
    columns = [field.attname for field in Project._meta.concrete_fields]
    names = [str(getattr(one.expression, "name")) for one in order]  # noqa: B009 - an F, though typed as more
    inner = statement_of(stretch.order_by(*order).values_list(*columns, *names)[:reach])
    asked = statement_of(rows.order_by().values_list("pk"))
    if inner is None or asked is None:
        return []
    before, from_table, after = asked[0].partition(f"FROM {table}")
    if not from_table or "%s" in before:
        raise ValueError(f"not a plain question for projects: {asked[0]}")
    # The stretch takes the place of the table. It has the order already; told again, a join may not lose it.
    again = ", ".join(f"{table}.{name} {_direction(one)}" for name, one in zip(names, order, strict=True))
    return _keys(f"{before}FROM ({inner[0]}) {table}{after} ORDER BY {again} LIMIT %s", (*inner[1], *asked[1], wanted))


def _direction(one: OrderBy) -> str:
    descending = "DESC" if one.descending else "ASC"
    if one.nulls_last:
        return f"{descending} NULLS LAST"
    return f"{descending} NULLS FIRST" if one.nulls_first else descending


def _keys(text: str, parameters: Sequence[Any]) -> list[int]:
    with reading().cursor() as cursor:
        cursor.execute(text, parameters)
        return [key for (key,) in cursor.fetchall()]
