"""Shares in percent."""

from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from reference.shares import percent


@pytest.mark.parametrize(
    ("part", "whole", "share"), [(0, 3, "0.0"), (1, 3, "33.3"), (2, 3, "66.7"), (1, 16, "6.3"), (9, 9, "100.0")]
)
def test_a_share_has_one_place_and_a_half_goes_up(part, whole, share):
    assert percent(part, whole) == Decimal(share)


def test_of_nothing_there_is_no_share():
    assert percent(0, 0) is None


@given(st.integers(0, 10**18), st.integers(1, 10**18))
def test_no_share_is_off_by_more_than_half_a_place(part, whole):
    assert 20 * abs(Decimal(part) * 100 / whole - percent(part, whole)) <= 1
