"""Spreadsheets as people make them."""

import datetime
import io
import zipfile

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.formula import ArrayFormula

from projects.models import Project
from tests.projects.import_files import run, saved, where
from tests.projects.import_workbooks import COLUMN, ROWS, SHEET, as_excel_saves, book, cell, imported

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

MIDNIGHT = datetime.datetime(2018, 9, 14)  # noqa: DTZ001 - spreadsheets know no time zones


def test_a_plain_workbook_enters():
    result = imported(book())
    assert (result.errors, result.rows, result.added) == ([], 3, 3)
    assert list(Project.objects.values_list("title_ru", flat=True)) == [row["name_ru"] for row in ROWS]


def test_a_workbook_saved_by_excel_enters():
    made = book()
    cell(made, 3, "note").value = "a_x000D_\nb"
    content = as_excel_saves(saved(made))
    assert b"inlineStr" not in zipfile.ZipFile(io.BytesIO(content)).read(SHEET)
    result = run(content, "table.xlsx")
    assert (result.errors, result.added) == ([], 3)
    assert Project.objects.get(number=2).note_en == "a\nb"


@pytest.mark.parametrize(
    ("column", "value", "field", "stored"),
    [
        ("cost_tenge", 1_100_000_000, "cost", 1_100_000_000),
        ("cost_tenge", 1_100_000_000.0, "cost", 1_100_000_000),
        ("cost_tenge", "1 100 000 тыс. тг", "cost", 1_100_000_000),
        ("year", 2018.0, "year", 2018),
        ("territory_code", 751710000, "territory_id", "751710000"),
        ("implementation_start", datetime.date(2018, 9, 14), "implementation_start", "2018-09-14"),
        ("implementation_start", MIDNIGHT, "implementation_start", "2018-09-14"),
        ("implementation_start", 2018, "implementation_start", "2018"),
        ("implementation_start", "09.2018", "implementation_start", "2018-09"),
        ("is_group", True, "is_group", True),
        ("is_group", 0, "is_group", False),
        ("note", "=1+1", "note_en", None),
        ("note", 277, "note_en", "277"),
        ("note", "a_x000D_\nb", "note_en", "a\nb"),
    ],
)
def test_cells_are_read_as_they_are_seen(column, value, field, stored):
    made = book()
    cell(made, 3, column).value = value
    if stored is None:  # text that only looks like a formula
        cell(made, 3, column).data_type, stored = "s", value
    assert imported(made).errors == []
    assert getattr(Project.objects.get(number=2), field) == stored


@pytest.mark.parametrize(
    ("number_format", "expected"),
    [
        ("DD.MM.YYYY", "2018-09-01"),
        ("mm-dd-yy", "2018-09-01"),
        ("mmm\\-yy", "2018-09"),
        ("[$-419]mmmm\\ yyyy", "2018-09"),
        ('yyyy" жылдың "', "2018"),
        ('[$-43F]mmmm yyyy" d";@', "2018-09"),
    ],
)
def test_a_date_is_no_more_exact_than_it_is_shown(number_format, expected):
    made = book()
    cell(made, 2, "implementation_start").value = datetime.date(2018, 9, 1)
    cell(made, 2, "implementation_start").number_format = number_format
    assert imported(made).errors == []
    assert Project.objects.get(number=1).implementation_start == expected


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("cost_tenge", "=2*3", "Cell E3 holds a formula. Copy the column and paste it as values."),
        (
            "cost_tenge",
            ArrayFormula("E3:E4", "=A1:A2*2"),
            "Cell E3 holds a formula. Copy the column and paste it as values.",
        ),
        ("cost_tenge", "#REF!", "Cell E3 shows an error. Correct the cell."),
        ("sector", "#N/A", "Cell D3 shows an error. Correct the cell."),
        ("cost_tenge", 1.5, "Write whole tenge: the sum has parts of a tenge."),
        ("cost_tenge", -1, "A sum in tenge cannot be negative."),
        ("cost_tenge", 0, "A sum of 0 says that it costs nothing. Leave the cell empty when the sum is not known."),
        ("cost_tenge", 200_000_000_000_000, "The sum is too large: at most 100 000 000 000 000 tenge."),
        (
            "cost_tenge",
            1_234_567_890_123_456,
            "Cell E3 has a number of more than 15 digits, and Excel has changed its end. Type it as text.",
        ),
        ("cost_tenge", datetime.date(2018, 1, 1), "Write the sum as a number in whole tenge."),
        ("year", datetime.date(2018, 1, 1), "Write the year in four digits, for example 2017."),
        (
            "implementation_start",
            43357,
            "This is a day number of the spreadsheet, perhaps 14.09.2018. Format the cell as a date.",
        ),
        (
            "implementation_start",
            MIDNIGHT.replace(hour=13),
            "The cell shows no full date. Write a date such as 14.09.2017.",
        ),
        ("implementation_start", datetime.time(8, 2), "The cell shows no full date. Write a date such as 14.09.2017."),
        (
            "implementation_start",
            "31.02.2018",
            "There is no such day: check day and month.",
        ),
        (
            "note",
            datetime.date(2018, 2, 8),
            "The spreadsheet made a date of this cell. Format the cell as text and type it again.",
        ),
        (
            "note",
            369.45,
            "The spreadsheet made a number of this cell. Format the cell as text and type it again.",
        ),
        ("note", "a_x0000_b", "The text has characters that cannot be shown. Type it again."),
        ("note", "a_x001B_b", "The text has characters that cannot be shown. Type it again."),
        ("is_group", datetime.date(2018, 2, 8), "Write yes or no."),
    ],
)
def test_a_cell_that_is_not_what_it_seems_is_named(column, value, message):
    made = book()
    cell(made, 3, column).value = value
    result = imported(made)
    assert [(item.row, item.column, item.message) for item in result.errors] == [(3, column, message)]
    assert " object at 0x" not in result.errors[0].value
    assert Project.objects.count() == 0


def test_a_date_shown_without_its_year_is_refused():
    made = book()
    cell(made, 3, "implementation_start").value = datetime.date(2018, 9, 14)
    cell(made, 3, "implementation_start").number_format = "d\\-mmm"
    assert where(imported(made)) == [(3, "implementation_start")]


def test_a_month_cell_is_no_text():
    made = book()
    cell(made, 3, "note").value = datetime.date(2017, 1, 1)
    cell(made, 3, "note").number_format = "mmm\\-yy"
    assert where(imported(made)) == [(3, "note")]


def test_merged_cells_are_named_once():
    made = book()
    made.active.merge_cells("D2:D3")
    made.active.merge_cells("H20:J25")
    result = imported(made)
    assert [(item.row, item.column, item.message) for item in result.errors] == [
        (2, "sector", "Cells D2:D3 are merged. Unmerge them and fill in each one.")
    ]


def test_merged_headers_are_named():
    made = book()
    made.active.merge_cells("I1:J1")
    assert where(imported(made)) == [(1, "implementation_start")]


def test_hidden_rows_and_columns_are_named():
    made = book()
    made.active.row_dimensions[3].hidden = True
    made.active.row_dimensions[9].hidden = True
    made.active.column_dimensions["E"].hidden = True
    made.active.column_dimensions["J"].hidden = True
    result = imported(made)
    assert [(item.row, item.column, item.message) for item in result.errors] == [
        (1, "cost_tenge", "Column E is hidden. Show it and check it, or delete it."),
        (3, "", "Row 3 is hidden. Show it and check it, or delete it."),
    ]


def test_several_tables_are_named_and_lines_of_text_do_no_harm():
    made = book()
    made.active.title = "Жобалар"
    notes = made.create_sheet("Нұсқаулық")
    notes["A1"], notes["A2"] = "Толтыру тәртібі", "Бір жоба – бір жол"
    assert imported(made).added == 3
    other = made.create_sheet("2018")
    other.append(["name_ru", "sector"])
    result = imported(made)
    assert [item.message for item in result.errors] == [
        "Several sheets have a table: “Жобалар”, “2018”. Leave one of them in the file."
    ]


def test_a_table_on_a_hidden_sheet_is_refused():
    made = book()
    made.active.title = "Жобалар"
    made.create_sheet("Бос")
    made["Жобалар"].sheet_state = "hidden"
    made.active = 1
    assert [item.message for item in imported(made).errors] == [
        "The sheet “Жобалар” is hidden. Show it and look through it."
    ]


def test_blank_rows_keep_their_numbers():
    made = book()
    made.active.insert_rows(1, amount=2)
    made.active.insert_rows(5, amount=3)
    made.active.cell(6, 1).value = "  "
    made.active.cell(9, COLUMN["year"]).value = "17"
    result = imported(made)
    assert (result.rows, where(result)) == (3, [(9, "year")])


def test_cells_without_a_header_are_named():
    made = book()
    made.active.cell(3, 15).value = "forgotten"
    assert where(imported(made)) == [(1, "O")]


def test_a_formula_in_the_header_is_refused():
    made = book()
    cell(made, 1, "sector").value = '="sector"'
    assert where(imported(made)) == [(1, "D")]


def test_an_empty_workbook_is_refused():
    assert [item.message for item in imported(Workbook()).errors] == [
        "The file is empty. Put the names of the columns into its first row."
    ]
