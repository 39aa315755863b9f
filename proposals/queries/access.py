"""Who may see and change which application, proposal and paper: the one place that says so."""

from typing import Any

from django.db.models import Q, QuerySet

from proposals.models import Application, Paper, Proposal
from proposals.queries.review import opened, sees_tabled_only, within_reach
from proposals.workflow import Stage
from reference.codelists import Channel

ENTER_PAPER = "proposals.enter_paper_application"


def enters_paper(user: Any) -> bool:
    """Tell whether the person types in applications that came on paper."""
    return bool(user.is_authenticated and user.is_staff and user.has_perm(ENTER_PAPER))


def works_for(user: Any, application: Application) -> bool:
    """Tell whether the person works for the applicant."""
    return bool(user.is_authenticated and application.organisation.memberships.filter(user=user).exists())


def own_applications(user: Any) -> QuerySet[Application]:
    """Return what the person may open on the public site as if it were his or her own.

    That is everything of the organisations the person works for; for a clerk also what came on paper. Nobody else's
    draft is ever among them.
    """
    if not user.is_authenticated:
        return Application.objects.none()
    return applications_of(user.pk, with_paper=enters_paper(user))


def applications_of(user: int, *, with_paper: bool) -> QuerySet[Application]:
    """Return the applications of the organisations a person works for; ``with_paper``: what came on paper too."""
    mine = Q(organisation__memberships__user=user)
    if with_paper:
        mine |= Q(channel=Channel.PAPER)
    return Application.objects.filter(mine).distinct()


def is_own(user: Any, application: Application) -> bool:
    """Tell whether the person may act for the applicant of this application."""
    return own_applications(user).filter(pk=application.pk).exists()


def filed_proposals(user: Any) -> QuerySet[Proposal]:
    """Return the filed proposals that a person of the chamber may read; drafts are nobody's but the applicant's."""
    if not (user.is_authenticated and user.is_staff and user.has_perm("proposals.view_proposal")):
        return Proposal.objects.none()
    return within_reach(Proposal.objects.exclude(stage=Stage.DRAFT), user)


def readable_papers(user: Any) -> QuerySet[Paper]:
    """Return the papers, every version, that the person may take: the applicant's own, and the chamber's to review."""
    if not user.is_authenticated:
        return Paper.objects.none()
    readable = Q(proposal__application__in=own_applications(user))
    if user.is_staff and user.has_perm("proposals.view_paper"):
        known = Q(proposal__in=opened(filed_proposals(user), user))
        readable |= known & Q(is_current=True) if sees_tabled_only(user) else known
    return Paper.objects.filter(readable)
