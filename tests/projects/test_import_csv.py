"""CSV as offices save it."""

import pytest
from django.utils.translation import override

from projects.imports.csv_reader import read
from projects.imports.errors import FileRefused
from projects.models import Project
from tests.projects.import_files import csv_file, good_row, good_rows, run, where

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

KAZAKH = [good_row(turn, name_kk=f"№ {turn} ӘҒҚҢӨҰҮҺІ әғқңөұүһі") for turn in (1, 2)]
RUSSIAN = [good_row(turn, name_kk="") for turn in (1, 2)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "kz1048", "utf-16"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_encoding_delimiter_and_line_ends_do_not_matter(encoding, delimiter, line_end):
    rows = RUSSIAN if encoding == "cp1251" else KAZAKH
    result = run(csv_file(rows, encoding=encoding, delimiter=delimiter, line_end=line_end))
    assert (result.errors, result.added) == ([], 2)
    found = Project.objects.order_by("number").values_list("title_ru", "title_kk", "cost")
    assert list(found) == [(row["name_ru"], row["name_kk"], int(row["cost_tenge"])) for row in rows]


def test_text_comes_back_as_it_was_typed_in_its_composed_form():
    row = good_row(name_ru="Й\u0306од: Йогурт 🏫 и\u0306", note_ru='а;б,в\t«г» "д"\r\nе')
    assert run(csv_file([row], delimiter=";")).errors == []
    project = Project.objects.get()
    assert project.title_ru == "Й\u0306од: Йогурт 🏫 й"
    assert project.note_ru == 'а;б,в\t«г» "д"\nе'


def test_invisible_marks_are_dropped_and_a_cell_of_nothing_else_is_blank():
    row = good_row(name_ru="Шко\u200bла \u202eоборот", private_partner="\u200b\u2060", place_kk="\ufeff")
    assert run([row]).errors == []
    project = Project.objects.get()
    assert (project.title_ru, project.private_partner, project.place_kk) == ("Школа оборот", "", "")


def test_line_breaks_in_a_title_become_blanks():
    assert run([good_row(name_ru="Школа\n№ 5,\r\n  город")]).errors == []
    assert Project.objects.get().title_ru == "Школа № 5, город"


def test_delimiters_inside_a_title_do_not_mislead():
    rows = [{"наименование; цена, год": "x"} | good_row(1)]
    result = run(csv_file([good_row(1, name_ru="школа;" * 40, note="a\tb" * 40)]))
    assert (result.errors, result.added) == ([], 1)
    result = run(
        csv_file([good_row(2, name_ru="мектеп, " * 40)], delimiter=";").replace(b"cost_tenge", "құны, теңге".encode())
    )
    assert (result.errors, result.added) == ([], 1)
    assert where(run(csv_file(rows))) == [(1, "наименование; цена, год")]


def test_a_separator_line_of_excel_is_obeyed_and_counted():
    content = b"sep=;\r\n" + csv_file([good_row(1), good_row(2, sector="alchemy")], delimiter=";")
    assert where(run(content)) == [(4, "sector")]


def test_rows_are_numbered_by_the_line_on_which_they_begin():
    rows = [good_row(1, note="one\ntwo\nthree"), good_row(2, year="17"), good_row(3, note="a\nb", year="18")]
    content = csv_file(rows, line_end="\n").replace(b"one\n", b"one\n\n", 1)
    content = content.replace("№ 2 мектеп".encode(), "\n\n№ 2 мектеп".encode(), 1)
    assert where(run(content)) == [(8, "year"), (9, "year")]


def test_blank_rows_are_passed_over():
    content = csv_file(good_rows(2)) + b"\r\n" + b"," * 7 + b"\r\n" + b" , ,,,,,,\r\n"
    result = run(content)
    assert (result.errors, result.rows, result.added) == ([], 2, 2)


@pytest.mark.parametrize(
    ("change", "row"),
    [
        (lambda text: text.replace("1000000002", "1000000002,extra"), 3),
        (lambda text: text.replace("Строительство школы № 2", "Школа, город"), 3),
        (lambda text: text.replace(",planned,https://example.kz/news/2", ""), 3),
        (lambda text: text.replace("школы № 1", "школы\n№ 1"), 2),
    ],
)
def test_a_row_of_another_width_is_named(change, row):
    result = run(change(csv_file(good_rows(2)).decode()).encode())
    assert where(result)[0] == (row, "")
    assert Project.objects.count() == 0


def test_blanks_beyond_the_header_do_no_harm():
    content = csv_file(good_rows(2)).replace(b"news/1", b"news/1,,")
    assert run(content).added == 2


def test_kazakh_letters_lost_to_the_code_page_are_named():
    content = csv_file([good_row(1), good_row(2)]).decode()
    content = content.replace("№ 2 мектеп салу", "?аза?стан мектебі").encode("cp1251")
    with override("en"):
        result = run(content)
    assert [(item.row, item.column, item.value, item.message) for item in result.errors] == [
        (
            3,
            "name_kk",
            "?аза?стан мектебі",
            "Kazakh letters were lost when the file was saved. Save it as “CSV UTF-8”.",
        )
    ]


def test_a_question_in_a_unicode_file_is_only_a_question():
    assert run([good_row(name_ru="Школа?нет", source_url="https://example.kz/?новость")]).errors == []


def test_an_open_quotation_mark_names_the_row_where_it_begins():
    content = csv_file(good_rows(3), line_end="\n").replace("Строительство школы № 2".encode(), '"Школа'.encode())
    with override("en"):
        result = run(content)
    message = "A quotation mark of this row is not closed, or a cell has over 130 000 characters. Correct it."
    assert [(item.row, item.message) for item in result.errors] == [(3, message)]


@pytest.mark.parametrize(
    ("content", "name", "start"),
    [
        (b"", "a.csv", "The file is empty."),
        (b"\xef\xbb\xbf\r\n \r\n", "a.csv", "The file is empty."),
        (b"a", "a.xls", "Give a file whose name ends in .csv or .xlsx."),
        (b"a", "a", "Give a file whose name ends in .csv or .xlsx."),
        (b"PK\x03\x04 and so on", "a.csv", "This is a spreadsheet, not a text file."),
        (b"name_ru,sector\r\n\x98\xff\xfe,\x98", "a.csv", "The letters of the file cannot be read."),
        (b"\xd0\xcf\x11\xe0\xa1", "a.xlsx", "This is an old .xls file, or it has a password."),
        (b"name,sector", "a.xlsx", "This is not an .xlsx file."),
        (b",".join([b"x"] * 201), "a.csv", "The table has more than 200 columns."),
        (b"\xff\xfea", "a.csv", "The letters of the file cannot be read."),
    ],
)
def test_a_file_that_is_no_table_is_refused_in_one_sentence(content, name, start):
    with override("en"):
        result = run(content, name)
    assert len(result.errors) == 1
    assert result.errors[0].message.startswith(start)
    assert (result.rows, result.added) == (0, 0)


def test_a_path_in_the_name_is_not_kept():
    assert run(b"x", "/home/aigul/secret/a.csv").file == "a.csv"
    assert run(b"x", "C:\\Users\\aigul\\a.csv").file == "a.csv"


def test_a_file_of_too_many_rows_is_refused(monkeypatch):
    monkeypatch.setattr("projects.imports.csv_reader.MAX_ROWS", 3)
    assert run(csv_file(good_rows(3))).added == 3
    with override("en"), pytest.raises(FileRefused, match="more than 100 000 rows"):
        read(csv_file(good_rows(4)), knows=lambda name: True)


def test_a_cell_of_a_megabyte_is_refused():
    assert where(run([good_row(1), good_row(2, note="ә" * 1_000_000)])) == [(3, "")]
