"""How a cell is held against what the register has: equal, less exact, or different."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from projects.imports.errors import shown
from projects.imports.headers import REMEMBERED, Row
from reference.fields import PartialDateField


class ColumnRules:
    """What the columns of the register make of values: how they are kept, and which are refused.

    The same values stand in many rows of a file: each is judged once.
    """

    def __init__(self, fields: Mapping[str, Any]) -> None:
        # Keys and numbers that name another row are judged where that row is looked for.
        self._fields = {target: field for target, field in fields.items() if not field.is_relation}
        self._judged: dict[str, dict[Any, tuple[Any, str]]] = {target: {} for target in self._fields}

    def check(self, row: Row) -> None:
        """Bring the values into the shape they are kept in and refuse those of wrong length, range or characters."""
        for target, value in list(row.values.items()):
            judged = self._judged.get(target)
            if judged is None:
                continue
            if isinstance(value, list):
                kept, refusal = self._judge(target, value)
            elif (known := judged.get(value)) is not None:
                kept, refusal = known
            else:
                kept, refusal = self._judge(target, value)
                if len(judged) < REMEMBERED:
                    judged[value] = kept, refusal
            row.values[target] = kept
            if refusal:
                row.refuse(target, refusal)

    def _judge(self, target: str, value: Any) -> tuple[Any, str]:
        field = self._fields[target]
        kept = field.to_python(value) if isinstance(value, str) else value
        try:
            field.run_validators(kept)
        except ValidationError as refusal:
            return kept, " ".join(refusal.messages)
        return kept, ""


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
