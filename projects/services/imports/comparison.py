"""How a cell is held against what the register has: equal, less exact, or different."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from projects.imports.errors import shown
from projects.imports.headers import Row
from reference.fields import PartialDateField


def check_columns(row: Row, fields: Mapping[str, Any]) -> None:
    """Let the rules of the columns judge the values: length, range, characters."""
    for target, value in list(row.values.items()):
        field = fields.get(target)
        if field is None or isinstance(value, models.Model):
            continue
        try:
            field.run_validators(value)
        except ValidationError as refusal:
            row.refuse(target, " ".join(refusal.messages))


def says_the_same(value: Any, kept: Any, field: Any = None) -> bool:
    """Tell whether the cell adds nothing to what is kept.

    A month says nothing against a day in it: records of old papers are completed later.
    """
    if isinstance(field, PartialDateField):
        return bool(kept == value or kept.startswith(f"{value}-"))
    if isinstance(value, list):
        return sorted(value) == sorted(kept)
    return bool(kept == value)


def refuse_change(row: Row, target: str, kept: Any) -> None:
    """Write the error of a row that would change what the register has."""
    remedy = _("Change it in the admin, or leave the row out.")
    if kept in (None, "", []):
        row.refuse(target, _("The register has nothing here.") + " " + remedy)
    else:
        row.refuse(target, _("The register has “%(value)s”.") % {"value": shown(_written(kept))} + " " + remedy)


def _written(kept: Any) -> str:
    if isinstance(kept, bool):
        return _("yes") if kept else _("no")
    if isinstance(kept, Decimal):
        return f"{kept.normalize():f}"
    if isinstance(kept, Iterable) and not isinstance(kept, str):
        return "; ".join(map(str, kept))
    return str(getattr(kept, "pk", kept))
