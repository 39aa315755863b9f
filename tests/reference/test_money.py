"""Sums as people type them, and as we print them. Nothing is rounded on the way in."""

import contextlib

import pytest
from hypothesis import given, strategies as st

from reference.money import TENGE_CEILING, AmountError, format_number, format_tenge, format_tenge_short, parse_tenge
from tests.rules import refusals

MILLIARD = 1_000_000_000


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("0", 0),
        ("7", 7),
        ("1100000000", 1_100_000_000),
        ("1 100 000 000", 1_100_000_000),
        ("1\u00a0100\u00a0000\u00a0000", 1_100_000_000),
        ("1\u202f100\u202f000\u202f000", 1_100_000_000),
        ("1\u2009100\u2009000\u2009000", 1_100_000_000),
        ("  45 000 000 000  ", 45_000_000_000),
        ("1 100 000 000 ₸", 1_100_000_000),
        ("₸1 100 000 000", 1_100_000_000),
        ("1 100 000 000 тг", 1_100_000_000),
        ("1 100 000 000 тенге", 1_100_000_000),
        ("1 100 000 000 теңге", 1_100_000_000),
        ("1 100 000 000 KZT", 1_100_000_000),
        ("1,1 млрд", 1_100_000_000),
        ("1.1 млрд", 1_100_000_000),
        ("1,1 млрд.", 1_100_000_000),
        ("1,1 МЛРД ТЕҢГЕ", 1_100_000_000),
        ("1,1млрд", 1_100_000_000),
        ("1,1 bn", 1_100_000_000),
        ("₸1.1 bn", 1_100_000_000),
        ("1,1 миллиард теңге", 1_100_000_000),
        ("1 100 000 тыс. тг", 1_100_000_000),
        ("1 100 000 тыс.тг", 1_100_000_000),
        ("950 мың ₸", 950_000),
        ("950 мын", 950_000),
        ("950 тыс. ₸", 950_000),
        ("5 млн", 5_000_000),
        ("0,5 млн", 500_000),
        ("14,625 млрд", 14_625_000_000),
        ("0,000000001 млрд", 1),
        ("1  100", 1_100),
        ("100 трлн", TENGE_CEILING),
        ("100 000 000 000 000", TENGE_CEILING),
    ],
)
def test_a_sum_is_read_as_people_write_it(text, amount):
    assert parse_tenge(text) == amount
    assert type(parse_tenge(text)) is int


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1,1 миллиарда", 1_100_000_000),
        ("2 миллиона", 2_000_000),
        ("5 миллионов", 5_000_000),
        ("2 тысячи", 2_000),
        ("45 миллиардов тенге", 45_000_000_000),
    ],
)
def test_a_unit_is_read_in_the_cases_russian_gives_it(text, amount):
    assert parse_tenge(text) == amount


FORM = "Write the sum in whole tenge, digits and spaces only, for example 1 100 000 000 or 1,1 bn."
TWO_WAYS = "Write whole tenge without a comma or a point: “1,250” can be read in two ways."
PARTS = "Write whole tenge: the sum has parts of a tenge."
TOO_LARGE = "The sum is too large: at most 100 000 000 000 000 tenge."

REFUSED = {
    FORM: (
        ["", " ", "тенге", "млрд", "₸", "-5", "−5", "–5", "+5", "-0", "5-", "(5)"],
        ["1,250,000", "1.250.000", "1_000", "1'000", "1e3", "1e400", "1E400", "1e-999999", "NaN", "Infinity", "0x10"],
        ["٤٥", "۴۵", "४५", "１００", "𝟙𝟘", "²", "½", "Ⅳ"],
        ["1 00", "12 3456", "1000 000", "1 100 000 00", "1\n100", "1\x00", "5\u200b"],
        ["5 долл", "5 $", "5 кг", "5 млн млн", "5 млн 300 тыс", "млн 5", "1 млн - 2 млн", "около 5 млн"],
        ["9" * 22, "9" * 5_000, "5" + "м" * 10_000, "5" + " " * 10_000 + "x", "1" + " 000" * 1_000],
    ),
    TWO_WAYS: (["1,250", "1.250", "1 250,5", "1250000.5", "1 250 000,00", "1,1", "1,1 тенге", "0,5 ₸"],),
    PARTS: (["0,0001 тыс", "1,1234567 млн"],),
    TOO_LARGE: (["100 000 000 000 001", "100,1 трлн", "9" * 21, "1" + " 000" * 20],),
}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [(text, sentence) for sentence, rows in REFUSED.items() for row in rows for text in row],
    ids=lambda value: value[:20].encode("unicode_escape").decode(),
)
def test_what_is_no_clear_sum_is_refused_with_the_remedy(text, sentence):
    assert refusals(parse_tenge, text) == [sentence]


def test_a_megabyte_of_digit_groups_is_refused_and_not_an_error():
    with pytest.raises(AmountError):
        parse_tenge("1" + " 000" * 400_000)


@pytest.mark.parametrize("text", ["1,250 bn", "1,250 million", "1,100 k"])
def test_a_comma_before_three_digits_and_an_english_unit_can_be_read_in_two_ways(text):
    with pytest.raises(AmountError):
        parse_tenge(text)


@given(st.integers(0, TENGE_CEILING))
def test_every_printed_sum_is_read_back_as_itself(amount):
    assert parse_tenge(format_tenge(amount)) == amount
    assert parse_tenge(format_number(amount)) == amount
    assert parse_tenge(str(amount)) == amount


@given(st.text())
def test_any_text_is_a_sum_or_refused(text):
    with contextlib.suppress(AmountError):
        assert 0 <= parse_tenge(text) <= TENGE_CEILING


@pytest.mark.parametrize(
    ("number", "printed"),
    [(0, "0"), (999, "999"), (1_000, "1 000"), (1_100_000_000, "1 100 000 000"), (-5_000, "−5 000")],
)
def test_a_number_is_printed_in_groups_of_three(number, printed):
    assert format_number(number) == printed.replace(" ", "\u00a0")
    assert format_tenge(number) == f"{printed} ₸".replace(" ", "\u00a0")


@pytest.mark.parametrize(
    ("amount", "kk", "ru", "en"),
    [
        (0, "0 ₸", "0 ₸", "₸0"),
        (999, "999 ₸", "999 ₸", "₸999"),
        (1_000, "1 мың ₸", "1 тыс. ₸", "₸1 k"),
        (1_049, "1,0 мың ₸", "1,0 тыс. ₸", "₸1.0 k"),
        (1_050, "1,1 мың ₸", "1,1 тыс. ₸", "₸1.1 k"),
        (950_000, "950 мың ₸", "950 тыс. ₸", "₸950 k"),
        (1_000_000, "1 млн ₸", "1 млн ₸", "₸1 m"),
        (1_250_000, "1,3 млн ₸", "1,3 млн ₸", "₸1.3 m"),
        (1_249_999, "1,2 млн ₸", "1,2 млн ₸", "₸1.2 m"),
        (1_100_000_000, "1,1 млрд ₸", "1,1 млрд ₸", "₸1.1 bn"),
        (1_150_000_000, "1,2 млрд ₸", "1,2 млрд ₸", "₸1.2 bn"),
        (45_000_000_000, "45 млрд ₸", "45 млрд ₸", "₸45 bn"),
        (126_500_000_000, "126,5 млрд ₸", "126,5 млрд ₸", "₸126.5 bn"),
        (TENGE_CEILING, "100 трлн ₸", "100 трлн ₸", "₸100 trn"),
    ],
)
def test_a_short_sum_is_printed_as_cards_do(amount, kk, ru, en):
    printed = tuple(format_tenge_short(amount, language) for language in ("kk", "ru", "en"))
    assert printed == tuple(text.replace(" ", "\u00a0") for text in (kk, ru, en))


@pytest.mark.parametrize(
    ("amount", "printed"),
    [
        (999_499, "999,5 мың ₸"),
        (999_500, "999,5 мың ₸"),
        (999_949, "999,9 мың ₸"),
        (999_950, "1,0 млн ₸"),
        (999_999, "1,0 млн ₸"),
        (999_500_000, "999,5 млн ₸"),
        (999_949_999, "999,9 млн ₸"),
        (999_950_000, "1,0 млрд ₸"),
        (999_949_999_999, "999,9 млрд ₸"),
        (999_950_000_000, "1,0 трлн ₸"),
    ],
)
def test_a_short_sum_takes_the_larger_unit_only_when_it_rounds_to_it(amount, printed):
    assert format_tenge_short(amount, "kk") == printed.replace(" ", "\u00a0")


@given(st.integers(0, TENGE_CEILING))
def test_a_short_sum_is_never_further_off_than_half_its_last_digit(amount):
    *number, unit, _ = format_tenge_short(amount, "kk").split("\u00a0") if amount >= 1_000 else (str(amount), "", "₸")
    size = {"": 1, "мың": 1_000, "млн": 10**6, "млрд": MILLIARD, "трлн": 10**12}[unit]
    shown = round(float("".join(number).replace(",", ".")) * 10) * size / 10
    assert abs(shown - amount) <= size / 20
