"""One resolution and everything it does to the register: whole lines enter, change and leave, or nothing happens."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from projects.models import DeclaredShare, ListAct, Obligation, Project, Resolution, Responsibility
from projects.models.project import LISTED
from projects.services import listing
from projects.services.register import (
    ProjectEntry,
    approved_rows,
    enter_all,
    exclude_lines,
    lock_numbering,
    locked,
)
from reference.codelists import ProjectStatus, ResolutionKind
from reference.transactions import CurrentTransaction


@dataclass(frozen=True, kw_only=True)
class Entering:
    """A project that enters with this resolution: a new row, or a planned one of the register in ``project``.

    ``obligations`` are whole tenge by year, ``responsibilities`` who answers for which area, by the codes of both.
    """

    entry: ProjectEntry
    project: Project | None = None
    conditions_kk: str = ""
    conditions_ru: str = ""
    obligations: Mapping[int, int] = field(default_factory=dict)
    responsibilities: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Amending:
    """A line of the list and what it says from now on. ``seen`` is the change on which the new line was written."""

    project: Project
    title_kk: str
    title_ru: str
    title_en: str
    cost: int | None
    term_years: Decimal | None
    seen: int | None = None
    reason_kk: str = ""
    reason_ru: str = ""


@dataclass(frozen=True, kw_only=True)
class Excluding:
    """A line that leaves the list, and why."""

    project: Project
    reason_kk: str = ""
    reason_ru: str = ""


@dataclass(frozen=True)
class Share:
    """What the paper declares for one initiator type; the sum in whole tenge."""

    initiator_type: str
    count: int | None
    total: int | None


@transaction.atomic
def pass_resolution(
    resolution: Resolution,
    *,
    by: Any,
    shares: Sequence[Share] = (),
    entering: Sequence[Entering] = (),
    amending: Sequence[Amending] = (),
    excluding: Sequence[Excluding] = (),
    is_confirmed: bool = False,
) -> list[Project]:
    """Store a resolution with all it does; return the projects that entered, in the order given.

    ``resolution`` is new, or one from public sources that is completed now; ``is_confirmed`` says that two people saw
    it, so that it stays from now on. All or nothing: raises ValidationError that names the line which does not fit.
    """
    lock_numbering()
    if resolution.is_confirmed and resolution.pk is not None:
        raise ValidationError(_("A published resolution is not changed; record an amendment."))
    if is_confirmed:
        resolution.confirmed_at = timezone.now()
        if resolution.pk is not None:
            # Its lines are added in this transaction, and in no later one.
            resolution.transaction = CurrentTransaction()
    resolution.full_clean(exclude={"transaction"})
    resolution.save()
    if shares:
        # Of a completed resolution: what the paper declares stands above what public sources said.
        resolution.declared_shares.all().delete()
    for share in shares:
        row = DeclaredShare(
            resolution=resolution, initiator_type=share.initiator_type, count=share.count, total=share.total
        )
        row.full_clean(exclude={"resolution"})
        row.save(force_insert=True)
    entered = _enter(entering, resolution, by=by)
    amend(amending, resolution=resolution, by=by)
    if excluding:
        exclude_lines(
            [(line.project, {"reason_kk": line.reason_kk, "reason_ru": line.reason_ru}) for line in excluding],
            resolution=resolution,
            by=by,
        )
    return entered


def _enter(lines: Sequence[Entering], resolution: Resolution, *, by: Any) -> list[Project]:
    if not lines:
        return []  # Of an exclusion, too, which lets nothing in.
    new = [line for line in lines if line.project is None]
    made = iter(enter_all([line.entry for line in new], by=by, conditions=[_conditions(line) for line in new]))
    planned = [line for line in lines if line.project is not None]
    kept = {
        row.pk: row
        for row in approved_rows(
            [(line.project, line.entry, _conditions(line)) for line in planned if line.project is not None],
            resolution=resolution,
            by=by,
        )
    }
    found = [next(made) if line.project is None else kept[line.project.pk] for line in lines]
    _tell_more(list(zip(found, lines, strict=True)))
    return found


def _tell_more(told: list[tuple[Project, Entering]]) -> None:
    """Store what a project owes by year and who answers for what; a planned row's own rows give way."""
    owed = [
        Obligation(project=project, year=year, amount=amount)
        for project, line in told
        for year, amount in sorted(line.obligations.items())
    ]
    for row in owed:
        row.full_clean(exclude={"project"}, validate_constraints=False, validate_unique=False)
    Obligation.objects.filter(project__in=[project for project, line in told if line.obligations]).delete()
    Obligation.objects.bulk_create(owed, batch_size=500)
    Responsibility.objects.bulk_create(
        [
            Responsibility(project=project, area=area, bearer=bearer)
            for project, line in told
            if line.project is None
            for area, bearer in line.responsibilities.items()
        ],
        batch_size=500,
    )


def _conditions(line: Entering) -> dict[str, str]:
    return {"conditions_kk": line.conditions_kk, "conditions_ru": line.conditions_ru}


@transaction.atomic
def amend(lines: Iterable[Amending], *, resolution: Resolution, by: Any) -> list[Project]:
    """Give lines of the list new titles, sums or terms by a resolution on amendment; all or none.

    The old values stay in the changes of the list. Raises ValidationError.
    """
    wanted = {line.project.pk: line for line in lines}
    if not wanted:
        return []
    if resolution.kind != ResolutionKind.AMENDMENT:
        raise ValidationError(_("Only a resolution on amendment changes lines of a list."))
    rows = locked(line.project for line in wanted.values())
    before = listing.newest(rows)
    for row in rows:
        _amend(row, wanted[row.pk], before.get(row.pk), resolution)
    listing.remember(
        listing.line(
            row,
            ListAct.AMENDED,
            resolution,
            by=by,
            reason_kk=wanted[row.pk].reason_kk,
            reason_ru=wanted[row.pk].reason_ru,
        )
        for row in rows
    )
    return rows


def _amend(row: Project, line: Amending, last: Any, resolution: Resolution) -> None:
    number = {"number": row.number}
    if last is None or not last.is_listed or row.status == ProjectStatus.EXCLUDED:
        raise ValidationError(_("Project No. %(number)s is not in the approved list. Leave it out.") % number)
    if line.seen is not None and line.seen != last.pk:
        raise ValidationError(
            _("Another resolution changed project No. %(number)s meanwhile. Look at its line again.") % number
        )
    listing.refuse_earlier(row, last, resolution)
    changed = [name for name in LISTED if getattr(row, name) != getattr(line, name)]
    if not changed:
        raise ValidationError(_("Nothing of project No. %(number)s changes. Leave it out.") % number)
    for name in changed:
        setattr(row, name, getattr(line, name))
    if "cost" in changed:
        row.approved_sum = row.cost
    row.full_clean(exclude={"number", "resolution", "excluded_by", "group", "sector", "territory"})
    row.save(update_fields=[*changed, "approved_sum", "updated_at"])
