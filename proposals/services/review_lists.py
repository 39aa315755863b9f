"""Loaders of the review's lists from the files beside the code: only what is missing, never against the staff."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import transaction

from proposals.models import Criterion, RefusalReason
from reference.models import Sector

DATA = Path(__file__).resolve().parent.parent / "data"


@dataclass(frozen=True)
class LoadedLists:
    """How many rows were added."""

    criteria: int
    reasons: int


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream)


def _add_missing(model: type[Criterion] | type[RefusalReason], rows: list[dict[str, Any]]) -> int:
    have = set(model.objects.values_list("code", flat=True))
    missing = [row for row in rows if row["code"] not in have]
    for row in missing:
        made = model(**row)
        made.full_clean()
        made.save(force_insert=True)
    return len(missing)


@transaction.atomic
def load_review_lists() -> LoadedLists:
    """Add the shipped criteria and reasons for refusal whose codes are missing; the sectors must be loaded."""
    # The empty code is "for every sector"; a code that is not on file must not become one.
    sectors: dict[str, Sector | None] = {"": None, **Sector.objects.in_bulk()}
    criteria = [{**row, "sector": sectors[row["sector"]]} for row in _rows("criteria.csv")]
    return LoadedLists(
        criteria=_add_missing(Criterion, criteria),
        reasons=_add_missing(RefusalReason, list(_rows("refusal_reasons.csv"))),
    )
