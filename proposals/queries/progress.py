"""What a proposal still lacks before it can be filed, and how far it has come."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import FieldDoesNotExist
from django.db import DEFAULT_DB_ALIAS
from django.db.models import F, QuerySet, TextField, Value
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from proposals.checklist import PaperKind, papers_for
from proposals.models import (
    Answer,
    Application,
    Explanation,
    Paper,
    PaperScan,
    Payment,
    Proposal,
    ProposalResponsibility,
)
from proposals.queries.doubts import doubts_about
from proposals.questions import question_by_code, questions_for
from proposals.steps import ANSWER, AREA, COLUMNS, PAYMENT, REASON, REQUIRED, REQUIRED_AREAS, FormStep
from reference.codelists import ResponsibilityArea
from reference.once import Once, keep_prefetched


@dataclass(frozen=True)
class Missing:
    """One thing to do: on which step, at which box, in the words of its label."""

    step: str
    field: str
    label: str
    is_wrong: bool = False

    @property
    def anchor(self) -> str:
        """Return the id of the box on its page."""
        return f"field-{self.field}"


@dataclass(frozen=True)
class Need:
    """One thing that must be there, and whether it is."""

    step: str
    field: str
    label: Any
    is_met: bool


def paper_kinds(proposal: Proposal) -> tuple[PaperKind, ...]:
    """Return the checklist of papers of this proposal."""
    return papers_for(
        proposal.sector_id or "",
        proposal.application.organisation.initiator_type,
        proposal.object_owner,
        proposal.cost,
    )


def asked_answers(proposal: Proposal) -> list[Answer]:
    """Return the answers to what this proposal is asked; those of a sector chosen before are kept but do not count."""
    initiator = proposal.application.initiator_type or proposal.application.organisation.initiator_type
    asked = {question.code for question in questions_for(proposal.sector_id or "", initiator)}
    return [row for row in proposal.answers.all() if row.code in asked]


def _still_wrong(proposal: Proposal) -> list[str]:
    """Return the boxes whose text is not valid, without those of questions and doubts that are no longer there."""
    if not proposal.typed:
        return []
    initiator = proposal.application.organisation.initiator_type
    there = {f"{ANSWER}{question.code}" for question in questions_for(proposal.sector_id or "", initiator)}
    there |= {f"{REASON}{doubt.code}" for doubt in doubts_about(proposal)}
    return [name for name in proposal.typed if not name.startswith((ANSWER, REASON)) or name in there]


def _needs(proposal: Proposal) -> Iterator[Need]:
    title = bool(proposal.title_kk or proposal.title_ru)
    yield Need(FormStep.IDEA, "title_kk", _("title in Kazakh or in Russian"), title)
    for step, names in REQUIRED.items():
        for name in names:
            column = Proposal.column(name)
            value = getattr(proposal, column.attname)
            yield Need(step, name, column.verbose_name, value not in (None, "", []))
    answers = {answer.code for answer in proposal.answers.all() if answer.text}
    initiator = proposal.application.organisation.initiator_type
    for question in questions_for(proposal.sector_id or "", initiator):
        if question.required:
            yield Need(FormStep.PLACE, f"{ANSWER}{question.code}", question.label, question.code in answers)
    if proposal.capacity is not None or proposal.capacity_unit:
        both = bool(proposal.capacity is not None and proposal.capacity_unit)
        yield Need(FormStep.PLACE, "capacity", _("capacity together with its unit"), both)
    if proposal.state_obligations:
        yield Need(FormStep.MONEY, "payments", _("payments by year"), bool(proposal.payments.all()))
    areas = {row.area for row in proposal.responsibilities.all()}
    for area in REQUIRED_AREAS:
        yield Need(FormStep.PARTNERS, f"{AREA}{area}", _area_label(area), area in areas)
    current = [paper for paper in proposal.papers.all() if paper.is_current]
    papers = {paper.kind for paper in current}
    for kind in paper_kinds(proposal):
        if kind.required:
            yield Need(FormStep.PAPERS, f"paper_{kind.code}", kind.label, kind.code in papers)
    for paper in current:
        if paper.is_rejected:
            yield Need(FormStep.PAPERS, f"paper_{paper.kind}", _rejected(paper), is_met=False)
    reasons = {row.code for row in proposal.explanations.all() if row.reason}
    for doubt in doubts_about(proposal):
        yield Need(FormStep.REVIEW, f"{REASON}{doubt.code}", doubt.sentence, doubt.code in reasons)


def _rejected(paper: Paper) -> str:
    return _("a virus was found in “%(name)s”: replace or remove this paper") % {"name": paper.original_name}


@dataclass(frozen=True)
class Progress:
    """How far one proposal has come."""

    proposal: Proposal
    needs: tuple[Need, ...]
    wrong: tuple[str, ...] = ()

    @cached_property
    def missing(self) -> list[Missing]:
        """Return what must be done yet, in the order of the steps; wrong values first within a step."""
        wrong = [Missing(step, name, _label(name), is_wrong=True) for name in self.wrong for step in [_step_of(name)]]
        corrected = {item.field for item in wrong}
        gaps = [
            Missing(need.step, need.field, str(need.label))
            for need in self.needs
            if not need.is_met and need.field not in corrected
        ]
        order = {step: place for place, step in enumerate(FormStep.values)}
        return sorted([*wrong, *gaps], key=lambda item: order[item.step])

    @property
    def percent(self) -> int:
        """Return the share of needs that are met, 0 … 100; 100 only when nothing is missing."""
        total = len(self.needs) + len(self.wrong)
        met = sum(need.is_met for need in self.needs)
        share = 100 * met // total if total else 100
        return min(share, 99) if self.missing else 100

    @property
    def is_complete(self) -> bool:
        """Tell whether the proposal may be filed."""
        return not self.missing

    def of_step(self, step: str) -> list[Missing]:
        """Return what one step lacks."""
        return [item for item in self.missing if item.step == step]

    def steps(self) -> list[dict[str, Any]]:
        """Return the steps with label, address and the number of things missing."""
        return [
            {
                "code": step.value,
                "label": step.label,
                "url": reverse("proposal_step", args=[self.proposal.application_id, self.proposal.pk, step.value]),
                "missing": len(self.of_step(step)),
                # Nothing can be odd in an empty form: the last step is done when all are.
                "is_done": not (self.missing if step == FormStep.REVIEW else self.of_step(step)),
            }
            for step in FormStep
        ]


def _step_of(name: str) -> str:
    for step, names in COLUMNS.items():
        if name in names:
            return step
    prefixes = {
        ANSWER: FormStep.PLACE,
        PAYMENT: FormStep.MONEY,
        AREA: FormStep.PARTNERS,
        REASON: FormStep.REVIEW,
    }
    return next((step for prefix, step in prefixes.items() if name.startswith(prefix)), FormStep.IDEA)


def _area_label(area: str) -> str:
    return _("who answers for: %(area)s") % {"area": str(ResponsibilityArea(area).label).lower()}


def _label(name: str) -> str:
    if name.startswith(PAYMENT):
        return _("payment of %(year)s") % {"year": name.removeprefix(PAYMENT)}
    if name.startswith(AREA):
        return _area_label(name.removeprefix(AREA))
    if question := question_by_code(name.removeprefix(ANSWER)) if name.startswith(ANSWER) else None:
        return str(question.label)
    try:
        return str(Proposal.column(name).verbose_name)
    except FieldDoesNotExist:
        return _("an answer")


def progress(proposal: Proposal) -> Progress:
    """Return how far the proposal has come."""
    return Progress(proposal, tuple(_needs(proposal)), tuple(_still_wrong(proposal)))


@Once
def _locked(application: UUID) -> QuerySet[Proposal]:
    return Proposal.objects.filter(application=application).select_for_update(of=("self",)).order_by("position")


@Once
def _papers(application: UUID) -> QuerySet[Paper]:
    return Paper.objects.filter(proposal__application=application)


_LISTS: dict[str, tuple[type[Any], str, str]] = {
    "answers": (Answer, "code", "text"),
    "payments": (Payment, "year", "amount"),
    "responsibilities": (ProposalResponsibility, "area", "bearer"),
    "explanations": (Explanation, "code", "reason"),
    "scans": (PaperScan, "verdict", "signature"),
}
"""What belongs to a proposal or, of scans, to a paper: two columns of each."""


@Once
def _lists(application: UUID) -> QuerySet[Any, Any]:
    """Return list, key, owner and both columns as texts, of all lists at once."""
    found = []
    for name, (model, first, second) in _LISTS.items():
        owner, key = (
            ("paper", "paper__proposal__application") if name == "scans" else ("proposal", "proposal__application")
        )
        texts = {
            "said_in": Cast(Value(name), TextField()),
            "owner": F(f"{owner}_id"),
            "first": Cast(first, TextField()),
            "second": Cast(second, TextField()),
        }
        rows = model.objects.filter(**{key: application}).order_by()
        found.append(rows.annotate(**texts).values_list("said_in", "pk", "owner", "first", "second"))
    return found[0].union(*found[1:], all=True).order_by("said_in", "first")


def _lists_of(application: UUID) -> dict[str, list[Any]]:
    lists: dict[str, list[Any]] = {name: [] for name in _LISTS}
    for name, pk, owner, first, second in _lists.rows(application):
        model, *columns = _LISTS[name]
        values = [
            model._meta.get_field(column).to_python(text) for column, text in zip(columns, (first, second), strict=True)
        ]
        names = ["id", "paper_id" if name == "scans" else "proposal_id", *columns]
        lists[name].append(model.from_db(DEFAULT_DB_ALIAS, names, [pk, owner, *values]))
    lists["responsibilities"].sort(key=lambda row: row.pk)
    return lists


def with_details(application: Application, *, locked: bool = False) -> list[Proposal]:
    """Return the application's proposals with everything that belongs to them, in a constant number of queries.

    ``locked``: nobody changes them or what belongs to them until the transaction ends. They are locked first, then the
    rest is read, so what is returned is what stays.
    """
    if locked:
        proposals = _locked.objects(application.pk)
    else:
        proposals = list(application.proposals.select_related("sector", "territory__parent").order_by("position"))
    for proposal in proposals:
        proposal.application = application
    found = {**_lists_of(application.pk), "papers": _papers.objects(application.pk)}
    scans = {scan.paper_id: scan for scan in found.pop("scans")}
    for paper in found["papers"]:
        Paper.scan.related.set_cached_value(paper, scans.get(paper.pk))
    for name, rows in found.items():
        keep_prefetched(proposals, name, rows)
    return proposals
