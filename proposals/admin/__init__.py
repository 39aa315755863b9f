"""Intake on the staff site: what was filed, to read; the library of typical documents."""

from proposals.admin.application import ApplicationAdmin
from proposals.admin.organisation import OrganisationAdmin
from proposals.admin.proposal import ProposalAdmin
from proposals.admin.typical_document import TypicalDocumentAdmin

__all__ = ["ApplicationAdmin", "OrganisationAdmin", "ProposalAdmin", "TypicalDocumentAdmin"]
