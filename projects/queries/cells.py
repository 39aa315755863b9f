"""Totals read from what is added up beforehand: the same figures as ``totals.py`` makes of the rows.

A choice may name sectors, years, whether approved, initiator types, statuses and territories, all at once. The cells
know one of the last three at a time and are few; the cube knows all of them, and in fewer rows all but the territory.
Each question reads the smallest that fits. What none of them knows (a search, a span of costs, a resolution, a past
day) is asked of the rows themselves.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from projects.models import Face
from projects.models.register_cell import EVERYWHERE, MEASURES, UNKNOWN_YEAR
from projects.queries.reading import reading
from projects.queries.totals import Figures, Group, Totals
from reference.codelists import APPROVED, NOT_APPROVED, InitiatorType, ProjectStatus
from reference.models import Territory

NO_YEAR = "none"
"""Value of ``year`` in an address that asks for the rows whose year no source tells."""

PARTS = {
    "sector": "sectors",
    "territory": "territories",
    "initiator_type": "initiator_types",
    "status": "statuses",
    "year": "years",
}
"""Filters of the register that a choice knows, with the part of the choice that says the same."""
_ONLY_ROWS_KNOW = ("search", "cost_min", "cost_max", "resolution", "as_of")


@dataclass(frozen=True)
class Choice:
    """Which projects are meant; an empty part means all. ``None`` among the years asks for those of unknown year.

    Territories are those that rows name: whoever means a region names its districts too.
    """

    sectors: frozenset[str] = frozenset()
    years: frozenset[int | None] = frozenset()
    first_year: int | None = None
    last_year: int | None = None
    is_approved: bool | None = None
    initiator_types: frozenset[str] = frozenset()
    statuses: frozenset[str] = frozenset()
    territories: frozenset[str] = frozenset()

    def without(self, *names: str) -> "Choice":
        """Return the choice without these parts."""
        empty = Choice()
        return replace(self, **{name: getattr(empty, name) for name in names})


def dimensions_of(cleaned: Mapping[str, Any]) -> Choice:
    """Return what the cleaned filters of the register say of the five; the other filters are left out.

    One query where a region is chosen, for its districts.
    """
    return Choice(
        sectors=frozenset(sector.pk for sector in cleaned.get("sector") or ()),
        years=frozenset(None if year == NO_YEAR else int(year) for year in cleaned.get("year") or ()),
        initiator_types=frozenset(cleaned.get("initiator_type") or ()),
        statuses=frozenset(cleaned.get("status") or ()),
        territories=_with_districts(cleaned.get("territory") or ()),
    )


def choice_of(cleaned: Mapping[str, Any]) -> Choice | None:
    """Return the choice that the cleaned filters of the register make; None where only the rows know it.

    One query where a region is chosen, for its districts.
    """
    if any(cleaned.get(name) not in (None, "") for name in _ONLY_ROWS_KNOW):
        return None
    return dimensions_of(cleaned)


def _with_districts(territories: Iterable[Territory]) -> frozenset[str]:
    chosen = {territory.pk: territory.parent_id for territory in territories}
    regions = [code for code, parent in chosen.items() if parent is None]
    districts = Territory.objects.filter(parent__in=regions).order_by().values_list("pk", flat=True) if regions else ()
    return frozenset([*chosen, *districts])


_FACES = {
    "initiator_types": Face.INITIATOR,
    "statuses": Face.STATUS,
    "territories": Face.TERRITORY,
}
_GROUPED_FACES = {**{face.value: face for face in Face}, "region": Face.TERRITORY}
_NOT_APPROVED = ", ".join(f"'{status.value}'" for status in NOT_APPROVED)
_COLUMNS = {
    "sector": "sector_id",
    "year": "year",
    "is_approved": f"status NOT IN ({_NOT_APPROVED})",
    "initiator_type": "initiator_type",
    "status": "status",
    "territory": "territory_id",
}
"""What a grouping is called in the cube."""
KNOWN_GROUPINGS = (*_COLUMNS, "region")
"""By what :func:`totals_of_each` tells a choice apart."""
_CONDITIONS = {
    "sectors": "sector_id = ANY(%s)",
    "years": "year = ANY(%s)",
    "first_year": "year >= %s",
    "last_year": f"year BETWEEN {UNKNOWN_YEAR + 1} AND %s",
}
_OF_CELLS = {**_CONDITIONS, "is_approved": "is_approved = %s", **dict.fromkeys(_FACES, "key = ANY(%s)")}
# Its key begins with the first three: to name all their codes lets the key be used where only later columns are chosen.
_OF_CUBE = {
    "statuses": "status = ANY(%s)",
    "initiator_types": "initiator_type = ANY(%s)",
    "territories": "territory_id = ANY(%s)",
    "not_everywhere": "territory_id <> %s",
    **_CONDITIONS,
}
_SUMS = ", ".join(f"coalesce(sum({name}), 0)::bigint AS {name}" for name in MEASURES)


@dataclass(frozen=True)
class Source:
    """The smallest that knows a choice: the cells of a face, or the cube (no face).

    ``parts`` are the names of what is chosen, in the order of ``values``; the text of a statement depends on them only.
    """

    face: Face | None
    parts: tuple[str, ...]
    values: tuple[Any, ...]

    @property
    def table(self) -> str:
        """The table to read from."""
        return "projects_registercell" if self.face else "projects_registercube"

    @property
    def condition(self) -> str:
        """The condition with a parameter for each of ``values``."""
        if not self.face:
            return " AND ".join(_OF_CUBE[part] for part in self.parts)
        return " AND ".join([f"face = '{self.face.value}'", *(_OF_CELLS[part] for part in self.parts)])

    def column(self, grouping: str) -> str:
        """Return the column, or expression, that tells a grouping."""
        if grouping == "region":
            return f"coalesce(reference_territory.parent_id, {self.column('territory')})"
        if self.face and grouping in (self.face.value, "is_approved"):
            return "is_approved" if grouping == "is_approved" else "key"
        return _COLUMNS[grouping]


def source_of(choice: Choice, groupings: Iterable[str] = ()) -> Source:
    """Return the smallest that knows the choice and tells it apart by these groupings."""
    choice = _by_approval(choice)
    faces = {face for part, face in _FACES.items() if getattr(choice, part)}
    faces |= {_GROUPED_FACES[name] for name in groupings if name in _GROUPED_FACES}
    if len(faces) > 1:
        return in_cube(choice, groupings)
    return _source(next(iter(faces), Face.STATUS), _OF_CELLS, _values(choice))


def in_cube(choice: Choice, groupings: Iterable[str] = ("territory",)) -> Source:
    """Return the cube as the source of a choice that is told apart by these groupings.

    Where territories are told apart, the condition fits every table that has the cube's key as columns.
    """
    found = _values(choice)
    counts = found.pop("is_approved", None)
    of_approval = {None: tuple(ProjectStatus), True: APPROVED, False: NOT_APPROVED}[counts]
    statuses = {status.value for status in of_approval}
    found["statuses"] = sorted(statuses & set(found.get("statuses", statuses)))
    found.setdefault("initiator_types", sorted(InitiatorType.values))
    if not choice.territories:
        is_told = any(_GROUPED_FACES.get(name) == Face.TERRITORY for name in groupings)
        found |= {"not_everywhere": EVERYWHERE} if is_told else {"territories": [EVERYWHERE]}
    return _source(None, _OF_CUBE, found)


def _source(face: Face | None, known: Iterable[str], chosen: Mapping[str, Any]) -> Source:
    parts = tuple(part for part in known if part in chosen)
    return Source(face, parts, tuple(chosen[part] for part in parts))


def _by_approval(choice: Choice) -> Choice:
    """Return the choice with the approval in place of statuses where both say the same: it is known to every cell."""
    for counts, statuses in ((True, APPROVED), (False, NOT_APPROVED)):
        if choice.statuses == frozenset(statuses) and choice.is_approved in (None, counts):
            return replace(choice, statuses=frozenset(), is_approved=counts)
    return choice


def _values(choice: Choice) -> dict[str, Any]:
    found: dict[str, Any] = {
        part: sorted(getattr(choice, part)) for part in ("sectors", *_FACES) if getattr(choice, part)
    }
    if choice.years:
        found["years"] = sorted(UNKNOWN_YEAR if year is None else year for year in choice.years)
    if choice.first_year is not None:
        found["first_year"] = max(choice.first_year, UNKNOWN_YEAR + 1)
    for part in ("last_year", "is_approved"):
        if getattr(choice, part) is not None:
            found[part] = getattr(choice, part)
    return found


@cache
def _text(face: Face | None, parts: tuple[str, ...], groupings: tuple[str, ...]) -> str:
    source = Source(face, parts, ())
    columns = [source.column(name) for name in groupings]
    table = source.table
    if "region" in groupings:
        table += f" JOIN reference_territory ON code = {source.column('territory')}"
    grouped = f"GROUP BY {', '.join(columns)} HAVING sum(projects + members) <> 0" if columns else ""
    return f"SELECT {', '.join([*columns, _SUMS])} FROM {table} WHERE {source.condition} {grouped}"  # noqa: S608


def statement_of(choice: Choice, groupings: Sequence[str] = ()) -> tuple[str, list[Any]]:
    """Return the statement of the totals of a choice with its parameters: the groupings, then MEASURES in their order.

    Without groupings it is one row. The text depends only on which parts are chosen, and is made once for each shape;
    it may stand as a table within another statement. Raises KeyError for a grouping that nothing here knows.
    """
    source = source_of(choice, groupings)
    return _text(source.face, source.parts, tuple(groupings)), list(source.values)


def _read(text: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    with reading().cursor() as cursor:
        cursor.execute(text, values)
        return cursor.fetchall()


def totals_in(measures: Sequence[int]) -> Totals:
    """Return the totals that the measures of a row say, given in the order of MEASURES."""
    value = dict(zip(MEASURES, measures, strict=True))
    on_file = Figures(value["on_file_projects"], value["on_file_cost_known"], value["on_file_cost"])
    return Totals(
        value["projects"],
        value["cost_known"],
        value["cost"],
        on_file,
        groups=value["groups"],
        members=value["members"],
    )


def totals_of(choice: Choice) -> Totals:
    """Return the totals of a choice. One query."""
    (row,) = _read(*statement_of(choice))
    return totals_in(row)


def totals_of_each(groupings: Sequence[str], choice: Choice) -> dict[tuple[Any, ...], Totals]:
    """Return the totals of every combination of these groupings that has rows: ``sector``, ``year`` (None: unknown),
    ``is_approved``, ``initiator_type``, ``status``, ``territory`` and ``region``.

    One query; raises KeyError for another grouping.
    """
    width = len(groupings)
    found = {}
    for row in _read(*statement_of(choice, groupings)):
        keys = zip(groupings, row, strict=False)
        key = tuple(None if name == "year" and one == UNKNOWN_YEAR else one for name, one in keys)
        found[key] = totals_in(row[width:])
    return found


def totals_of_by(grouping: str, choice: Choice) -> list[Group]:
    """Return the totals of a choice by one grouping, ordered by code with None last. One query."""
    found = totals_of_each([grouping], choice)
    return [Group(key, found[(key,)]) for (key,) in sorted(found, key=lambda keys: (keys[0] is None, keys[0]))]


def statement_of_faces(choice: Choice, *faces: Face) -> tuple[str, list[Any]]:
    """Return the statement of :func:`totals_of_faces`: face, code, whether approved, then MEASURES in their order."""
    chosen = _values(choice)
    if named := set(chosen) & set(_FACES):
        raise ValueError(f"no cell knows {', '.join(sorted(named))} and every face at once")
    # One after the other, by index: as one condition the database reads every cell.
    texts: list[str] = []
    values: list[Any] = []
    for face in faces or Face:
        conditions = " AND ".join([f"face = '{face.value}'", *(_OF_CELLS[part] for part in chosen)])
        texts.append(
            f"""SELECT face, key, is_approved, {_SUMS} FROM projects_registercell WHERE {conditions}
            GROUP BY face, key, is_approved HAVING sum(projects + members) <> 0"""  # noqa: S608
        )
        values += chosen.values()
    return " UNION ALL ".join(texts), values


def totals_of_faces(choice: Choice, *faces: Face) -> dict[tuple[str, str, bool], Totals]:
    """Return the totals by face, code and whether they count as approved; of every face where none is named.

    Each face tells the same projects: never add up over faces. One query; raises ValueError where the choice names
    codes of a face.
    """
    rows = _read(*statement_of_faces(choice, *faces))
    return {(face, key, is_approved): totals_in(measures) for face, key, is_approved, *measures in rows}
