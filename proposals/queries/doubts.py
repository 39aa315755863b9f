"""Figures of a proposal that look odd beside the law and beside similar projects."""

import datetime
from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from projects.models import Project
from projects.queries.version import Version, register_version
from proposals.models import Proposal
from proposals.plausibility import Doubt, Facts, doubts
from reference.once import Once

_MOST_PEERS = 500
_MOST_HELD = 32
_held: dict[tuple[str, str], tuple[Version, tuple[tuple[int, int], ...]]] = {}
"""By sector and unit, as the register of that version has them."""
_ASKED = tuple(fact.name for fact in fields(Facts) if fact.name != "payments")


@Once
def _known(sector: str, capacity_unit: str) -> QuerySet[Project, Any]:
    same = {"sector": sector, "capacity_unit": capacity_unit, "capacity__gt": 0, "cost__gt": 0}
    found = Project.objects.filter(is_group=False, **same).order_by("-number")
    return found.values_list("cost", "capacity")[:_MOST_PEERS]


def similar_costs(proposal: Proposal) -> Sequence[tuple[int, int]]:
    """Return (cost in tenge, capacity) of projects of the same kind in the public register, newest first.

    Other applicants' proposals are left out: a median of few would tell their costs.
    """
    if not (proposal.sector_id and proposal.capacity_unit):
        return []
    key = (proposal.sector_id, proposal.capacity_unit)
    version, held = register_version(), _held.get(key)
    if version is not None and held is not None and held[0] == version:
        return held[1]
    found = tuple((cost, capacity) for cost, capacity in _known.rows(*key))
    if version is not None:
        if len(_held) >= _MOST_HELD:
            _held.clear()
        _held[key] = (version, found)
    return found


def doubts_about(proposal: Proposal, on: datetime.date | None = None) -> list[Doubt]:
    """Return the doubts about a proposal on a day, today when none is given; asked once per object."""
    key = on or timezone.localdate()
    known: dict[datetime.date, list[Doubt]] = proposal.__dict__.setdefault("_doubts", {})
    if key not in known:
        facts = Facts(
            **{name: getattr(proposal, name) for name in _ASKED},
            payments={row.year: row.amount for row in proposal.payments.all()},
        )
        known[key] = doubts(facts, similar_costs(proposal), key)
    return known[key]
