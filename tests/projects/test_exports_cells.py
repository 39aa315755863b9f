"""No text of the register becomes a formula or breaks a file, and none gets lost."""

import csv
import io
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from projects.exports.cells import LONGEST_IN_EXCEL, clean, csv_cell, fits_excel, json_value, safe

FORMULAS = [
    "=1+1",
    "+7",
    "-2",
    "@SUM(A1)",
    "\t=1",
    "\r1",
    "\n1",
    "  =1",
    "\u00a0=1",
    "\u200b=1",
    "＝1",
    "＋1",
    "－1",
    "＠x",
    "﹢1",
]
HARMLESS = ["мектеп", "1 мектеп", "№ 5", "«Жол» ЖШС", "", "'қала'", "a=b", "10%", "(1)", "😀=1"]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_text_that_reads_as_a_formula_begins_with_an_apostrophe(text):
    assert safe(text) == "'" + clean(text)


@pytest.mark.parametrize("text", HARMLESS)
def test_any_other_text_stays_as_it_is(text):
    assert safe(text) == text


@given(st.text())
def test_no_text_comes_out_as_a_formula_or_with_what_xml_cannot_hold(text):
    made = safe(text)
    assert made.lstrip()[:1] not in {"=", "+", "-", "@"}
    assert all(char == "\n" or (ord(char) > 31 and not 127 <= ord(char) < 160) for char in made)
    assert not any("\ud800" <= char <= "\udfff" or char in "\ufffe\uffff" for char in made)
    made.encode()


@given(st.lists(st.text(), min_size=2, max_size=5), st.sampled_from(",;\t"))
def test_a_row_of_csv_reads_back_as_it_was_written(texts, separator):
    cells = [csv_cell(text) for text in texts]
    target = io.StringIO()
    csv.writer(target, delimiter=separator, lineterminator="\r\n").writerow(cells)
    assert next(csv.reader(io.StringIO(target.getvalue(), newline=""), delimiter=separator)) == cells


def test_values_keep_their_kind():
    at = datetime(2026, 3, 1, 20, 30, tzinfo=UTC)
    assert [csv_cell(value) for value in (None, True, 10**14, Decimal("10.50"), Decimal("10.00"), at)] == [
        "", "true", 10**14, "10.5", "10", "2026-03-02T01:30:00+05:00",
    ]  # fmt: skip
    assert [json_value(Decimal("10.00")), json_value(Decimal("2.50")), json_value(at)] == [
        10, 2.5, "2026-03-02T01:30:00+05:00",
    ]  # fmt: skip
    with pytest.raises(TypeError):
        json_value(object())


def test_a_megabyte_survives_and_only_excel_is_given_less():
    long = "қ" * 1_000_000
    assert csv_cell(long) == long
    assert fits_excel(long) == "қ" * (LONGEST_IN_EXCEL - 1) + "…"
    assert fits_excel("қ" * LONGEST_IN_EXCEL) == "қ" * LONGEST_IN_EXCEL
    wide = fits_excel("😀" * 20_000)
    assert len(wide.encode("utf-16-le")) // 2 <= LONGEST_IN_EXCEL
    assert wide.endswith("😀…")
