"""The road of a proposal: stages, actions, who may take which step. One table; nobody else knows what follows what."""

from dataclasses import dataclass
from typing import Final

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy


class Stage(TextChoices):
    """Where the paper is."""

    DRAFT = "draft", pgettext_lazy("stage", "Draft")
    FILED = "filed", pgettext_lazy("stage", "Filed")
    CLARIFICATION = "clarification", pgettext_lazy("stage", "Clarification")
    REVIEW = "review", pgettext_lazy("stage", "Under review")
    SUPPORTED = "supported", pgettext_lazy("stage", "Supported by the chamber")
    AGENDA = "agenda", pgettext_lazy("stage", "On the agenda of the maslikhat")
    APPROVED = "approved", pgettext_lazy("stage", "Approved")
    REFUSED = "refused", pgettext_lazy("stage", "Refused")
    WITHDRAWN = "withdrawn", pgettext_lazy("stage", "Withdrawn")


class Action(TextChoices):
    """What somebody does to a proposal."""

    FILE = "file", pgettext_lazy("action", "File")
    TAKE_UP = "take_up", pgettext_lazy("action", "Take up")
    ASK = "ask", pgettext_lazy("action", "Ask the applicant")
    ANSWER = "answer", pgettext_lazy("action", "Answer")
    SUPPORT = "support", pgettext_lazy("action", "Support")
    REFUSE = "refuse", pgettext_lazy("action", "Refuse")
    TABLE = "table", pgettext_lazy("action", "Put on the agenda")
    POSTPONE = "postpone", pgettext_lazy("action", "Postpone")
    APPROVE = "approve", pgettext_lazy("action", "Approve")
    DECLINE = "decline", pgettext_lazy("action", "Decline")
    WITHDRAW = "withdraw", pgettext_lazy("action", "Withdraw")


class StepNotAllowed(Exception):
    """The proposal's stage does not allow this action; nobody's right could make it lawful."""


@dataclass(frozen=True)
class Step:
    """One row of the table. ``permission`` empty: the applicant's own step."""

    action: Action
    sources: tuple[Stage, ...]
    targets: tuple[Stage, ...]
    permission: str = ""
    needs_note: bool = False
    by_resolution: bool = False

    def target(self, came_from: str = "") -> Stage:
        """Return where the step leads; an answer leads back to where the question came from."""
        if len(self.targets) == 1:
            return self.targets[0]
        if came_from not in self.targets:
            raise StepNotAllowed(f"{self.action} does not lead to {came_from or 'nowhere'}")
        return Stage(came_from)


_OPEN = (Stage.FILED, Stage.CLARIFICATION, Stage.REVIEW, Stage.SUPPORTED, Stage.AGENDA)

STEPS: Final = (
    Step(Action.FILE, (Stage.DRAFT,), (Stage.FILED,)),
    Step(Action.TAKE_UP, (Stage.FILED,), (Stage.REVIEW,), "proposals.take_up_proposal"),
    Step(Action.ASK, (Stage.FILED, Stage.REVIEW), (Stage.CLARIFICATION,), "proposals.ask_proposal"),
    Step(Action.ANSWER, (Stage.CLARIFICATION,), (Stage.FILED, Stage.REVIEW)),
    Step(Action.SUPPORT, (Stage.REVIEW,), (Stage.SUPPORTED,), "proposals.support_proposal"),
    Step(
        Action.REFUSE,
        (Stage.FILED, Stage.REVIEW, Stage.SUPPORTED, Stage.CLARIFICATION),
        (Stage.REFUSED,),
        "proposals.refuse_proposal",
        needs_note=True,
    ),
    Step(Action.TABLE, (Stage.SUPPORTED,), (Stage.AGENDA,), "proposals.table_proposal"),
    Step(Action.POSTPONE, (Stage.AGENDA,), (Stage.SUPPORTED,), "proposals.table_proposal", needs_note=True),
    Step(Action.APPROVE, (Stage.AGENDA,), (Stage.APPROVED,), "proposals.decide_proposal", by_resolution=True),
    Step(Action.DECLINE, (Stage.AGENDA,), (Stage.REFUSED,), "proposals.decide_proposal", True, by_resolution=True),
    Step(Action.WITHDRAW, _OPEN, (Stage.WITHDRAWN,), needs_note=True),
)

OPEN_STAGES: Final = _OPEN
"""Filed and not yet decided."""

UNDECIDED: Final = (Stage.FILED, Stage.CLARIFICATION, Stage.REVIEW)
"""With the chamber and not yet judged: experts may be assigned."""

OPINION_STAGES: Final = (Stage.REVIEW, Stage.CLARIFICATION)
"""Opinions are written."""

CLOSED_STAGES: Final = (Stage.APPROVED, Stage.REFUSED, Stage.WITHDRAWN)

ROAD: Final = (Stage.FILED, Stage.REVIEW, Stage.SUPPORTED, Stage.AGENDA, Stage.APPROVED)
"""The usual way of a proposal, in order."""

WITH_APPLICANT: Final = (Stage.DRAFT, Stage.CLARIFICATION)
"""Stages in which the applicant's clock runs, not the chamber's."""

EDITABLE: Final = (Stage.DRAFT, Stage.CLARIFICATION)
"""Stages in which papers may be added."""

LAWFUL_PAIRS: Final = frozenset(
    (source, target) for step in STEPS for source in step.sources for target in step.targets
)
"""Every (from, to) that some step allows: 20 of the 72 pairs. The trigger on proposals is written from it."""


def find_step(stage: str, action: str) -> Step:
    """Return the row for an action taken at a stage; raise StepNotAllowed where the table has none."""
    for step in STEPS:
        if step.action == action and stage in step.sources:
            return step
    raise StepNotAllowed(f"{action} is not a step from {stage}")


def as_mermaid() -> str:
    """Return the road as a state diagram; docs/workflow.md holds it and a test keeps them equal."""
    lines = ["stateDiagram-v2", "    [*] --> draft"]
    for step in STEPS:
        for source in step.sources:
            lines += [f"    {source.value} --> {target.value}: {step.action.value}" for target in step.targets]
    lines += [f"    {stage.value} --> [*]" for stage in CLOSED_STAGES]
    return "\n".join(lines) + "\n"
