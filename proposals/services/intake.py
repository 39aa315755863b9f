"""Filing: from a complete draft to a numbered application with a receipt, once."""

import datetime
import hashlib
import json
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from proposals import notifications
from proposals.models import Application, ArrivalCounter, Paper, Proposal
from proposals.models.application import number_of
from proposals.models.proposal import CONTENT
from proposals.models.stage_change import StepChannel
from proposals.queries.access import applications_of, enters_paper
from proposals.queries.progress import Missing, asked_answers, progress, with_details
from proposals.services.moves import remember
from proposals.workflow import Action, find_step
from reference.once import Once
from reference.rows import update


class Incomplete(Exception):
    """Something is missing yet: ``missing`` tells what, by proposal."""

    def __init__(self, missing: dict[Proposal, list[Missing]]) -> None:
        super().__init__("the application is not complete")
        self.missing = missing


_NEXT_NUMBER = """
    INSERT INTO proposals_arrivalcounter AS counter (year, last) VALUES (%s, 1)
    ON CONFLICT (year) DO UPDATE SET last = counter.last + 1 RETURNING last
"""
_ARRIVED = (
    *("year", "sequence", "initiator_type", "initiator_size", "applicant_name", "applicant_bin", "publish_agreed"),
    *("consent_at", "filed_at", "filed_by", "filed_copy", "filed_sha256", "updated_at"),
)
"""Columns of the application that filing writes."""


def arrive(at: datetime.datetime | None = None) -> tuple[datetime.datetime, int, int]:
    """Return the moment of arrival, its year and the next number of that year.

    The counter's row is held until the transaction ends, so a rollback leaves no gap; the moment is taken while it is
    held, so numbers and moments have one order. ``at`` is another moment than now.
    """
    while True:
        year = timezone.localdate(at).year
        with connection.cursor() as cursor:
            cursor.execute(_NEXT_NUMBER, [year])
            (number,) = cursor.fetchone()
        now = at or timezone.now()
        if timezone.localdate(now).year == year:
            return now, year, number
        # The year ended while we waited for the row; it is ours, so nobody has seen the number.
        ArrivalCounter.objects.filter(year=year).update(last=number - 1)


@Once
def _own(application: UUID, user: int, *, with_paper: bool) -> QuerySet[Application]:
    own = applications_of(user, with_paper=with_paper).filter(pk=application).values("pk")
    rows = Application.objects.select_related("organisation").filter(pk__in=own)
    return rows.select_for_update(of=("self", "organisation"))


def _own_locked(application: Application, by: Any) -> Application:
    """Return the person's own application with its organisation, both locked; raise Application.DoesNotExist."""
    own = by.is_authenticated and _own.objects(application.pk, by.pk, with_paper=enters_paper(by))
    if not own:
        raise Application.DoesNotExist
    (row,) = own
    return row


@transaction.atomic
def file(
    application: Application,
    *,
    by: Any,
    consent: bool,
    publish_agreed: bool,
    site: str,
    channel: str = StepChannel.WEB,
    at: datetime.datetime | None = None,
) -> Application:
    """File an application and return it with its number; one that is filed already is returned as it is.

    Freezes type, size and name of the applicant and a copy of everything that was said, takes each proposal its first
    step and writes the letter, all in one transaction. ``site`` is the address of the site for links in the letter;
    ``at`` the time of filing when it is not now, only in invented histories.
    Raises Application.DoesNotExist, ValidationError (no consent), Incomplete.
    """
    row = _own_locked(application, by)
    if row.is_filed:
        return row
    if not consent:
        raise ValidationError({"consent": _("Without the consent the chamber may not work with the application.")})
    proposals = with_details(row, locked=True)  # what is checked is what is filed
    missing = {proposal: items for proposal in proposals if (items := progress(proposal).missing)}
    if missing or not proposals:
        raise Incomplete(missing)
    now, row.year, row.sequence = arrive(at)
    organisation = row.organisation
    row.initiator_type, row.initiator_size = organisation.initiator_type, organisation.initiator_size
    row.applicant_name, row.applicant_bin = organisation.name, organisation.bin
    row.publish_agreed, row.consent_at, row.filed_at, row.filed_by = publish_agreed, now, now, by
    row.filed_copy = frozen_copy(row, proposals)
    row.filed_sha256 = fingerprint(row.filed_copy)
    update(row, _ARRIVED)
    row.number = number_of(row.year, row.sequence)
    for proposal in proposals:
        if proposal.typed:  # of questions that are no longer asked
            proposal.typed = {}
            proposal.save(update_fields=["typed"])
        step = find_step(proposal.stage, Action.FILE)
        remember(proposal, Action.FILE, step.target(), by=by, channel=channel, at=now)
    notifications.filed(row, proposals, by=by, site=site)
    return row


def fingerprint(copy: dict[str, Any]) -> str:
    """Return the SHA-256 of a frozen copy, the same for the same facts whatever the order of their keys."""
    plain = json.dumps(copy, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(plain.encode()).hexdigest()


def frozen_copy(application: Application, proposals: list[Proposal]) -> dict[str, Any]:
    """Return everything that is filed as plain values, without personal data (no IIN, no contacts)."""
    organisation = application.organisation
    return {
        "form": 1,
        "applicant": {
            "name": organisation.name,
            "bin": organisation.bin,
            "legal_form": organisation.legal_form,
            "size": organisation.size,
            "initiator_type": application.initiator_type,
        },
        "channel": application.channel,
        "received_on": application.received_on.isoformat() if application.received_on else None,
        "language": application.language,
        "publish_agreed": application.publish_agreed,
        "proposals": [_proposal_copy(proposal) for proposal in proposals],
    }


def _proposal_copy(proposal: Proposal) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    for name in CONTENT:
        value = getattr(proposal, Proposal.column(name).attname)
        facts[name] = str(value) if name == "term_years" and value is not None else value
    return {
        "id": str(proposal.pk),
        "position": proposal.position,
        **facts,
        "answers": {row.code: row.text for row in asked_answers(proposal)},
        "payments": {str(row.year): row.amount for row in proposal.payments.all()},
        "responsibilities": {row.area: row.bearer for row in proposal.responsibilities.all()},
        "explanations": {row.code: row.reason for row in proposal.explanations.all()},
        "papers": [_paper_copy(paper) for paper in proposal.papers.all() if paper.is_current],
    }


def _paper_copy(paper: Paper) -> dict[str, Any]:
    return {
        "id": str(paper.pk),
        "kind": paper.kind,
        "name": paper.original_name,
        "size": paper.size,
        "sha256": paper.sha256,
        "version": paper.version,
        "confidential": paper.is_confidential,
    }
