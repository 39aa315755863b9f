"""Who took the monthly report, for those who may take it."""

from proposals.models import ReportTaking

SHOWN = 20


def last_takings() -> list[ReportTaking]:
    """Return the last takings with the people, newest first. One query."""
    return list(ReportTaking.objects.select_related("taker").order_by("-id")[:SHOWN])
