"""What stands around every page of figures: who may open it, the doors to the others, the filters in force."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from proposals.dashboard.scope import Scope, ScopeForm, may_see_statistics, sees_every_sector
from proposals.dashboard.sections import PAGES

REPORT = "report"


@dataclass(frozen=True)
class Door:
    """A page of figures that a person may open; the address has the filters in force."""

    key: str
    heading: Any
    address: str


def may_take_report(user: Any) -> bool:
    """Tell whether the person may take the report: it speaks for the chamber, so its figures must be all of them."""
    return may_see_statistics(user) and sees_every_sector(user)


def doors(user: Any, scope: Scope | None = None) -> list[Door]:
    """Return the pages of figures that the person may open, the report last; none without the right."""
    return list(_doors(user, scope.filters if scope else {})) if may_see_statistics(user) else []


def _doors(user: Any, filters: dict[str, str]) -> Iterator[Door]:
    query = f"?{urlencode(filters)}" if filters else ""
    for page in PAGES:
        yield Door(page.key, page.heading, reverse("admin:statistics_section", args=[page.key]) + query)
    if may_take_report(user):
        yield Door(REPORT, _("Monthly report"), reverse("admin:statistics_report") + query)


def scope_of(request: HttpRequest, form: ScopeForm) -> Scope | None:
    """Return the scope that the form asks for, None where it cannot be read."""
    if not form.is_valid():
        return None
    given = form.cleaned_data
    return Scope(request.user, **{name: given[name] for name in ScopeForm.base_fields if given[name]})


def unknown_parameters(request: HttpRequest, form: ScopeForm) -> list[str]:
    """Return the parameters of the address that the form does not know, in alphabetical order."""
    return sorted(set(request.GET) - set(form.fields))


def frame(request: HttpRequest, site: AdminSite, form: ScopeForm, here: str) -> dict[str, Any]:
    """Return what every page of figures needs for its templates; ``scope`` is None where filters cannot be read."""
    scope = scope_of(request, form)
    return {
        **site.each_context(request),
        "form": form,
        "scope": scope,
        "unknown": unknown_parameters(request, form),
        "doors": doors(request.user, scope),
        "here": here,
    }
