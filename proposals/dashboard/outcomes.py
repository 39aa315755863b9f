"""Figures: what became of proposals, why not, what preparing them cost, what they promise."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext as _, ngettext, pgettext

from proposals.dashboard.blocks import Block, Cell, Column, Figure, Kind, Row, Section
from proposals.dashboard.opening import proposals_address
from proposals.dashboard.scope import Scope
from proposals.models.proposal import PreparationPayer
from proposals.queries import outcomes
from proposals.queries.outcomes import ENDS, Known, Line, Preparation, Promise, Tally
from proposals.queries.times import LEAST
from proposals.workflow import Stage
from reference.codelists import CapacityUnit, CompanySize, InitiatorType
from reference.models import Sector
from reference.templatetags.registry_formats import decimal


def section(scope: Scope) -> Section:
    """Return the outcomes of the proposals filed in the period. Five queries, whatever their number."""
    proposals = scope.proposals()
    lines = outcomes.lines(proposals)
    whole = outcomes.tally(lines)
    sectors = {row.pk: row.name for row in Sector.objects.all()}
    cost, by_payer = outcomes.preparation(proposals)
    return Section(
        _figures(scope, whole, cost),
        [
            _rates("by-sector", _("By sector"), _("Sector"), _by_sector(lines, sectors), whole, scope),
            _rates("by-initiator", _("By initiator"), _("Initiator"), _by_initiator(lines), whole, scope),
            _rates("by-size", _("By size of the enterprise"), _("Size"), _by_size(lines), whole, scope),
            _reasons(outcomes.reasons(proposals), lines),
            _preparation(cost, by_payer),
            _promises(outcomes.jobs(lines), outcomes.capacities(proposals)),
        ],
    )


def percent(part: int, whole: int) -> Decimal | None:
    """Return the share with one decimal; None where the whole is too small to speak of a share."""
    if whole < LEAST:
        return None
    return (Decimal(100 * part) / whole).quantize(Decimal("0.1"), ROUND_HALF_UP)


def _share(part: int, whole: int, sub: str) -> Cell:
    return Cell(percent(part, whole), sub=sub)


def _of_judged(tally: Tally) -> str:
    return _("of %(count)s judged by the chamber") % {"count": tally.judged}


def _of_voted(tally: Tally) -> str:
    return _("of %(count)s decided by the maslikhat") % {"count": tally.voted}


def _with_share(part: int, whole: int, of: str) -> str:
    share = percent(part, whole)
    return of if share is None else f"{decimal(share)} % {of}"


def _linked(scope: Scope, value: int, **chosen: str) -> str:
    """Return the staff list of these proposals, where there are any and the list can show them."""
    return proposals_address(scope, **chosen) if value else ""


def _figures(scope: Scope, whole: Tally, cost: Preparation) -> list[Figure]:
    judged, voted = _of_judged(whole), _of_voted(whole)
    return [
        Figure(pgettext("proposals", "Filed"), whole.filed, address=_linked(scope, whole.filed)),
        Figure(_("Judged by the chamber"), whole.judged, sub=_("supported or refused")),
        Figure(_("Supported by the chamber"), whole.supported, sub=_with_share(whole.supported, whole.judged, judged)),
        Figure(_("Refused by the chamber"), whole.refused, sub=_with_share(whole.refused, whole.judged, judged)),
        Figure(
            pgettext("proposals", "Approved"),
            whole.approved,
            address=_linked(scope, whole.approved, stage=Stage.APPROVED.value),
            sub=_with_share(whole.approved, whole.voted, voted),
        ),
        Figure(_("Declined by the maslikhat"), whole.declined, sub=_with_share(whole.declined, whole.voted, voted)),
        Figure(
            pgettext("proposals", "Withdrawn"),
            whole.withdrawn,
            address=_linked(scope, whole.withdrawn, stage=Stage.WITHDRAWN.value),
        ),
        Figure(_("Cost of preparation"), cost.total if cost.count else 0, Kind.TENGE, sub=_unsaid(cost)),
    ]


# --- rates ---
Part = tuple[str, Tally, dict[str, str] | None]
"""Label of a row, its counts, and what the staff list is filtered by; None where it has no such filter."""


def _by_sector(lines: Sequence[Line], names: dict[str, Any]) -> list[Part]:
    found = outcomes.tallies(lines, lambda line: line.sector)
    return [(str(names[key]), found[key], {"sector__code__exact": key}) for key in names if key in found]


def _by_initiator(lines: Sequence[Line]) -> list[Part]:
    found = outcomes.tallies(lines, lambda line: line.initiator_type)
    filters = "application__initiator_type__exact"
    return [(str(kind.label), found[kind], {filters: kind.value}) for kind in InitiatorType if kind in found]


def _by_size(lines: Sequence[Line]) -> list[Part]:
    found = outcomes.tallies(lines, lambda line: line.company_size)
    parts: list[Part] = [(str(size.label), found[size], None) for size in CompanySize if size in found]
    if "" in found:
        parts.append((_("No enterprise"), found[""], None))
    return parts


def _rates(key: str, heading: str, first: str, parts: Sequence[Part], whole: Tally, scope: Scope) -> Block:
    most = max((tally.filed for _label, tally, _filters in parts), default=0)
    rows = [_rate(scope, *part, most=most) for part in parts]
    if len(parts) > 1:
        rows.append(_rate(scope, _("In all"), whole, {}, is_total=True))
    return Block(
        key,
        heading,
        first,
        [
            Column(pgettext("proposals", "Filed")),
            Column(pgettext("proposals", "Supported")),
            Column(pgettext("proposals", "Refused")),
            Column(_("Support rate"), Kind.PERCENT),
            Column(_("Refusal rate"), Kind.PERCENT),
            Column(pgettext("proposals", "Approved")),
            Column(pgettext("proposals", "Declined")),
            Column(_("Approval rate"), Kind.PERCENT),
            Column(pgettext("proposals", "Withdrawn")),
        ],
        rows,
        how=_(
            "Support and refusal rates are shares of what the chamber has judged; the approval rate is the share of"
            " what the maslikhat has decided. A share of fewer than %(least)s is not told."
        )
        % {"least": LEAST},
        empty=_("Nothing was filed in this period."),
    )


def _rate(
    scope: Scope,
    label: str,
    tally: Tally,
    filters: dict[str, str] | None,
    *,
    most: int = 0,
    is_total: bool = False,
) -> Row:
    def linked(value: int, **chosen: str) -> Cell:
        return Cell(value, "" if filters is None else _linked(scope, value, **filters, **chosen))

    return Row(
        label,
        [
            linked(tally.filed),
            Cell(tally.supported),
            Cell(tally.refused),
            _share(tally.supported, tally.judged, _of_judged(tally)),
            _share(tally.refused, tally.judged, _of_judged(tally)),
            linked(tally.approved, stage=Stage.APPROVED.value),
            Cell(tally.declined),
            _share(tally.approved, tally.voted, _of_voted(tally)),
            linked(tally.withdrawn, stage=Stage.WITHDRAWN.value),
        ],
        bar=round(100 * tally.filed / most, 1) if most else None,
        is_total=is_total,
    )


# --- reasons ---
def _reasons(found: Sequence[outcomes.Reason], lines: Sequence[Line]) -> Block:
    named = sum(line.count for line in lines if line.is_reasoned)
    most = max((reason.count for reason in found), default=0)
    of = _("of %(count)s refusals") % {"count": named}
    return Block(
        "reasons",
        _("Why the chamber refused"),
        _("Reason"),
        [Column(_("Refusals")), Column(_("Share"), Kind.PERCENT)],
        [
            Row(
                reason.name,
                [Cell(reason.count), _share(reason.count, named, of)],
                bar=round(100 * reason.count / most, 1),
            )
            for reason in found
        ],
        how=_("A refusal may name several reasons: the shares add up to more than one hundred."),
        empty=_("No refusal in this period names a reason."),
    )


# --- cost of preparation ---
def _unsaid(cost: Preparation) -> str:
    return _silent(cost.count - cost.known)


def _silent(missing: int) -> str:
    words = ngettext("%(count)s proposal does not say", "%(count)s proposals do not say", missing)
    return words % {"count": missing} if missing else ""


def _preparation(whole: Preparation, by_payer: dict[str, Preparation]) -> Block:
    labels = [(payer.value, str(payer.label)) for payer in PreparationPayer] + [("", _("Nobody said who paid"))]
    rows = [_cost(label, by_payer[code]) for code, label in labels if code in by_payer]
    if len(rows) > 1:
        rows.append(_cost(_("In all"), whole, is_total=True))
    return Block(
        "preparation",
        _("What preparing a proposal cost"),
        _("Who paid"),
        [
            Column(_("Proposals")),
            Column(_("Say the cost")),
            Column(_("Together"), Kind.TENGE),
            Column(_("Mean"), Kind.TENGE),
            Column(_("Median"), Kind.TENGE),
        ],
        rows,
        how=_("Applicants say it if they wish. Mean and median are of those that say it, to the nearest tenge."),
        empty=_("Nothing was filed in this period."),
    )


def _cost(label: str, cost: Preparation, *, is_total: bool = False) -> Row:
    cells = [
        Cell(cost.count),
        Cell(cost.known),
        Cell(cost.total, sub=_unsaid(cost)),
        Cell(cost.mean),
        Cell(cost.median),
    ]
    return Row(label, cells, is_total=is_total)


# --- what is promised ---
def _promises(jobs: Promise, capacities: Sequence[Promise]) -> Block:
    labels: dict[str, type[TextChoices]] = {unit.value: CapacityUnit for unit in CapacityUnit}
    rows = [_promised(_("Jobs"), jobs)] if jobs.by_end else []
    rows += [
        _promised(str(labels[found.unit](found.unit).label), found) for found in capacities if found.unit in labels
    ]
    unsaid = sum(found.whole.known + found.whole.unknown for found in capacities if not found.unit)
    how = [_("As applicants promise it; different units are never added.")]
    if unsaid:
        how.append(
            ngettext("%(count)s proposal names no capacity.", "%(count)s proposals name no capacity.", unsaid)
            % {"count": unsaid}
        )
    return Block(
        "promises",
        _("Jobs and capacity promised"),
        pgettext("capacity", "Unit"),
        [Column(_("In all")), *(Column(str(label)) for label in ENDS.values())],
        rows,
        how=" ".join(how),
        empty=_("Nothing was filed in this period."),
    )


def _promised(label: str, promise: Promise) -> Row:
    return Row(label, [_sum(promise.whole), *(_sum(promise.by_end.get(end, Known())) for end in ENDS)])


def _sum(known: Known) -> Cell:
    return Cell(known.value, sub=_silent(known.unknown))
