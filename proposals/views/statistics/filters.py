"""The filters of the statistics as they stand in the address, and as boxes of a form."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import QueryDict
from django.utils.translation import pgettext

from projects.filters import ProjectFilter
from projects.queries.facets import UNKNOWN_YEAR
from projects.queries.register import register
from proposals.views.statistics.links import OF_THE_REGISTER, Links, without_blanks
from reference.codelists import InitiatorType, ProjectStatus
from reference.models import Sector, Territory
from reference.templatetags.registry_formats import visible

_SELECTS = ("sector", "territory", "initiator_type", "status", "year")


@dataclass(frozen=True)
class Names:
    """Words of codes, and the region of every territory."""

    sectors: dict[str, str]
    territories: dict[str, str]
    regions: dict[str, str]


@dataclass(frozen=True)
class Box:
    """One filter of the form: a choice among options, a text, or several values that stand and can only be removed."""

    name: str
    label: str
    errors: list[str]
    value: str = ""
    options: list[tuple[str, str]] | None = None
    several: list[tuple[str, str]] | None = None
    remove: str = ""


def read_names() -> Names:
    """Return the names in the reader's language. Two queries."""
    territories = list(Territory.objects.all())
    return Names(
        {row.code: str(row.name) for row in Sector.objects.all()},
        {row.code: str(row.name) for row in territories},
        {row.code: row.parent_id or row.code for row in territories},
    )


def read_filters(given: QueryDict) -> ProjectFilter:
    """Return the one filter of the register, given only what it reads here."""
    read = QueryDict(mutable=True)
    for name in OF_THE_REGISTER:
        read.setlist(name, given.getlist(name))
    return ProjectFilter(read, queryset=register())


def boxes_of(filters: ProjectFilter, given: QueryDict, names: Names, years: Iterable[str], links: Links) -> list[Box]:
    """Return the filters as boxes of a form; what was typed stands in them, readable or not."""
    options: dict[str, list[tuple[str, str]]] = {
        "sector": list(names.sectors.items()),
        "territory": list(names.territories.items()),
        "initiator_type": [(value, str(label)) for value, label in InitiatorType.choices],
        "status": [(value, str(label)) for value, label in ProjectStatus.choices],
        "year": [(year, pgettext("year", "unknown") if year == UNKNOWN_YEAR else year) for year in years],
    }
    boxes = []
    for name in OF_THE_REGISTER:
        typed = [visible(value) for _, value in without_blanks(given, [name])]
        if not typed and name not in _SELECTS:
            continue
        label, errors = str(filters.filters[name].label), [str(error) for error in filters.form.errors.get(name, [])]
        known = dict(options.get(name, []))
        offered = [*known.items(), *((value, value) for value in typed if value not in known)]
        if len(typed) > 1:
            several = [(value, known.get(value, value)) for value in typed]
            boxes.append(Box(name, label, errors, several=several, remove=links.here("#narrow", **{name: ""})))
        else:
            value = typed[0] if typed else ""
            boxes.append(Box(name, label, errors, value, options=offered if name in _SELECTS else None))
    return boxes
