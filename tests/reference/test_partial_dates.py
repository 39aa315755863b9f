"""Dates that are known to the day, to the month or only to the year."""

import datetime

import pytest
from django.utils import translation
from hypothesis import given, strategies as st

from reference.partial_dates import format_partial_date, parse_partial_date
from tests.rules import refusals

FORM = "Write a date such as 14.09.2017, a month such as 09.2017 or a year such as 2017."
NO_DAY = "There is no such day: check day and month."
YEARS = "The year must lie between 1991 and 2100."


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2017", "2017"),
        ("1991", "1991"),
        ("2100", "2100"),
        ("09.2017", "2017-09"),
        ("9.2017", "2017-09"),
        ("2017-09", "2017-09"),
        ("14.09.2017", "2017-09-14"),
        ("4.9.2017", "2017-09-04"),
        ("2017-09-14", "2017-09-14"),
        ("29.02.2016", "2016-02-29"),
        ("  14.09.2017 ", "2017-09-14"),
    ],
)
def test_a_date_is_read_as_exactly_as_it_is_known(text, iso):
    assert parse_partial_date(text) == iso


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        *(
            (text, FORM)
            for text in [
                "", "17", "14.09.17", "14/09/2017", "2017.09", "2017-9", "2017-13", "2017-09-32", "2017-00", "20170914",
                "14 қыркүйек 2017", "14.09.2017 ж.", "-2017", "+2017", "2017-", "2017-09-", ".2017", "02017",
                "٢٠١٧", "٠٩.2017", "14.٠٩.2017", "١٤.09.2017", "2017-٠٩", "２０１７",
                "2017\x00", "2017-09-14T10:00", "14.09.2017\n15.09.2017", "9" * 10_000,
            ]
        ),
        *((text, NO_DAY) for text in ["31.02.2017", "2017-02-31", "29.02.2017", "0.2017", "13.2017", "00.09.2017"]),
        *((text, NO_DAY) for text in ["0000", "0000-01-01", "99.99.9999"]),
        *((text, YEARS) for text in ["1990", "2101", "01.01.0001", "9999-12-31"]),
    ],
    ids=lambda value: value[:20].encode("unicode_escape").decode(),
)  # fmt: skip
def test_what_is_no_date_is_refused_with_the_remedy(text, sentence):
    assert refusals(parse_partial_date, text) == [sentence]


@given(st.dates(datetime.date(1991, 1, 1), datetime.date(2100, 12, 31)))
def test_every_day_is_read_in_both_forms(day):
    assert parse_partial_date(day.isoformat()) == day.isoformat()
    assert parse_partial_date(f"{day:%d.%m.%Y}") == day.isoformat()
    assert parse_partial_date(f"{day:%m.%Y}") == day.isoformat()[:7]


@pytest.mark.parametrize(
    ("value", "kk", "ru", "en"),
    [
        ("", "", "", ""),
        ("2017", "2017 ж.", "2017 г.", "2017"),
        ("2017-09", "2017 ж. қыркүйек", "сентябрь 2017 г.", "September 2017"),
        ("2017-09-14", "2017 ж. 14 қыркүйек", "14 сентября 2017 г.", "14 September 2017"),
        ("2026-03-05", "2026 ж. 5 наурыз", "5 марта 2026 г.", "5 March 2026"),
    ],
)
def test_a_date_is_printed_no_more_exactly_than_it_is_known(value, kk, ru, en):
    for language, printed in (("kk", kk), ("ru", ru), ("en", en)):
        with translation.override(language):
            assert format_partial_date(value).replace("\u00a0", " ") == printed


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
@pytest.mark.parametrize("value", ["2017", "2017-09", "2017-09-14"])
def test_a_date_is_printed_in_the_language_asked_for_whatever_the_page_speaks(value, language):
    with translation.override(language):
        expected = format_partial_date(value)
    for spoken in ("kk", "ru", "en"):
        with translation.override(spoken):
            assert format_partial_date(value, language) == expected


MONTHS = "қаңтар, ақпан, наурыз, сәуір, мамыр, маусым, шілде, тамыз, қыркүйек, қазан, қараша, желтоқсан"


def test_kazakh_months_have_their_names():
    printed = [format_partial_date(f"2017-{month:02d}", "kk") for month in range(1, 13)]
    assert printed == [f"2017\u00a0ж. {name}" for name in MONTHS.split(", ")]
