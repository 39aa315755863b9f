"""What businesses ask: applications, their proposals and papers, the road they take."""

from proposals.models.application import Application, ArrivalCounter
from proposals.models.clarification import Clarification
from proposals.models.details import Answer, Explanation, Payment, ProposalResponsibility
from proposals.models.paper import Paper, PaperReading
from proposals.models.proposal import Proposal
from proposals.models.stage_change import StageChange
from proposals.models.typical_document import TypicalDocument

__all__ = [
    "Answer",
    "Application",
    "ArrivalCounter",
    "Clarification",
    "Explanation",
    "Paper",
    "PaperReading",
    "Payment",
    "Proposal",
    "ProposalResponsibility",
    "StageChange",
    "TypicalDocument",
]
