"""News of the register, newest first: what entered, changed or left the list, and what became of a project.

A step that rests on a resolution is told by the change of the list that the same act wrote, so nothing is told twice.
The order is that of recording. A row that is committed late stands among its own time, not on top: whoever must miss
nothing reads on below the newest entries (docs/decisions/0022-following.md).
"""

import datetime
import heapq
import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _, pgettext

from projects.models import Follow, ListAct, ListChange, Project, StatusChange
from projects.queries.as_of import ChangeOfLine, line_before
from reference.languages import localized
from reference.money import format_tenge
from reference.partial_dates import format_partial_date
from reference.queries import within

_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
_MICROSECOND = datetime.timedelta(microseconds=1)
_POSITION = re.compile(r"([0-9]{1,17})-(list|status)-([0-9]{1,18})")
_PRINTED = ("project__sector", "project__territory")


@dataclass(frozen=True, order=True)
class Position:
    """The place of a piece of news in the order of all; ``kind`` is ``list`` or ``status``."""

    at: datetime.datetime
    kind: str
    pk: int

    @classmethod
    def parse(cls, text: str) -> "Position":
        """Read what ``str`` writes; raise ValueError for anything else."""
        found = _POSITION.fullmatch(text)
        if not found:
            raise ValueError(text)
        return cls(_EPOCH + int(found[1]) * _MICROSECOND, found[2], int(found[3]))

    def __str__(self) -> str:
        return f"{(self.at - _EPOCH) // _MICROSECOND}-{self.kind}-{self.pk}"


@dataclass(frozen=True)
class News:
    """One piece of news. Its words are in the language that is active when they are asked for."""

    change: ListChange | StatusChange
    before: ListChange | None = None

    @property
    def position(self) -> Position:
        """Where it stands in the order of all news."""
        return Position(self.change.recorded_at, _kind(type(self.change)), self.change.pk)

    @property
    def key(self) -> str:
        """A name that never changes."""
        return f"{self.position.kind}-{self.change.pk}"

    @property
    def project(self) -> Project:
        """The project it is about."""
        return self.change.project

    @property
    def title(self) -> str:
        """The title of the project, that of the day where the list says it."""
        return (self.change if isinstance(self.change, ListChange) else self.project).title.text

    @property
    def heading(self) -> str:
        """What happened, in a few words."""
        if isinstance(self.change, ListChange):
            return self.change.get_act_display()
        if getattr(self.change, "is_first", False):
            return _("Entered in the register from public sources")
        return _("New status: %(status)s") % {"status": self.change.get_status_display()}

    @property
    def lines(self) -> list[str]:
        """What is known of it, a sentence or a fact each."""
        return list(
            _of_list(self.change, self.before) if isinstance(self.change, ListChange) else _of_status(self.change)
        )


def _kind(model: type[ListChange] | type[StatusChange]) -> str:
    return "list" if model is ListChange else "status"


def _of_list(change: ListChange, before: ListChange | None) -> Iterable[str]:
    yield f"{_('Resolution')}: {change.resolution}"
    if change.act == ListAct.ENTERED:
        yield f"{_('Cost')}: {pgettext('sum', 'unknown') if change.cost is None else format_tenge(change.cost)}"
    for field in ChangeOfLine(change, before).differences:
        yield f"{field.label}: {field.old or _('empty')} → {field.new or _('empty')}"
    if change.conditions.text:
        yield f"{_('Approved with conditions')}: {change.conditions}"
    if change.reason.text:
        yield f"{_('Reason')}: {change.reason}"


def _of_status(change: StatusChange) -> Iterable[str]:
    yield f"{_('Status')}: {change.get_status_display()}"
    if change.since:
        yield f"{_('Since')}: {format_partial_date(change.since)}"
    if note := localized(change, "note").text:
        yield note
    if change.source_url:
        yield f"{_('Source')}: {change.source_url}"


def list_news() -> QuerySet[ListChange]:
    """Return the changes of the list that are news; a completed record is not."""
    return ListChange.objects.exclude(act=ListAct.COMPLETED)


def status_news() -> QuerySet[StatusChange]:
    """Return the steps of the road that are news by themselves."""
    return StatusChange.objects.filter(resolution__isnull=True)


def about(*, projects: Iterable[Any] = (), sectors: Iterable[Any] = (), territories: Iterable[Any] = ()) -> Q:
    """Return the condition on changes of these projects; each kind that is not empty narrows, districts included."""
    found = Q()
    projects, sectors, territories = list(projects), list(sectors), list(territories)
    if projects:
        found &= Q(project__in=projects)
    if sectors:
        found &= Q(project__sector__in=sectors)
    if territories:
        found &= within(territories, "project__")
    return found


def followed_by(follow: Follow) -> Q:
    """Return the condition on changes that a follower wants to hear of."""
    return about(
        projects=filter(None, [follow.project_id]),
        sectors=filter(None, [follow.sector_id]),
        territories=filter(None, [follow.territory_id]),
    )


def _after(kind: str, position: Position | None) -> Q:
    """Return the condition that rows of this kind stand below the position."""
    if position is None:
        return Q()
    if kind == position.kind:
        return Q(recorded_at__lt=position.at) | Q(recorded_at=position.at, pk__lt=position.pk)
    return Q(recorded_at__lte=position.at) if kind < position.kind else Q(recorded_at__lt=position.at)


def newest(condition: Q, *, limit: int, below: Position | None = None) -> list[News]:
    """Return the newest news that fulfil the condition, below a position or from the top. Three queries at most."""
    first = ~Exists(StatusChange.objects.filter(project=OuterRef("project"), pk__lt=OuterRef("pk")))
    lists = list_news().filter(condition, _after("list", below)).annotate(before=line_before())
    steps = status_news().filter(condition, _after("status", below)).annotate(is_first=first)
    changes = list(lists.select_related(*_PRINTED, "resolution__maslikhat").order_by("-recorded_at", "-id")[:limit])
    amended = {row.pk: row.before for row in changes if row.act == ListAct.AMENDED}
    before = ListChange.objects.in_bulk(amended.values()) if amended else {}
    found: list[list[News]] = [
        [News(row, before.get(amended.get(row.pk))) for row in changes],
        [News(row) for row in steps.select_related(*_PRINTED).order_by("-recorded_at", "-id")[:limit]],
    ]
    merged = heapq.merge(*found, key=lambda news: news.position, reverse=True)
    return list(islice(merged, limit))
