"""What a file says of itself in words: filters, moment, totals, address, licence."""

from collections.abc import Iterator
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _, pgettext

from projects.exports.view import LICENCE, View
from projects.filters import NOT_ON_FILE
from projects.queries.facets import UNKNOWN_YEAR
from projects.queries.totals import Figures, Totals
from reference.codelists import InitiatorType, ProjectStatus
from reference.money import format_tenge


def _choice(name: str, value: Any) -> str:
    if name == "status":
        return str(ProjectStatus(value).label)
    if name == "initiator_type":
        return str(InitiatorType(value).label)
    if name == "year" and value == UNKNOWN_YEAR:
        return pgettext("year", "unknown")
    return str(value)


def _in_words(view: View, name: str, value: Any) -> str:
    if name in ("cost_min", "cost_max"):
        return format_tenge(value)
    if name == "resolution":
        return _("not on file") if value == NOT_ON_FILE else f"№ {value}"
    if name == "as_of":
        return date_format(value, "DATE_FORMAT")
    if name in ("search", "ordering"):
        return str(value)
    return ", ".join(_choice(name, part) for part in value)


def filters_in_words(view: View) -> list[tuple[str, str]]:
    """Return the filters in force, label and words, in the current language."""
    return [
        (str(view.filters.filters[name].label), _in_words(view, name, value)) for name, value in view.chosen().items()
    ]


def about(view: View, figures: Figures, rows: int) -> Iterator[tuple[str, Any]]:
    """Yield labels and values that explain a file; numbers are numbers. In the current language."""
    made = timezone.localtime()
    yield _("What this is"), _("Register of public-private partnership projects, the chosen view")
    yield _("Made on"), f"{date_format(made, 'DATE_FORMAT')}, {made:%H:%M:%S} (Asia/Almaty)"
    chosen = filters_in_words(view)
    yield _("Filters"), "" if chosen else _("none: the whole register")
    for label, words in chosen:
        yield f"  {label}", words
    yield _("Rows"), rows
    yield _("Projects"), figures.projects
    yield _("Known cost, tenge"), figures.cost
    yield _("Projects of known cost"), figures.cost_known
    yield _("Projects of unknown cost"), figures.cost_unknown
    if isinstance(figures, Totals):
        yield _("Rows that stand for a group"), figures.groups
    yield _("Members counted with their group"), rows - figures.projects
    yield (
        _("How the figures are made"),
        _(
            "A member of a group is a row, but it is neither counted nor added: its cost is part of the group's. "
            "An unknown cost is counted apart and never taken for zero."
        ),
    )
    yield _("Address of this view"), view.page
    yield _("Licence"), f"CC BY 4.0, {LICENCE}"
    yield (
        _("Please name the source"),
        _("Registry of PPP projects, Regional Chamber of Entrepreneurs") + f", {view.site}",
    )
