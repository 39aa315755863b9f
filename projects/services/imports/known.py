"""What the register has already, fetched in a few queries for a whole table."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.db import connection

from projects.imports.headers import Row
from projects.imports.names import Names, folded_name
from projects.models import Project, Resolution, StatusChange
from projects.services.register import STATUS_NOTES
from reference.kazakh import outline, outlined

Key = tuple[str, str, str]
_CHUNK = 2_000
_COMPARED = Project.objects.select_related(
    "sector", "territory", "resolution__maslikhat", "excluded_by__maslikhat", "group"
)


def identity(territory: str, titles: Mapping[str, str]) -> list[Key]:
    """Return the keys under which a project is the same: its territory and its folded Kazakh or Russian title.

    The English title counts only where the others are missing.
    """
    keys = [(territory, code, folded_name(titles[code])) for code in ("kk", "ru") if titles.get(code)]
    if not keys and titles.get("en"):
        keys = [(territory, "en", folded_name(titles["en"]))]
    return keys


def row_identity(row: Row) -> list[Key]:
    """Return the keys of a row whose territory and title are good."""
    return identity(
        row.values["territory"].pk, {code: row.values.get(f"title_{code}", "") for code in ("kk", "ru", "en")}
    )


# Not flattened into a join: for each title of the file one look into the index, however large the register is.
_OUTLINED = """
    SELECT found.* FROM unnest(%s::text[], %s::text[]) AS wanted (territory, outline), LATERAL (
        SELECT id, territory_id, title_kk, title_ru, title_en FROM projects_project
        WHERE {outline} = wanted.outline AND territory_id = wanted.territory OFFSET 0) AS found
"""
_IN_ENGLISH = """
    SELECT id, territory_id, title_kk, title_ru, title_en FROM projects_project
    WHERE territory_id = ANY(%s) AND title_en <> ''
"""


def _alike(keys: Iterable[Key]) -> Iterator[tuple[int, str, str, str, str]]:
    """Yield key, territory and titles of each project that may be one of these, and of others. One query."""
    parts: list[str] = []
    arguments: list[list[str]] = []
    for code in ("kk", "ru"):
        wanted = {(territory, outline(title)) for territory, language, title in keys if language == code}
        if wanted:
            parts.append(_OUTLINED.format(outline=_outline_of(f"title_{code}")))
            arguments += map(list, zip(*sorted(wanted), strict=True))
    if territories := {territory for territory, language, _title in keys if language == "en"}:
        parts.append(_IN_ENGLISH)
        arguments.append(sorted(territories))
    if parts:
        with connection.cursor() as cursor:
            # For thousands of titles the planner expects much and would compile the query for longer than it runs.
            cursor.execute("SET LOCAL jit = off")
            cursor.execute(" UNION ".join(parts), arguments)
            yield from cursor.fetchall()


def _outline_of(column: str) -> str:
    """Return the expression of the index over this column, letter by letter."""
    query = Project.objects.annotate(outline=outlined(column)).values("outline").query
    sql, values = query.get_compiler(connection=connection).as_sql()
    sql = sql.removeprefix("SELECT ").partition(" AS ")[0]
    return sql % tuple(f"'{value}'" for value in values)


class KnownProjects:
    """The projects that rows of a file may be, by identity, and in full for the rows that match."""

    def __init__(self, keys: Iterable[Key]) -> None:
        self._keys: dict[Key, list[int]] = {}
        self._projects: dict[int, Project] = {}
        self._notes: dict[int, dict[str, str]] = {}
        for pk, territory, kk, ru, en in _alike(keys):
            # An English title is a key here in any case: the row of the file may have no other.
            for key in {*identity(territory, {"kk": kk, "ru": ru}), *identity(territory, {"en": en})}:
                self._keys.setdefault(key, []).append(pk)

    def matches(self, keys: Iterable[Key]) -> list[int]:
        """Return the primary keys of the projects that are the same as the row, in order of entry."""
        return sorted({pk for key in keys for pk in self._keys.get(key, ())})

    def fetch(self, pks: Iterable[int]) -> None:
        """Fetch these projects with what the comparison needs."""
        wanted = sorted(set(pks))
        for start in range(0, len(wanted), _CHUNK):
            chunk = wanted[start : start + _CHUNK]
            self._projects |= _COMPARED.in_bulk(chunk)
            first_steps = StatusChange.objects.filter(project__in=chunk).order_by("project", "pk").distinct("project")
            for pk, *notes in first_steps.values_list("project", "note_kk", "note_ru", "note_en"):
                self._notes[pk] = dict(zip(STATUS_NOTES, notes, strict=True))

    def project(self, pk: int) -> Project:
        """Return a project that has been fetched."""
        return self._projects[pk]

    def value(self, pk: int, target: str) -> Any:
        """Return what the register has of a fetched project under this target."""
        if target in STATUS_NOTES:
            return self._notes.get(pk, {}).get(target, "")
        return getattr(self._projects[pk], target)


class KnownResolutions:
    """The resolutions that rows may name, by import key."""

    def __init__(self) -> None:
        found = Resolution.objects.exclude(import_key=None).only("import_key", "kind", "adopted")
        self._by_key = {str(resolution.import_key): resolution for resolution in found}

    def find(self, key: str) -> Resolution | None:
        """Return the resolution of this key, or None."""
        return self._by_key.get(key)

    def names(self) -> Names[str]:
        """Return all keys, to say what a misspelt one was near to."""
        return Names((key, key) for key in self._by_key)


def groups(numbers: Iterable[int]) -> dict[int, Project]:
    """Return the rows that stand for groups, by number."""
    return {row.number: row for row in Project.objects.filter(number__in=set(numbers), is_group=True)}
