"""Proposals with invented histories as plain rows, and the same counted again in plain Python."""

import datetime
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from accounts.models import User
from proposals.models import Application, Proposal, Refusal, StageChange
from proposals.workflow import Action, Stage, find_step
from tests import factories
from tests.promises.many_drafts import drafts_ready_to_file
from tests.proposals.applications import reason

HERE = ZoneInfo("Asia/Almaty")
SECTORS = ("education", "health", "sport")
REASONS = ("first", "second", "third")

_SUPPORTED = (Action.TAKE_UP, Action.SUPPORT)
WAYS: tuple[tuple[Action, ...], ...] = (
    (),
    (Action.TAKE_UP,),
    (Action.ASK,),
    _SUPPORTED,
    (*_SUPPORTED, Action.TABLE),
    (*_SUPPORTED, Action.TABLE, Action.POSTPONE),
    (*_SUPPORTED, Action.TABLE, Action.APPROVE),
    (*_SUPPORTED, Action.TABLE, Action.DECLINE),
    (*_SUPPORTED, Action.REFUSE),
    (*_SUPPORTED, Action.WITHDRAW),
    (Action.TAKE_UP, Action.REFUSE),
    (Action.REFUSE,),
    (Action.WITHDRAW,),
)

_sums = st.none() | st.integers(0, 7) | st.sampled_from([999_999_999_999, 1_000_000_000_000])
stories = st.fixed_dictionaries(
    {
        "year": st.sampled_from([2024, 2025]),
        "way": st.sampled_from(WAYS),
        "sector_id": st.sampled_from(SECTORS[:2]),
        "who": st.sampled_from(
            [("sme", "micro"), ("sme", "small"), ("large_business", ""), ("association", ""), ("state_body", "")]
        ),
        "preparation_cost": _sums,
        "preparation_paid_by": st.sampled_from(["", "own", "consultant"]),
        "jobs": st.none() | st.integers(0, 50),
        "places": st.sampled_from([("", None), ("places", 280), ("places", None), ("beds", 7), ("beds", 11)]),
        "reasons": st.lists(st.integers(0, 2), max_size=3, unique=True),
    }
)
"""What one proposal went through."""


def plain(way: tuple[Action, ...] = (), sector: str = "education", **facts: Any) -> dict[str, Any]:
    """Return the story of a proposal of which nothing is known but where it went."""
    return {
        "year": 2025,
        "way": way,
        "sector_id": sector,
        "who": ("sme", "small"),
        "preparation_cost": None,
        "preparation_paid_by": "",
        "jobs": None,
        "places": ("", None),
        "reasons": [],
        **facts,
    }


class Pool:
    """Drafts, and projects to approve them with, made once; every example files them anew and is rolled back."""

    def __init__(self, by: User, size: int) -> None:
        self.by = by
        self.drafts = drafts_ready_to_file(by, size)
        self.projects = [factories.project() for _ in range(size)]
        reason()

    def tell(self, told: Sequence[dict[str, Any]]) -> list[Proposal]:
        """Write these stories as rows and return their proposals."""
        return [self._tell(place, facts) for place, facts in enumerate(told)]

    def _tell(self, place: int, facts: dict[str, Any]) -> Proposal:
        proposal = self.drafts[place].proposals.get()
        unit, capacity = facts["places"]
        named = ("sector_id", "preparation_cost", "preparation_paid_by", "jobs")
        Proposal.objects.filter(pk=proposal.pk).update(
            **{name: facts[name] for name in named}, capacity_unit=unit, capacity=capacity
        )
        kind, size = facts["who"]
        at = facts.get("at") or datetime.datetime(facts["year"], 3, 2, 10, tzinfo=HERE)
        Application.objects.filter(pk=self.drafts[place].pk).update(
            year=facts["year"],
            sequence=900_000 + place,
            filed_at=at,
            filed_by=self.by,
            consent_at=at,
            filed_copy={},
            filed_sha256="0" * 64,
            initiator_type=kind,
            initiator_size=size,
            applicant_name="ЖШС",
        )
        stage = self._step(proposal, Action.FILE, Stage.DRAFT, at, place)
        for action in facts["way"]:
            before, stage = stage, self._step(proposal, action, stage, at, place, facts.get("actor"))
            if action == Action.REFUSE:
                change = StageChange.objects.get(proposal=proposal, from_stage=before, to_stage=stage)
                refusal = Refusal.objects.create(proposal=proposal, change=change, text="Себебі жазылған.")
                refusal.reasons.set(_listed(facts["reasons"]))
        proposal.refresh_from_db()
        return proposal

    def _step(self, proposal: Proposal, action: Action, before: Stage, at: Any, place: int, actor: Any = None) -> Stage:
        after = find_step(before, action).targets[0]
        StageChange.objects.create(
            proposal=proposal,
            action=action,
            from_stage=before,
            to_stage=after,
            actor=actor or self.by,
            channel="admin",
            at=at,
        )
        given = {"project": self.projects[place]} if after == Stage.APPROVED else {}
        Proposal.objects.filter(pk=proposal.pk).update(stage=after, **given)
        return after


def _listed(places: Sequence[int]) -> list[Any]:
    shown = list(type(reason()).objects.order_by("order", "code")[:3])
    return [shown[place] for place in places]
