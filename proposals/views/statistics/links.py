"""Where the figures of the statistics lead: to exactly the rows they are made of."""

from collections.abc import Iterable, Mapping
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from projects.filters import ProjectFilter
from proposals.queries.queue import PUBLIC_STAGES
from proposals.workflow import Stage
from reference.codelists import APPROVED

FILED = "filed"
"""Parameter of the address: the year of filing, for the figures about proposals."""

OF_THE_REGISTER = tuple(name for name in ProjectFilter.base_filters if name not in ("as_of", "ordering"))
"""Filters of the register that this page reads; it shows the register as it stands today, in no order."""

Pairs = list[tuple[str, str]]


def without_blanks(given: QueryDict, names: Iterable[str]) -> Pairs:
    """Return the filled parameters of these names, in the order of the names."""
    return [(name, value) for name in names for value in given.getlist(name) if value.strip()]


class Links:
    """Addresses of rows, with the filters of the page and what one figure adds to them or sets otherwise."""

    def __init__(self, given: QueryDict, regions: Mapping[str, str] | None = None) -> None:
        self._pairs = without_blanks(given, OF_THE_REGISTER)
        self._filed = without_blanks(given, [FILED])
        self._regions = regions or {}

    def _with(self, **chosen: str | Iterable[str]) -> Pairs:
        pairs = [pair for pair in self._pairs if pair[0] not in chosen]
        for name, values in chosen.items():
            pairs += [(name, value) for value in ([values] if isinstance(values, str) else values)]
        return pairs

    def rows(self, **chosen: str | Iterable[str]) -> str:
        """Return the address of projects in the register; the approved ones unless statuses are chosen."""
        pairs = self._with(**chosen)
        if not any(name == "status" for name, _ in pairs):
            pairs += [("status", status.value) for status in APPROVED]
        return f"{reverse('projects')}?{urlencode(pairs)}"

    def rows_in(self, region: str) -> str:
        """Return the address of the projects of a region that the filter of territory leaves."""
        chosen = [value for name, value in self._pairs if name == "territory"]
        within = [code for code in chosen if self._regions.get(code) == region]
        return self.rows(territory=region if region in chosen or not within else within)

    def queue(self, *stages: str, year: str = "") -> str:
        """Return the address of proposals in the public queue, at these stages or at all; sector and place stay."""
        pairs = [pair for pair in self._pairs if pair[0] in ("sector", "territory")]
        return self._queue(pairs, stages, year or dict(self._filed).get(FILED, ""))

    def whole_queue(self, *stages: str, year: str = "") -> str:
        """Return the same without any filter of the page."""
        return self._queue([], stages, year)

    def _queue(self, pairs: Pairs, stages: Iterable[str], year: str) -> str:
        pairs = [*pairs, *(("stage", Stage(stage).value) for stage in stages or PUBLIC_STAGES)]
        return f"{reverse('queue')}?{urlencode([*pairs, ('year', year)] if year else pairs)}"

    def of_proposals(self, *statuses: str) -> str:
        """Return the address of the projects that the proposals of the funnel became."""
        pairs = [pair for pair in self._pairs if pair[0] in ("sector", "territory")] + self._filed
        pairs += [("status", status) for status in statuses]
        return f"{reverse('statistics_projects')}?{urlencode([('origin', 'proposal'), *pairs])}"

    def never_proposals(self, *statuses: str) -> str:
        """Return the address of the projects that never were a proposal."""
        return f"{reverse('statistics_projects')}?{urlencode([('origin', 'other'), *self._with(status=statuses)])}"

    def here(self, anchor: str = "", *, filed: str | None = None, **chosen: str | Iterable[str]) -> str:
        """Return the address of this page with other choices; an empty one takes the filter away."""
        kept = self._filed if filed is None else [(FILED, filed)] if filed else []
        pairs = [pair for pair in [*self._with(**chosen), *kept] if pair[1]]
        return f"{reverse('statistics')}{'?' if pairs else ''}{urlencode(pairs)}{anchor}"
