"""Experts who may be asked for an opinion."""

from collections.abc import Collection
from typing import Any

from django.contrib.auth.models import Permission
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from accounts.models import User
from proposals.models import Assignment, Declaration, ExpertSector, Opinion, Proposal
from proposals.queries.review import WRITE_OPINION
from proposals.workflow import OPINION_STAGES, UNDECIDED


def experts() -> QuerySet[User]:
    """Return the people of the chamber who may write opinions."""
    app, codename = WRITE_OPINION.split(".")
    right = Permission.objects.filter(content_type__app_label=app, codename=codename)
    # Two short lists: joined, every right of every group would be multiplied by every person.
    by_group = User.groups.through.objects.filter(group__permissions__in=right).values("user")
    own = User.user_permissions.through.objects.filter(permission__in=right).values("user")
    return User.objects.filter(Q(pk__in=by_group) | Q(pk__in=own), is_active=True, is_staff=True)


def experts_of(sectors: Collection[Any]) -> QuerySet[User]:
    """Return the experts who work in every one of these sectors, with the number of opinions they still owe."""
    found = experts()
    for sector in set(sectors):
        found = found.filter(pk__in=ExpertSector.objects.filter(sector=sector).values("expert"))
    open_ones = Assignment.objects.filter(proposal__stage__in=UNDECIDED).exclude(
        proposal__opinions__expert=F("expert"), proposal__opinions__given_at__isnull=False
    )
    owed = Count("assignments", filter=Q(assignments__in=open_ones.values("pk")), distinct=True)
    return User.objects.filter(pk__in=found.values("pk")).annotate(owed=Coalesce(owed, 0)).order_by("full_name", "pk")


def _awaited() -> QuerySet[Assignment]:
    """Return the assignments whose opinion could be given today; who declared a conflict of interest owes none."""
    given = Opinion.objects.filter(proposal=OuterRef("proposal"), expert=OuterRef("expert"), given_at__isnull=False)
    conflict = Declaration.objects.filter(proposal=OuterRef("proposal"), person=OuterRef("expert"), has_conflict=True)
    return Assignment.objects.filter(~Exists(given), ~Exists(conflict), proposal__stage__in=OPINION_STAGES)


def awaited_experts(proposals: QuerySet[Proposal]) -> QuerySet[User]:
    """Return the people whose opinion on one of these proposals is awaited."""
    asked = _awaited().filter(proposal__in=proposals.order_by().values("pk"))
    return User.objects.filter(pk__in=asked.values("expert")).order_by("full_name", "pk")


def awaiting(proposals: QuerySet[Proposal], expert: int) -> QuerySet[Proposal]:
    """Return those of these proposals that wait for this expert's opinion: what the workload counts as waiting."""
    return proposals.filter(pk__in=_awaited().filter(expert=expert).order_by().values("proposal"))
