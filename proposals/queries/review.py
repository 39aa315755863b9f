"""Who of the chamber may open which file: sectors of experts, declarations of interest, conflicts."""

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from proposals.models import Declaration, Proposal

EVERY_SECTOR = "proposals.see_every_sector"
WRITE_OPINION = "proposals.write_opinion"
ASSIGN = "proposals.assign_expert"
JUDGES = (WRITE_OPINION, "proposals.support_proposal")
"""Whoever has one of these judges proposals, and declares his or her interests before opening a file."""


def judges(user: Any) -> bool:
    """Tell whether the person must declare interests before opening a file."""
    return any(user.has_perm(permission) for permission in JUDGES)


def declaration_of(user: Any, proposal: Proposal) -> Declaration | None:
    """Return the person's latest declaration about a proposal."""
    return Declaration.objects.filter(person=user, proposal=proposal).order_by("-id").first()


def may_open(user: Any, proposal: Proposal) -> bool:
    """Tell whether the person may read the file of a proposal that is in the list he or she sees."""
    if not judges(user):
        return True
    declared = declaration_of(user, proposal)
    return declared is not None and not declared.has_conflict


def within_reach(proposals: QuerySet[Proposal], user: Any) -> QuerySet[Proposal]:
    """Narrow filed proposals to those a person may know of: an expert's sectors, and nothing in conflict."""
    if not user.has_perm(EVERY_SECTOR):
        proposals = proposals.filter(sector__experts__expert=user)
    conflict = Declaration.objects.filter(person=user, proposal=OuterRef("pk"), has_conflict=True)
    return proposals.exclude(Exists(conflict))


def opened(proposals: QuerySet[Proposal], user: Any) -> QuerySet[Proposal]:
    """Narrow to those whose file the person may read now."""
    if not judges(user):
        return proposals
    clear = Declaration.objects.filter(person=user, proposal=OuterRef("pk"), has_conflict=False)
    return proposals.filter(Exists(clear))
