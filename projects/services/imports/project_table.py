"""A table of projects into the register: every row judged, then all entered or none."""

from collections.abc import Iterable
from typing import Any, BinaryIO

from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from projects.imports.cells import near_names
from projects.imports.columns import project_columns
from projects.imports.errors import CellError, FileRefused, error
from projects.imports.headers import Row
from projects.imports.readers import Upload, read_table, receive
from projects.imports.rules import check_identity, check_new, settle_territory
from projects.imports.territories import Territories
from projects.models import Project, StatusChange
from projects.services.imports.comparison import ColumnRules, refuse_change, says_the_same
from projects.services.imports.known import Key, KnownProjects, KnownResolutions, groups, row_identity
from projects.services.imports.resolution_table import enter_resolutions, read_resolutions
from projects.services.imports.result import ImportResult, Progress, silent
from projects.services.imports.storing import store
from projects.services.register import STATUS_NOTES, ProjectEntry, lock_numbering, prepare
from reference.models import Sector, Territory

_REPORT_EVERY = 500

_FIELDS: dict[str, Any] = {field.name: field for field in Project._meta.concrete_fields} | {
    name: StatusChange._meta.get_field(name.removeprefix("status_")) for name in STATUS_NOTES
}


def import_table(
    stream: BinaryIO,
    name: str,
    *,
    by: Any = None,
    dry_run: bool = False,
    resolutions: tuple[BinaryIO, str] | None = None,
    progress: Progress = silent,
) -> ImportResult:
    """Enter the projects of a CSV or XLSX file, all or none, and say what was done or what is wrong.

    ``resolutions`` is a second file (stream and name) whose resolutions enter in the same transaction. Bad input never
    raises: it comes back as errors of the result. ``dry_run`` does everything and takes it back.
    """
    upload = receive(stream, name)
    result = ImportResult(upload.name, upload.sha256, dry_run)
    rows = _read_rows(upload, result)
    papers = read_resolutions(*resolutions, dry_run=dry_run) if resolutions else None
    with transaction.atomic():
        # Two imports at once wait for each other here, before either looks at what the register has.
        lock_numbering()
        unsure: set[str] = set()
        if papers:
            result.resolutions = papers.result
            unsure = enter_resolutions(papers)
        new = _judge(rows, result, unsure=unsure, progress=progress)
        if result.ok:
            _store(new, result, by=by, progress=progress)
        if dry_run or not result.ok:
            transaction.set_rollback(True)
    result.errors.sort(key=lambda item: (item.row or 0, item.column))
    return result


def _read_rows(upload: Upload, result: ImportResult) -> list[Row]:
    """Return the rows of the file by themselves, without a look at the register."""
    territories = Territories(Territory.objects.all())
    columns = project_columns(Sector.objects.all(), territories)
    try:
        table = read_table(upload, knows=columns.knows)
        result.errors.extend(table.errors)
        places = columns.places(table)
    except FileRefused as refusal:
        result.errors.extend(refusal.errors)
        return []
    rows = [Row(record, places, columns) for record in table.records]
    result.rows = len(rows)
    rules = ColumnRules(_FIELDS)
    for row in rows:
        settle_territory(row, territories)
        rules.check(row)
    return rows


def _judge(rows: list[Row], result: ImportResult, *, unsure: set[str], progress: Progress) -> list[Row]:
    """Return the rows that are new and good; count those the register has already; gather all errors."""
    _resolve(rows, unsure=unsure)
    identities = {row.number: row_identity(row) for row in rows if check_identity(row)}
    _refuse_twins(rows, identities)
    known = KnownProjects({key for keys in identities.values() for key in keys})
    matches = {number: known.matches(keys) for number, keys in identities.items()}
    known.fetch(pk for pks in matches.values() for pk in pks)
    new = []
    for done, row in enumerate(rows, start=1):
        if pks := matches.get(row.number):
            result.unchanged += _is_unchanged(row, pks, known) and not row.refused
        else:
            check_new(row)
            new.append(row)
        if done % _REPORT_EVERY == 0 or done == len(rows):
            progress("checked", done, len(rows))
    result.errors.extend(item for row in rows for item in row.errors)
    return new


def _resolve(rows: list[Row], *, unsure: set[str]) -> None:
    """Put resolutions and groups in the place of the keys and numbers that name them."""
    resolutions = KnownResolutions()
    known_groups = groups(row.values["group"] for row in rows if "group" in row.values)
    for row in rows:
        for target in ("resolution", "excluded_by"):
            key = row.values.pop(target, None)
            if key is None:
                continue
            if found := resolutions.find(key):
                row.values[target] = found
            elif key in unsure:
                # Its own row in the file of resolutions has the error.
                row.refused.add(target)
            else:
                message = _("There is no resolution with this key. Enter the resolution first, or correct the key.")
                row.refuse(target, message + near_names(resolutions.names(), key))
        if (number := row.values.pop("group", None)) is not None:
            if group := known_groups.get(number):
                row.values["group"] = group
            else:
                row.refuse("group", _("The register has no group with this number."))


def _refuse_twins(rows: list[Row], identities: dict[int, list[Key]]) -> None:
    first: dict[Key, int] = {}
    for row in rows:
        for key in identities.get(row.number, ()):
            other = first.setdefault(key, row.number)
            if other != row.number:
                message = _("Rows %(first)s and %(second)s are the same project. Leave one of them.")
                row.refuse(f"title_{key[1]}", message % {"first": other, "second": row.number})
                break


def _is_unchanged(row: Row, pks: list[int], known: KnownProjects) -> bool:
    """Tell whether the register has all the row says; write an error for each thing it has otherwise."""
    differing = {pk: [target for target in row.values if not _agrees(row, target, known, pk)] for pk in pks}
    if not all(differing.values()):
        return True
    if len(pks) > 1:
        numbers = ", ".join(str(known.project(pk).number) for pk in pks)
        title = next(target for target in ("title_kk", "title_ru", "title_en") if target in row.values)
        message = _("The register has several projects of this title here: No. %(numbers)s. Leave the row out.")
        row.refuse(title, message % {"numbers": numbers})
        return False
    for target in differing[pks[0]]:
        refuse_change(row, target, _shown_value(known, pks[0], target))
    return False


def _agrees(row: Row, target: str, known: KnownProjects, pk: int) -> bool:
    return says_the_same(row.values[target], known.value(pk, target), _FIELDS.get(target))


def _shown_value(known: KnownProjects, pk: int, target: str) -> Any:
    kept = known.value(pk, target)
    if target in {"resolution", "excluded_by"} and kept is not None:
        return kept.import_key or str(kept)
    return kept.number if target == "group" and kept is not None else kept


def _store(rows: list[Row], result: ImportResult, *, by: Any, progress: Progress) -> None:
    """Enter the rows; what the database refuses all the same comes back as errors of rows."""
    if not rows:
        return
    try:
        with transaction.atomic():
            store(rows, by=by, progress=progress)
            # References are otherwise checked at the commit, too late to be told as an error of the table.
            connection.check_constraints()
    except (ValidationError, IntegrityError) as refusal:
        result.errors.extend(_diagnose(rows, refusal))
    else:
        result.added = len(rows)


def _diagnose(rows: Iterable[Row], refusal: Exception) -> list[CellError]:
    """Return what the database refused by row; one error without a row where no single row is at fault."""
    for row in rows:
        try:
            prepare(ProjectEntry(**row.values))
        except ValidationError as found:
            for target, errors in found.update_error_dict({}).items():
                row.refuse(target if target in _FIELDS else "", " ".join(ValidationError(errors).messages))
    found_errors = [item for row in rows for item in row.errors]
    name = getattr(getattr(refusal.__cause__, "diag", None), "constraint_name", None) or type(refusal).__name__
    message = _("The database refused the table (%(rule)s). Show this line to the administrator.") % {"rule": name}
    return found_errors or [error(None, "", "", message)]
