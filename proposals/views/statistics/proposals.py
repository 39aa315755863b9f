"""Figures about proposals and applications as the page shows them."""

from collections.abc import Mapping
from typing import Any

from projects.queries.totals import Figures
from proposals.charts import columns_of
from proposals.queries.statistics.channels import YearOfFiling
from proposals.queries.statistics.durations import times_to_approval
from proposals.queries.statistics.funnel import STATUSES, SUPPORTED_STAGES, Funnel, Reached, Step
from proposals.queries.times import StageTime, stage_times
from proposals.views.statistics.links import Links
from proposals.workflow import Stage
from reference.codelists import ProjectStatus
from reference.shares import percent


def _step(reached: Reached, whole: Figures, links: Links) -> dict[str, Any]:
    step, count = reached.step, reached.asked.projects
    address = {Step.FILED: links.queue(), Step.SUPPORTED: links.queue(*SUPPORTED_STAGES)}.get(step)
    if step == Step.APPROVED:
        address = links.queue(Stage.APPROVED)
    width = round(100 * count / whole.projects, 2) if whole.projects else 0
    return {
        "reached": reached,
        "address": address or links.of_proposals(*STATUSES[step]),
        "listed_address": links.of_proposals(*(() if step == Step.APPROVED else STATUSES.get(step, ()))),
        "width": width,
        "x": (100 - width) / 2,
        "percent": percent(count, whole.projects),
        "there": count - reached.left,
    }


def of_proposals(found: Funnel, links: Links) -> dict[str, Any]:
    """Return the funnel and where every filed proposal stands."""
    return {
        "funnel": found,
        "steps": [_step(reached, found.whole, links) for reached in found.steps],
        "stages": [
            {"label": Stage(stage).label, "asked": figures, "address": links.queue(stage)}
            for stage, figures in found.stages.items()
        ],
        "gone": [
            {"label": status.label, "totals": found.statuses[status], "address": links.of_proposals(status)}
            for status in (ProjectStatus.TERMINATED, ProjectStatus.EXCLUDED)
            if status in found.statuses and found.statuses[status].projects
        ],
    }


def _stage_bars(times: Mapping[str, StageTime]) -> list[dict[str, Any]]:
    longest = max([max(time.usual.days or 0, time.target or 0) for time in times.values()], default=0)

    def part(days: int | None) -> float | None:
        return None if days is None or not longest else round(100 * days / longest, 2)

    return [{"time": time, "usual": part(time.usual.days), "target": part(time.target)} for time in times.values()]


def times(links: Links) -> dict[str, Any]:
    """Return how long things take; the filters of the page do not apply, few cases would say nothing."""
    whole, by_year = times_to_approval()
    found = [(whole, links.whole_queue(Stage.APPROVED))]
    found += [(one, links.whole_queue(Stage.APPROVED, year=str(one.year))) for one in by_year]
    return {"durations": found if whole.count else [], "stage_bars": _stage_bars(stage_times())}


def channels(years: list[YearOfFiling], links: Links) -> dict[str, Any]:
    """Return the channels by year; the queue does not tell the channel of a proposal, so no filter applies."""
    shown = [
        {
            "year": year,
            "percent": percent(year.online, year.applications),
            "address": links.whole_queue(year=str(year.year)),
        }
        for year in years
    ]
    chart = columns_of([[year.online, year.paper] for year in years])
    columns = list(zip(shown, chart.columns, strict=True)) if chart else []
    return {"channels": shown, "channel_chart": chart, "channel_columns": columns}
