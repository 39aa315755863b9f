"""Letters to applicants, in the language of the application; they go into the outbox of the step's own transaction."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.utils import translation
from django.utils.formats import date_format

from accounts.models import Membership
from accounts.services.letters import link
from projects.models import Resolution
from proposals.models import Application, Clarification, ItemDecision, Outcome, Paper, Proposal, Refusal, Session
from proposals.models.letter import LetterKind
from proposals.services.letters import write_letter
from reference.languages import localized
from reference.money import format_tenge
from reference.once import Once


@Once
def _people(organisation: UUID) -> QuerySet[Membership, Any]:
    return Membership.objects.filter(organisation=organisation).values_list("user__email", "user__is_active")


def _send(application: Application, kind: LetterKind, site: str, /, **words: Any) -> None:
    """Write to the people of the organisation, or to its own address for a paper application."""
    organisation = application.organisation
    people = _people.rows(organisation.pk)
    # Whoever filed on paper has no account: a link to a page behind a login would only be in the way.
    page = ""
    if people:
        page = link(site or settings.SITE_URL, application.language, "application", pk=application.pk)
    told = {
        "number": application.number or "",
        "applicant": application.applicant_name or organisation.name,
        "page": page,
        **words,
    }
    active = [address for address, is_active in people if is_active]
    for address in active or [address for address in (organisation.email,) if address]:
        write_letter(address, kind, application.language, told)


def _about(proposal: Proposal, kind: LetterKind, site: str, /, **words: Any) -> None:
    _send(proposal.application, kind, site, proposal=proposal.number, title=_title(proposal), **words)


def _title(proposal: Proposal) -> str:
    """Return the title in the language of the letter, whoever acts in whatever language."""
    language = proposal.application.language
    with translation.override(language):
        return localized(proposal, "title", language).text or str(proposal)


def _day(day: Any, language: str) -> str:
    with translation.override(language):
        return date_format(day, "DATE_FORMAT")


def _request(request: Clarification, kind: LetterKind, site: str) -> None:
    language = request.proposal.application.language
    with translation.override(language):
        label = str(request.get_kind_display())
    words = {"request": request.number, "text": request.text, "due": _day(request.due_on, language), "kind": label}
    _about(request.proposal, kind, site, **words)


def infected(paper: Paper, signature: str) -> None:
    """Tell the applicant that a virus was found in a paper, and what to do; in a draft too."""
    title = _title(paper.proposal)
    _send(paper.proposal.application, LetterKind.INFECTED, "", title=title, paper=paper.original_name, virus=signature)


def filed(application: Application, proposals: Iterable[Proposal], *, by: Any, site: str) -> None:
    """Tell the applicant that the application is filed, under which number, and what comes next."""
    rows = "\n".join(f"{application.number}/{row.position} – {_title(row)}" for row in proposals)
    _send(application, LetterKind.FILED, site, proposals=rows)


def taken_up(proposal: Proposal, *, by: Any, site: str, days: int | None) -> None:
    """Tell the applicant that the review has begun, and how many working days the chamber means to take."""
    _about(proposal, LetterKind.TAKEN_UP, site, days=days or "")


def asked(request: Clarification, *, by: Any, site: str) -> None:
    """Send the request of the chamber with the day to answer by."""
    _request(request, LetterKind.ASKED, site)


def reminded(request: Clarification) -> None:
    """Remind of a request whose day is near."""
    _request(request, LetterKind.REMINDED, "")


def overdue(request: Clarification) -> None:
    """Tell that the day to answer by has passed and the proposal may be closed."""
    _request(request, LetterKind.OVERDUE, "")


def answered(proposal: Proposal, *, by: Any, site: str, number: int = 0) -> None:
    """Tell the applicant's people that the answer has reached the chamber."""
    _about(proposal, LetterKind.ANSWERED, site, request=number or "")


def supported(proposal: Proposal, *, by: Any, site: str) -> None:
    """Tell the applicant that the chamber supports the proposal and what comes next."""
    _about(proposal, LetterKind.SUPPORTED, site)


def refused(refusal: Refusal, *, by: Any, site: str) -> None:
    """Tell the applicant why the proposal was refused and what to mend."""
    language = refusal.proposal.application.language
    with translation.override(language):
        reasons = "\n\n".join(f"– {reason.name}\n  {reason.advice}" for reason in refusal.reasons.all())
    _about(refusal.proposal, LetterKind.REFUSED, site, reasons=reasons, text=refusal.text)


def withdrawn(proposal: Proposal, *, by: Any, note: str, site: str) -> None:
    """Tell all people of the applicant that one of them withdrew a proposal."""
    _about(proposal, LetterKind.WITHDRAWN, site, person=by.full_name, text=note)


def tabled(proposal: Proposal, *, session: Session, by: Any, site: str) -> None:
    """Tell the applicant before which session the proposal comes, and on which day."""
    language = proposal.application.language
    with translation.override(language):
        name = str(session)
    _about(proposal, LetterKind.TABLED, site, session=name, day=_day(session.held_on, language))


def postponed(proposal: Proposal, *, by: Any, note: str, site: str) -> None:
    """Tell the applicant that the proposal left the agenda undecided, and why."""
    _about(proposal, LetterKind.POSTPONED, site, text=note)


def approved(proposal: Proposal, *, decision: ItemDecision, resolution: Resolution, by: Any, site: str) -> None:
    """Tell the applicant by which resolution, for which sum and under which conditions the project is approved."""
    language = proposal.application.language
    with translation.override(language):
        words = {
            "resolution": str(resolution),
            "sum": format_tenge(decision.approved_sum) if decision.approved_sum is not None else "",
            "conditions": _conditions(decision, language),
        }
        project = proposal.project
        if project is not None:
            words["project"] = link(site or settings.SITE_URL, language, "project", number=project.number)
    _about(proposal, LetterKind.APPROVED, site, **words)


def _conditions(decision: ItemDecision, language: str) -> str:
    if decision.outcome != Outcome.CONDITIONS:
        return ""
    return localized(decision, "conditions", language).text


def declined(proposal: Proposal, *, resolution: Resolution, note: str, by: Any, site: str) -> None:
    """Tell the applicant by which resolution the maslikhat declined the proposal, and why."""
    with translation.override(proposal.application.language):
        paper = str(resolution)
    _about(proposal, LetterKind.DECLINED, site, resolution=paper, text=note)
