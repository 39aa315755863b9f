"""State obligations by year: what approved projects bind, what is proposed, and the ceiling of the territory."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db.models import Q, QuerySet, Sum

from projects.models import Obligation, ObligationCeiling, Project
from projects.queries.register import approved, register
from reference.codelists import ProjectStatus
from reference.queries import within


@dataclass(frozen=True)
class YearOfObligations:
    """One year in whole tenge; ``ceiling`` is None where no paper sets one."""

    year: int
    committed: int
    proposed: int
    ceiling: int | None

    @property
    def whole(self) -> int:
        """What would be owed if everything proposed were approved."""
        return self.committed + self.proposed

    @property
    def over(self) -> int:
        """By how much the ceiling would be passed; 0 when not, or when there is no ceiling."""
        return max(0, self.whole - self.ceiling) if self.ceiling is not None else 0

    @property
    def left(self) -> int | None:
        """What the ceiling still leaves, below zero where it would be passed; None where there is no ceiling."""
        return None if self.ceiling is None else self.ceiling - self.whole


def bound(territory: str) -> QuerySet[Project]:
    """Return the approved projects of a territory, districts included, whose obligations still stand."""
    return approved(register()).filter(within([territory])).exclude(status=ProjectStatus.TERMINATED)


def committed(projects: QuerySet[Project]) -> dict[int, int]:
    """Return the obligations of these projects by year, whole tenge. One query."""
    rows = (
        Obligation.objects.filter(project__in=projects.order_by())
        .values_list("year")
        .annotate(total=Sum("amount"))
        .order_by("year")
    )
    return {year: int(total) for year, total in rows}


def without_obligations(projects: QuerySet[Project]) -> int:
    """Return how many of these projects say nothing of their obligations by year. One query."""
    return projects.filter(Q(obligations__isnull=True)).exclude(state_obligations=0).count()


def years_of(territory: str, proposed: Mapping[int, int], *, counted: Collection[int] = ()) -> list[YearOfObligations]:
    """Return every year in which a territory owes, would owe by what is proposed, or has a ceiling. Two queries.

    ``counted`` are keys of projects whose obligations stand among the proposed: they are not owed once more.
    """
    owed = committed(bound(territory).exclude(pk__in=counted))
    ceilings = dict(ObligationCeiling.objects.filter(territory=territory).values_list("year", "amount"))
    return [
        YearOfObligations(year, owed.get(year, 0), proposed.get(year, 0), ceilings.get(year))
        for year in sorted({*owed, *proposed, *ceilings})
    ]
