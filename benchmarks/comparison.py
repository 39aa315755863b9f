"""What a benchmark compares: two ways to the same result, or one figure against a bound."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal


def nothing_to_compare() -> None:
    """Stand in where a figure has one way only, so that there is nothing to be equal."""


@dataclass(frozen=True)
class Stage:
    """A filled database and the site that serves it with two workers.

    ``database`` is the address as the owner of the tables, ``application`` the one as the role of the application;
    ``site`` is the root of the running site, ``media`` its folder of files. ``smaller`` is the stage of the next
    smaller register in the same run, None for the smallest: growth is measured against it. ``seconds`` is how long one
    round of load by HTTP lasts.
    """

    rows: int
    database: str
    application: str
    site: str
    media: str
    smaller: "Stage | None" = None
    seconds: float = 2.0


@dataclass(frozen=True)
class Figure:
    """Two ways to the same result. Each call does the work once and returns one figure in ``unit``.

    ``goal`` is the key in ``goals.toml``, such as ``P9 time``. ``ratio`` says which way round the two figures are
    divided, so that the goal reads as the issue of the figures writes it. ``same`` raises AssertionError unless both
    ways give the same; it is called before anything is timed.
    """

    goal: str
    what: str
    ours: Callable[[], float]
    reference: Callable[[], float]
    against: str
    unit: Literal["ms", "s", "requests/s", "rows/s"]
    ratio: Literal["ours/reference", "reference/ours"]
    same: Callable[[], None]


@dataclass(frozen=True)
class Single:
    """One figure against a bound: memory in MiB, milliseconds to the first byte, or blocks of 8 kB touched."""

    goal: str
    what: str
    ours: Callable[[], float]
    unit: Literal["MiB", "ms", "blocks"]
    same: Callable[[], None] = nothing_to_compare
