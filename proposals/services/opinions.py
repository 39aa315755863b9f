"""Writing an opinion: kept as a draft, then given once and for all."""

import datetime
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from proposals.models import Criterion, Opinion, Proposal, Score
from proposals.queries.access import works_for
from proposals.queries.review import WRITE_OPINION, may_open
from proposals.workflow import OPINION_STAGES

ScoreFacts = Mapping[int, tuple[int | None, str]]
"""Score (0 … 10, None when not given yet) and remark by the key of the criterion."""


class StaleOpinion(Exception):
    """The opinion was changed in another window since this page was opened."""


def criteria_for(sector: str | None) -> list[Criterion]:
    """Return the criteria in use for a sector, those of every sector first."""
    return list(Criterion.objects.filter(Q(sector__isnull=True) | Q(sector=sector), is_active=True))


def may_write(proposal: Proposal, user: Any) -> bool:
    """Tell whether the person is asked for an opinion on a proposal and may read what it is about."""
    if not (user.is_staff and user.has_perm(WRITE_OPINION)) or works_for(user, proposal.application):
        return False
    return proposal.assignments.filter(expert=user).exists() and may_open(user, proposal)


@transaction.atomic
def write_opinion(
    proposal: Proposal,
    *,
    by: Any,
    version: int,
    recommendation: str = "",
    text: str = "",
    conditions: str = "",
    scores: ScoreFacts,
    give: bool = False,
    at: datetime.datetime | None = None,
) -> Opinion:
    """Keep an expert's own opinion, and with ``give`` make it final; return it.

    Only an assigned expert, who has declared no conflict, during the review. Raises PermissionDenied, StaleOpinion,
    ValidationError (already given, a criterion without a score, no reasons, no recommendation).
    """
    row = Proposal.objects.select_for_update(of=("self",)).select_related("application").get(pk=proposal.pk)
    if not may_write(row, by):
        raise PermissionDenied
    if row.stage not in OPINION_STAGES:
        raise ValidationError(_("Opinions are written while the proposal is under review."))
    opinion = Opinion.objects.select_for_update().filter(proposal=row, expert=by).first()
    if opinion is None:
        opinion = Opinion(proposal=row, expert=by, version=0)
    elif opinion.given_at:
        raise ValidationError(_("Your opinion is given and can no longer be changed."))
    if opinion.version != version:
        raise StaleOpinion
    opinion.recommendation, opinion.text, opinion.conditions = recommendation, text, conditions
    opinion.version += 1
    opinion.full_clean(exclude={"proposal", "expert"}, validate_constraints=False)
    opinion.save()
    _keep_scores(opinion, criteria_for(row.sector_id), scores, whole=give)
    if give:
        opinion.given_at = at or timezone.now()
        opinion.full_clean(exclude={"proposal", "expert"})
        opinion.save(update_fields=["given_at", "changed_at"])
    return opinion


def _keep_scores(opinion: Opinion, criteria: list[Criterion], scores: ScoreFacts, *, whole: bool) -> None:
    missing = {}
    for criterion in criteria:
        value, text = scores.get(criterion.pk, (None, ""))
        if value is None:
            missing[f"score_{criterion.pk}"] = _("Give a score from 0 to 10.")
            opinion.scores.filter(criterion=criterion).delete()
            continue
        kept = opinion.scores.filter(criterion=criterion).first() or Score(opinion=opinion, criterion=criterion)
        kept.weight, kept.score, kept.text = criterion.weight, value, text
        kept.full_clean(exclude={"opinion", "criterion"})
        kept.save()
    if whole and missing:
        raise ValidationError(missing)
