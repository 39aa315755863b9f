"""Sessions and convocations in Roman numerals."""

import pytest
from hypothesis import given, strategies as st

from reference.roman import from_roman, to_roman


@pytest.mark.parametrize(
    ("number", "written"),
    [(1, "I"), (4, "IV"), (6, "VI"), (9, "IX"), (14, "XIV"), (34, "XXXIV"), (40, "XL"), (49, "XLIX"),
     (90, "XC"), (99, "XCIX"), (388, "CCCLXXXVIII"), (399, "CCCXCIX")],
)  # fmt: skip
def test_a_number_is_written_as_on_paper(number, written):
    assert to_roman(number) == written
    assert from_roman(written) == number


@given(st.integers(1, 399))
def test_every_number_is_read_back_as_itself(number):
    assert from_roman(to_roman(number)) == number
    assert from_roman(to_roman(number).lower()) == number
    assert from_roman(str(number)) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("ХХХIV", 34),  # Cyrillic Х, Latin I and V
        ("ХХХІV", 34),  # Cyrillic Х and І
        ("ХІ", 11),
        ("хі", 11),
        ("СІХ", 109),
        ("xxxiv", 34),
        (" VI ", 6),
        ("034", 34),
    ],
)
def test_look_alike_cyrillic_letters_are_read_as_numerals(text, number):
    assert from_roman(text) == number


@pytest.mark.parametrize(
    "text",
    ["", " ", "0", "000", "400", "CD", "IIII", "VV", "IC", "XXXX", "IL", "VX", "IXI", "XIVI", "-5", "+5", "3.5", "1_0",
     "٣٤", "３４", "ⅩⅩ", "VI-ші", "VI\x00", "Ж", "I" * 10_000, "9" * 10_000],
    ids=lambda text: text[:10].encode("unicode_escape").decode(),
)  # fmt: skip
def test_what_is_no_numeral_is_refused(text):
    with pytest.raises(ValueError, match=r".*"):
        from_roman(text)


@pytest.mark.parametrize("number", [0, -1, 400])
def test_a_number_beyond_399_is_not_written(number):
    with pytest.raises(ValueError, match=str(number)):
        to_roman(number)


@given(st.text())
def test_any_text_is_a_numeral_or_refused(text):
    try:
        number = from_roman(text)
    except ValueError:
        return
    assert 1 <= number <= 399
