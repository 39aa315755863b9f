"""The register added up beforehand, so that the head's desk costs the same at a hundred and at a hundred thousand rows.

The same totals stand three times, each time told apart by another face of a project (who proposed it, where it stands,
where it lies), and always by sector, year and whether it counts as approved. Every cell is one such combination;
``projects/queries/totals.py`` says what is counted, and a test holds both against each other.
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
_KEY = ("face", "key", "sector_id", "year", "is_approved")
_NOT_APPROVED = ", ".join(f"'{status.value}'" for status in NOT_APPROVED)


def _rows(table: str, sign: int) -> str:
    return f"SELECT {sign} AS sign, * FROM {table}"  # noqa: S608


def adding(rows: str) -> str:
    """Return the statement that adds rows to their cells; ``rows`` selects projects with a ``sign`` of 1 or -1.

    Cells are written in the order of their keys, so that two statements never wait for each other in a circle.
    """
    counted = [f"sum(sign * ({condition})::int)::bigint AS {name}" for name, condition in _MEASURES.items()]
    counted += [
        f"coalesce(sum(sign * {'cost'}) FILTER (WHERE {condition}), 0)::bigint AS {name}"
        for name, condition in _SUMS.items()
    ]
    names = ", ".join((*_KEY, *MEASURES))
    key = ", ".join(_KEY)
    return f"""
    INSERT INTO projects_registercell ({names})
    SELECT {names} FROM (
        SELECT {key}, {", ".join(counted)}
        FROM (SELECT sign, faces.face, faces.key, sector_id, coalesce(year, {UNKNOWN_YEAR})::smallint AS year,
                     status NOT IN ({_NOT_APPROVED}) AS is_approved, group_id IS NOT NULL AS is_member, is_group,
                     resolution_id IS NOT NULL AS on_file, cost
              FROM ({rows}) AS changed,
                   LATERAL (VALUES ('{Face.INITIATOR.value}', initiator_type), ('{Face.STATUS.value}', status),
                                   ('{Face.TERRITORY.value}', territory_id)) AS faces (face, key)) AS faced
        GROUP BY {key}) AS added
    WHERE ({", ".join(MEASURES)}) <> ({", ".join("0" for _name in MEASURES)})
    ORDER BY {key}
    ON CONFLICT ({key}) DO UPDATE SET
        {", ".join(f"{name} = projects_registercell.{name} + excluded.{name}" for name in MEASURES)}
    """  # noqa: S608


class RegisterCell(models.Model):
    """Totals of the projects that share a face, a sector, a year and whether they are approved. Triggers write it.

    Sums are whole tenge, without the bounds of a column of people: what is added may be negative on its way in. A cell
    may come to stand at zero: its projects have gone elsewhere.
    """

    face = models.CharField(_("broken down by"), max_length=20, choices=Face, editable=False)
    key = models.CharField(_("code"), max_length=20, editable=False, help_text=_("Of initiator, status or KATO."))
    sector = models.ForeignKey(
        "reference.Sector", models.PROTECT, related_name="+", editable=False, verbose_name=_("sector")
    )
    year = models.PositiveSmallIntegerField(_("year"), editable=False, help_text=_("0: no source tells the year."))
    is_approved = models.BooleanField(_("counts in the approved totals"), editable=False)
    projects = models.BigIntegerField(_("projects"), editable=False, help_text=_("Members of groups left out."))
    cost_known = models.BigIntegerField(_("projects of known cost"), editable=False)
    cost = models.BigIntegerField(_("known cost, tenge"), editable=False)
    on_file_projects = models.BigIntegerField(_("projects with a resolution on file"), editable=False)
    on_file_cost_known = models.BigIntegerField(_("of these with known cost"), editable=False)
    on_file_cost = models.BigIntegerField(_("their known cost, tenge"), editable=False)
    groups = models.BigIntegerField(_("rows that stand for a group"), editable=False)
    members = models.BigIntegerField(_("members of groups"), editable=False)

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


def _trigger(name: str, operation: pgtrigger.Operation, rows: str, **tables: str) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name=name,
        operation=operation,
        when=pgtrigger.After,
        level=pgtrigger.Statement,
        referencing=pgtrigger.Referencing(**tables),
        func=f"{adding(rows)}; RETURN NULL;",
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
        func="DELETE FROM projects_registercell; RETURN NULL;",
    ),
)(Project)
