"""Which papers go with a proposal, and why each is asked for. Pure.

Few are required: a small applicant must not be buried before anybody has looked at the idea. Everything else helps, and
becomes required only where without it there is nothing to look at. The list is the chamber's, not the law's.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

LARGE_COST = 1_000_000_000
"""From this cost on the chamber asks for a financial calculation of its own; below, the business plan holds it."""


@dataclass(frozen=True)
class PaperKind:
    """A kind of paper; ``document_type`` is its code in the open codelist ``documentType`` of OC4IDS."""

    code: str
    label: Any
    help: Any
    document_type: str
    required: bool = False


def _kinds(*kinds: PaperKind) -> dict[str, PaperKind]:
    return {kind.code: kind for kind in kinds}


KINDS = _kinds(
    PaperKind(
        "business_plan",
        _("Business plan or concept of the project"),
        _("The heart of the proposal: what, for whom, with which money. Ten pages are enough to begin with."),
        "projectPlan",
    ),
    PaperKind(
        "registration",
        _("Certificate of registration of the applicant"),
        _("Shows that the applicant exists. Free of charge on the eGov portal."),
        "incorporationCertificate",
    ),
    PaperKind(
        "own_funds",
        _("Proof of own funds"),
        _("A statement of the bank is enough. The law asks the private partner for own funds."),
        "bidders",
    ),
    PaperKind(
        "financial_model",
        _("Financial calculation"),
        _("Income, costs and payments by year, best as a spreadsheet. For small projects the business plan is enough."),
        "valueForMoneyAnalysis",
    ),
    PaperKind(
        "object_document",
        _("Document of the land or object"),
        _("Whose the land or building is: an act, a certificate or an extract. It saves a question later."),
        "landAndSettlementImpact",
    ),
    PaperKind(
        "owner_consent",
        _("Consent of the owner or holder of the object"),
        _("Without it nobody may plan on somebody else's property. A letter is enough."),
        "landAndSettlementImpact",
    ),
    PaperKind(
        "licence",
        _("Licence of the applicant or operator"),
        _("Only if you have it already. It can be got later, before the service begins."),
        "bidders",
    ),
    PaperKind(
        "design",
        _("Sketch or design"),
        _("A drawing or photographs help to see the idea. A full design is not needed now."),
        "designReport",
    ),
    PaperKind(
        "demand",
        _("Proof of demand"),
        _("A survey, a queue, statistics: shows that people will use the object."),
        "estimatedDemand",
    ),
    PaperKind(
        "support_letter",
        _("Letters of support"),
        _("From the akimat, a bank, future users. They speed up the review."),
        "needsAssessment",
    ),
    PaperKind(
        "tariff",
        _("Decision on the tariff"),
        _("If the tariff is approved: the income of the project rests on it."),
        "projectScope",
    ),
    PaperKind(
        "survey",
        _("Survey of the networks or the object"),
        _("Shows the wear. If there is none, the business plan says how it was estimated."),
        "technicalAuditReport",
    ),
    PaperKind(
        "environment",
        _("Assessment of the effect on the environment"),
        _("If it is done already. Usually it follows later, with the design."),
        "environmentalImpact",
    ),
    PaperKind(
        "technical_task",
        _("Technical description of the system"),
        _("What it does, where it runs, how data are protected."),
        "technicalSpecifications",
    ),
    PaperKind(
        "charter",
        _("Charter of the association and decision of its members"),
        _("Shows that the members stand behind the proposal."),
        "incorporationCertificate",
    ),
    PaperKind(
        "experience",
        _("List of projects carried out"),
        _("Shows that you can carry out a project of this size."),
        "bidders",
    ),
    PaperKind(
        "programme_letter",
        _("Letter of the administrator of the budget programme"),
        _("Shows that the payments fit into the budget programme."),
        "budgetApproval",
    ),
    PaperKind("other", _("Another paper"), _("Anything else that helps to understand the proposal."), "projectScope"),
)
"""Every kind of paper by its code. A code is stored with each paper and never changes."""

_BY_SECTOR = {
    "education": ("licence", "demand"),
    "health": ("licence", "demand"),
    "social": ("licence", "demand"),
    "energy": ("tariff", "survey", "environment"),
    "housing": ("tariff", "survey", "environment"),
    "transport": ("demand", "survey"),
    "waste": ("tariff", "environment"),
    "safety": ("technical_task",),
    "digital": ("technical_task",),
    "agriculture": ("demand", "environment"),
    "tourism": ("demand", "environment"),
    "industry": ("demand", "environment"),
}


def _codes(sector: str, initiator_type: str, object_owner: str, cost: int | None) -> Iterator[tuple[str, bool]]:
    """Codes of the papers with what is required; the first mention of a code holds."""
    is_state, is_association = initiator_type == "state_body", initiator_type == "association"
    yield "business_plan", True
    if is_state:
        yield "programme_letter", True
    else:
        yield "registration", True
        # An association may speak for a partner who is not found yet.
        yield "own_funds", not is_association
    if is_association:
        yield "charter", True
    yield "financial_model", initiator_type == "large_business" or (cost or 0) >= LARGE_COST
    yield "owner_consent", object_owner == "other"
    if object_owner in {"private", "other"}:
        yield "object_document", object_owner == "private"
    for code in ("object_document", "design", *_BY_SECTOR.get(sector, ())):
        yield code, False
    if initiator_type == "large_business":
        yield "experience", False
    yield "support_letter", False
    yield "other", False


def papers_for(sector: str, initiator_type: str, object_owner: str, cost: int | None) -> tuple[PaperKind, ...]:
    """Return the papers of such a proposal, the required ones first; what is unknown may be empty or None."""
    chosen: dict[str, bool] = {}
    for code, required in _codes(sector, initiator_type, object_owner, cost):
        chosen.setdefault(code, required)
    if object_owner not in {"state", "other"}:
        del chosen["owner_consent"]
    papers = [
        PaperKind(kind.code, kind.label, kind.help, kind.document_type, required)
        for code, required in chosen.items()
        if (kind := KINDS[code])
    ]
    return tuple(sorted(papers, key=lambda paper: not paper.required))
