"""Judged rows into the register: COPY into its table, then all first steps and all lines of the list by one statement.

What stands there afterwards is what ``services.register.enter_all`` would have stored; a test holds both ways together.
"""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from projects.imports.headers import Row
from projects.models import Project
from projects.models.project import LISTED
from projects.services.imports.result import Progress
from projects.services.register import STATUS_NOTES, ProjectEntry, lock_numbering

_TOLD_EVERY = 1_000
_NAMED = ("sector", "territory", "resolution", "excluded_by", "group")
_APART = {*_NAMED, *STATUS_NOTES, "payment_sources"}
_PLAIN = [(item.name, item.default) for item in fields(ProjectEntry) if item.name not in _APART]
"""Columns that take the value of a cell as it is, and what stands in them when the file says nothing."""

_COLUMNS = (
    *("number", "payment_sources", "created_at", "updated_at"),
    *(f"{name}_id" for name in _NAMED),
    *(name for name, _blank in _PLAIN),
)
_COPY = f"COPY {Project._meta.db_table} ({', '.join(_COLUMNS)}) FROM STDIN"

_STEPS = """
    INSERT INTO projects_statuschange (project_id, status, since, resolution_id, source_url, note_kk, note_ru, note_en,
                                       recorded_by_id, recorded_at)
    SELECT project.id, project.status,
           coalesce(left_by.adopted, CASE WHEN project.status = 'approved' THEN entered_by.adopted END, ''),
           coalesce(project.excluded_by_id, project.resolution_id), project.source_url,
           coalesce(note.kk, ''), coalesce(note.ru, ''), coalesce(note.en, ''), %(by)s, project.created_at
    FROM projects_project AS project
    LEFT JOIN projects_resolution AS entered_by ON entered_by.id = project.resolution_id
    LEFT JOIN projects_resolution AS left_by ON left_by.id = project.excluded_by_id
    LEFT JOIN unnest(%(noted)s::bigint[], %(kk)s::text[], %(ru)s::text[], %(en)s::text[]) AS note (number, kk, ru, en)
           ON note.number = project.number
    WHERE project.number > %(last)s ORDER BY project.number
"""
_LINES = f"""
    INSERT INTO projects_listchange (project_id, resolution_id, act, is_listed, {", ".join(LISTED)},
        conditions_kk, conditions_ru, reason_kk, reason_ru, recorded_by_id, recorded_at)
    SELECT id, paper, act, is_listed, {", ".join(LISTED)}, '', '', '', '', %(by)s, created_at
    FROM projects_project AS project,
        LATERAL (VALUES (1, 'entered', true, resolution_id), (2, 'excluded', false, excluded_by_id))
            AS change (place, act, is_listed, paper)
    WHERE number > %(last)s AND paper IS NOT NULL ORDER BY number, place
"""  # noqa: S608


@transaction.atomic
def store(rows: Sequence[Row], *, by: Any, progress: Progress) -> None:
    """Store the rows as projects numbered in their order, with their first steps and lines of the list.

    Raises IntegrityError where the database refuses one; nothing is stored then.
    """
    lock_numbering()
    last = Project.objects.aggregate(last=Max("number"))["last"] or 0
    notes = [(number, *map(row.values.get, STATUS_NOTES)) for number, row in enumerate(rows, start=last + 1)]
    noted = [note for note in notes if any(note[1:])]
    numbers, *texts = zip(*noted, strict=True) if noted else ((),) * 4
    # The library does not translate errors of COPY for Django by itself.
    with connection.wrap_database_errors, connection.cursor() as cursor:
        _copy(cursor, rows, last, progress)
        told = {"last": last, "by": by and by.pk, "noted": list(numbers)}
        cursor.execute(_STEPS, told | dict(zip(("kk", "ru", "en"), map(list, texts), strict=True)))
        cursor.execute(_LINES, told)
    progress("stored", len(rows), len(rows))


def _copy(cursor: Any, rows: Sequence[Row], last: int, progress: Progress) -> None:
    now = timezone.now().isoformat()
    with cursor.copy(_COPY) as copy:
        for place, row in enumerate(rows, start=1):
            value = row.values.get
            sources = value("payment_sources")
            cells = [last + place, f"{{{','.join(sources)}}}" if sources else "{}", now, now]
            for name in _NAMED:
                named = value(name)
                cells.append(None if named is None else named.pk)
            cells += [value(name, blank) for name, blank in _PLAIN]
            copy.write_row(cells)
            if place % _TOLD_EVERY == 0 and place < len(rows):
                progress("stored", place, len(rows))
