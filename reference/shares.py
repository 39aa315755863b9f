"""Shares in percent: one rounding for every page, paper and download. Pure."""

from decimal import ROUND_HALF_UP, Decimal


def percent(part: int, whole: int) -> Decimal | None:
    """Return the share in percent, half up to one place; None where the whole is nothing."""
    return (Decimal(100 * part) / whole).quantize(Decimal("0.1"), ROUND_HALF_UP) if whole else None
