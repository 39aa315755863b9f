"""Figures: times. How many working days the stages take, whose days they are, and how the queue grew.

Five queries whatever the number of rows, besides those that find out what the person may see. Only finished stays are
measured, withdrawals left out; where the days went counts every stay, the running ones until today.
"""

import datetime
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.formats import date_format
from django.utils.translation import gettext as _, ngettext

from proposals.dashboard.blocks import NOTHING, Block, Cell, Chart, Column, Kind, Row, Section, Series
from proposals.dashboard.scope import Scope, sees_every_sector
from proposals.dashboard.values import bar, share
from proposals.queries.review import WRITE_OPINION
from proposals.queries.spells import ONE_DAY, Measured, Spells, measured, targets
from proposals.workflow import CLOSED_STAGES, OPEN_STAGES, WITH_APPLICANT, Stage
from reference.codelists import Channel
from reference.kazakh import sort_key
from reference.models import Sector

MONTH_ENDS = 12

_STAYS = """
SELECT stage, sector_id, channel, is_over, spent, first, last, has_gone, count(*)
FROM (SELECT stage, sector_id, channel, is_over, spent, went_to = ANY (%s) AS has_gone,
             width_bucket(entered_on, ends.after) AS first,
             CASE WHEN left_on IS NULL THEN cardinality(ends.after) ELSE width_bucket(left_on, ends.after) END AS last
      FROM spells CROSS JOIN (SELECT %s::date[] AS after) ends) stay
GROUP BY GROUPING SETS ((stage, sector_id, channel, is_over, spent), (stage, first, last, has_gone))"""
_BY_EXPERT = """
SELECT expert.id, expert.full_name, spent, count(*) FROM spells
JOIN proposals_assignment assignment ON assignment.proposal_id = spells.proposal_id
     AND (assignment.assigned_at AT TIME ZONE %s)::date <= spells.left_on
JOIN accounts_user expert ON expert.id = assignment.expert_id
WHERE is_over AND stage = 'review' AND (%s::bigint IS NULL OR expert.id = %s) GROUP BY expert.id, spent"""

Tally = Counter[int]
"""How many stays took so many working days."""


def month_ends(today: datetime.date) -> list[datetime.date]:
    """Return the last days of the twelve months before this one, and today."""
    ends = [today]
    for _month in range(MONTH_ENDS):
        ends.insert(0, ends[0].replace(day=1) - ONE_DAY)
    return ends


@dataclass
class Stays:
    """Finished stays by stage, by sector and by channel; who stood where at the end of a day, and how many had gone
    since the first of these days; all days by stage.
    """

    ends: list[datetime.date]
    by_stage: dict[str, Tally] = field(default_factory=lambda: defaultdict(Counter))
    by_sector: dict[tuple[str, str], Tally] = field(default_factory=lambda: defaultdict(Counter))
    by_channel: dict[tuple[str, str], Tally] = field(default_factory=lambda: defaultdict(Counter))
    standing: dict[str, list[int]] = field(default_factory=dict)
    gone: list[int] = field(default_factory=list)
    days: dict[str, int] = field(default_factory=dict)


def stays(spells: Spells) -> Stays:
    """Return everything that the stays tell. One query besides the calendar."""
    told = Stays(month_ends(spells.today))
    told.standing = {stage.value: [0] * len(told.ends) for stage in OPEN_STAGES}
    told.gone = [0] * len(told.ends)
    told.days = {stage.value: 0 for stage in OPEN_STAGES}
    after = [end + ONE_DAY for end in told.ends]
    rows = spells.ask(_STAYS, [*CLOSED_STAGES], after)
    for stage, sector, channel, is_over, spent, first, last, has_gone, number in rows:
        if spent is None:
            # A stay is there at the ends from the first one after it began up to the last one before it ended.
            for place in range(first, last):
                told.standing[stage][place] += number
            # Who went before the first end is in no column.
            for place in range(last, len(told.ends)) if has_gone and last else ():
                told.gone[place] += number
            continue
        told.days[stage] += spent * number
        if is_over:
            told.by_stage[stage][spent] += number
            told.by_sector[(stage, sector)][spent] += number
            told.by_channel[(stage, channel)][spent] += number
    return told


def by_expert(spells: Spells, only: int | None = None) -> list[tuple[str, Measured]]:
    """Return the experts by name with the reviews to which they were assigned before these ended. One query.

    ``only`` one expert if named.
    """
    names: dict[int, str] = {}
    tallies: dict[int, Tally] = defaultdict(Counter)
    for key, name, spent, number in spells.ask(_BY_EXPERT, spells.zone, only, only):
        names[key] = name
        tallies[key][spent] += number
    order = sorted(names, key=lambda key: (sort_key(names[key]), key))
    return [(names[key], measured(tallies[key])) for key in order]


def section(scope: Scope) -> Section:
    """Return the section."""
    spells = Spells(scope.proposals(), scope.today)
    told = stays(spells)
    sectors = [(sector.pk, str(sector.name)) for sector in Sector.objects.all()]
    channels = [(channel.value, str(channel.label)) for channel in Channel]
    sees_all = sees_every_sector(scope.user)
    # As in the workload: an expert sees the own line, who writes no opinions none.
    experts = []
    if sees_all or scope.user.has_perm(WRITE_OPINION):
        experts.append(_experts(by_expert(spells, None if sees_all else scope.user.pk)))
    return Section(
        blocks=[
            _stages(told.by_stage, targets(scope.today)),
            _whose_days(told.days),
            _flow(told),
            _matrix("time-sectors", _("By sector"), _("Sector"), sectors, told.by_sector),
            *experts,
            _matrix("time-channels", _("By channel"), _("Channel"), channels, told.by_channel),
        ]
    )


def _stages(tallies: Mapping[str, Tally], meant: Mapping[str, int]) -> Block:
    rows = []
    for stage in OPEN_STAGES:
        found, target = measured(tallies.get(stage.value, {})), meant.get(stage.value)
        is_late = found.median is not None and target is not None and found.median > target
        sub = "" if target is None else _("target: %(count)s") % {"count": target}
        cells = [Cell(found.count), Cell(found.median, sub=sub), Cell(found.ninth)]
        rows.append(Row(str(stage.label), cells, is_late=is_late))
    return Block(
        "time-stages",
        _("Working days at each stage"),
        _("Stage"),
        [
            Column(_("Cases measured")),
            Column(_("Half needed at most (median)"), Kind.DAYS),
            Column(_("Nine of ten needed at most"), Kind.DAYS),
        ],
        rows if tallies else [],
        how=_(
            "Working days by the calendar of Kazakhstan, of stays that are over; a proposal that came back to a stage "
            "is measured each time, a withdrawn one is not. The first stage of a paper application counts from the "
            "day it came. Targets are the chamber's own, not law. Fewer than five cases are too few for conclusions."
        ),
        empty=_("No stage has been finished yet."),
    )


def _whose_days(days: Mapping[str, int]) -> Block:
    theirs = sum(spent for stage, spent in days.items() if stage in WITH_APPLICANT)
    whole = sum(days.values())
    told = [(_("With the chamber"), whole - theirs), (_("With the applicant"), theirs)]
    rows = [Row(label, [Cell(spent), Cell(share(spent, whole))], bar=bar(spent, whole)) for label, spent in told]
    rows.append(Row(_("Together"), [Cell(whole), Cell(share(whole, whole))], is_total=True))
    return Block(
        "time-whose",
        _("Who held the working days"),
        _("Held by"),
        [Column(_("Working days")), Column(_("Share"), Kind.PERCENT)],
        rows if whole else [],
        how=_(
            "All working days of all proposals from filing to the decision, those on the way until today. The "
            "applicant's days are those of the stage “%(stage)s”; the days on an agenda are among the chamber's."
        )
        % {"stage": Stage.CLARIFICATION.label},
        empty=_("No working day has passed yet."),
    )


def _flow(went: Stays) -> Block:
    gone = _("Left the queue since %(day)s") % {"day": date_format(went.ends[0], "DATE_FORMAT")}
    rows = []
    for place, end in enumerate(went.ends):
        stood = [went.standing[stage.value][place] for stage in OPEN_STAGES]
        rows.append(Row(date_format(end, "DATE_FORMAT"), [*map(Cell, stood), Cell(sum(stood)), Cell(went.gone[place])]))
    return Block(
        "time-flow",
        _("How the queue grew"),
        _("End of the day"),
        [*(Column(str(stage.label)) for stage in OPEN_STAGES), Column(_("On the way together")), Column(gone)],
        rows if any(cell.value for row in rows for cell in row.cells) else [],
        how=_(
            "How many proposals stood at each stage at the end of the last twelve months, and today; below them in "
            "the drawing those that were approved, refused or withdrawn since the first of these days. Where the "
            "drawing rises, proposals come in; where its lowest part grows, they are done. A paper application stands "
            "here from the day it got its number."
        ),
        chart=Chart(
            [end.strftime("%m.%y") for end in went.ends],
            [Series(gone, went.gone), *(Series(str(stage.label), went.standing[stage.value]) for stage in OPEN_STAGES)],
        ),
        empty=_("Nothing was on the way in the last twelve months."),
    )


def _matrix(
    key: str,
    heading: str,
    first: str,
    lines: Sequence[tuple[str, str]],
    tallies: Mapping[tuple[str, str], Tally],
) -> Block:
    rows = []
    for code, label in lines:
        cells = [measured(tallies.get((stage.value, code), {})) for stage in OPEN_STAGES]
        if any(one.count for one in cells):
            rows.append(Row(label, [Cell(one.median if one.count else NOTHING, sub=_beside(one)) for one in cells]))
    return Block(
        key,
        heading,
        first,
        [Column(str(stage.label), Kind.DAYS) for stage in OPEN_STAGES],
        rows,
        how=_("Median of the working days at each stage; below it what nine of ten needed at most, and the cases."),
        empty=_("No stage has been finished yet."),
    )


def _beside(one: Measured) -> str:
    if not one.count:
        return ""
    cases = ngettext("%(number)s case measured", "%(number)s cases measured", one.count) % {"number": one.count}
    if one.ninth is None:
        return cases
    return _("nine of ten: %(days)s") % {"days": one.ninth} + f" · {cases}"


def _experts(found: Sequence[tuple[str, Measured]]) -> Block:
    return Block(
        "time-experts",
        _("Review by expert"),
        _("Expert"),
        [
            Column(_("Reviews measured")),
            Column(_("Half needed at most (median)"), Kind.DAYS),
            Column(_("Nine of ten needed at most"), Kind.DAYS),
        ],
        [Row(name, [Cell(one.count), Cell(one.median), Cell(one.ninth)]) for name, one in found],
        how=_(
            "Stays under review that are over, for each expert assigned before they ended. A review of two experts "
            "counts for both; its days are not the expert's alone."
        ),
        empty=_("No review with an assigned expert is over yet."),
    )
