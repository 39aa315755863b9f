"""What businesses ask: applications, their proposals and papers, the road they take."""

from proposals.models.application import Application, ArrivalCounter
from proposals.models.clarification import Clarification, Reminder
from proposals.models.details import Answer, Explanation, Payment, ProposalResponsibility
from proposals.models.draft_lines import DraftShare, ItemDecision, ListRevision, RevisionAct
from proposals.models.draft_resolution import DraftResolution, DraftState
from proposals.models.letter import Letter, LetterKind, LetterText
from proposals.models.opening import Opened, Opening
from proposals.models.opinion import Criterion, Opinion, Score
from proposals.models.paper import Paper, PaperReading, PaperScan, ScanState
from proposals.models.proposal import Proposal
from proposals.models.refusal import Refusal, RefusalReason
from proposals.models.report_taking import ReportFormat, ReportTaking
from proposals.models.review import Assignment, Declaration, ExpertSector
from proposals.models.session import AgendaItem, ItemPayment, Outcome, Session, SessionState
from proposals.models.stage_change import StageChange
from proposals.models.typical_document import TypicalDocument

__all__ = [
    "AgendaItem",
    "Answer",
    "Application",
    "ArrivalCounter",
    "Assignment",
    "Clarification",
    "Criterion",
    "Declaration",
    "DraftResolution",
    "DraftShare",
    "DraftState",
    "ExpertSector",
    "Explanation",
    "ItemDecision",
    "ItemPayment",
    "Letter",
    "LetterKind",
    "LetterText",
    "ListRevision",
    "Opened",
    "Opening",
    "Opinion",
    "Outcome",
    "Paper",
    "PaperReading",
    "PaperScan",
    "Payment",
    "Proposal",
    "ProposalResponsibility",
    "Refusal",
    "RefusalReason",
    "Reminder",
    "ReportFormat",
    "ReportTaking",
    "RevisionAct",
    "ScanState",
    "Score",
    "Session",
    "SessionState",
    "StageChange",
    "TypicalDocument",
]
