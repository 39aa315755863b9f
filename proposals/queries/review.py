"""Who of the chamber may open which file: sectors of experts, declarations of interest, conflicts."""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from proposals.models import AgendaItem, Declaration, ExpertSector, Proposal
from proposals.workflow import Stage

EVERY_SECTOR = "proposals.see_every_sector"
SEE_TABLED = "proposals.see_tabled"
WRITE_OPINION = "proposals.write_opinion"
ASSIGN = "proposals.assign_expert"
TABLE = "proposals.table_proposal"
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


def has_conflicts(user: Any) -> bool:
    """Tell whether the person declared a conflict about any proposal. One query, none for who judges nothing."""
    return judges(user) and Declaration.objects.filter(person=user, has_conflict=True).exists()


def sees_tabled_only(user: Any) -> bool:
    """Tell whether the person knows of proposals from the agenda on and of none before."""
    return bool(user.has_perm(SEE_TABLED)) and not user.has_perm(EVERY_SECTOR)


def within_reach(proposals: QuerySet[Proposal], user: Any) -> QuerySet[Proposal]:
    """Narrow filed proposals to those a person may know of, and to nothing in conflict.

    An expert knows of his or her sectors, the secretary of what stands or stood on an agenda.
    """
    if not user.has_perm(EVERY_SECTOR):
        known: Any = Exists(ExpertSector.objects.filter(expert=user, sector=OuterRef("sector")))
        if user.has_perm(SEE_TABLED):
            known = known | Q(stage=Stage.AGENDA) | Exists(AgendaItem.objects.filter(proposal=OuterRef("pk")))
        proposals = proposals.filter(known)
    conflict = Declaration.objects.filter(person=user, proposal=OuterRef("pk"), has_conflict=True)
    return proposals.exclude(Exists(conflict))


def opened(proposals: QuerySet[Proposal], user: Any) -> QuerySet[Proposal]:
    """Narrow to those whose file the person may read now."""
    if not judges(user):
        return proposals
    clear = Declaration.objects.filter(person=user, proposal=OuterRef("pk"), has_conflict=False)
    return proposals.filter(Exists(clear))
