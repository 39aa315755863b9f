"""A recorded resolution against its lines: what stands in the way, what differs, what the lines add up to."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from projects.queries.declared import projects_of
from projects.queries.totals import Figures
from proposals.models import DraftResolution, DraftState, ItemDecision, ListRevision, SessionState
from proposals.models.session import APPROVING
from proposals.workflow import Stage
from reference.codelists import ResolutionKind
from reference.partial_dates import last_certain


@dataclass(frozen=True)
class Checked:
    """One line of the check: declared on the paper beside the lines recorded. Empty type: the whole paper."""

    initiator_type: str
    declared_count: int | None
    declared_total: int | None
    recorded: Figures

    @property
    def count_difference(self) -> int:
        """Declared less recorded; 0 when the paper declares no number."""
        return 0 if self.declared_count is None else self.declared_count - self.recorded.projects

    @property
    def total_difference(self) -> int:
        """Declared less the known sum recorded, whole tenge; 0 when the paper declares no sum."""
        return 0 if self.declared_total is None else self.declared_total - self.recorded.cost

    @property
    def agrees(self) -> bool:
        """Whether paper and lines say the same, with no cost unknown where the paper gives a sum."""
        unknown = self.declared_total is not None and self.recorded.cost_unknown
        return not (self.count_difference or self.total_difference or unknown)


def decisions_of(draft: DraftResolution) -> QuerySet[ItemDecision]:
    """Return the decisions with what a page or a paper says of their items. One query."""
    return draft.decisions.select_related(
        "item__sector",
        "item__territory__parent",
        "item__project",
        "item__proposal__application__organisation",
    ).order_by("item__position", "pk")


def revisions_of(draft: DraftResolution) -> QuerySet[ListRevision]:
    """Return the changes of lines with the projects and the lines they start from. One query."""
    return draft.revisions.select_related("project__sector", "project__territory", "seen").order_by("project__number")


def figures(sums: Iterable[int | None]) -> Figures:
    """Return number, known sums and their total."""
    known = list(sums)
    there = [one for one in known if one is not None]
    return Figures(len(known), len(there), sum(there))


def _lines(draft: DraftResolution) -> list[tuple[str, int | None]]:
    """Return initiator type and sum of what the paper's figures count: what enters, or what leaves.

    They count as the register will: a member of a group with its group, a project of the register by its own type.
    """
    if draft.kind == ResolutionKind.EXCLUSION:
        leaving = [line.project for line in revisions_of(draft)]
        alone = [(project.initiator_type, project.cost) for project in leaving if project.group_id is None]
        return [*_known_before(draft), *alone]
    entering = [
        ((decision.item.project or decision.item).initiator_type, decision.approved_sum)
        for decision in decisions_of(draft).filter(outcome__in=APPROVING)
        if decision.item.project is None or decision.item.project.group_id is None
    ]
    return [*_known_before(draft), *entering]


def _known_before(draft: DraftResolution) -> list[tuple[str, int | None]]:
    """Return what the register has by the resolution that is completed: the found paper counts these projects too."""
    if draft.completes is None:
        return []
    projects = projects_of(draft.completes).filter(group__isnull=True)
    if draft.state == DraftState.PUBLISHED:
        # What this recording itself has entered stands among its decisions.
        projects = projects.filter(
            list_changes__resolution=draft.completes, list_changes__recorded_at__lt=draft.confirmed_at
        ).distinct()
    return list(projects.order_by().values_list("initiator_type", "cost"))


def check(draft: DraftResolution) -> list[Checked]:
    """Return the whole paper first, then each initiator type that the paper declares or a line has.

    Two queries, and two more for a resolution that is completed.
    """
    lines = _lines(draft)
    whole = Checked("", draft.declared_count, draft.declared_total, figures(cost for _kind, cost in lines))
    declared = {share.initiator_type: share for share in draft.shares.all()}
    kinds = sorted({*declared, *(kind for kind, _cost in lines)})
    parts = []
    for kind in kinds:
        share = declared.get(kind)
        found = figures(cost for each, cost in lines if each == kind)
        parts.append(Checked(kind, share.count if share else None, share.total if share else None, found))
    return [whole, *parts]


def undecided_difference(draft: DraftResolution) -> bool:
    """Tell whether paper and lines differ and nobody has written why."""
    return not draft.difference_reason.strip() and not all(line.agrees for line in check(draft))


def obstacles(draft: DraftResolution) -> list[str]:
    """Return in words what must be mended before the resolution can be handed on; empty when nothing must."""
    found = []
    if draft.adopted > last_certain(timezone.localdate()).get(len(draft.adopted), ""):
        found.append(_("The date of the resolution lies in the future."))
    if draft.session is not None:
        if draft.session.state != SessionState.HELD:
            found.append(_("The session is not held."))
        if draft.adopted < draft.session.held_on.isoformat()[: len(draft.adopted)]:
            found.append(_("The resolution is dated before its session."))
    if draft.kind == ResolutionKind.LIST_APPROVAL and draft.declared_count is None:
        found.append(_("Count the projects on the paper and write their number."))
    if draft.completes is not None:
        if draft.completes.is_confirmed:
            found.append(_("The resolution known from public sources is completed by another paper already."))
    elif draft.decides_items and not draft.decisions.exists() and not draft.revisions.exists():
        found.append(_("The resolution has no lines yet."))
    elif draft.kind == ResolutionKind.EXCLUSION and not draft.revisions.exists():
        found.append(_("Name the projects that leave the list."))
    for decision in decisions_of(draft):
        proposal = decision.item.proposal
        if decision.item.outcome or (proposal is not None and proposal.stage != Stage.AGENDA):
            found.append(
                _("Item %(place)d, “%(title)s”, stands on the agenda no more.")
                % {"place": decision.item.position, "title": decision.item}
            )
    return found
