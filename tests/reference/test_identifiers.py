"""BIN and IIN: twelve digits, of which the last one checks the others as far as arithmetic can."""

import pytest
from hypothesis import assume, given, strategies as st

from reference.identifiers import control_digit, is_bin, is_iin

ELEVEN = st.text("0123456789", min_size=11, max_size=11)
FIRST = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)
SECOND = (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)


def weighed(eleven, weights):
    return sum(int(digit) * weight for digit, weight in zip(eleven, weights, strict=True)) % 11


def with_control(eleven):
    return f"{eleven}{control_digit(eleven)}"


@pytest.mark.parametrize(
    ("eleven", "digit"),
    [
        ("17094000000", 5),
        ("90010130000", 7),
        ("00000000000", 0),
        ("00000000001", 0),  # the weight of the eleventh digit is eleven, that is nothing
        ("17094000060", 9),  # the first pass gives ten, the second 9
        ("90010130081", 1),
        ("17094000066", None),  # both give ten
        ("90010130080", None),
    ],
)
def test_the_control_digit_of_numbers_counted_by_hand(eleven, digit):
    assert control_digit(eleven) == digit


@given(ELEVEN)
def test_the_second_weights_are_asked_only_when_the_first_give_ten(eleven):
    first, second = weighed(eleven, FIRST), weighed(eleven, SECOND)
    assert control_digit(eleven) == (first if first < 10 else second if second < 10 else None)


def test_about_nine_of_a_hundred_numbers_need_the_second_pass():
    numbers = [f"{number:011d}" for number in range(0, 10**11, 99_999_989 // 10)]
    second = sum(weighed(number, FIRST) == 10 for number in numbers)
    missing = sum(control_digit(number) is None for number in numbers)
    assert round(100 * second / len(numbers)) == 9
    assert round(100 * missing / len(numbers)) == 1


@given(ELEVEN, st.integers(0, 11), st.integers(1, 9))
def test_one_changed_digit_is_noticed_wherever_its_weight_counts(eleven, place, step):
    number = with_control(eleven)
    assume(number.isdecimal())
    changed = number[:place] + str((int(number[place]) + step) % 10) + number[place + 1 :]
    passes = {weighed(text[:11], FIRST) == 10 for text in (number, changed)}
    blind = 8 if passes == {True} else 10
    # A change that moves the number from one pass to the other may hit the same digit by chance.
    if place == 11 or (len(passes) == 1 and place != blind):
        assert control_digit(changed[:11]) != int(changed[11])
    elif len(passes) == 1:
        assert control_digit(changed[:11]) == int(changed[11])


@pytest.mark.parametrize("eleven", ["17014000000", "17124000000", "17065100000", "17066200000", "17064300000"])
def test_a_bin_names_a_month_a_kind_and_a_mark(eleven):
    assert is_bin(with_control(eleven))


@pytest.mark.parametrize(
    "eleven",
    [
        "17004000000",  # month 0
        "17134000000",  # month 13
        "17093000000",  # kind 3
        "17097000000",  # kind 7
        "17094400000",  # mark 4
        "17094900000",  # mark 9
    ],
)
def test_a_number_that_names_no_month_kind_or_mark_is_no_bin(eleven):
    assert control_digit(eleven) is not None
    assert not is_bin(with_control(eleven))


def test_a_bin_of_the_second_pass_is_a_bin():
    assert is_bin("170940000609")


def test_leading_zeros_belong_to_a_bin():
    number = with_control("00014000000")
    assert is_bin(number)
    assert not is_bin(number.lstrip("0"))


@pytest.mark.parametrize(
    "eleven",
    [
        "00022950000",  # 29 February 2000
        "90010130000",  # 1 January 1990
        "99123140000",
        "85010110000",  # born in the nineteenth century
        "10010160000",
    ],
)
def test_an_iin_names_a_day_and_a_century(eleven):
    assert is_iin(with_control(eleven))


@pytest.mark.parametrize(
    "eleven",
    [
        "90023030000",  # 30 February
        "00022930000",  # 29 February 1900
        "90130130000",  # month 13
        "90000130000",  # month 0
        "90010030000",  # day 0
        "90010100000",  # century 0
        "90010170000",  # century 7
        "90010190000",
    ],
)
def test_a_number_that_names_no_day_or_century_is_no_iin(eleven):
    assert control_digit(eleven) is not None
    assert not is_iin(with_control(eleven))


BIN, IIN = "170940000005", "900101300007"


def spoiled(number):
    """Ways in which a good number is mistyped, pasted or cut."""
    return {
        "empty": "",
        "eleven digits": number[:11],
        "thirteen digits": number + "0",
        "wrong control digit": number[:11] + str((int(number[11]) + 1) % 10),
        "letter O for zero": number.replace("0", "O", 1),
        "Cyrillic О for zero": number.replace("0", "О", 1),
        "blank inside": f"{number[:6]} {number[6:]}",
        "blank before": f" {number}",
        "blank after": f"{number} ",
        "newline after": f"{number}\n",
        "no-break space": f"{number[:6]}\u00a0{number[6:]}",
        "hyphen": f"{number[:6]}-{number[6:]}",
        "sign": f"+{number[1:]}",
        "decimal point": f"{number[:11]}.",
        "Arabic digits": "".join(chr(0x0660 + int(digit)) for digit in number),
        "Persian digits": "".join(chr(0x06F0 + int(digit)) for digit in number),
        "full-width digits": "".join(chr(0xFF10 + int(digit)) for digit in number),
        "one Arabic digit": chr(0x0660 + int(number[0])) + number[1:],
        "superscript": number[:11] + "²",
        "exponent": "1.7094E+11",
        "NUL": f"{number}\x00",
        "zero-width space": f"{number}\u200b",
    }


@pytest.mark.parametrize("number", spoiled(BIN).values(), ids=spoiled(BIN))
def test_a_spoiled_bin_is_refused(number):
    assert is_bin(BIN)
    assert not is_bin(number)


@pytest.mark.parametrize("number", spoiled(IIN).values(), ids=spoiled(IIN))
def test_a_spoiled_iin_is_refused(number):
    assert is_iin(IIN)
    assert not is_iin(number)


def test_a_bin_is_no_iin_and_an_iin_is_no_bin():
    assert not is_iin(BIN)
    assert not is_bin(IIN)


@given(st.text())
def test_any_text_is_told_without_an_error(text):
    assert is_bin(text) in {True, False}
    assert is_iin(text) in {True, False}
