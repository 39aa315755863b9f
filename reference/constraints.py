"""Rules of a row that many tables share."""

from collections.abc import Iterable

from django.db.models import CheckConstraint, Q
from django.utils.translation import gettext_lazy as _


def known_code(field: str, codes: Iterable[str], *, may_be_empty: bool = False) -> CheckConstraint:
    """Return the rule that the column holds one of the codes, or nothing where that is allowed."""
    allowed = [*([""] if may_be_empty else []), *codes]
    return CheckConstraint(
        condition=Q(**{f"{field}__in": allowed}),
        name=f"%(app_label)s_%(class)s_{field}_is_known",
        violation_error_message=_("Choose one of the values of the list."),
    )
