"""Figures: who reviews how much, what is late, who took which steps. An expert sees the own line only."""

import dataclasses
from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _, ngettext, pgettext

from accounts.models import User
from proposals.dashboard.blocks import Block, Cell, Column, Figure, Kind, Row, Section
from proposals.dashboard.opening import proposals_address
from proposals.dashboard.scope import Scope, sees_every_sector
from proposals.dashboard.values import bar
from proposals.queries import workload
from proposals.queries.experts import experts
from proposals.queries.review import WRITE_OPINION
from proposals.queries.times import LEAST, target_days
from proposals.queries.workload import Load, Loads
from proposals.workflow import Action, Stage

SHOWN_ACTIONS = (Action.TAKE_UP, Action.ASK, Action.SUPPORT, Action.REFUSE)
"""Steps with a column of their own; agenda and decisions stand together."""


def section(scope: Scope) -> Section:
    """Return the workload: filters choose the proposals, the years when opinions were given and steps were taken.

    Five queries, whatever the number of people and proposals.
    """
    # The years say when the work was done: an opinion of January belongs to a proposal of December too.
    of_all_years = dataclasses.replace(scope, first_year=None, last_year=None)
    proposals = of_all_years.proposals()
    sees_all = sees_every_sector(scope.user)
    only = None if sees_all else scope.user.pk
    target = target_days(Stage.REVIEW, scope.today)
    loads = workload.loads(proposals, scope.years, today=scope.today, target=target, only=only)
    steps = workload.steps_taken(proposals, scope.years, only=only)
    blocks = []
    if sees_all:
        names, writing = _people({*loads.by_expert, *steps})
    else:
        names = {scope.user.pk: scope.user.full_name}
        writing = set(names) if scope.user.has_perm(WRITE_OPINION) else set()
    if sees_all or writing:
        asked = {pk: name for pk, name in names.items() if pk in writing or pk in loads.by_expert}
        blocks.append(_reviews(of_all_years, loads, asked, target))
    blocks.append(_steps(steps, {pk: name for pk, name in names.items() if pk in steps}))
    return Section(_figures(loads.whole, target) if sees_all or writing else [], blocks)


def _people(keys: Collection[int]) -> tuple[dict[int, str], set[int]]:
    """Return the names of these people and of every expert, in order, and who is an expert. One query."""
    found = User.objects.filter(Q(pk__in=keys) | Q(pk__in=experts().values("pk"))).order_by("full_name", "pk")
    asked = found.annotate(is_expert=Q(pk__in=experts().values("pk"))).values_list("pk", "full_name", "is_expert")
    rows = list(asked)
    return {pk: name for pk, name, _is_expert in rows}, {pk for pk, _name, is_expert in rows if is_expert}


def _figures(whole: Load, target: int | None) -> list[Figure]:
    return [
        Figure(_("Opinions asked for and not given"), whole.open),
        Figure(_("Waiting for an opinion now"), whole.waiting),
        Figure(
            pgettext("opinions", "Late"),
            whole.late,
            sub=_target(target),
            is_late=bool(whole.late),
        ),
        Figure(_("Opinions given"), whole.given),
        Figure(_("From assignment to opinion"), whole.median, Kind.DAYS, sub=_("working days, median")),
    ]


def _target(target: int | None) -> str:
    if target is None:
        return _("no target is set for the review")
    words = ngettext("more than %(count)s working day", "more than %(count)s working days", target)
    return words % {"count": target}


def _reviews(scope: Scope, loads: Loads, names: Mapping[int, str], target: int | None) -> Block:
    most = max((load.waiting for load in loads.by_expert.values()), default=0)
    rows = []
    for pk, name in names.items():
        load = loads.by_expert.get(pk) or _none(target)
        rows.append(_review(name, load, proposals_address(scope, awaits=str(pk)), most=most))
    if len(rows) > 1:
        rows.append(_review(_("In all"), loads.whole, is_total=True))
    return Block(
        "experts",
        _("Reviews by expert"),
        _("Expert"),
        [
            Column(_("Opinion not given yet")),
            Column(_("Waiting now")),
            Column(pgettext("opinions", "Late")),
            Column(_("Past the due day")),
            Column(pgettext("opinions", "Given")),
            Column(_("Median, working days"), Kind.DAYS),
        ],
        rows,
        how=_(
            "Late: waiting longer since the assignment than the chamber means to need for a review. Waiting now are"
            " proposals under review or with a request to the applicant. Who declared a conflict of interest owes no"
            " opinion. The years of the period are those in which opinions were given; a median of fewer than"
            " %(least)s is not told."
        )
        % {"least": LEAST},
        empty=_("Nobody gives opinions yet."),
    )


def _none(target: int | None) -> Load:
    return Load(late=None if target is None else 0)


def _review(name: str, load: Load, address: str = "", *, most: int = 0, is_total: bool = False) -> Row:
    return Row(
        name,
        [
            Cell(load.open),
            Cell(load.waiting, address if load.waiting else ""),
            Cell(load.late),
            Cell(load.overdue),
            Cell(load.given),
            Cell(load.median),
        ],
        bar=bar(load.waiting, most),
        is_total=is_total,
        is_late=bool(load.late) and not is_total,
    )


def _steps(steps: Mapping[int, Mapping[Action, int]], names: Mapping[int, str]) -> Block:
    rows = [_person(name, steps[pk]) for pk, name in names.items()]
    if len(rows) > 1:
        rows.append(_person(_("In all"), _added(steps), is_total=True))
    return Block(
        "steps",
        _("Steps taken"),
        _("Who"),
        [
            Column(_("In all")),
            *(Column(str(action.label)) for action in SHOWN_ACTIONS),
            Column(_("Agenda and decisions")),
        ],
        rows,
        how=_("Steps of the chamber in the period; what applicants did is not among them."),
        empty=_("No step of the chamber was taken in this period."),
    )


def _added(steps: Mapping[Any, Mapping[Action, int]]) -> dict[Action, int]:
    found: dict[Action, int] = {}
    for taken in steps.values():
        for action, count in taken.items():
            found[action] = found.get(action, 0) + count
    return found


def _person(name: str, taken: Mapping[Action, int], *, is_total: bool = False) -> Row:
    shown = [taken.get(action, 0) for action in SHOWN_ACTIONS]
    every = sum(taken.values())
    return Row(name, [Cell(every), *(Cell(count) for count in shown), Cell(every - sum(shown))], is_total=is_total)
