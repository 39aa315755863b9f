"""P6, P7 and blocks: facets and totals from what is added up beforehand, against the same from the rows.

All statements go by bare psycopg: ours and the ORM's as they are written by these, live SQL by hand.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from typing import Any

import psycopg

from benchmarks.comparison import Figure, Single, Stage

SECTOR = "education"
"""The commonest sector of the made-up register: the filter under which facets are counted."""
TURNS = 25
"""How often statements of a millisecond are sent to be timed once."""

Statement = tuple[str, Sequence[Any]]
Answer = dict[tuple[Any, ...], tuple[int, ...]]

_MEASURES = """
    count(*) FILTER (WHERE group_id IS NULL), count(cost) FILTER (WHERE group_id IS NULL),
    count(*) FILTER (WHERE group_id IS NULL AND resolution_id IS NOT NULL),
    count(cost) FILTER (WHERE group_id IS NULL AND resolution_id IS NOT NULL),
    count(*) FILTER (WHERE group_id IS NULL AND is_group), count(group_id),
    coalesce(sum(cost) FILTER (WHERE group_id IS NULL), 0)::bigint,
    coalesce(sum(cost) FILTER (WHERE group_id IS NULL AND resolution_id IS NOT NULL), 0)::bigint
"""
"""The measures of the cells in their order, from rows."""
_APPROVED = "status NOT IN ('planned', 'excluded')"


def _timed(connection: psycopg.Connection, statements: Sequence[Statement], turns: int = 1) -> Callable[[], float]:
    """Return what sends the statements so many times and gives the milliseconds of one turn."""

    def act() -> float:
        began = time.perf_counter()
        for _ in range(turns):
            for text, values in statements:
                connection.execute(text, values).fetchall()
        return (time.perf_counter() - began) * 1_000 / turns

    return act


def _blocks(connection: psycopg.Connection, statements: Sequence[Statement]) -> int:
    """Return how many blocks of 8 kB the dearest of the statements touches, from memory or disk."""
    found = []
    for text, values in statements:
        (plan,) = connection.execute(f"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) {text}", values).fetchone()
        found.append(plan[0]["Plan"]["Shared Hit Blocks"] + plan[0]["Plan"]["Shared Read Blocks"])
    return max(found)


def _same(ours: Any, reference: Any, what: str) -> None:
    assert ours, f"{what}: nothing to compare"
    assert ours == reference, f"{what}: {ours!r} is not {reference!r}"


def facets() -> Statement:
    """Return our statement for all facets under one sector."""
    from projects.queries.cells import Choice
    from projects.queries.facets import statement_of_counts

    return statement_of_counts(Choice(sectors=frozenset({SECTOR})))


def facets_by_orm() -> list[Statement]:
    """Return what the ORM sends for the same: one statement for each facet, over rows."""
    from django.db.models import Count

    from projects.models import Project
    from projects.queries.facets import FACETS

    every, chosen = Project.objects.order_by(), Project.objects.order_by().filter(sector=SECTOR)
    return [
        (every if facet == "sector" else chosen).values_list(facet).annotate(Count("pk")).query.sql_with_params()
        for facet in FACETS
    ]


def _same_facets(connection: psycopg.Connection) -> None:
    text, values = facets()
    ours: list[dict[Any, int]] = [{} for _facet in facets_by_orm()]
    for *codes, number in connection.execute(text, values).fetchall():
        place, code = next((place, code) for place, code in enumerate(codes) if code is not None)
        ours[place][code] = number
    theirs = [
        {code or 0: number for code, number in connection.execute(*statement).fetchall()}
        for statement in facets_by_orm()
    ]
    _same(ours, theirs, "facets")


def desk() -> list[Statement]:
    """Return our statements for the approved totals of the desk: by sector and year, by initiator type and status."""
    from projects.models import Face
    from projects.queries.cells import Choice, statement_of, statement_of_faces

    by_year = statement_of(Choice(is_approved=True), ["sector", "year"])
    return [by_year, statement_of_faces(Choice(), Face.INITIATOR, Face.STATUS)]


def desk_live() -> list[Statement]:
    """Return statements that add up the same from the rows."""
    return [
        (f"SELECT sector_id, coalesce(year, 0), {_MEASURES} FROM projects_project WHERE {_APPROVED} GROUP BY 1, 2", ()),
        *(
            (f"SELECT '{name}', {name}, {_APPROVED}, {_MEASURES} FROM projects_project GROUP BY 2, 3", ())
            for name in ("initiator_type", "status")
        ),
    ]


def _same_desk(connection: psycopg.Connection) -> None:
    (by_year, faces), (by_year_live, *faces_live) = desk(), desk_live()

    def answer(statements: Sequence[Statement], width: int) -> Answer:
        rows = [row for statement in statements for row in connection.execute(*statement).fetchall()]
        return {row[:width]: row[width:] for row in rows}

    _same(answer([by_year], 2), answer([by_year_live], 2), "sectors and years")
    _same(answer([faces], 3), answer(faces_live, 3), "initiators and statuses")


def totals() -> list[Statement]:
    """Return our statements for totals: of the desk, of all, of a sector, of a status in it, of a status and an
    initiator."""
    from projects.queries.cells import Choice, statement_of

    sector, status, sme = frozenset({SECTOR}), frozenset({"operation"}), frozenset({"sme"})
    return [
        *desk(),
        *(
            statement_of(choice)
            for choice in (
                Choice(),
                Choice(sectors=sector),
                Choice(sectors=sector, statuses=status, years=frozenset({2020})),
                Choice(statuses=status, initiator_types=sme),
            )
        ),
    ]


def of_a_city() -> list[Statement]:
    """Return our statement for the totals of a status and an initiator in a city with its districts."""
    from projects.queries.cells import Choice, statement_of

    almaty = frozenset(["750000000", *(f"75{district}10000" for district in range(11, 20))])
    chosen = Choice(statuses=frozenset({"operation"}), initiator_types=frozenset({"sme"}), territories=almaty)
    return [statement_of(chosen)]


def figures(stage: Stage) -> Iterator[Figure | Single]:
    """Yield the figures of facets and totals at this size."""
    with ExitStack() as stack:
        here = stack.enter_context(psycopg.connect(stage.application, autocommit=True))
        yield Figure(
            "P6 facets",
            f"all facets under one sector at {stage.rows:,}",
            _timed(here, [facets()], TURNS),
            _timed(here, facets_by_orm()),
            "the ORM's statements",
            "ms",
            "reference/ours",
            lambda: _same_facets(here),
        )
        yield Figure(
            "P7 totals",
            f"totals of the desk at {stage.rows:,}",
            _timed(here, desk(), TURNS),
            _timed(here, desk_live()),
            "live SQL",
            "ms",
            "reference/ours",
            lambda: _same_desk(here),
        )
        if stage.smaller is not None:
            before = stack.enter_context(psycopg.connect(stage.smaller.application, autocommit=True))

            def verified(check: Callable[[psycopg.Connection], None]) -> Callable[[], None]:
                return lambda: (check(before), check(here))[0]

            for goal, what, statements, check in (
                ("P6 growth", "all facets under one sector", [facets()], _same_facets),
                ("P7 growth", "totals of the desk", desk(), _same_desk),
            ):
                yield Figure(
                    goal,
                    f"{what} at {stage.rows:,}",
                    _timed(here, statements, TURNS),
                    _timed(before, statements, TURNS),
                    f"the same at {stage.smaller.rows:,}",
                    "ms",
                    "ours/reference",
                    verified(check),
                )
        for goal, what, statements in (
            ("B totals", "the dearest of six totals", totals()),
            ("B city", "totals of a status and an initiator in a city with its districts", of_a_city()),
        ):
            yield Single(
                goal,
                f"{what} at {stage.rows:,}",
                lambda statements=statements: float(_blocks(here, statements)),
                "blocks",
            )
