"""Letters to applicants, in the language of the application; they go into the outbox of the step's own transaction."""

from collections.abc import Iterable
from typing import Any

from accounts.services.letters import link, send_letter
from proposals.models import Application, Clarification, Proposal


def _addresses(application: Application, by: Any) -> list[str]:
    """Return who gets the letter: the people of the organisation, or its own address for a paper application."""
    people = list(
        application.organisation.memberships.filter(user__is_active=True).values_list("user__email", flat=True)
    )
    return people or [address for address in (application.organisation.email,) if address]


def _send(application: Application, template: str, by: Any, site: str, **words: Any) -> None:
    context = {
        "application": application,
        "number": application.number,
        "applicant": application.applicant_name or application.organisation.name,
        "has_account": application.organisation.memberships.exists(),
        **words,
    }
    if site:
        context["page"] = link(site, application.language, "application", pk=application.pk)
    for address in _addresses(application, by):
        send_letter(address, template, application.language, context)


def filed(application: Application, proposals: Iterable[Proposal], *, by: Any, site: str) -> None:
    """Tell the applicant that the application is filed, under which number, and what comes next."""
    rows = [{"number": f"{application.number}/{row.position}", "title": str(row)} for row in proposals]
    _send(application, "application_filed", by, site, proposals=rows)


def withdrawn(proposal: Proposal, *, by: Any, note: str, site: str) -> None:
    """Tell all people of the applicant that one of them withdrew a proposal."""
    words = {"proposal": proposal, "proposal_number": proposal.number, "title": str(proposal), "note": note}
    _send(proposal.application, "proposal_withdrawn", by, site, person=by.full_name, **words)


def answered(proposal: Proposal, *, by: Any, site: str) -> None:
    """Tell the applicant's people that the answer has reached the chamber."""
    words = {"proposal_number": proposal.number, "title": str(proposal)}
    _send(proposal.application, "answer_received", by, site, **words)


def asked(request: Clarification, *, by: Any, site: str) -> None:
    """Send the applicant's people the request of the chamber with the day to answer by."""
    proposal = request.proposal
    words = {"proposal_number": proposal.number, "title": str(proposal), "request": request}
    _send(proposal.application, "request_sent", by, site, **words)
