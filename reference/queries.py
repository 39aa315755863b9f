"""Answers of the law and the calendar by date; what lies in a territory."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

import holidays
from django.db.models import CharField, F, Q, QuerySet, Value
from django.utils.functional import cached_property

from reference.models import LegalParameter, Sector, Territory, WorkingDayCorrection
from reference.once import Once

_WINDOW = 90
"""Days of corrections that are asked for at once, at least."""


def within(territories: Iterable[Any], path: str = "") -> Q:
    """Return the condition that a row lies in one of these; a city or region includes its districts.

    ``path`` leads from the row to what has the territory, ``project__`` for instance.
    """
    chosen = list(territories)
    return Q((f"{path}territory__in", chosen)) | Q((f"{path}territory__parent__in", chosen))


@dataclass(frozen=True)
class ListNames:
    """Names of sectors and of territories by code, in the reader's language and in the order of their lists.

    ``regions`` tells the region or city of each territory; of a region itself.
    """

    sectors: dict[str, str]
    territories: dict[str, str]
    regions: dict[str, str]


def list_names() -> ListNames:
    """Return the names of all sectors and territories. One query."""
    columns = ("name_kk", "name_ru", "name_en")
    # Codes alone do not tell which is which: staff may name a sector by digits too.
    sectors = Sector.objects.annotate(above=Value(None, CharField()), text=Value(""), number=F("order"))
    territories = Territory.objects.annotate(above=F("parent_id"), text=F("order_kk"), number=Value(0))
    rows = [
        every.order_by()
        .annotate(is_place=Value(is_place))
        .values_list("is_place", "number", "text", "code", "above", *columns)
        for is_place, every in ((False, sectors), (True, territories))
    ]
    found = ListNames({}, {}, {})
    for is_place, _number, _text, code, above, *texts in sorted(
        rows[0].union(rows[1], all=True), key=lambda row: row[:4]
    ):
        name = str(Sector(**dict(zip(columns, texts, strict=True))).name)
        if is_place:
            found.territories[code] = name
            found.regions[code] = above or code
        else:
            found.sectors[code] = name
    return found


class ParameterUnknown(LookupError):
    """No legal parameter of this code is on file for this day."""


def legal_parameter(code: str, on: datetime.date) -> LegalParameter:
    """Return the row of the parameter that holds on the day; raise ParameterUnknown where none does."""
    row = LegalParameter.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=on), code=code, valid_from__lte=on
    ).first()
    if row is None:
        raise ParameterUnknown(code, on)
    return row


def legal_value(code: str, on: datetime.date) -> Decimal:
    """Return the parameter's value on the day, in the parameter's own unit; raise ParameterUnknown."""
    return legal_parameter(code, on).value


@Once
def _held(on: datetime.date, *, codes: tuple[str, ...]) -> QuerySet[LegalParameter, Any]:
    lasts = Q(valid_to__isnull=True) | Q(valid_to__gte=on)
    return LegalParameter.objects.filter(lasts, valid_from__lte=on, code__in=codes).values_list("code", "value")


class LawOfDay:
    """Some numbers of the law on a day, asked for together when the first is needed."""

    def __init__(self, on: datetime.date, codes: Iterable[str]) -> None:
        self.on = on
        self._codes = tuple(codes)

    @cached_property
    def _values(self) -> dict[str, Decimal]:
        return dict(_held.rows(self.on, codes=self._codes))

    def value(self, code: str) -> Decimal | None:
        """Return the value in the parameter's own unit, None where none is on file for the day."""
        if code not in self._codes:
            raise KeyError(code)
        return self._values.get(code)


@cache
def _public_holidays(year: int) -> frozenset[datetime.date]:
    """Days off in Kazakhstan by law and by moved days (Law on holidays 267-II), without plain weekends."""
    return frozenset(holidays.country_holidays("KZ", years=year))


@cache
def _moved_working_days(year: int) -> frozenset[datetime.date]:
    calendar = holidays.country_holidays("KZ", years=year)
    return frozenset(day for day in getattr(calendar, "weekend_workdays", ()) if day.year == year)


def _works_by_calendar(day: datetime.date) -> bool:
    if day in _moved_working_days(day.year):
        return True
    return day.weekday() < 5 and day not in _public_holidays(day.year)


def working_day_corrections(first: datetime.date, last: datetime.date) -> dict[datetime.date, bool]:
    """Return the days between two days, both included, that staff has declared working or free."""
    return dict(WorkingDayCorrection.objects.filter(date__range=(first, last)).values_list("date", "is_working"))


def is_working_day(day: datetime.date) -> bool:
    """Tell whether offices in Kazakhstan work on the day."""
    return working_day_corrections(day, day).get(day, _works_by_calendar(day))


def working_days(start: datetime.date, end: datetime.date, corrections: dict[datetime.date, bool] | None = None) -> int:
    """Return the number of working days after ``start`` up to and including ``end``; 0 when end is not later.

    Whoever asks for many periods asks for the ``corrections`` of the whole time once.
    """
    if end <= start:
        return 0
    if corrections is None:
        corrections = working_day_corrections(start, end)
    days = (start + datetime.timedelta(days=step) for step in range(1, (end - start).days + 1))
    return sum(corrections.get(day, _works_by_calendar(day)) for day in days)


def add_working_days(start: datetime.date, count: int) -> datetime.date:
    """Return the day on which ``count`` working days after ``start`` are over; ``start`` itself for 0."""
    if count < 0:
        raise ValueError("count of working days is negative")
    window = max(_WINDOW, 2 * count)
    day = start
    corrections: dict[datetime.date, bool] = {}
    while count:
        if (day - start).days % window == 0:
            corrections = working_day_corrections(day, day + datetime.timedelta(days=window))
        day += datetime.timedelta(days=1)
        count -= corrections.get(day, _works_by_calendar(day))
    return day
