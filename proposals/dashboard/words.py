"""Values of the figures in words; the pages say plain values through their template."""

from collections.abc import Iterable
from typing import Any, cast

from django.utils.translation import gettext as _, gettext_lazy, ngettext, pgettext

from projects.queries.totals import Figures
from proposals.dashboard.blocks import NOTHING, Kind, Value
from proposals.dashboard.scope import Scope, ScopeForm
from reference.languages import reader_language
from reference.money import NBSP, format_number, format_tenge, format_tenge_short
from reference.templatetags.registry_formats import decimal

SET_ASIDE = gettext_lazy("Proposals about which you declared a conflict of interest are not counted.")
"""For whoever else sees the figures of the whole chamber; how many there are, nobody learns here."""


def unknown(kind: Kind) -> str:
    """Return what stands where a value is not known, or kept back because it is of fewer than five."""
    if kind == Kind.TENGE:
        return _("cost unknown")
    if kind in (Kind.DAYS, Kind.PERCENT):
        return _("too few to say")
    return pgettext("figure", "unknown")


def in_words(value: Value, kind: Kind) -> str:
    """Return the value as it is printed; text that is missing is empty, everything else says that it is unknown."""
    if kind == Kind.TEXT:
        return "" if value is None else str(value)
    if value is None:
        return unknown(kind)
    if value == NOTHING:
        return NOTHING
    if kind == Kind.PERCENT:
        return f"{decimal(value)}{NBSP}%"
    if kind == Kind.DAYS or not isinstance(value, int):
        return decimal(value)
    return format_tenge(value) if kind == Kind.TENGE else format_number(value)


def without_cost(figures: Figures) -> str:
    """Say how many rows name no sum; empty where every one does."""
    unnamed = figures.cost_unknown
    text = ngettext("%(number)s without cost", "%(number)s without cost", unnamed)
    return text % {"number": format_number(unnamed)} if unnamed else ""


def short_sum(amount: int) -> str:
    """Return a sum as cards say it, without marks of a page."""
    return format_tenge_short(amount, reader_language())


def labels_of(names: Iterable[str]) -> list[str]:
    """Return the names of filters as their boxes say them."""
    return [str(ScopeForm.base_fields[name].label) for name in names]


def filters_in_words(scope: Scope) -> list[tuple[str, str]]:
    """Return the filters in force, label and words, in the current language."""
    found: list[tuple[str, str]] = []
    for name, label in zip(scope.filters, labels_of(scope.filters), strict=True):
        value = getattr(scope, name)
        if isinstance(value, str):
            value = dict(cast(Any, ScopeForm.base_fields[name]).choices)[value]
        found.append((label, str(value)))
    return found
