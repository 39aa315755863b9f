"""The working calendar of Kazakhstan: holidays, moved days, and the table that corrects the library."""

import datetime

import pytest
from hypothesis import given, strategies as st

from reference.models import WorkingDayCorrection
from reference.queries import add_working_days, is_working_day, working_days

day = datetime.date
pytestmark = pytest.mark.django_db


def correct(date, *, works):
    names = {"name_kk": "Ауыстырылған күн", "name_ru": "Перенос", "name_en": "Moved day"}
    WorkingDayCorrection.objects.create(date=date, is_working=works, **names)


@pytest.mark.parametrize(
    ("date", "works"),
    [
        (day(2024, 5, 3), True),  # Friday
        (day(2024, 5, 4), True),  # Saturday that worked for 8 May
        (day(2024, 5, 5), False),  # Sunday
        (day(2024, 5, 6), True),
        (day(2024, 5, 7), False),  # Defenders' day
        (day(2024, 5, 8), False),  # moved from 4 May
        (day(2024, 5, 9), False),  # Victory day
        (day(2024, 5, 10), True),
        (day(2026, 3, 20), True),
        (day(2026, 3, 23), False),  # Nauryz, Monday
        (day(2025, 3, 21), False),  # Nauryz, Friday
        (day(2025, 3, 24), False),  # Nauryz on Saturday and Sunday: Monday off
        (day(2025, 3, 26), True),
        (day(2025, 1, 3), False),  # moved to Sunday 5 January
        (day(2025, 1, 5), True),
        (day(2025, 1, 7), False),  # Christmas
        (day(2024, 10, 25), False),  # Republic day
        (day(2024, 12, 16), False),  # Independence day
        (day(2024, 6, 17), True),  # the day after Kurban ait stayed a working day
    ],
)
def test_a_day_works_as_the_country_did(date, works):
    assert is_working_day(date) is works


def test_the_table_of_corrections_wins_over_the_library():
    correct(day(2024, 5, 4), works=False)
    correct(day(2024, 5, 8), works=True)
    correct(day(2024, 5, 11), works=True)
    assert [is_working_day(day(2024, 5, number)) for number in (4, 8, 11, 12)] == [False, True, True, False]
    assert working_days(day(2024, 5, 3), day(2024, 5, 12)) == 4  # 6, 8, 10 and 11 May
    assert add_working_days(day(2024, 5, 3), 4) == day(2024, 5, 11)


@pytest.mark.parametrize(
    ("start", "end", "count"),
    [
        (day(2024, 5, 3), day(2024, 5, 3), 0),
        (day(2024, 5, 3), day(2024, 5, 2), 0),
        (day(2024, 5, 3), day(2024, 5, 4), 1),
        (day(2024, 5, 3), day(2024, 5, 10), 3),  # 4, 6 and 10 May
        (day(2024, 5, 6), day(2024, 5, 9), 0),
        (day(2025, 12, 30), day(2026, 1, 5), 2),  # 31 December and 5 January
    ],
)
def test_days_are_counted_after_the_first_up_to_the_last(start, end, count):
    assert working_days(start, end) == count


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        (day(2024, 5, 3), 0, day(2024, 5, 3)),
        (day(2024, 5, 4), 0, day(2024, 5, 4)),
        (day(2024, 5, 3), 1, day(2024, 5, 4)),
        (day(2024, 5, 3), 3, day(2024, 5, 10)),
        (day(2024, 5, 7), 1, day(2024, 5, 10)),
    ],
)
def test_a_term_ends_on_its_last_working_day(start, count, end):
    assert add_working_days(start, count) == end


def test_a_term_cannot_run_backwards():
    with pytest.raises(ValueError, match="negative"):
        add_working_days(day(2024, 5, 3), -1)


def test_a_term_waits_through_a_long_rest():
    # As in the spring of 2020: weeks that were declared free.
    first = day(2020, 3, 16)
    for step in range(40):
        correct(first + datetime.timedelta(days=step), works=False)
    assert add_working_days(day(2020, 3, 13), 1) == day(2020, 4, 27)


@given(st.dates(day(2015, 1, 1), day(2027, 12, 31)), st.integers(0, 60))
def test_counting_undoes_adding(start, count):
    end = add_working_days(start, count)
    assert working_days(start, end) == count
    assert count == 0 or is_working_day(end)


def test_a_count_over_years_costs_one_query(django_assert_num_queries):
    with django_assert_num_queries(1):
        working_days(day(2015, 1, 1), day(2026, 12, 31))
    with django_assert_num_queries(1):
        add_working_days(day(2015, 1, 1), 250)
