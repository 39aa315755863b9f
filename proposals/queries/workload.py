"""Who has how much to review, and who took which steps: sums of a given set of proposals, made by the database.

Working days are counted there too: the place of a day among the working days, minus the place of the first day.
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Count, QuerySet
from django.utils import timezone

from proposals.models import Proposal, StageChange
from proposals.queries.spells import working_days_since
from proposals.queries.times import LEAST
from proposals.workflow import OPINION_STAGES, STEPS, UNDECIDED, Action
from reference.years import Years

STAFF_ACTIONS = tuple(step.action for step in STEPS if step.permission)
"""Steps that need a right of the chamber; what an applicant does is nobody's work here."""


@dataclass(frozen=True)
class Load:
    """What one expert, or all together, has to review and has reviewed."""

    open: int = 0
    waiting: int = 0
    late: int | None = 0
    overdue: int = 0
    given: int = 0
    measured: int = 0
    median: Decimal | None = None
    """Working days from assignment to opinion; None where fewer than five were given."""


@dataclass(frozen=True)
class Loads:
    """The loads of experts by their keys, and the whole."""

    whole: Load = field(default_factory=Load)
    by_expert: dict[int, Load] = field(default_factory=dict)


_EARLIEST = """
WITH chosen (proposal, stage) AS ({chosen})
SELECT NULL::date, min(assigned_at) FROM proposals_assignment WHERE proposal_id IN (SELECT proposal FROM chosen)"""

_SQL = """
WITH chosen (proposal, stage) AS ({chosen}),
asked AS (
    SELECT a.proposal_id, a.expert_id, a.due_on, (a.assigned_at AT TIME ZONE %(zone)s)::date AS asked_on, chosen.stage,
           (a.proposal_id, a.expert_id) IN (
               SELECT d.proposal_id, d.person_id FROM proposals_declaration d WHERE d.has_conflict) AS aside
    FROM proposals_assignment a JOIN chosen ON chosen.proposal = a.proposal_id),
given AS (
    SELECT o.proposal_id, o.expert_id, (o.given_at AT TIME ZONE %(zone)s)::date AS given_on,
           (%(begins)s::timestamptz IS NULL OR o.given_at >= %(begins)s)
           AND (%(ends)s::timestamptz IS NULL OR o.given_at < %(ends)s) AS counts
    FROM proposals_opinion o JOIN chosen ON chosen.proposal = o.proposal_id
    WHERE o.given_at IS NOT NULL),
both_sides AS (
    SELECT expert_id, due_on, stage, given_on IS NULL AND NOT aside AS owed, counts,
           width_bucket(coalesce(given_on, %(today)s), %(days)s::date[]) - width_bucket(asked_on, %(days)s::date[])
           AS spent, given_on
    FROM asked FULL JOIN given USING (proposal_id, expert_id))
SELECT grouping(expert_id), expert_id,
       count(*) FILTER (WHERE owed AND stage = ANY (%(undecided)s)),
       count(*) FILTER (WHERE owed AND stage = ANY (%(writing)s)),
       count(*) FILTER (WHERE owed AND stage = ANY (%(writing)s) AND spent > %(target)s),
       count(*) FILTER (WHERE owed AND stage = ANY (%(writing)s) AND due_on < %(today)s),
       count(*) FILTER (WHERE counts),
       count(spent) FILTER (WHERE counts),
       -- Of opinions that nobody asked for there is no time, and greatest() would make it nothing.
       percentile_cont(0.5) WITHIN GROUP (ORDER BY greatest(spent, 0)) FILTER (WHERE counts AND spent IS NOT NULL)
FROM both_sides WHERE %(only)s::bigint IS NULL OR expert_id = %(only)s
GROUP BY GROUPING SETS ((expert_id), ())
"""


def loads(
    proposals: QuerySet[Proposal],
    period: Years,
    *,
    today: datetime.date,
    target: int | None,
    only: int | None = None,
) -> Loads:
    """Return what experts owe today and gave in the period, of these proposals; ``only`` one expert if named.

    Owed is an opinion that is asked for, not given, and not barred by a conflict of interest. Late is what waits for
    more working days than ``target``; unknown without one. Two queries.
    """
    chosen = proposals.order_by().values_list("pk", "stage")
    try:
        sql, params = chosen.query.sql_with_params()
    except EmptyResultSet:
        return Loads()
    earliest = _EARLIEST.format(chosen=sql)
    facts = {
        "zone": timezone.get_current_timezone_name(),
        "begins": period.begins,
        "ends": period.ends,
        "today": today,
        "days": working_days_since(earliest, params, max(today, timezone.localdate())),
        "undecided": [stage.value for stage in UNDECIDED],
        "writing": [stage.value for stage in OPINION_STAGES],
        "target": target,
        "only": only,
    }
    with connection.cursor() as cursor:
        cursor.execute(*_named(_SQL, sql, params, facts))
        rows = cursor.fetchall()
    whole, by_expert = Load(), {}
    for is_whole, expert, *counts in rows:
        made = _load(counts, is_target_known=target is not None)
        if is_whole:
            whole = made
        else:
            by_expert[expert] = made
    return Loads(whole, by_expert)


def _named(template: str, chosen: str, params: Sequence[Any], facts: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Put a query of Django into the statement: its nameless parameters get names."""
    names = [f"chosen_{place}" for place in range(len(params))]
    inner = chosen % tuple(f"%({name})s" for name in names)
    return template.format(chosen=inner), {**facts, **dict(zip(names, params, strict=True))}


def _load(counts: Sequence[Any], *, is_target_known: bool) -> Load:
    still, waiting, late, overdue, given, measured, middle = counts
    return Load(
        open=still,
        waiting=waiting,
        late=late if is_target_known else None,
        overdue=overdue,
        given=given,
        measured=measured,
        median=Decimal(str(middle)) if middle is not None and measured >= LEAST else None,
    )


def steps_taken(
    proposals: QuerySet[Proposal], period: Years, *, only: int | None = None
) -> dict[int, dict[Action, int]]:
    """Return how many steps of the chamber each person took in the period, by action. One query."""
    found = StageChange.objects.filter(
        period.of_moments("at"), proposal__in=proposals.order_by().values("pk"), action__in=STAFF_ACTIONS
    )
    if only is not None:
        found = found.filter(actor=only)
    taken: dict[int, dict[Action, int]] = {}
    for actor, action, count in found.order_by().values_list("actor", "action").annotate(count=Count("pk")):
        taken.setdefault(actor, {})[Action(action)] = count
    return taken
