"""The steps of the form of one proposal, in order, and which columns stand on which. Pure."""

from typing import Final

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy


class FormStep(TextChoices):
    """A page of the form."""

    IDEA = "idea", pgettext_lazy("step", "Idea")
    PLACE = "place", pgettext_lazy("step", "Place and sector")
    MONEY = "money", pgettext_lazy("step", "Money")
    PARTNERS = "partners", pgettext_lazy("step", "Partners and responsibilities")
    PAPERS = "papers", pgettext_lazy("step", "Papers")
    REVIEW = "review", pgettext_lazy("step", "Check")


COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    FormStep.IDEA: ("title_kk", "title_ru", "problem", "objective", "description"),
    FormStep.PLACE: (
        "sector",
        "territory",
        "place",
        "object_owner",
        "capacity",
        "capacity_unit",
        "beneficiaries",
    ),
    FormStep.MONEY: (
        "cost",
        "own_funds",
        "asked_sum",
        "term_years",
        "implementation_start",
        "contract_type",
        "payment_sources",
        "state_obligations",
        "preparation_cost",
        "preparation_paid_by",
    ),
    FormStep.PARTNERS: ("state_partner", "partners", "jobs"),
}
"""Columns of Proposal by step; questions, payments, responsibilities and reasons are added by the forms."""

REQUIRED: Final[dict[str, tuple[str, ...]]] = {
    FormStep.IDEA: ("problem", "objective", "description"),
    FormStep.PLACE: ("sector", "territory", "place", "object_owner"),
    FormStep.MONEY: (
        "cost",
        "own_funds",
        "asked_sum",
        "term_years",
        "implementation_start",
        "payment_sources",
        "state_obligations",
    ),
    FormStep.PARTNERS: ("jobs",),
}
"""What must be said before filing; a title in one of the two languages besides."""

ANSWER, AREA, PAYMENT, REASON = "answer_", "area_", "year_", "reason_"
"""How the boxes are named whose values stand in child tables: by question, area, year, doubt."""

REQUIRED_AREAS: Final = ("land", "financing", "operation")
"""Areas for which the applicant must say who answers."""


def previous_step(step: str) -> str:
    """Return the step before, empty for the first."""
    values = FormStep.values
    place = values.index(step)
    return values[place - 1] if place else ""


def next_step(step: str) -> str:
    """Return the step after, empty for the last."""
    values = FormStep.values
    place = values.index(step)
    return values[place + 1] if place + 1 < len(values) else ""
