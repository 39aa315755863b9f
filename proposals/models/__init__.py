"""What businesses ask: applications, their proposals and papers, the road they take."""

from proposals.models.application import Application, ArrivalCounter
from proposals.models.clarification import Clarification, Reminder
from proposals.models.details import Answer, Explanation, Payment, ProposalResponsibility
from proposals.models.letter import Letter, LetterKind, LetterText
from proposals.models.opinion import Criterion, Opinion, Score
from proposals.models.paper import Paper, PaperReading
from proposals.models.proposal import Proposal
from proposals.models.refusal import Refusal, RefusalReason
from proposals.models.review import Assignment, Declaration, ExpertSector
from proposals.models.stage_change import StageChange
from proposals.models.typical_document import TypicalDocument

__all__ = [
    "Answer",
    "Application",
    "ArrivalCounter",
    "Assignment",
    "Clarification",
    "Criterion",
    "Declaration",
    "ExpertSector",
    "Explanation",
    "Letter",
    "LetterKind",
    "LetterText",
    "Opinion",
    "Paper",
    "PaperReading",
    "Payment",
    "Proposal",
    "ProposalResponsibility",
    "Refusal",
    "RefusalReason",
    "Reminder",
    "Score",
    "StageChange",
    "TypicalDocument",
]
