"""By which way applications come: online or on paper, by year of filing."""

from dataclasses import dataclass

from django.db.models import Count

from proposals.models import Application
from reference.codelists import Channel


@dataclass(frozen=True)
class YearOfFiling:
    """Filed applications of a year by channel, and the proposals in them."""

    year: int
    online: int
    paper: int
    proposals: int

    @property
    def applications(self) -> int:
        """Applications by both channels."""
        return self.online + self.paper


def years_of_filing() -> list[YearOfFiling]:
    """Return the years in which something was filed, oldest first. One query."""
    rows = (
        Application.objects.filter(filed_at__isnull=False)
        .order_by()
        .values_list("year", "channel")
        .annotate(Count("pk", distinct=True), Count("proposals"))
    )
    found: dict[int, dict[str, tuple[int, int]]] = {}
    for year, channel, applications, proposals in rows:
        found.setdefault(year, {})[channel] = (applications, proposals)
    return [
        YearOfFiling(
            year,
            by_channel.get(Channel.ONLINE, (0, 0))[0],
            by_channel.get(Channel.PAPER, (0, 0))[0],
            sum(proposals for _, proposals in by_channel.values()),
        )
        for year, by_channel in sorted(found.items())
    ]
