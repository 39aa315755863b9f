"""What the register remembers of its list: one row for each change of a line, written with the change itself."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from projects.models import ListAct, ListChange, Project, Resolution
from projects.models.project import LISTED

_BATCH = 500


def line(project: Project, act: ListAct, resolution: Resolution, *, by: Any, **words: str) -> ListChange:
    """Return the unsaved row of a change: the project's line as it stands now. ``words``: conditions, reasons."""
    return ListChange(
        project=project,
        resolution=resolution,
        act=act,
        is_listed=act != ListAct.EXCLUDED,
        recorded_by=by,
        **{name: getattr(project, name) for name in LISTED},
        **words,
    )


def remember(changes: Iterable[ListChange]) -> None:
    """Store the rows in the given order."""
    ListChange.objects.bulk_create(changes, batch_size=_BATCH)


def newest(projects: Iterable[Project]) -> dict[int, ListChange]:
    """Return the newest change of each project that has any, by the project's key. One query."""
    keys = [project.pk for project in projects]
    found = (
        ListChange.objects.filter(project__in=keys)
        .select_related("resolution")
        .order_by("project_id", "-id")
        .distinct("project_id")
    )
    return {change.project_id: change for change in found}


def refuse_earlier(project: Project, last: ListChange, resolution: Resolution) -> None:
    """Refuse a paper that is certainly older than the one that made the line what it is; raise ValidationError."""
    exact = min(len(last.resolution.adopted), len(resolution.adopted))
    if resolution.adopted[:exact] < last.resolution.adopted[:exact]:
        raise ValidationError(
            _("Project No. %(number)s was changed by a later resolution. Check the date of this one.")
            % {"number": project.number}
        )


def settled(project: Project) -> tuple[str, ...]:
    """Return the facts of a project that a confirmed resolution gives: only an amendment changes them. One query."""
    last = newest([project]).get(project.pk)
    if last is None or not last.resolution.is_confirmed:
        return ()
    return tuple(name for name in LISTED if getattr(last, name) not in (None, ""))


def completed(project: Project) -> ListChange | None:
    """Return the newest change of a line that a project's facts go beyond; None when they say the same.

    What a confirmed resolution said stays: only its blanks are completed. Raises ValidationError by column.
    """
    last = newest([project]).get(project.pk)
    changed = [name for name in LISTED if last is not None and getattr(last, name) != getattr(project, name)]
    if last is None or not changed:
        return None
    if last.resolution.is_confirmed:
        wrong = [name for name in changed if getattr(last, name) not in (None, "")]
        if wrong:
            sentence = _("The resolution says otherwise: only an amendment by the maslikhat changes this.")
            raise ValidationError(dict.fromkeys(wrong, sentence))
    return last


def complete(project: Project, *, by: Any) -> ListChange | None:
    """Remember that a stored project's line says more than before; return the row, None when nothing changed.

    Raises as ``completed`` does.
    """
    last = completed(project)
    if last is None:
        return None
    made = line(project, ListAct.COMPLETED, last.resolution, by=by)
    made.is_listed = last.is_listed
    made.save(force_insert=True)
    return made
