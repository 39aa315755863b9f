"""A table of resolutions into the register, with the maslikhats that passed them."""

from dataclasses import dataclass, field
from typing import Any, BinaryIO

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from projects.imports.columns import resolution_columns
from projects.imports.errors import FileRefused
from projects.imports.headers import Row
from projects.imports.readers import read_table, receive
from projects.imports.territories import Territories
from projects.models import DeclaredShare, Maslikhat, Resolution
from projects.services.imports.comparison import ColumnRules, refuse_change, says_the_same
from projects.services.imports.result import ImportResult, Progress, silent
from projects.services.register import lock_numbering
from reference.codelists import InitiatorType
from reference.models import Territory

_FIELDS: dict[str, Any] = {field.name: field for field in Resolution._meta.concrete_fields} | {
    f"body_{code}": Maslikhat._meta.get_field(f"name_{code}") for code in ("kk", "ru", "en")
}
_SHARE = {"sme_count": "count", "sme_total": "total"}


@dataclass
class ReadResolutions:
    """A file of resolutions, read and not yet held against the register."""

    result: ImportResult
    rows: list[Row] = field(default_factory=list)


def import_resolution_table(
    stream: BinaryIO, name: str, *, dry_run: bool = False, progress: Progress = silent
) -> ImportResult:
    """Enter the resolutions of a CSV or XLSX file, all or none; bad input comes back as errors of the result."""
    papers = read_resolutions(stream, name, dry_run=dry_run)
    with transaction.atomic():
        lock_numbering()
        enter_resolutions(papers, progress=progress)
        if dry_run or not papers.result.ok:
            transaction.set_rollback(True)
    return papers.result


def read_resolutions(stream: BinaryIO, name: str, *, dry_run: bool = False) -> ReadResolutions:
    """Return the rows of the file by themselves, without a look at the register."""
    upload = receive(stream, name)
    papers = ReadResolutions(ImportResult(upload.name, upload.sha256, dry_run))
    columns = resolution_columns(Territories(Territory.objects.all()))
    try:
        table = read_table(upload, knows=columns.knows)
        papers.result.errors.extend(table.errors)
        places = columns.places(table)
    except FileRefused as refusal:
        papers.result.errors.extend(refusal.errors)
        return papers
    papers.rows = [Row(record, places, columns) for record in table.records]
    papers.result.rows = len(papers.rows)
    return papers


def enter_resolutions(papers: ReadResolutions, *, progress: Progress = silent) -> set[str]:
    """Enter the good rows one after another and gather the errors of the others; return the keys of those.

    The caller holds the transaction and rolls it back when there are errors.
    """
    first: dict[str, int] = {}
    refused: set[str] = set()
    rules = ColumnRules(_FIELDS)
    for done, row in enumerate(papers.rows, start=1):
        rules.check(row)
        _check_row(row, first)
        existing = _existing(row)
        if existing:
            papers.result.unchanged += _is_unchanged(row, existing)
        elif not row.errors and not row.refused:
            papers.result.added += _enter(row)
        if row.errors or row.refused:
            refused.add(row.values.get("import_key", ""))
        progress("stored", done, len(papers.rows))
    papers.result.errors.extend(item for row in papers.rows for item in row.errors)
    papers.result.errors.sort(key=lambda item: (item.row or 0, item.column))
    return refused


def _check_row(row: Row, first: dict[str, int]) -> None:
    for target, message in (
        ("import_key", _("Write the key by which rows of projects name the resolution.")),
        ("territory", _("Write the KATO code of the territory.")),
        ("kind", _("Write the kind of the resolution.")),
    ):
        if not row.says(target):
            row.refuse(target, message)
    if key := row.values.get("import_key"):
        other = first.setdefault(key, row.number)
        if other != row.number:
            message = _("Rows %(first)s and %(second)s have the same key. Leave one of them.")
            row.refuse("import_key", message % {"first": other, "second": row.number})


def _existing(row: Row) -> Resolution | None:
    if "import_key" in row.refused:
        return None
    found = Resolution.objects.select_related("maslikhat__territory").prefetch_related("declared_shares")
    return found.filter(import_key=row.values["import_key"]).first()


def _is_unchanged(row: Row, resolution: Resolution) -> bool:
    """Tell whether the register has all the row says; write an error for each thing it has otherwise."""
    same = True
    for target, value in list(row.values.items()):
        kept = _kept(resolution, target)
        if not says_the_same(value, kept, _FIELDS.get(target)):
            refuse_change(row, target, kept)
            same = False
    return same and not row.errors


def _kept(resolution: Resolution, target: str) -> Any:
    if target == "territory":
        return resolution.maslikhat.territory
    if target.startswith("body_"):
        return getattr(resolution.maslikhat, target.replace("body", "name"))
    if target in _SHARE:
        shares = (row for row in resolution.declared_shares.all() if row.initiator_type == InitiatorType.SME)
        return getattr(next(shares, None), _SHARE[target], None)
    return getattr(resolution, target)


def _enter(row: Row) -> bool:
    """Store one resolution with its maslikhat and share; write errors and tell False where a rule forbids it."""
    facts = {
        target: value for target, value in row.values.items() if target in _FIELDS and not target.startswith("body_")
    }
    try:
        with transaction.atomic():
            maslikhat = _maslikhat(row)
            if maslikhat is None:
                return False
            resolution = Resolution(maslikhat=maslikhat, **facts)
            resolution.full_clean()
            resolution.save(force_insert=True)
            share = {column: row.values[target] for target, column in _SHARE.items() if target in row.values}
            if share:
                DeclaredShare.objects.create(resolution=resolution, initiator_type=InitiatorType.SME, **share)
    except ValidationError as refusal:
        for target, errors in refusal.error_dict.items():
            row.refuse(target if target in _FIELDS else "import_key", " ".join(ValidationError(errors).messages))
        return False
    except IntegrityError:
        # Somebody entered the same paper through the admin while this file was read.
        row.refuse("import_key", _("The register refused this resolution. Import the file again."))
        return False
    return True


def _maslikhat(row: Row) -> Maslikhat | None:
    """Return the maslikhat of the territory, entered now if need be; None after an error about its name."""
    names = {code: row.values.get(f"body_{code}", "") for code in ("kk", "ru", "en")}
    maslikhat = Maslikhat.objects.filter(territory=row.values["territory"]).first()
    if maslikhat is None:
        for code, name in names.items():
            if not name:
                row.refuse(f"body_{code}", _("This maslikhat is new: write its name in all three languages."))
        if row.errors:
            return None
        return Maslikhat.objects.create(
            territory=row.values["territory"], **{f"name_{code}": name for code, name in names.items()}
        )
    for code, name in names.items():
        kept = getattr(maslikhat, f"name_{code}")
        if name and name != kept:
            refuse_change(row, f"body_{code}", kept)
    return None if row.errors else maslikhat
