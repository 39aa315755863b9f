"""Totals read from the cells in which the register is added up beforehand: the same figures as ``totals.py`` makes.

A choice may name sectors, years, whether approved, and codes of one face. What a cell does not tell (a search, a span
of costs, two faces at once) is asked of the rows themselves.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Q, QuerySet, Sum

from projects.models import Face, RegisterCell
from projects.models.register_cell import MEASURES, UNKNOWN_YEAR
from projects.queries.totals import Figures, Group, Totals


@dataclass(frozen=True)
class Choice:
    """Which projects are meant; an empty choice means all. ``None`` among the years asks for those of unknown year."""

    sectors: frozenset[str] = frozenset()
    years: frozenset[int | None] = frozenset()
    first_year: int | None = None
    last_year: int | None = None
    is_approved: bool | None = None
    face: Face | None = None
    keys: frozenset[str] = frozenset()

    def without(self, *names: str) -> "Choice":
        """Return the choice without these parts."""
        empty = Choice()
        return replace(self, **{name: getattr(empty, name) for name in names})


def _chosen(choice: Choice, *faces: Face) -> QuerySet[RegisterCell]:
    found = Q(face__in=faces)
    if choice.sectors:
        found &= Q(sector__in=choice.sectors)
    if choice.years:
        found &= Q(year__in=[UNKNOWN_YEAR if year is None else year for year in choice.years])
    if choice.first_year is not None:
        found &= Q(year__gte=max(choice.first_year, UNKNOWN_YEAR + 1))
    if choice.last_year is not None:
        found &= Q(year__lte=choice.last_year) & ~Q(year=UNKNOWN_YEAR)
    if choice.is_approved is not None:
        found &= Q(is_approved=choice.is_approved)
    if choice.keys:
        found &= Q(key__in=choice.keys)
    return RegisterCell.objects.filter(found)


def _totals(row: dict[str, Any]) -> Totals:
    value = {name: int(row[f"cells_{name}"] or 0) for name in MEASURES}
    on_file = Figures(value["on_file_projects"], value["on_file_cost_known"], value["on_file_cost"])
    return Totals(
        value["projects"],
        value["cost_known"],
        value["cost"],
        on_file,
        groups=value["groups"],
        members=value["members"],
    )


_SUMMED = {f"cells_{name}": Sum(name) for name in MEASURES}


def totals_of(choice: Choice) -> Totals:
    """Return the totals of a choice. One query."""
    return _totals(_chosen(choice, choice.face or Face.STATUS).aggregate(**_SUMMED))


def totals_of_each(groupings: Sequence[str], choice: Choice) -> dict[tuple[Any, ...], Totals]:
    """Return the totals of every combination of these groupings that has rows: ``sector``, ``year`` (None: unknown),
    ``is_approved``, and at most one face by its name.

    One query; raises ValueError where the cells do not know the combination.
    """
    faces = {Face(name) for name in groupings if name in Face.values} | ({choice.face} if choice.face else set())
    if len(faces) > 1:
        raise ValueError(f"no cell knows {' and '.join(sorted(faces))} at once")
    face = faces.pop() if faces else Face.STATUS
    columns = ["key" if name in Face.values else name for name in groupings]
    found = {}
    for row in _chosen(choice, face).order_by().values(*columns).annotate(**_SUMMED):
        made = _totals(dict(row))
        if made.rows:
            keys = (row[column] for column in columns)
            found[
                tuple(
                    None if name == "year" and key == UNKNOWN_YEAR else key
                    for name, key in zip(groupings, keys, strict=True)
                )
            ] = made
    return found


def totals_of_by(grouping: str, choice: Choice) -> list[Group]:
    """Return the totals of a choice by one grouping, ordered by code with None last. One query."""
    found = totals_of_each([grouping], choice)
    return [Group(key, found[(key,)]) for (key,) in sorted(found, key=lambda keys: (keys[0] is None, keys[0]))]


def totals_of_faces(choice: Choice, *faces: Face) -> dict[tuple[str, str, bool], Totals]:
    """Return the totals by face, code and whether they count as approved; of every face where none is named.

    Each face tells the same projects: never add up over faces. One query; raises ValueError where the choice names
    codes of a face.
    """
    if choice.face:
        raise ValueError(f"no cell knows {choice.face} and every face at once")
    rows = _chosen(choice, *(faces or Face)).order_by().values("face", "key", "is_approved").annotate(**_SUMMED)
    found = {(row["face"], row["key"], row["is_approved"]): _totals(dict(row)) for row in rows}
    return {key: made for key, made in found.items() if made.rows}
