"""The one place where sums are made; pages, admin, API and downloads all ask here.

A row that is a member of a group stands behind its group: it is shown, but neither counted nor added, so that the
parts of every breakdown add up to its whole (docs/decisions/0004-groups-count-once.md). A sum that is not known is
counted apart and never taken for zero.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from projects.models import Project
from projects.queries.reading import reading, statement_of
from projects.queries.register import register

MOST = 10_000
"""Rows of a view that are counted and added for a page one by one, where nothing knows their figures beforehand.

Of more it is only said that they are more: nobody reads so many, and counting a million costs a second each time.
"""

_COUNTED = Q(group__isnull=True)
_ON_FILE = _COUNTED & Q(resolution__isnull=False)


@dataclass(frozen=True)
class Figures:
    """How many projects, how many of them of known cost, and the sum of these in whole tenge."""

    projects: int = 0
    cost_known: int = 0
    cost: int = 0

    @property
    def cost_unknown(self) -> int:
        """Projects whose cost nobody has published."""
        return self.projects - self.cost_known

    def __sub__(self, other: "Figures") -> "Figures":
        return Figures(self.projects - other.projects, self.cost_known - other.cost_known, self.cost - other.cost)

    def __add__(self, other: "Figures") -> "Figures":
        return Figures(self.projects + other.projects, self.cost_known + other.cost_known, self.cost + other.cost)


@dataclass(frozen=True)
class Totals(Figures):
    """Figures of a set of projects, with what they rest on."""

    on_file: Figures = field(default_factory=Figures)
    groups: int = 0
    members: int = 0

    @property
    def public_sources(self) -> Figures:
        """What is known from public sources only: no resolution on file."""
        return Figures(self.projects, self.cost_known, self.cost) - self.on_file

    @property
    def rows(self) -> int:
        """Rows of the register, the members of groups included."""
        return self.projects + self.members


@dataclass(frozen=True)
class MoreThan:
    """So many rows and more, not counted further: neither projects nor sums are known."""

    more_than: int


@dataclass(frozen=True)
class Group:
    """One line of a breakdown: the code it is about, or None where the rows name none, and its totals."""

    key: Any
    totals: Totals


# The names must not be those of columns: later measures would then count the aggregate.
_MEASURES = {
    "total_projects": Count("pk", filter=_COUNTED),
    "total_cost_known": Count("cost", filter=_COUNTED),
    "total_cost": Sum("cost", filter=_COUNTED, default=0),
    "total_on_file_projects": Count("pk", filter=_ON_FILE),
    "total_on_file_cost_known": Count("cost", filter=_ON_FILE),
    "total_on_file_cost": Sum("cost", filter=_ON_FILE, default=0),
    "total_groups": Count("pk", filter=_COUNTED & Q(is_group=True)),
    "total_members": Count("pk", filter=~_COUNTED),
}

GROUPINGS = {
    "sector": F("sector"),
    "initiator_type": F("initiator_type"),
    "year": F("year"),
    "status": F("status"),
    "territory": F("territory"),
    "region": Coalesce(F("territory__parent"), F("territory")),
    "resolution": F("resolution"),
    "excluded_by": F("excluded_by"),
}


def _totals(row: dict[str, Any]) -> Totals:
    on_file = Figures(row["total_on_file_projects"], row["total_on_file_cost_known"], int(row["total_on_file_cost"]))
    return Totals(
        row["total_projects"],
        row["total_cost_known"],
        int(row["total_cost"]),
        on_file,
        groups=row["total_groups"],
        members=row["total_members"],
    )


def totals(projects: QuerySet[Project] | None = None) -> Totals:
    """Return the totals of these projects, by default of the whole register. One query."""
    chosen = register() if projects is None else projects
    return _totals(chosen.order_by().aggregate(**_MEASURES))


# The measures of _MEASURES over hits behind a fence; a test holds the two against each other. Read without an order and
# without a LIMIT of its own, the part of the hits is planned for all of them, but it is run no further than is read.
_AT_MOST = """
WITH hits (cost, "group", resolution, is_group) AS MATERIALIZED ({hits})
SELECT count(*) AS total_rows,
       count(*) FILTER (WHERE "group" IS NULL) AS total_projects,
       count(cost) FILTER (WHERE "group" IS NULL) AS total_cost_known,
       coalesce(sum(cost) FILTER (WHERE "group" IS NULL), 0) AS total_cost,
       count(*) FILTER (WHERE "group" IS NULL AND resolution IS NOT NULL) AS total_on_file_projects,
       count(cost) FILTER (WHERE "group" IS NULL AND resolution IS NOT NULL) AS total_on_file_cost_known,
       coalesce(sum(cost) FILTER (WHERE "group" IS NULL AND resolution IS NOT NULL), 0) AS total_on_file_cost,
       count(*) FILTER (WHERE "group" IS NULL AND is_group) AS total_groups,
       count(*) FILTER (WHERE "group" IS NOT NULL) AS total_members
FROM (SELECT * FROM hits LIMIT %s) AS read
"""


def totals_at_most(projects: QuerySet[Project], most: int | None = None) -> Totals | MoreThan:
    """Return the totals of these projects as :func:`totals` does, but of no more than ``most`` rows (:data:`MOST`).

    One query, whose cost is bounded whatever the register's size.
    """
    bound = MOST if most is None else most
    asked = statement_of(projects.order_by().values_list("cost", "group_id", "resolution_id", "is_group"))
    if asked is None:
        return Totals()
    text, parameters = asked
    with reading().cursor() as cursor:
        cursor.execute(_AT_MOST.format(hits=text), (*parameters, bound + 1))
        row = dict(zip([column.name for column in cursor.description], cursor.fetchone(), strict=True))
    return MoreThan(bound) if row["total_rows"] > bound else _totals(row)


def totals_by(grouping: str, projects: QuerySet[Project] | None = None) -> list[Group]:
    """Return the totals by ``sector``, ``initiator_type``, ``year``, ``status``, ``territory``, ``region``,
    ``resolution`` or ``excluded_by``, ordered by code with None last.

    One query; raises KeyError for another grouping.
    """
    chosen = register() if projects is None else projects
    rows = (
        chosen.order_by()
        .values(grouping_key=GROUPINGS[grouping])
        .annotate(**_MEASURES)
        .order_by(F("grouping_key").asc(nulls_last=True))
    )
    return [Group(row["grouping_key"], _totals(dict(row))) for row in rows]


def totals_by_each(
    groupings: Sequence[str], projects: QuerySet[Project] | None = None
) -> dict[tuple[Any, ...], Totals]:
    """Return the totals of every combination of these groupings that has rows, by their codes in the same order.

    One query; raises KeyError for a grouping that :func:`totals_by` does not know.
    """
    chosen = register() if projects is None else projects
    keys = {f"grouping_{name}": GROUPINGS[name] for name in groupings}
    found = {}
    for row in chosen.order_by().values(**keys).annotate(**_MEASURES):
        columns: dict[str, Any] = dict(row)
        found[tuple(columns[key] for key in keys)] = _totals(columns)
    return found


def added(parts: Iterable[Totals]) -> Totals:
    """Return the totals of parts that share no row."""
    whole = Totals()
    for part in parts:
        figures = Figures.__add__(whole, part)
        whole = Totals(
            figures.projects,
            figures.cost_known,
            figures.cost,
            whole.on_file + part.on_file,
            groups=whole.groups + part.groups,
            members=whole.members + part.members,
        )
    return whole


def figures_by(columns: Sequence[str], summed: str, rows: QuerySet[Any]) -> dict[tuple[Any, ...], Figures]:
    """Return number, known and sum of a column of rows that are no projects, by the values of these columns.

    Here every row counts. One query.
    """
    measures: dict[str, Any] = {
        "figures_rows": Count("pk"),
        "figures_known": Count(summed),
        "figures_sum": Sum(summed, default=0),
    }
    found = rows.order_by().values_list(*columns).annotate(**measures)
    return {key: Figures(number, known, int(total)) for *parts, number, known, total in found for key in [tuple(parts)]}


def largest_first(groups: Iterable[Group]) -> list[Group]:
    """Return the lines by known sum, then by number of projects, largest first."""
    return sorted(groups, key=lambda group: (-group.totals.cost, -group.totals.projects, str(group.key)))
