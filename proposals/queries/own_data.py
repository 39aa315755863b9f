"""Everything the registry holds about one person, as plain values: what "Take my data" hands out.

Only what is the person's own: the account, the organisations he or she works for and what they filed. Other people of
an organisation are no names here, people of the chamber are roles.
"""

import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from post_office.models import Email

from accounts.models import Invitation, Membership, User
from accounts.queries.letters import KIND
from accounts.roles import Role
from projects.models import Follow
from proposals.models import Application, Opened, Opening, Paper, PaperReading, Proposal
from proposals.models.letter import LetterKind as Kinds, header_of
from proposals.models.proposal import CONTENT

FORM = 1
"""Grows when keys of the file change their meaning or go."""

_OF_OWNERS = ("iin", "contact_person", "phone", "email", "address")


def own_papers(user: User) -> QuerySet[Paper]:
    """Return every version of every paper of the person's organisations."""
    rows = Paper.objects.filter(proposal__application__organisation__memberships__user=user)
    return rows.select_related("proposal__application", "scan").order_by(
        "proposal__application__created_at", "kind", "version"
    )


def own_data(user: User, files: dict[Any, str]) -> dict[str, Any]:
    """Return the values by the keys that the README of the file explains; ``files`` says where each paper stands."""
    return _plain(
        {
            "form": FORM,
            "made_at": timezone.now(),
            "account": _account(user),
            "organisations": [_organisation(row) for row in _memberships(user)],
            "applications": [_application(row, user, files) for row in _applications(user)],
            "letters": [_letter(row) for row in _letters(user)],
            "readings": _readings(user),
            "follows": list(
                Follow.objects.filter(email__iexact=user.email).values(
                    "project__number", "sector", "territory", "language", "asked_at", "confirmed_at"
                )
            ),
            "invitations": list(
                Invitation.objects.filter(email__iexact=user.email).values(
                    "organisation__name", "created_at", "accepted_at", "withdrawn_at"
                )
            ),
        }
    )


def _plain(value: Any) -> Any:
    """Return what JSON knows; sums stay whole numbers, decimals and dates are text."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, datetime.datetime | datetime.date):
        return value.isoformat()
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def _account(user: User) -> dict[str, Any]:
    names = ("email", "full_name", "language", "is_active", "is_staff", "date_joined", "last_login")
    facts = {name: getattr(user, name) for name in names}
    return {**facts, "roles": sorted(user.groups.values_list("name", flat=True))}


def _memberships(user: User) -> QuerySet[Membership]:
    return user.memberships.select_related("organisation").order_by("joined_at")


def _organisation(row: Membership) -> dict[str, Any]:
    found = row.organisation
    facts = {name: getattr(found, name) for name in ("name", "legal_form", "bin", "size", "created_at")}
    # As on the page of the organisation: its owners see and change these.
    if row.is_owner:
        facts |= {name: getattr(found, name) for name in _OF_OWNERS}
    return {**facts, "i_own_it": row.is_owner, "i_joined_at": row.joined_at}


def _applications(user: User) -> QuerySet[Application]:
    rows = Application.objects.filter(organisation__memberships__user=user).select_related("organisation")
    parts = (
        "answers",
        "payments",
        "responsibilities",
        "explanations",
        "papers__scan",
        "stage_changes",
        "clarifications",
    )
    return rows.prefetch_related("proposals__refusal", *(f"proposals__{part}" for part in parts)).order_by("created_at")


def _application(row: Application, user: User, files: dict[Any, str]) -> dict[str, Any]:
    names = ("number", "channel", "language", "created_at", "updated_at", "filed_at", "consent_at", "publish_agreed")
    return {
        **{name: getattr(row, name) for name in names},
        "organisation": row.organisation.name,
        "begun_by_me": row.created_by_id == user.pk,
        "filed_by_me": row.filed_by_id == user.pk,
        "sha256": row.filed_sha256,
        "proposals": [_proposal(one, files) for one in row.proposals.all()],
    }


def _proposal(row: Proposal, files: dict[Any, str]) -> dict[str, Any]:
    refusal = getattr(row, "refusal", None)
    return {
        "position": row.position,
        "stage": row.stage,
        "stage_since": row.stage_since,
        **{name: getattr(row, Proposal._meta.get_field(name).attname) for name in CONTENT},  # type: ignore[union-attr]
        "typed_but_not_valid": row.typed,
        "answers": {one.code: one.text for one in row.answers.all()},
        "payments": {one.year: one.amount for one in row.payments.all()},
        "responsibilities": {one.area: one.bearer for one in row.responsibilities.all()},
        "reasons": {one.code: one.reason for one in row.explanations.all()},
        "papers": [
            {
                "file": files.get(paper.pk),
                "kind": paper.kind,
                "version": paper.version,
                "name": paper.original_name,
                "size": paper.size,
                "sha256": paper.sha256,
                "uploaded_at": paper.uploaded_at,
                "is_confidential": paper.is_confidential,
                "scan": paper.scan_state.value,
            }
            for paper in row.papers.all()
        ],
        # Without the notes and the people: these are the chamber's.
        "steps": [
            {"at": step.at, "step": step.action, "from": step.from_stage, "to": step.to_stage}
            for step in row.stage_changes.all()
        ],
        "requests": [
            {"asked_at": one.asked_at, "due_on": one.due_on, "text": one.text, "answer": one.answer}
            for one in row.clarifications.all()
        ],
        "refusal": refusal.text if refusal else None,
    }


def _letters(user: User) -> QuerySet[Email]:
    return Email.objects.filter(to__iexact=user.email).order_by("created")


_WITH_TEXT = frozenset(header_of(kind) for kind in Kinds.values)


def _letter(row: Email) -> dict[str, Any]:
    kind = (row.headers or {}).get(KIND, "")
    facts = {"written_at": row.created, "kind": kind, "subject": row.subject}
    # Others hold links that open the account: a file that lies about must not.
    return {**facts, "text": row.message} if kind in _WITH_TEXT else facts


def _readings(user: User) -> list[dict[str, Any]]:
    of_mine = "application__organisation__memberships__user"
    papers = PaperReading.objects.filter(**{f"paper__proposal__{of_mine}": user}).select_related(
        "paper__proposal__application"
    )
    mine = Q(organisation__memberships__user=user) | Q(**{f"proposal__{of_mine}": user})
    pages = Opening.objects.filter(mine, kind__in=(Opened.PROPOSAL, Opened.RECEIPT, Opened.CONTACTS)).select_related(
        "proposal__application"
    )
    rows: list[tuple[Any, str, str, str]] = [
        (row, "paper", row.paper.original_name, row.paper.proposal.number)
        for row in papers.prefetch_related("reader__groups")
    ]
    rows += [
        (row, row.kind, "", row.proposal.number if row.proposal else "")
        for row in pages.prefetch_related("reader__groups")
    ]
    return [
        {"at": row.at, "what": what, "paper": name, "proposal": number, "by": _roles(row.reader)}
        for row, what, name, number in sorted(rows, key=lambda one: one[0].at)
    ]


def _roles(reader: User) -> list[str]:
    """Return the roles the reader has today; never a name."""
    return sorted(group.name for group in reader.groups.all() if group.name in Role.values) or ["chamber"]
