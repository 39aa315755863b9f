"""Addresses that change one thing in a query string and keep the rest."""

from collections.abc import Collection
from urllib.parse import urlencode

from django.http import QueryDict

_OF_A_PAGE = ("page", "after")


def _address(pairs: list[tuple[str, str]]) -> str:
    return f"?{urlencode(pairs)}" if pairs else "?"


def _pairs(given: QueryDict) -> list[tuple[str, str]]:
    """Return the parameters in order, without blanks and without the page, which belongs to one view only."""
    return [(name, value) for name, values in given.lists() for value in values if value and name not in _OF_A_PAGE]


def toggled(given: QueryDict, name: str, value: str) -> str:
    """Return the address with this choice added, or taken away where it stands."""
    pairs = _pairs(given)
    return _address(
        [pair for pair in pairs if pair != (name, value)] if (name, value) in pairs else [*pairs, (name, value)]
    )


def without(given: QueryDict, name: str) -> str:
    """Return the address without this parameter."""
    return _address([pair for pair in _pairs(given) if pair[0] != name])


def with_value(given: QueryDict, name: str, value: str) -> str:
    """Return the address with this parameter set once; the page is kept only when it is what is set."""
    return _address([*(pair for pair in _pairs(given) if pair[0] != name), (name, value)])


def hidden_pairs(given: QueryDict, *, visible: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return what a form must carry along beside its visible fields."""
    return [pair for pair in _pairs(given) if pair[0] not in visible]


def changed(given: QueryDict, name: str, *, add: str = "", take: str = "") -> QueryDict:
    """Return the parameters with one value of this name added or taken away."""
    made = given.copy()
    values = [value for value in given.getlist(name) if value != take]
    made.setlist(name, [*values, add] if add else values)
    return made


def canonical(given: QueryDict, order: Collection[str], *, leave_out: Collection[str] = ()) -> str:
    """Return the parameters named in ``order``, in that order, their values sorted, without blanks and repeats."""
    pairs = [
        (name, value)
        for name in order
        if name not in leave_out
        for value in sorted({value.strip() for value in given.getlist(name)})
        if value
    ]
    return urlencode(pairs)
