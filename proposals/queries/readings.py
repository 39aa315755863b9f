"""Who read what: papers taken, pages opened, reports made, as one list with the newest first."""

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from proposals.models import Declaration, Opened, Opening, Paper, PaperReading, Proposal, ReportTaking
from proposals.queries.review import has_conflicts

SEE_READINGS = "proposals.view_opening"
PAPER, REPORT = "paper", "report"
"""Kinds of readings that have tables of their own, beside those of ``Opened``."""
KINDS: Final = {
    PAPER: _("Paper of a proposal"),
    **{kind.value: kind.label for kind in Opened if kind != Opened.OWN_DATA},
    REPORT: _("Monthly report"),
}
"""What can be read, in words."""
SHOWN_OF_PROPOSAL: Final = 10


@dataclass(frozen=True)
class Wanted:
    """What of the list is asked for; whatever is empty asks for everything."""

    number: str = ""
    reader: User | None = None
    kind: str = ""
    first_day: datetime.date | None = None
    last_day: datetime.date | None = None


@dataclass(frozen=True)
class Reading:
    """One row: who, when, what; ``paper`` and ``row`` where there are such."""

    at: datetime.datetime
    reader: User
    kind: str
    row: PaperReading | Opening | ReportTaking

    @property
    def label(self) -> str:
        """What it was, in words."""
        return str(KINDS[self.kind])

    @property
    def paper(self) -> Paper | None:
        """The paper that was taken."""
        return self.row.paper if isinstance(self.row, PaperReading) else None

    @property
    def opening(self) -> Opening | None:
        """The page that was opened."""
        return self.row if isinstance(self.row, Opening) else None

    @property
    def proposal(self) -> Proposal | None:
        """The proposal it is about, if it is about one."""
        if isinstance(self.row, ReportTaking):
            return None
        return self.row.paper.proposal if isinstance(self.row, PaperReading) else self.row.proposal


def may_see_readings(user: Any) -> bool:
    """Tell whether the person may learn who read what."""
    return bool(user.is_active and user.is_staff and user.has_perm(SEE_READINGS))


def _midnight(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time()))


def _of(wanted: Wanted, person: str, proposal: str) -> Q:
    """Return the conditions of what is wanted for a table with these names of reader and proposal."""
    found = Q()
    if wanted.reader:
        found &= Q(**{person: wanted.reader})
    if wanted.first_day:
        found &= Q(at__gte=_midnight(wanted.first_day))
    if wanted.last_day:
        found &= Q(at__lt=_midnight(wanted.last_day + datetime.timedelta(days=1)))
    if wanted.number:
        application, _, position = wanted.number.partition("/")
        found &= Q(**{f"{proposal}__application__number": application})
        if position:
            found &= Q(**{f"{proposal}__position": position})
    return found


def readings(user: Any, wanted: Wanted) -> QuerySet[Any, Any]:
    """Return the readings as rows of time, table and key, the newest first.

    What is about a proposal that the person has a conflict about stays hidden, as everything about it is.
    """
    papers = PaperReading.objects.filter(_of(wanted, "reader", "paper__proposal"))
    openings = Opening.objects.filter(_of(wanted, "reader", "proposal")).exclude(kind=Opened.OWN_DATA)
    reports = ReportTaking.objects.filter(_of(Wanted(**{**vars(wanted), "number": ""}), "taker", ""))
    if wanted.number or wanted.kind not in ("", REPORT):
        reports = reports.none()
    if wanted.kind not in ("", PAPER):
        papers = papers.none()
    if wanted.kind:
        openings = openings.filter(kind=wanted.kind)
    if has_conflicts(user):
        conflict = Declaration.objects.filter(person=user, has_conflict=True)
        papers = papers.exclude(Exists(conflict.filter(proposal=OuterRef("paper__proposal"))))
        openings = openings.exclude(Exists(conflict.filter(proposal=OuterRef("proposal"))))
    rows = [
        table.order_by().annotate(table=Value(place)).values_list("at", "table", "pk")
        for place, table in enumerate((papers, openings, reports))
    ]
    return rows[0].union(*rows[1:], all=True).order_by("-at", "table", "-pk")


def filled_in(rows: Iterable[tuple[datetime.datetime, int, int]]) -> list[Reading]:
    """Return rows of ``readings`` with everything that is shown of them. Three queries at most."""
    listed = list(rows)
    of_proposal = "proposal__application"
    tables = (
        PaperReading.objects.select_related("reader", f"paper__{of_proposal}"),
        Opening.objects.select_related("reader", of_proposal, "organisation", "session__maslikhat"),
        ReportTaking.objects.select_related("taker"),
    )
    found: dict[tuple[int, int], Any] = {}
    for place, table in enumerate(tables):
        if keys := [key for _, number, key in listed if number == place]:
            found |= {(place, row.pk): row for row in table.filter(pk__in=keys)}
    return [_reading(found[place, key]) for _, place, key in listed]


def _reading(row: PaperReading | Opening | ReportTaking) -> Reading:
    if isinstance(row, ReportTaking):
        return Reading(row.at, row.taker, REPORT, row)
    return Reading(row.at, row.reader, PAPER if isinstance(row, PaperReading) else row.kind, row)


def in_parts(rows: QuerySet[Any, Any], size: int = 500) -> Iterator[list[Reading]]:
    """Yield all rows, filled in, a part at a time."""
    listed = list(rows)
    for start in range(0, len(listed), size):
        yield filled_in(listed[start : start + size])


def last_readings(proposal: Proposal, user: Any) -> list[Reading] | None:
    """Return the last readings of a proposal for who may see them, None for everybody else."""
    if not may_see_readings(user):
        return None
    return filled_in(readings(user, Wanted(number=proposal.number))[:SHOWN_OF_PROPOSAL])


def readers() -> QuerySet[User]:
    """Return the people of the chamber, and everybody who read something as one."""
    read = Exists(PaperReading.objects.filter(reader=OuterRef("pk"))) | Exists(
        Opening.objects.filter(reader=OuterRef("pk")).exclude(kind=Opened.OWN_DATA)
    )
    return User.objects.filter(Q(is_staff=True) | read).order_by("full_name", "pk")
