"""The public queue: filed proposals by order of arrival, and of each only what everybody may know.

What is not public never leaves the database here: rows are read as values, and title and applicant only where the
applicant agreed. Whoever adds a column adds it to the public face (docs/decisions/0018 says what the asked sum is).
"""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Count, F, Q, QuerySet, Sum, Value, When
from django.urls import reverse
from django.utils import timezone

from proposals.models import Proposal
from proposals.queries.times import StageTime, corrections_since
from proposals.workflow import CLOSED_STAGES, OPEN_STAGES, WITH_APPLICANT, Stage
from reference.kazakh import folded, search_words
from reference.languages import Localized, localized
from reference.queries import working_days

ARRIVAL = ("application__year", "application__sequence", "position")
"""The order of arrival: the number that the counter gave."""

ORDERINGS: dict[str, tuple[str, ...]] = {"number": (), "sum": ("cost",), "days": ("stage_since",)}
"""Public facts by which the queue may be ordered; the number decides between equals."""

PUBLIC_STAGES = tuple(stage for stage in Stage if stage != Stage.DRAFT)

_AGREED = Q(application__publish_agreed=True)
_OPEN = Q(stage__in=OPEN_STAGES)
_APPROVED = Q(stage=Stage.APPROVED)


def filed() -> QuerySet[Proposal]:
    """Return every filed proposal; a draft is nobody's business."""
    return Proposal.objects.exclude(stage=Stage.DRAFT)


@dataclass(frozen=True)
class QueueRow:
    """One line of the queue. ``title`` is empty where it may not be shown, ``place`` and ``days`` None once closed."""

    number: str
    stage: str
    place: int | None
    sector: str
    territory: str
    asked: int | None
    days: int | None
    time: StageTime | None
    company: str
    project: int | None
    title_kk: str
    title_ru: str
    title_en: str

    @property
    def title(self) -> Localized:
        """Return the title in the reader's language, or the next best; empty where it may not be shown."""
        return localized(self, "title")

    @property
    def project_url(self) -> str:
        """Return the public page of the project that came of it; empty where there is none."""
        return reverse("project", args=[self.project]) if self.project else ""

    @property
    def stage_label(self) -> str:
        """Return the stage in words."""
        return str(Stage(self.stage).label)

    @property
    def waits_for_applicant(self) -> bool:
        """Tell whether the next step is the applicant's."""
        return self.stage in WITH_APPLICANT

    @property
    def is_late(self) -> bool:
        """Tell whether the chamber has needed more than its target; the applicant's own time is no delay of it."""
        if self.days is None or self.time is None or self.time.target is None or self.waits_for_applicant:
            return False
        return self.days > self.time.target


def _shown(agreed: str, of_project: str = "") -> Case:
    """Return the column as far as it is public: of an open row by consent, of an approved one that of its project."""
    whens = [When(_OPEN & _AGREED, then=F(agreed))]
    if of_project:
        whens.append(When(_APPROVED, then=F(of_project)))
    return Case(*whens, default=Value(""))


def queue_rows(
    proposals: QuerySet[Proposal], times: Mapping[str, StageTime], sectors: Mapping[str, str], places: Mapping[str, str]
) -> list[QueueRow]:
    """Return the public facts of a few rows; ``sectors`` and ``places`` are names by code. Three queries."""
    values = proposals.annotate(
        shown_kk=_shown("title_kk", "project__title_kk"),
        shown_ru=_shown("title_ru", "project__title_ru"),
        shown_en=Case(When(_APPROVED, then=F("project__title_en")), default=Value("")),
        company=Case(When((_OPEN | _APPROVED) & _AGREED, then=F("application__applicant_name")), default=Value("")),
    ).values(
        *("pk", "stage", "stage_since", "sector_id", "territory_id", "cost", "position", "project__number"),
        *("application__number", "shown_kk", "shown_ru", "shown_en", "company"),
    )
    found = list(values)
    order = _order_of_arrival() if any(row["stage"] in OPEN_STAGES for row in found) else {}
    corrections = corrections_since(min((row["stage_since"] for row in found), default=timezone.now()))
    today = timezone.localdate()
    return [_row(row, order, times, sectors, places, today, corrections) for row in found]


def _row(
    row: dict[str, Any],
    order: Mapping[Any, int],
    times: Mapping[str, StageTime],
    sectors: Mapping[str, str],
    places: Mapping[str, str],
    today: datetime.date,
    corrections: dict[datetime.date, bool],
) -> QueueRow:
    is_open = row["stage"] in OPEN_STAGES
    since = timezone.localdate(row["stage_since"])
    return QueueRow(
        number=f"{row['application__number']}/{row['position']}",
        stage=row["stage"],
        place=order.get(row["pk"]),
        sector=sectors.get(row["sector_id"], ""),
        territory=places.get(row["territory_id"], ""),
        asked=row["cost"],
        days=working_days(since, today, corrections) if is_open else None,
        time=times.get(row["stage"]),
        company=row["company"],
        project=row["project__number"] if row["stage"] == Stage.APPROVED else None,
        title_kk=row["shown_kk"],
        title_ru=row["shown_ru"],
        title_en=row["shown_en"],
    )


def _order_of_arrival() -> dict[Any, int]:
    """Return the place of every open proposal among all open ones."""
    keys = filed().filter(_OPEN).order_by(*ARRIVAL).values_list("pk", flat=True)
    return {key: place for place, key in enumerate(keys, start=1)}


@dataclass(frozen=True)
class QueueTotals:
    """Figures of a view of the queue; an unknown sum is counted apart, never taken for zero."""

    count: int
    asked: int
    asked_known: int
    waiting: int

    @property
    def asked_unknown(self) -> int:
        """Return how many rows name no sum."""
        return self.count - self.asked_known


def queue_totals(proposals: QuerySet[Proposal]) -> QueueTotals:
    """Return the figures of these rows. One query."""
    found = proposals.order_by().aggregate(
        count=Count("pk"),
        asked=Sum("cost", default=0),
        asked_known=Count("cost"),
        waiting=Count("pk", filter=Q(stage__in=WITH_APPLICANT)),
    )
    return QueueTotals(**{name: int(value) for name, value in found.items()})


def counts_by(column: str, proposals: QuerySet[Proposal]) -> dict[str, int]:
    """Return how many of these rows have each value of a column. One query."""
    rows = proposals.order_by().values_list(column).annotate(Count("pk"))
    return {str(value): count for value, count in rows}


def ordered(proposals: QuerySet[Proposal], ordering: str) -> QuerySet[Proposal]:
    """Return the rows in a known order, that of arrival unless another is named; closed rows have no days: last."""
    name, backwards = ordering.removeprefix("-"), ordering.startswith("-")
    arrival = [f"-{column}" for column in ARRIVAL] if backwards and not ORDERINGS.get(name) else list(ARRIVAL)
    if not ORDERINGS.get(name):
        return proposals.order_by(*arrival)
    closed_last = [Case(When(stage__in=CLOSED_STAGES, then=Value(1)), default=Value(0))] if name == "days" else []
    # The longer ago a stage began, the more days are in it.
    descending = backwards is not (name == "days")
    columns = [F(column) for column in ORDERINGS[name]]
    directed = [one.desc(nulls_last=True) if descending else one.asc(nulls_last=True) for one in columns]
    return proposals.order_by(*closed_last, *directed, *arrival)


def searched(proposals: QuerySet[Proposal], text: str) -> QuerySet[Proposal]:
    """Return the rows of this number, and those whose shown title or applicant holds every word.

    A word is looked for only where everybody may read it, so nobody learns by asking what is not shown.
    """
    plain = text.strip().lstrip("№# ").strip()
    number, _slash, position = plain.partition("/")
    found = Q(application__number=number)
    if position:
        found &= Q(position=int(position)) if _is_count(position) else Q(pk__in=[])
    elif _is_count(plain):
        found |= Q(application__sequence=int(plain))
    held, words = Q(), search_words(text)
    for word in words:
        held &= (
            (_OPEN & _AGREED & Q(search_text__contains=word))
            | (_APPROVED & Q(project__search_text__contains=word))
            | ((_OPEN | _APPROVED) & _AGREED & Q(company_words__contains=word))
        )
    if words:
        found |= held
    return proposals.annotate(company_words=folded(F("application__applicant_name"))).filter(found)


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 7
