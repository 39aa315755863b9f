"""What the guide for applicants is made of: the road with its people and days, papers, templates, numbers of the law.

Nothing is told twice: steps and who takes them come from the workflow and the roles, days from the targets and from
our own history, papers from the checklist, numbers from the legal parameters of the day.
"""

import datetime
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _, gettext_lazy, ngettext, pgettext

from accounts.roles import Role
from proposals.checklist import LARGE_COST, PaperKind, papers_for
from proposals.queries.times import StageTime, stage_times
from proposals.roles import ACTS
from proposals.workflow import OPEN_STAGES, ROAD, STEPS, Action, Stage, Step
from reference.codelists import InitiatorType
from reference.models import LegalParameter, Sector
from reference.money import format_number, format_tenge
from reference.queries import ParameterUnknown, legal_parameter
from reference.templatetags.registry_formats import decimal

WORDS: dict[str, Any] = {
    Stage.DRAFT: gettext_lazy(
        "You write the application, upload the papers and file it. Nobody hurries you: a draft is kept until you file."
    ),
    Stage.FILED: gettext_lazy("The chamber checks whether everything is there. You have a number and a receipt."),
    Stage.CLARIFICATION: gettext_lazy(
        "The chamber has asked something and waits for you. Its clock stands still until you answer."
    ),
    Stage.REVIEW: gettext_lazy(
        "Experts of the chamber read the proposal and write opinions. The head of the chamber then decides."
    ),
    Stage.SUPPORTED: gettext_lazy("The chamber supports the proposal. It waits for a coming session of the maslikhat."),
    Stage.AGENDA: gettext_lazy("The maslikhat decides at its session. The chamber enters the resolution."),
    Stage.APPROVED: gettext_lazy("The proposal has become a project of the public register, with its resolution."),
}
"""What happens at a stage, in the applicant's words."""


@dataclass(frozen=True)
class Act:
    """One step that leads out of a stage: its words, where it leads, who takes it."""

    label: str
    leads_to: str
    who: str
    is_yours: bool


@dataclass(frozen=True)
class GuideStage:
    """One stage of the guide; ``time`` is None where no clock runs."""

    stage: str
    label: str
    words: Any
    time: StageTime | None
    acts: tuple[Act, ...]

    @property
    def is_yours(self) -> bool:
        """Tell whether the stage waits for the applicant."""
        return any(act.is_yours and act.label != str(Action.WITHDRAW.label) for act in self.acts)


def _who(step: Step) -> str:
    if not step.permission:
        return _("you")
    roles = [str(role.label).lower() for role in Role if step.permission in ACTS[role]]
    if step.by_resolution:
        return _("the maslikhat by its resolution; entered by: %(who)s") % {"who": ", ".join(roles)}
    return ", ".join(roles)


def _acts(stage: Stage) -> tuple[Act, ...]:
    found = []
    for step in STEPS:
        if stage in step.sources:
            targets = step.targets if len(step.targets) == 1 else ()
            leads_to = ", ".join(str(target.label) for target in targets) or _("where the question came from")
            found.append(Act(str(step.action.label), leads_to, _who(step), not step.permission))
    return tuple(found)


def guide_stages() -> list[GuideStage]:
    """Return the stages from the draft to the register, in order, with who does what and in how many days."""
    times = stage_times()
    order = (Stage.DRAFT, *OPEN_STAGES, Stage.APPROVED)
    return [GuideStage(stage, str(stage.label), WORDS[stage], times.get(stage), _acts(stage)) for stage in order]


def days_by_targets(stages: list[GuideStage]) -> int | None:
    """Return the working days from filing to the decision by the targets; None where one of them is not set."""
    targets = [row.time.target for row in stages if row.time and row.stage in ROAD]
    return None if None in targets else sum(target or 0 for target in targets)


@dataclass(frozen=True)
class MorePapers:
    """Papers that are asked for besides, and when."""

    when: str
    papers: list[PaperKind]


@dataclass(frozen=True)
class Papers:
    """The checklist of a small or medium business."""

    required: list[PaperKind]
    helpful: list[PaperKind]
    in_cases: list[MorePapers]
    by_sector: list[MorePapers]


def guide_papers(sectors: list[Sector]) -> Papers:
    """Return what the checklist asks of an entrepreneur: always, in some cases, and by sector."""

    def papers(sector: str = "", owner: str = "", cost: int | None = None) -> tuple[PaperKind, ...]:
        return papers_for(sector, InitiatorType.SME, owner, cost)

    always = papers()
    required = {paper.code for paper in always if paper.required}
    known = {paper.code for paper in always}
    cases = [
        (_("The project costs %(sum)s or more") % {"sum": format_tenge(LARGE_COST)}, papers(cost=LARGE_COST)),
        (_("The object belongs to you"), papers(owner="private")),
        (_("The object belongs to somebody else"), papers(owner="other")),
    ]
    further = [
        (str(sector.name), [paper for paper in papers(sector.code) if paper.code not in known]) for sector in sectors
    ]
    return Papers(
        required=[paper for paper in always if paper.required],
        helpful=[paper for paper in always if not paper.required and paper.code != "other"],
        in_cases=[
            MorePapers(when, [paper for paper in asked if paper.required and paper.code not in required])
            for when, asked in cases
        ],
        by_sector=[MorePapers(name, found) for name, found in further if found],
    )


@dataclass(frozen=True)
class LawNumber:
    """A number of the law as the guide prints it."""

    row: LegalParameter
    value: str


def _value(row: LegalParameter) -> str:
    count = int(row.value)
    number = format_number(count) if row.value == count else decimal(row.value)
    if row.unit == "tenge":
        return format_tenge(count)
    if row.unit == "percent":
        return f"{number} %"
    words = {
        "year": ngettext("%(count)s year", "%(count)s years", count),
        "month": ngettext("%(count)s month", "%(count)s months", count),
        "person": ngettext("%(count)s person", "%(count)s people", count),
        "mci": pgettext("legal value", "%(count)s MCI"),
        "working_day": ngettext("%(count)s working day", "%(count)s working days", count),
    }.get(row.unit)
    return words % {"count": number} if words else f"{number} {row.unit}"


def law_numbers(on: datetime.date) -> list[LawNumber]:
    """Return the numbers of the law that hold on the day, without the chamber's own targets. One query."""
    rows = LegalParameter.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=on), valid_from__lte=on, is_target=False
    )
    return [LawNumber(row, _value(row)) for row in rows.order_by("code")]


def law_facts(on: datetime.date) -> dict[str, Any]:
    """Return the numbers that the answers name, by code, in words; one that is not on file is left out."""
    found: dict[str, Any] = {}
    for code in ("ppp_term_min", "ppp_term_max", "own_funds_share_min", "tax_arrears_max", "ses_tasks_list_period"):
        try:
            found[code] = LawNumber(row := legal_parameter(code, on), _value(row))
        except ParameterUnknown:
            continue
    return found
