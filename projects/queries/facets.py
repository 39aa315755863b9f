"""How many projects each choice of a filter would show, given the other filters."""

from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import pgettext

from projects.models import Project
from projects.queries.totals import totals_by
from reference.codelists import InitiatorType, ProjectStatus
from reference.models import Sector, Territory

UNKNOWN_YEAR = "none"
"""Value of ``year`` that asks for the rows whose year no source tells."""

FACETS = ("sector", "territory", "initiator_type", "status", "year")


@dataclass(frozen=True)
class Choice:
    """One choice of a facet: the value in the address, the words for it, the rows it would show; None: not counted."""

    value: str
    label: str
    rows: int | None


def _counts(facet: str, projects: QuerySet[Project]) -> dict[str, int]:
    grouping = "region" if facet == "territory" else facet
    return {
        UNKNOWN_YEAR if group.key is None else str(group.key): group.totals.rows
        for group in totals_by(grouping, projects)
    }


def choices_of(facet: str, projects: QuerySet[Project], chosen: list[str]) -> list[Choice]:
    """Return the choices of a facet that would show rows, and the chosen ones in any case.

    ``projects`` are the rows that all other filters leave. One query, and one for the names of sectors or
    territories; raises KeyError for what is no facet.
    """
    counts = _counts(facet, projects)
    if facet == "territory" and not set(chosen) <= set(counts):
        # A chosen district is offered beside the regions, with its own rows.
        districts = {str(group.key): group.totals.rows for group in totals_by("territory", projects)}
        counts = {code: rows for code, rows in districts.items() if code in chosen} | counts
    names: dict[str, str]
    if facet == "sector":
        names = {sector.code: sector.name for sector in Sector.objects.all()}
    elif facet == "territory":
        names = {territory.code: territory.name for territory in Territory.objects.all()}
    elif facet == "year":
        years = sorted({*counts, *chosen} - {UNKNOWN_YEAR}, reverse=True)
        names = {year: year for year in years} | {UNKNOWN_YEAR: pgettext("year", "unknown")}
    else:
        names = {
            value: str(label)
            for value, label in {"initiator_type": InitiatorType, "status": ProjectStatus}[facet].choices
        }
    return [
        Choice(value, name, counts.get(value, 0)) for value, name in names.items() if value in counts or value in chosen
    ]
