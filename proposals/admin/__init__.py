"""Intake on the staff site: what was filed, to read; the library of typical documents."""

from proposals.admin.application import ApplicationAdmin
from proposals.admin.draft_resolution import DraftResolutionAdmin
from proposals.admin.expert_sector import ExpertSectorAdmin
from proposals.admin.letters import LetterAdmin, LetterTextAdmin
from proposals.admin.lists import CriterionAdmin, RefusalReasonAdmin
from proposals.admin.organisation import OrganisationAdmin
from proposals.admin.proposal import ProposalAdmin
from proposals.admin.session import SessionAdmin
from proposals.admin.typical_document import TypicalDocumentAdmin

__all__ = [
    "ApplicationAdmin",
    "CriterionAdmin",
    "DraftResolutionAdmin",
    "ExpertSectorAdmin",
    "LetterAdmin",
    "LetterTextAdmin",
    "OrganisationAdmin",
    "ProposalAdmin",
    "RefusalReasonAdmin",
    "SessionAdmin",
    "TypicalDocumentAdmin",
]
