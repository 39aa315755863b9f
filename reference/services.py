"""Loaders of the reference tables from the CSV files beside the code: repeatable, and never against the staff.

A row that is missing is added; a row that stands already is left as it is, because staff may have changed it, unless
``overwrite`` asks for the file's values.
"""

import csv
import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import models, transaction

from reference.models import LegalParameter, Sector, Territory, WorkingDayCorrection

DATA = Path(__file__).resolve().parent / "data"


@dataclass(frozen=True)
class Loaded:
    """What a load did, in rows."""

    added: int
    changed: int
    kept: int


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream)


def _names(row: dict[str, str]) -> dict[str, str]:
    return {f"name_{language}": row.get(language) or row[f"name_{language}"] for language in ("kk", "ru", "en")}


@transaction.atomic
def _load(
    model: type[models.Model],
    path: Path,
    read: Callable[[dict[str, str]], tuple[dict[str, Any], dict[str, Any]]],
    overwrite: bool,
) -> Loaded:
    added = changed = kept = 0
    for row in _rows(path):
        key, facts = read(row)
        found = model._default_manager.filter(**key).first()
        if found is None:
            added += _added(model, {**key, **facts})
        elif any(getattr(found, name) != value for name, value in facts.items()):
            if overwrite:
                _checked(found, facts).save()
            changed += overwrite
            kept += not overwrite
    return Loaded(added, changed, kept)


def _checked(row: models.Model, facts: dict[str, Any]) -> models.Model:
    for name, value in facts.items():
        setattr(row, name, value)
    row.full_clean()
    return row


def _added(model: type[models.Model], facts: dict[str, Any]) -> bool:
    """Add the row; leave it where staff have given its days another value already."""
    if model is LegalParameter and _days_are_taken(facts):
        return False
    row = model()
    _checked(row, facts).save(force_insert=True)
    return True


def _days_are_taken(facts: dict[str, Any]) -> bool:
    others = LegalParameter.objects.filter(code=facts["code"]).exclude(valid_to__lt=facts["valid_from"])
    return others.filter(valid_from__lte=facts["valid_to"] or datetime.date.max).exists()


def load_territories(path: Path = DATA / "territories.csv", *, overwrite: bool = False) -> Loaded:
    """Load regions, cities and districts by KATO code; parents stand before their districts in the file."""

    def read(row: dict[str, str]) -> tuple[dict[str, Any], dict[str, Any]]:
        return {"code": row["code"]}, {**_names(row), "level": row["level"], "parent_id": row["parent"] or None}

    return _load(Territory, path, read, overwrite)


def load_sectors(path: Path = DATA / "sectors.csv", *, overwrite: bool = False) -> Loaded:
    """Load the sectors with their OC4IDS codes."""

    def read(row: dict[str, str]) -> tuple[dict[str, Any], dict[str, Any]]:
        return {"code": row["code"]}, {
            **_names(row),
            "oc4ids_codes": row["oc4ids"].split(),
            "order": int(row["order"]),
        }

    return _load(Sector, path, read, overwrite)


def load_parameters(path: Path = DATA / "legal_parameters.csv", *, overwrite: bool = False) -> Loaded:
    """Load the law's numbers and the chamber's targets by code and first day."""

    def read(row: dict[str, str]) -> tuple[dict[str, Any], dict[str, Any]]:
        return {"code": row["code"], "valid_from": datetime.date.fromisoformat(row["valid_from"])}, {
            **_names(row),
            **{name: row[name] for name in ("unit", "source", "source_url", "note_kk", "note_ru", "note_en")},
            "value": Decimal(row["value"]),
            "valid_to": datetime.date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
            "is_target": row["is_target"] == "yes",
        }

    return _load(LegalParameter, path, read, overwrite)


def load_working_days(path: Path = DATA / "working_day_corrections.csv", *, overwrite: bool = False) -> Loaded:
    """Load the days on which the calendar library is wrong for Kazakhstan."""

    def read(row: dict[str, str]) -> tuple[dict[str, Any], dict[str, Any]]:
        return {"date": datetime.date.fromisoformat(row["date"])}, {
            **_names(row),
            "is_working": row["is_working"] == "yes",
            "source_url": row["source_url"],
        }

    return _load(WorkingDayCorrection, path, read, overwrite)
