"""The register added up beforehand, so that sums and counts cost the same at ten thousand and at a million rows.

In the cells the same totals stand three times, each time told apart by another face of a project (who proposed it,
where it stands, where it lies), and always by sector, year and whether it counts as approved. In the cube they stand
told apart by all of these at once, and once more by all but the territory. ``projects/queries/totals.py`` says what is
counted, and tests hold all against each other.
"""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from projects.models.project import Project
from reference.codelists import NOT_APPROVED
from reference.constraints import known_code

UNKNOWN_YEAR = 0
"""Stands in a cell for rows whose year no source tells: a key has no gaps."""


class Face(models.TextChoices):
    """By what the projects of a cell are told apart, besides sector, year and approval."""

    INITIATOR = "initiator_type", _("initiator type")
    STATUS = "status", _("status")
    TERRITORY = "territory", _("territory")


_MEASURES = {
    "projects": "NOT is_member",
    "cost_known": "NOT is_member AND cost IS NOT NULL",
    "on_file_projects": "NOT is_member AND on_file",
    "on_file_cost_known": "NOT is_member AND on_file AND cost IS NOT NULL",
    "groups": "is_group AND NOT is_member",
    "members": "is_member",
}
_SUMS = {"cost": "NOT is_member", "on_file_cost": "NOT is_member AND on_file"}
MEASURES = (*_MEASURES, *_SUMS)
CUBE_KEY = ("status", "initiator_type", "territory_id", "sector_id", "year")
"""What tells the rows of the cube apart, in the order of its key: a reader gives the first three in any case."""
EVERYWHERE = ""
"""Stands for the territory in a row of the cube that tells all territories together."""
_CELL_KEY = ("face", "key", "sector_id", "year", "is_approved")
_NOT_APPROVED = ", ".join(f"'{status.value}'" for status in NOT_APPROVED)
_NAMES = ", ".join(MEASURES)
_NOTHING = f"({_NAMES}) = ({', '.join('0' for _name in MEASURES)})"


def _rows(table: str, sign: int) -> str:
    return f"SELECT {sign} AS sign, * FROM {table}"  # noqa: S608


def _upsert(table: str, key: tuple[str, ...], rows: str) -> str:
    """Return the statement that adds to the rows of a table, in the order of their keys.

    So two statements never wait for each other in a circle.
    """
    names = ", ".join(key)
    return f"""INSERT INTO {table} ({names}, {_NAMES})
        SELECT {names}, {_NAMES} FROM {rows} ORDER BY {names}
        ON CONFLICT ({names}) DO UPDATE SET
            {", ".join(f"{name} = {table}.{name} + excluded.{name}" for name in MEASURES)}"""  # noqa: S608


def adding(rows: str) -> str:
    """Return the statement that adds rows to cube and cells; ``rows`` selects projects with a ``sign`` of 1 or -1.

    Rows are added up once, to those of the cube, and these to cells. The cube is written first, for the same reason as
    keys have an order. The statement returns an array of places (ctid): rows of the cube at which nothing is left.
    """
    counted = [f"sum(sign * ({condition})::int)::bigint AS {name}" for name, condition in _MEASURES.items()]
    counted += [
        f"coalesce(sum(sign * {'cost'}) FILTER (WHERE {condition}), 0)::bigint AS {name}"
        for name, condition in _SUMS.items()
    ]
    cube_key, cell_key = ", ".join(CUBE_KEY), ", ".join(_CELL_KEY)
    cells = f"""(
        SELECT {cell_key}, {", ".join(f"sum({name})::bigint AS {name}" for name in MEASURES)}
        FROM (SELECT faces.*, territory_id, sector_id, year, status NOT IN ({_NOT_APPROVED}) AS is_approved, {_NAMES}
              FROM added,
                   LATERAL (VALUES ('{Face.INITIATOR.value}', initiator_type), ('{Face.STATUS.value}', status),
                                   ('{Face.TERRITORY.value}', territory_id)) AS faces (face, key)) AS faced
        -- Asks for the whole cube before the first cell.
        WHERE (SELECT count(*) FROM cubed) > 0
          AND (face = '{Face.TERRITORY.value}') = (territory_id <> '{EVERYWHERE}')
        GROUP BY {cell_key}) AS celled
        WHERE NOT {_NOTHING}"""  # noqa: S608
    return f"""
    WITH added AS MATERIALIZED (
        SELECT * FROM (
            SELECT {cube_key.replace("territory_id", f"coalesce(territory_id, '{EVERYWHERE}') AS territory_id")},
                   {", ".join(counted)}
            FROM (SELECT sign, status, initiator_type, territory_id, sector_id,
                         coalesce(year, {UNKNOWN_YEAR})::smallint AS year, group_id IS NOT NULL AS is_member, is_group,
                         resolution_id IS NOT NULL AS on_file, cost
                  FROM ({rows}) AS changed) AS told
            GROUP BY GROUPING SETS (({cube_key}), ({cube_key.replace("territory_id, ", "")}))) AS one
        WHERE NOT {_NOTHING}
    ), cubed AS (
        {_upsert("projects_registercube", CUBE_KEY, "added")}
        RETURNING ctid AS place, {_NOTHING} AS is_empty
    ), celled AS (
        {_upsert("projects_registercell", _CELL_KEY, cells)}
    )
    SELECT array_agg(place) FILTER (WHERE is_empty) FROM cubed"""  # noqa: S608


class _Totals(models.Model):
    """What is added up. Whole tenge and rows, without the bounds of a column of people: a part may be negative."""

    projects = models.BigIntegerField(_("projects"), editable=False, help_text=_("Members of groups left out."))
    cost_known = models.BigIntegerField(_("projects of known cost"), editable=False)
    cost = models.BigIntegerField(_("known cost, tenge"), editable=False)
    on_file_projects = models.BigIntegerField(_("projects with a resolution on file"), editable=False)
    on_file_cost_known = models.BigIntegerField(_("of these with known cost"), editable=False)
    on_file_cost = models.BigIntegerField(_("their known cost, tenge"), editable=False)
    groups = models.BigIntegerField(_("rows that stand for a group"), editable=False)
    members = models.BigIntegerField(_("members of groups"), editable=False)

    class Meta:
        abstract = True


class RegisterCell(_Totals):
    """Totals of the projects that share a face, a sector, a year and whether they are approved. Triggers write it.

    A cell may come to stand at zero: its projects have gone elsewhere.
    """

    face = models.CharField(_("broken down by"), max_length=20, choices=Face, editable=False)
    key = models.CharField(_("code"), max_length=20, editable=False, help_text=_("Of initiator, status or KATO."))
    sector = models.ForeignKey(
        "reference.Sector", models.PROTECT, related_name="+", editable=False, verbose_name=_("sector")
    )
    year = models.PositiveSmallIntegerField(_("year"), editable=False, help_text=_("0: no source tells the year."))
    is_approved = models.BooleanField(_("counts in the approved totals"), editable=False)

    class Meta:
        verbose_name = _("summary row of the register")
        verbose_name_plural = _("summary rows of the register")
        ordering = ["face", "key", "sector", "year", "is_approved"]
        constraints = [
            known_code("face", Face.values),
            models.UniqueConstraint(
                fields=["face", "key", "sector", "year", "is_approved"], name="%(app_label)s_%(class)s_one_each"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.face} {self.key}, {self.sector_id}, {self.year or '?'}"


class RegisterCube(_Totals):
    """Totals of the projects that share status, initiator type, territory, sector and year. Triggers write it.

    Every project stands in two rows: that of its territory, and that of all territories together. A row at which
    nothing is left is taken away. Keys and checks of the projects hold the codes to their lists: to ask again for each
    row here would slow every import.
    """

    pk = models.CompositePrimaryKey("status", "initiator_type", "territory", "sector", "year", verbose_name=_("key"))
    status = models.CharField(_("status"), max_length=20, editable=False)
    initiator_type = models.CharField(_("initiator type"), max_length=20, editable=False)
    territory = models.CharField(
        _("territory"),
        max_length=9,
        db_column="territory_id",
        editable=False,
        help_text=_("KATO; empty: all territories together."),
    )
    sector = models.CharField(_("sector"), max_length=40, db_column="sector_id", editable=False)
    year = models.PositiveSmallIntegerField(_("year"), editable=False, help_text=_("0: no source tells the year."))

    class Meta:
        verbose_name = _("fine summary row of the register")
        verbose_name_plural = _("fine summary rows of the register")
        ordering = ["status", "initiator_type", "territory", "sector", "year"]

    def __str__(self) -> str:
        return f"{self.status} {self.initiator_type} {self.territory}, {self.sector}, {self.year or '?'}"


def _trigger(name: str, operation: pgtrigger.Operation, rows: str, **tables: str) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name=name,
        operation=operation,
        when=pgtrigger.After,
        level=pgtrigger.Statement,
        referencing=pgtrigger.Referencing(**tables),
        declare=[("emptied", "tid[]")],
        # Nobody else can have touched what this transaction wrote: the places are still those.
        func=f"""{adding(rows)} INTO emptied;
    IF emptied IS NOT NULL THEN
        DELETE FROM projects_registercube WHERE ctid = ANY(emptied);
    END IF;
    RETURN NULL;""",  # noqa: S608
    )


pgtrigger.register(
    _trigger("cells_gain", pgtrigger.Insert, _rows("new_rows", 1), new="new_rows"),
    _trigger("cells_lose", pgtrigger.Delete, _rows("old_rows", -1), old="old_rows"),
    _trigger(
        "cells_follow",
        pgtrigger.Update,
        f"{_rows('new_rows', 1)} UNION ALL {_rows('old_rows', -1)}",
        new="new_rows",
        old="old_rows",
    ),
    pgtrigger.Trigger(
        name="cells_empty",
        operation=pgtrigger.Truncate,
        when=pgtrigger.After,
        level=pgtrigger.Statement,
        func="DELETE FROM projects_registercell; DELETE FROM projects_registercube; RETURN NULL;",
    ),
)(Project)
