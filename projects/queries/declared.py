"""What a resolution declares beside what of it has been entered, and the difference."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from projects.models import ListChange, Project, Resolution
from projects.queries.as_of import totals_on, totals_on_by
from projects.queries.register import register
from projects.queries.totals import Figures


@dataclass(frozen=True)
class Comparison:
    """One line: declared and entered. ``initiator_type`` is empty for the whole paper."""

    initiator_type: str
    declared_count: int | None
    declared_total: int | None
    entered: Figures

    @property
    def missing_count(self) -> int | None:
        """Declared but not entered; negative when more are entered than declared; None when not declared."""
        return None if self.declared_count is None else self.declared_count - self.entered.projects

    @property
    def surplus_count(self) -> int:
        """How many more are entered than declared; 0 when none."""
        return max(0, -(self.missing_count or 0))

    @property
    def missing_total(self) -> int | None:
        """Declared sum less the known sum entered, whole tenge; None when not declared."""
        return None if self.declared_total is None else self.declared_total - self.entered.cost

    @property
    def agrees(self) -> bool:
        """Whether the paper declares something and the register says the same, with no cost unknown."""
        if self.declared_count is None and self.declared_total is None:
            return False
        return not self.missing_count and not self.missing_total and not self.entered.cost_unknown


def projects_of(resolution: Resolution) -> QuerySet[Project]:
    """Return the projects that entered or left the list by this resolution."""
    if resolution.excludes_projects:
        return register().filter(excluded_by=resolution)
    return register().filter(resolution=resolution)


def lines_of(resolutions: Iterable[int]) -> QuerySet[ListChange]:
    """Return the lines by which projects entered or left, as these resolutions left them; not what came later."""
    later = ListChange.objects.filter(
        project=OuterRef("project"), resolution=OuterRef("resolution"), id__gt=OuterRef("id")
    )
    return ListChange.objects.filter(
        Q(project__resolution=F("resolution")) | Q(project__excluded_by=F("resolution")),
        ~Exists(later),
        resolution__in=list(resolutions),
    )


def entered_by(column: str, resolutions: Iterable[int]) -> dict[str | int, Figures]:
    """Return the figures of these resolutions' lines by a column of theirs. One query."""
    return totals_on_by(column, lines_of(resolutions))


def declared_against_entered(resolution: Resolution) -> list[Comparison]:
    """Return the whole paper first, then each initiator type it declares. Two queries and the shares."""
    entered = totals_on(lines_of([resolution.pk]))
    whole = Comparison("", resolution.declared_count, resolution.declared_total, entered)
    shares = list(resolution.declared_shares.order_by("initiator_type"))
    if not shares:
        return [whole]
    by_type = entered_by("project__initiator_type", [resolution.pk])
    return [
        whole,
        *(
            Comparison(share.initiator_type, share.count, share.total, by_type.get(share.initiator_type, Figures()))
            for share in shares
        ),
    ]
