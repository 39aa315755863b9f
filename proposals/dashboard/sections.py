"""The sections of the dashboard in their order: key in the address, heading, and what makes them."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from proposals.dashboard import outcomes, pipeline, register, times, workload
from proposals.dashboard.blocks import Section
from proposals.dashboard.scope import Scope


@dataclass(frozen=True)
class Page:
    """One section: ``filters`` are the parameters of the address that change its figures."""

    key: str
    heading: Promise
    lead: Promise
    make: Callable[[Scope], Section]
    filters: tuple[str, ...]


_OF_PROPOSALS = ("first_year", "last_year", "sector", "territory", "initiator_type")

PAGES = (
    Page(
        "register",
        _("Approved totals"),
        _("What the register holds, by sector, initiator, year, territory and status."),
        register.section,
        (*_OF_PROPOSALS, "status"),
    ),
    Page(
        "pipeline",
        _("On the way"),
        _("Proposals by stage, what is late, and how the queue will move."),
        pipeline.section,
        _OF_PROPOSALS,
    ),
    Page("times", _("Time"), _("Where the working days go."), times.section, _OF_PROPOSALS),
    Page(
        "outcomes",
        _("Outcomes"),
        _("What was supported, refused and approved, and why not."),
        outcomes.section,
        _OF_PROPOSALS,
    ),
    Page("workload", _("Workload"), _("Who reviews how much, and what is late."), workload.section, _OF_PROPOSALS),
)
