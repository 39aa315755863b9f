"""Everything a proposal says, as labelled lines by step: for the preview, the filed page and the staff site."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from proposals.models import Proposal
from proposals.queries.doubts import doubts_about
from proposals.queries.progress import asked_answers
from proposals.questions import question_by_code, shown
from proposals.steps import COLUMNS, FormStep
from reference.partial_dates import is_iso
from reference.templatetags.registry_formats import decimal, number, partial_date, tenge


@dataclass(frozen=True)
class Line:
    """One fact. ``text`` is empty when nothing was said; ``is_long`` keeps its line breaks."""

    label: str
    text: str
    is_long: bool = False


@dataclass(frozen=True)
class Part:
    """The facts of one step."""

    step: str
    label: str
    lines: tuple[Line, ...]


_SUMS = {"cost", "own_funds", "asked_sum", "state_obligations", "preparation_cost"}
_LONG = {"problem", "objective", "description", "partners"}
_CHOICES = {"object_owner", "capacity_unit", "contract_type", "preparation_paid_by"}


def fact_text(proposal: Proposal, name: str) -> str:
    """Return one fact as people read it, empty when nothing was said."""
    value: Any = getattr(proposal, name)
    if value in (None, "", []):
        return ""
    if name in _SUMS:
        return str(tenge(value))
    if name in _CHOICES:
        return str(getattr(proposal, f"get_{name}_display")())
    if name == "payment_sources":
        return "; ".join(proposal.payment_source_labels)
    if name == "term_years":
        return str(decimal(value))
    if name == "implementation_start":
        return str(partial_date(value)) if is_iso(value) else str(value)
    if name == "territory" and value.parent_id:
        return f"{value.parent.name}, {value.name}"
    return str(number(value)) if isinstance(value, int) else str(value)


def _extra(proposal: Proposal, step: str) -> list[Line]:
    if step == FormStep.PLACE:
        asked = [(question_by_code(row.code), row.text) for row in asked_answers(proposal)]
        return [Line(str(question.label), str(shown(question, text))) for question, text in asked if question]
    if step == FormStep.MONEY:
        return [
            Line(_("payment of %(year)s") % {"year": row.year}, str(tenge(row.amount)))
            for row in proposal.payments.all()
        ]
    if step == FormStep.PARTNERS:
        return [
            Line(str(row.get_area_display()), str(row.get_bearer_display())) for row in proposal.responsibilities.all()
        ]
    return []


def summary(proposal: Proposal) -> list[Part]:
    """Return what the proposal says, step by step, in the reader's language."""
    parts = []
    for step, names in COLUMNS.items():
        lines = [
            Line(str(Proposal.column(name).verbose_name), fact_text(proposal, name), name in _LONG) for name in names
        ]
        parts.append(Part(step, str(FormStep(step).label), (*lines, *_extra(proposal, step))))
    reasons = {row.code: row.reason for row in proposal.explanations.all()}
    doubts = [Line(str(doubt.sentence), reasons.get(doubt.code, ""), True) for doubt in doubts_about(proposal)]
    if doubts:
        parts.append(Part(FormStep.REVIEW, str(_("Reasons given")), tuple(doubts)))
    return parts
