"""Figures: what became of proposals, why not, what preparing them cost, what they promise."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext as _, ngettext, pgettext, pgettext_lazy

from proposals.dashboard.blocks import NOTHING, Block, Cell, Column, Figure, Kind, Row, Section
from proposals.dashboard.opening import proposals_address
from proposals.dashboard.scope import Scope, sees_every_sector
from proposals.dashboard.values import bar, share
from proposals.dashboard.words import in_words
from proposals.models.proposal import PreparationPayer
from proposals.queries import outcomes
from proposals.queries.outcomes import ENDS, Known, Line, Outcome, Preparation, Promise, Tally
from proposals.queries.times import LEAST
from proposals.workflow import Stage
from reference.codelists import CapacityUnit, CompanySize, InitiatorType
from reference.models import Sector


def section(scope: Scope) -> Section:
    """Return the outcomes of the proposals filed in the period. Five queries, whatever their number, six for an expert.

    How far proposals came, everybody knows who knows of them; what their files say enters sums of files only.
    """
    proposals, files = scope.proposals(), scope.files()
    lines = outcomes.lines(proposals)
    of_files = lines if sees_every_sector(scope.user) else outcomes.lines(files)
    whole = outcomes.tally(lines)
    sectors = {row.pk: row.name for row in Sector.objects.all()}
    cost, by_payer = outcomes.preparation(files)
    told = [
        _reasons(outcomes.reasons(files), of_files),
        _preparation(cost, by_payer),
        _promises(outcomes.jobs(of_files), outcomes.capacities(files)),
    ]
    return Section(
        _figures(scope, whole, cost),
        [
            _rates("by-sector", _("By sector"), _("Sector"), _by_sector(lines, sectors), whole, scope),
            _rates("by-initiator", _("By initiator"), _("Initiator"), _by_initiator(lines), whole, scope),
            _rates(
                "by-size", _("By size of the enterprise"), _("Size of the enterprise"), _by_size(lines), whole, scope
            ),
            *(told if sees_every_sector(scope.user) else map(_of_opened_files, told)),
        ],
    )


def _of_opened_files(block: Block) -> Block:
    """Say that only files count which the person may read."""
    how = _("Only files that you may read are counted: those for which you declared that you have no conflict.")
    return replace(block, how=f"{block.how} {how}", empty=_("No file that you may read says anything here."))


def _share(part: int, whole: int, of: str) -> Cell:
    return Cell(share(part, whole, least=LEAST), sub=of if whole else "")


def _of_judged(tally: Tally) -> str:
    return _("of %(count)s judged by the chamber") % {"count": tally.judged}


def _of_voted(tally: Tally) -> str:
    return _("of %(count)s decided by the maslikhat") % {"count": tally.voted}


def _with_share(part: int, whole: int, of: str) -> str:
    told = share(part, whole, least=LEAST)
    return of if told in (None, NOTHING) else f"{in_words(told, Kind.PERCENT)} {of}"


def _linked(scope: Scope, value: int, **chosen: str) -> str:
    """Return the staff list of these proposals, where there are any and the list can show them."""
    return proposals_address(scope, **chosen) if value else ""


def _figures(scope: Scope, whole: Tally, cost: Preparation) -> list[Figure]:
    def counted(label: Any, count: int, sub: str = "", **chosen: str) -> Figure:
        return Figure(str(label), count, address=_linked(scope, count, **chosen), sub=sub)

    def said(outcome: Outcome, count: int, sub: str) -> Figure:
        return counted(outcome.label, count, sub, outcome=outcome)

    judged, voted = _of_judged(whole), _of_voted(whole)
    of_voted = _with_share(whole.approved, whole.voted, voted)
    return [
        counted(pgettext("proposals", "Filed"), whole.filed),
        said(Outcome.JUDGED, whole.judged, _("supported or refused")),
        said(Outcome.SUPPORTED, whole.supported, _with_share(whole.supported, whole.judged, judged)),
        said(Outcome.REFUSED, whole.refused, _with_share(whole.refused, whole.judged, judged)),
        counted(pgettext("proposals", "Approved"), whole.approved, of_voted, stage=Stage.APPROVED),
        said(Outcome.DECLINED, whole.declined, _with_share(whole.declined, whole.voted, voted)),
        counted(pgettext("proposals", "Withdrawn"), whole.withdrawn, stage=Stage.WITHDRAWN),
        Figure(_("Cost of preparation"), cost.total if whole.filed else 0, Kind.TENGE, sub=_unsaid(cost)),
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


_SIZES = {
    CompanySize.MICRO: pgettext_lazy("enterprise size", "Micro"),
    CompanySize.SMALL: pgettext_lazy("enterprise size", "Small"),
    CompanySize.MEDIUM: pgettext_lazy("enterprise size", "Medium"),
    CompanySize.LARGE: pgettext_lazy("enterprise size", "Large"),
}
"""The heading says of what; the long names of the code would not fit their column."""


def _by_size(lines: Sequence[Line]) -> list[Part]:
    found = outcomes.tallies(lines, lambda line: line.company_size)
    parts: list[Part] = [(str(name), found[size], None) for size, name in _SIZES.items() if size in found]
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
            " what the maslikhat has decided. No share is given for fewer than %(least)s."
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
            linked(tally.supported, outcome=Outcome.SUPPORTED),
            linked(tally.refused, outcome=Outcome.REFUSED),
            _share(tally.supported, tally.judged, _of_judged(tally)),
            _share(tally.refused, tally.judged, _of_judged(tally)),
            linked(tally.approved, stage=Stage.APPROVED),
            linked(tally.declined, outcome=Outcome.DECLINED),
            _share(tally.approved, tally.voted, _of_voted(tally)),
            linked(tally.withdrawn, stage=Stage.WITHDRAWN),
        ],
        bar=bar(tally.filed, most),
        is_total=is_total,
    )


# --- reasons ---
def _reasons(found: Sequence[outcomes.Reason], lines: Sequence[Line]) -> Block:
    named = sum(line.count for line in lines if line.is_reasoned)
    most = max((reason.count for reason in found), default=0)
    of = _("of %(count)s refusals") % {"count": named}
    return Block(
        "reasons",
        _("Reasons for refusal by the chamber"),
        _("Reason"),
        [Column(_("Refusals")), Column(_("Share"), Kind.PERCENT)],
        [
            Row(reason.name, [Cell(reason.count), _share(reason.count, named, of)], bar=bar(reason.count, most))
            for reason in found
        ],
        how=_("A refusal may name several reasons: the shares may add up to more than 100 percent."),
        empty=_("No refusal in this period names a reason."),
    )


# --- cost of preparation ---
def _unsaid(cost: Preparation) -> str:
    return _silent(cost.count - cost.known)


def _silent(missing: int) -> str:
    words = ngettext("%(count)s proposal does not say", "%(count)s proposals do not say", missing)
    return words % {"count": missing} if missing else ""


def _preparation(whole: Preparation, by_payer: dict[str, Preparation]) -> Block:
    labels = [(payer.value, str(payer.label)) for payer in PreparationPayer] + [("", _("Payer not stated"))]
    rows = [_cost(label, by_payer[code]) for code, label in labels if code in by_payer]
    if len(rows) > 1:
        rows.append(_cost(_("In all"), whole, is_total=True))
    return Block(
        "preparation",
        _("Cost of preparing proposals"),
        _("Who paid"),
        [
            Column(_("Proposals")),
            Column(_("State the cost")),
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
