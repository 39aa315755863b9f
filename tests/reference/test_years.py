"""Spans of years: as addresses write them, and which years are in them."""

import pytest
from hypothesis import given, strategies as st

from reference.years import Years

SPANS = st.builds(
    lambda first, more, open_at: Years(
        None if open_at == "first" else first, None if open_at == "last" else min(first + more, 2100)
    ),
    st.integers(1991, 2100),
    st.integers(0, 20),
    st.sampled_from(["", "first", "last"]),
)


@pytest.mark.parametrize(
    ("text", "years", "words"),
    [
        ("2025", Years(2025, 2025), "2025"),
        ("2023-2025", Years(2023, 2025), "2023–2025"),
        ("2023-", Years(2023), "2023–…"),
        ("-2025", Years(last=2025), "…–2025"),
    ],
)
def test_years_are_read_and_written(text, years, words):
    assert Years.read(text) == years
    assert (years.parameter, str(years)) == (text, words)


@given(SPANS)
def test_every_span_is_read_back_as_itself(years):
    assert Years.read(years.parameter) == years


BACKWARDS, LATE, DASH, TWICE = "2025-2023", "2023-9999", "2023–2025", "2023-2024-2025"


@pytest.mark.parametrize(
    "text", ["", "-", "--", BACKWARDS, "20x6", "1500", LATE, DASH, " 2025", "2025\n", "٢٠٢٥", TWICE, "2" * 5000]
)
def test_what_is_no_span_is_not_read(text):
    assert Years.read(text) is None


@given(SPANS, st.integers(1991, 2100))
def test_a_year_is_in_a_span_from_its_first_to_its_last(years, year):
    assert (year in years) == ((years.first or 0) <= year <= (years.last or 9999))


def test_an_unknown_year_is_in_every_year_and_in_no_span():
    assert None in Years()
    assert not Years()
    assert str(Years()) == Years().parameter == ""
    assert None not in Years(2020)
    assert None not in Years(last=2020)
