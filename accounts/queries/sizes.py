"""The law's limits of the size classes, in people and in tenge of today."""

import datetime
from dataclasses import dataclass

from django.utils import timezone

from reference.codelists import EnterpriseSize
from reference.queries import ParameterUnknown, legal_value


@dataclass(frozen=True)
class SizeLimit:
    """Up to how many people and how much income a year an enterprise is of this size."""

    label: str
    staff: int
    income_mci: int
    income: int


def size_limits(on: datetime.date | None = None) -> list[SizeLimit]:
    """Return micro, small and medium with their limits on the day; nothing when a number of the law is not on file."""
    day = on or timezone.localdate()
    try:
        mci = legal_value("mci", day)
        return [
            SizeLimit(
                str(size.label),
                int(legal_value(f"sme_{size.value}_staff", day)),
                int(times := legal_value(f"sme_{size.value}_income_mci", day)),
                int(times * mci),
            )
            for size in EnterpriseSize
        ]
    except ParameterUnknown:
        return []
