"""Registers made at random, and what plain SQL says of them."""

import random
from typing import Any

from django.db import connection

from projects.models import Resolution
from projects.services.register import ProjectEntry, enter_all
from reference.codelists import InitiatorType, ProjectStatus, ResolutionKind
from reference.models import Sector, Territory
from tests import factories

SECTORS = ["education", "health", "waste", "tourism"]
TERRITORIES = ["750000000", "751710000", "751110000", "710000000", "430000000"]
YEARS = [None, 2016, 2017, 2018]
WORDS = ["стадион", "көпір", "зертхана"]


class Register:
    """A register with groups, members, unknown costs, every status, with and without papers."""

    def __init__(self, seed: int, rows: int = 24) -> None:
        self.random = random.Random(seed)
        self.papers = [factories.resolution(), factories.resolution(ResolutionKind.AMENDMENT)]
        self.exclusion = factories.resolution(ResolutionKind.EXCLUSION)
        self._sectors = Sector.objects.in_bulk(SECTORS)
        self._territories = Territory.objects.in_bulk(TERRITORIES)
        groups = enter_all([self._entry(turn, is_group=True) for turn in range(rows // 8)])
        enter_all(
            [
                self._entry(turn, group=self.random.choice(groups) if groups and turn % 3 == 0 else None)
                for turn in range(rows // 8, rows)
            ]
        )

    def _entry(self, turn: int, **facts: Any) -> ProjectEntry:
        pick = self.random.choice
        status = pick(ProjectStatus.values)
        paper: Resolution | None = pick([None, *self.papers]) if status != ProjectStatus.PLANNED else None
        return ProjectEntry(
            title_ru=f"{pick(WORDS)} № {turn}",
            title_kk=pick(["", f"{pick(WORDS)} {turn}"]),
            sector=self._sectors[pick(SECTORS)],
            territory=self._territories[pick(TERRITORIES)],
            initiator_type=pick(InitiatorType.values),
            status=status,
            resolution=paper,
            excluded_by=self.exclusion if status == ProjectStatus.EXCLUDED else None,
            cost=pick([None, None, 0, 1, self.random.randrange(10**6), self.random.randrange(10**14)]),
            year=pick(YEARS),
            source="газет",
            **facts,
        )

    def filters(self) -> list[tuple[str, str]]:
        """Return some filters at random, as pairs of an address."""
        chance, some = self.random.random, self.random.sample
        pairs = []
        for name, values in {
            "sector": SECTORS,
            "territory": TERRITORIES,
            "initiator_type": InitiatorType.values,
            "status": ProjectStatus.values,
            "year": ["none", "2016", "2017", "2018", "1999"],
        }.items():
            if chance() < 0.3:
                pairs += [(name, value) for value in some(values, self.random.randrange(1, len(values) + 1))]
        if chance() < 0.2:
            pairs.append(("resolution", self.random.choice(["none", *(str(paper.pk) for paper in self.papers)])))
        least, greatest = sorted(self.random.randrange(10**14) for _ in range(2))
        pairs += [("cost_min", str(least))] if chance() < 0.15 else []
        pairs += [("cost_max", str(greatest))] if chance() < 0.15 else []
        pairs += [("search", self.random.choice(WORDS))] if chance() < 0.3 else []
        return pairs


def _where(pairs: list[tuple[str, str]]) -> tuple[str, list[Any]]:
    chosen: dict[str, list[str]] = {}
    for name, value in pairs:
        chosen.setdefault(name, []).append(value)
    clauses, values = ["true"], []

    def add(clause: str, *found: Any) -> None:
        clauses.append(f"({clause})")
        values.extend(found)

    for name, columns in {"sector": "sector_id", "initiator_type": "initiator_type", "status": "status"}.items():
        if name in chosen:
            add(f"{columns} = ANY(%s)", chosen[name])
    if "territory" in chosen:
        lies_in = "territory_id IN (SELECT code FROM reference_territory WHERE parent_id = ANY(%s))"
        add(f"territory_id = ANY(%s) OR {lies_in}", chosen["territory"], chosen["territory"])
    if "year" in chosen:
        years = [int(year) for year in chosen["year"] if year != "none"]
        add(f"year = ANY(%s) OR {'year IS NULL' if 'none' in chosen['year'] else 'false'}", years)
    if "resolution" in chosen:
        (paper,) = chosen["resolution"]
        add("resolution_id IS NULL") if paper == "none" else add("resolution_id = %s", int(paper))
    for name, sign in {"cost_min": ">=", "cost_max": "<="}.items():
        if name in chosen:
            add(f"cost {sign} %s", int(chosen[name][0]))
    if "search" in chosen:
        add("title_kk LIKE %s OR title_ru LIKE %s", *[f"%{chosen['search'][0]}%"] * 2)
    return " AND ".join(clauses), values


_FIGURES = """
SELECT count(*) FILTER (WHERE group_id IS NULL),
       sum(cost) FILTER (WHERE group_id IS NULL),
       count(*) FILTER (WHERE group_id IS NULL AND cost IS NULL),
       count(*) FILTER (WHERE group_id IS NULL AND resolution_id IS NOT NULL),
       sum(cost) FILTER (WHERE group_id IS NULL AND resolution_id IS NOT NULL),
       count(*) FILTER (WHERE group_id IS NULL AND resolution_id IS NOT NULL AND cost IS NULL),
       count(*) FILTER (WHERE group_id IS NULL AND resolution_id IS NULL),
       sum(cost) FILTER (WHERE group_id IS NULL AND resolution_id IS NULL),
       count(*) FILTER (WHERE group_id IS NULL AND resolution_id IS NULL AND cost IS NULL),
       count(*) FILTER (WHERE group_id IS NULL AND is_group),
       count(*) FILTER (WHERE group_id IS NOT NULL)
  FROM projects_project WHERE
"""


def recomputed(pairs: list[tuple[str, str]] | None = None) -> tuple[Any, ...]:
    """Return by plain SQL: projects, sum, without cost; the same of those on file, of those not; groups, members."""
    where, values = _where(pairs or [])
    with connection.cursor() as cursor:
        cursor.execute(_FIGURES + where, values)
        return tuple(None if figure is None else int(figure) for figure in cursor.fetchone())


def chosen_numbers(pairs: list[tuple[str, str]]) -> list[int]:
    """Return by plain SQL the numbers of the rows that fit."""
    where, values = _where(pairs)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT number FROM projects_project WHERE {where} ORDER BY number", values)
        return [number for (number,) in cursor.fetchall()]
