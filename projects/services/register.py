"""The front door of the register: how projects enter, are approved, move on and leave.

Every act locks, asks, writes, and remembers the step of the road in the same transaction.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from projects.models import Document, ListAct, ListChange, Project, Resolution, StatusChange
from projects.models.project import LISTED
from projects.services import listing
from reference.codelists import InitiatorType, ProjectStatus
from reference.locks import Turn, wait_for_turn
from reference.models import Sector, Territory

RECORDED_STATUSES = tuple(
    status
    for status in ProjectStatus
    if status not in {ProjectStatus.PLANNED, ProjectStatus.APPROVED, ProjectStatus.EXCLUDED}
)
"""Statuses staff record as life goes on; the other three come only through a resolution or entry."""


@dataclass(frozen=True, kw_only=True)
class ProjectEntry:
    """What the register must be told of a project. Sums in whole tenge, None when unknown; term in years."""

    sector: Sector
    territory: Territory
    title_kk: str = ""
    title_ru: str = ""
    title_en: str = ""
    description_kk: str = ""
    description_ru: str = ""
    description_en: str = ""
    objective_kk: str = ""
    objective_ru: str = ""
    objective_en: str = ""
    place_kk: str = ""
    place_ru: str = ""
    place_en: str = ""
    initiator_type: str = InitiatorType.UNKNOWN
    initiator_size: str = ""
    state_partner_kk: str = ""
    state_partner_ru: str = ""
    state_partner_en: str = ""
    private_partner: str = ""
    contract_type: str = ""
    payment_sources: Sequence[str] = ()
    cost: int | None = None
    asked_sum: int | None = None
    approved_sum: int | None = None
    signed_sum: int | None = None
    state_obligations: int | None = None
    is_group: bool = False
    group_size: int | None = None
    group: Project | None = None
    term_years: Decimal | None = None
    jobs: int | None = None
    capacity: int | None = None
    capacity_unit: str = ""
    year: int | None = None
    implementation_start: str = ""
    contract_signed_on: str = ""
    commissioned_on: str = ""
    contract_ends_on: str = ""
    status: str = ProjectStatus.PLANNED
    resolution: Resolution | None = None
    excluded_by: Resolution | None = None
    source_url: str = ""
    source: str = ""
    note_kk: str = ""
    note_ru: str = ""
    note_en: str = ""
    status_note_kk: str = ""
    status_note_ru: str = ""
    status_note_en: str = ""

    def facts(self) -> dict[str, Any]:
        """Return the columns of the project, without what belongs to its first step."""
        facts = {item.name: getattr(self, item.name) for item in fields(self)}
        for name in STATUS_NOTES:
            facts.pop(name)
        facts["payment_sources"] = list(self.payment_sources)
        return facts


STATUS_NOTES = ("status_note_kk", "status_note_ru", "status_note_en")


SAID_OF_A_KNOWN_ROW = (
    *LISTED,
    *("asked_sum", "approved_sum", "contract_type"),
    *("place_kk", "place_ru", "state_partner_kk", "state_partner_ru"),
)
"""What a list says of a project that stands in the register already; the rest of the row stays as it is."""


def lock_numbering() -> None:
    """Wait for one's turn to give numbers and to change rows; held until the end of the transaction.

    Whoever changes rows one by one keeps their cells until the end (models/register_cell.py): two such acts over
    other rows of the same sectors would wait for each other's cells in a circle.
    """
    wait_for_turn(Turn.REGISTER_NUMBERS)


def _refuse_unfit(entry: ProjectEntry) -> None:
    """Refuse an entry whose status and papers contradict each other."""
    if entry.resolution and not entry.resolution.enters_projects:
        raise ValidationError({"resolution": _("Projects enter only by a resolution that approves or amends a list.")})
    if entry.excluded_by and not entry.excluded_by.excludes_projects:
        raise ValidationError({"excluded_by": _("Projects leave only by a resolution on exclusion.")})


def _cleaned(entry: ProjectEntry) -> Project:
    """Return the unsaved project, each column checked by itself: this asks the database nothing."""
    _refuse_unfit(entry)
    project = Project(**entry.facts())
    project.full_clean(
        exclude={"number", "sector", "territory", "resolution", "excluded_by", "group"}, validate_constraints=False
    )
    return project


def prepare(entry: ProjectEntry) -> Project:
    """Return the unsaved project of an entry, fully checked but for its number; raise ValidationError.

    Django asks the database for each constraint, 25 ms a row together: not a way to check a whole table.
    """
    project = _cleaned(entry)
    # Only the number is left out: a constraint that names an excluded column is skipped without a word.
    project.validate_constraints(exclude={"number"})
    return project


def _insert(projects: list[Project]) -> None:
    """Store the rows; where the database refuses one, say in a sentence which rule it breaks."""
    try:
        with transaction.atomic():
            Project.objects.bulk_create(projects, batch_size=500)
    except IntegrityError:
        for project in projects:
            project.validate_constraints(exclude={"number"})
        raise


@transaction.atomic
def enter_all(
    entries: Iterable[ProjectEntry], *, by: Any = None, conditions: Sequence[Mapping[str, str]] = ()
) -> list[Project]:
    """Enter projects, all or none, numbered in the given order; return them. Raises ValidationError.

    ``conditions`` are ``conditions_kk`` and ``conditions_ru`` of each entry, under which the maslikhat approved it.
    """
    lock_numbering()
    entries = list(entries)
    last = Project.objects.aggregate(last=Max("number"))["last"] or 0
    projects = [_cleaned(entry) for entry in entries]
    for number, project in enumerate(projects, start=last + 1):
        project.number = number
    _insert(projects)
    StatusChange.objects.bulk_create(
        [
            StatusChange(
                project=project,
                status=entry.status,
                since=_known_since(entry),
                resolution=entry.excluded_by or entry.resolution,
                source_url=entry.source_url,
                note_kk=entry.status_note_kk,
                note_ru=entry.status_note_ru,
                note_en=entry.status_note_en,
                recorded_by=by,
            )
            for project, entry in zip(projects, entries, strict=True)
        ],
        batch_size=500,
    )
    listing.remember(_first_lines(projects, conditions or [{}] * len(projects), by=by))
    return projects


def _first_lines(projects: list[Project], conditions: Sequence[Mapping[str, str]], *, by: Any) -> Iterator[ListChange]:
    for project, words in zip(projects, conditions, strict=True):
        if project.resolution:
            yield listing.line(project, ListAct.ENTERED, project.resolution, by=by, **words)
        if project.excluded_by:
            yield listing.line(project, ListAct.EXCLUDED, project.excluded_by, by=by)


def _known_since(entry: ProjectEntry) -> str:
    paper = entry.excluded_by or (entry.resolution if entry.status == ProjectStatus.APPROVED else None)
    return paper.adopted if paper else ""


def enter(entry: ProjectEntry, *, by: Any = None) -> Project:
    """Enter one project and return it. Raises ValidationError."""
    return enter_all([entry], by=by)[0]


def locked(projects: Iterable[Project]) -> list[Project]:
    """Take the turn, then lock the rows in the order of their keys: two acts never wait for each other in a circle."""
    lock_numbering()
    keys = [project.pk for project in projects]
    return list(Project.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk"))


def _step(
    project: Project, *, by: Any, resolution: Resolution | None, facts: dict[str, str], document: Document | None = None
) -> StatusChange:
    change = StatusChange(
        project=project, status=project.status, resolution=resolution, document=document, recorded_by=by, **facts
    )
    change.full_clean(exclude={"project", "resolution", "document", "recorded_by"})
    if document is not None and document._state.adding:
        document.save(force_insert=True)
    change.save(force_insert=True)
    return change


def approve(projects: Iterable[Project], *, resolution: Resolution, by: Any) -> list[Project]:
    """Let projects of the register enter the approved list by this resolution as they stand; all or none.

    Raises as ``approved_rows`` does.
    """
    return approved_rows([(project, None, {}) for project in projects], resolution=resolution, by=by)


@transaction.atomic
def approved_rows(
    lines: Iterable[tuple[Project, ProjectEntry | None, Mapping[str, str]]], *, resolution: Resolution, by: Any
) -> list[Project]:
    """Let projects of the register enter the approved list by this resolution; all or none.

    Each line is the project, what the paper says of it (None: as it stands) and the conditions. Planned ones become
    approved; those known from public sources keep their status and get their paper. Raises ValidationError when the
    resolution is of another kind or a project already rests on a resolution or is excluded.
    """
    if not resolution.enters_projects:
        raise ValidationError(_("Projects enter only by a resolution that approves or amends a list."))
    told = {project.pk: (entry, words) for project, entry, words in lines}
    rows = locked(Project(pk=pk) for pk in told)
    for project in rows:
        if project.resolution_id or project.excluded_by_id:
            raise ValidationError(
                _("Project No. %(number)s already rests on a resolution. Leave it out.") % {"number": project.number}
            )
    for project in rows:
        entry, _words = told[project.pk]
        said = SAID_OF_A_KNOWN_ROW if entry else ()
        for name in said:
            setattr(project, name, getattr(entry, name))
        project.resolution = resolution
        if project.status == ProjectStatus.PLANNED:
            project.status = ProjectStatus.APPROVED
        project.save(update_fields=["resolution", "status", "updated_at", *said])
        _step(project, by=by, resolution=resolution, facts={"since": resolution.adopted})
    listing.remember(
        listing.line(project, ListAct.ENTERED, resolution, by=by, **told[project.pk][1]) for project in rows
    )
    return rows


def exclude(projects: Iterable[Project], *, resolution: Resolution, by: Any, **notes: str) -> list[Project]:
    """Take projects out of the list for one reason, ``note_kk`` and ``note_ru``. Raises as ``exclude_lines`` does."""
    reason = {"reason_kk": notes.get("note_kk", ""), "reason_ru": notes.get("note_ru", "")}
    return exclude_lines([(project, reason) for project in projects], resolution=resolution, by=by)


@transaction.atomic
def exclude_lines(
    lines: Iterable[tuple[Project, Mapping[str, str]]], *, resolution: Resolution, by: Any
) -> list[Project]:
    """Take projects out of the list by a resolution on exclusion; all or none. They stay visible.

    With each project stand ``reason_kk`` and ``reason_ru``. Raises ValidationError.
    """
    if not resolution.excludes_projects:
        raise ValidationError(_("Projects leave only by a resolution on exclusion."))
    why = {project.pk: reason for project, reason in lines}
    rows = locked(Project(pk=pk) for pk in why)
    before = listing.newest(rows)
    for project in rows:
        if not project.is_approved:
            raise ValidationError(
                _("Project No. %(number)s is not in the approved list. Leave it out.") % {"number": project.number}
            )
        if last := before.get(project.pk):
            listing.refuse_earlier(project, last, resolution)
    for project in rows:
        reason = why[project.pk]
        project.status, project.excluded_by = ProjectStatus.EXCLUDED, resolution
        project.save(update_fields=["status", "excluded_by", "updated_at"])
        notes = {"note_kk": reason.get("reason_kk", ""), "note_ru": reason.get("reason_ru", "")}
        _step(project, by=by, resolution=resolution, facts={"since": resolution.adopted, **notes})
    listing.remember(listing.line(project, ListAct.EXCLUDED, resolution, by=by, **why[project.pk]) for project in rows)
    return rows


@transaction.atomic
def record_status(
    project: Project,
    status: str,
    *,
    by: Any,
    since: str = "",
    source_url: str = "",
    document: Document | None = None,
    **notes: str,
) -> StatusChange:
    """Record what became of an approved project, from when and from which paper or source; return the step.

    A document that is not stored yet is examined and stored with the step. Raises ValidationError for the statuses
    that only a resolution gives, for planned or excluded projects and for a termination without its reason.
    """
    if status not in RECORDED_STATUSES:
        raise ValidationError({"status": _("This status comes only through a resolution.")})
    if status == ProjectStatus.TERMINATED and not notes.get("note_kk") and not notes.get("note_ru"):
        raise ValidationError({"note_kk": _("Write in Kazakh or in Russian why the contract was terminated.")})
    (row,) = locked([project])
    if not row.is_approved:
        raise ValidationError(_("Project No. %(number)s is not in the approved list.") % {"number": row.number})
    if document is not None and document._state.adding:
        document.project = row
        document.full_clean()
    if document is not None and document.project_id != row.pk:
        raise ValidationError({"document": _("Choose a paper of this project.")})
    row.status = status
    row.save(update_fields=["status", "updated_at"])
    return _step(
        row, by=by, resolution=None, document=document, facts={"since": since, "source_url": source_url, **notes}
    )
