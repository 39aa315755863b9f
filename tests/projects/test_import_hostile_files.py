"""Spreadsheets no program wrote so: they are refused in a sentence, at little cost, and nothing of them vanishes."""

import io
import re
import zipfile

import pytest
from django.utils.translation import override

from projects.imports import xlsx_layout
from tests.projects.import_files import run, saved, where
from tests.projects.import_workbooks import SHEET, as_excel_saves, book, imported, rewritten

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]


def test_a_sheet_that_lies_about_its_size_is_read_to_its_end():
    content = rewritten(
        saved(book()), SHEET, lambda text: re.sub(r'<dimension ref="[^"]+"', '<dimension ref="A1:B2"', text)
    )
    result = run(content, "table.xlsx")
    assert (result.errors, result.added) == ([], 3)


DAMAGE = [
    lambda text: text.replace("<sheetData>", "<sheetData><row r='9'/>"),
    lambda text: text.replace('r="B3"', 'r="A3"'),
    lambda text: text.replace('r="C3"', 'r="C4"'),
    lambda text: text.replace("</sheetData>", ""),
    lambda text: '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]>' + text,
    lambda text: "<!--" + " " * 70_000 + "--><!DOCTYPE x>" + text,
    lambda text: text.replace('t="s"><v>0</v>', 't="s"><v>99999</v>'),
    lambda text: text.replace('t="s"><v>0</v>', 't="n"><v>x</v>'),
    lambda text: text.replace('r="2"', 'r="two"', 1),
    lambda text: "",
]  # fmt: skip


@pytest.mark.parametrize("change", DAMAGE)
def test_a_file_made_by_hand_is_refused_without_a_traceback(change):
    content = rewritten(as_excel_saves(saved(book())), SHEET, change)
    with override("en"):
        result = run(content, "table.xlsx")
    assert [item.message for item in result.errors] == [
        "The file is damaged. Open it in Excel and save it anew as “Excel Workbook (.xlsx)”."
    ]


@pytest.mark.parametrize("part", ["xl/workbook.xml", "[Content_Types].xml", "xl/sharedStrings.xml", "xl/styles.xml"])
def test_a_file_that_lost_a_part_is_refused(part):
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(as_excel_saves(saved(book())))) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            if name != part:
                new.writestr(name, old.read(name))
    result = run(stream.getvalue(), "table.xlsx")
    if part == "xl/styles.xml":  # nothing depends on it here
        assert result.added == 3
    else:
        assert (len(result.errors), result.added) == (1, 0)


def test_half_a_file_is_refused():
    content = saved(book())
    assert where(run(content[: len(content) // 2], "table.xlsx")) == [(None, "")]


def test_a_zip_bomb_is_refused_before_it_is_opened(monkeypatch):
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(saved(book()))) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
        with new.open("xl/media/bomb.bin", "w", force_zip64=True) as bomb:
            for _turn in range(201):
                bomb.write(bytes(2**20))
    content = stream.getvalue()
    assert len(content) < 2**19
    monkeypatch.setattr("projects.imports.xlsx_reader.load_workbook", None)
    with override("en"):
        result = run(content, "table.xlsx")
    assert [item.message for item in result.errors] == [
        "The file unpacks to more than 200 MB. Leave only the table in it, or split it."
    ]


@pytest.mark.parametrize(
    ("change", "start"),
    [
        (lambda made: made.active.cell(3, 201), "The table has more than 200 columns."),
        (lambda made: made.active.cell(100_002, 1), "The table has more than 100 000 rows."),
    ],
)
def test_a_table_that_is_too_large_is_refused(change, start):
    made = book()
    change(made).value = "x"
    [found] = imported(made).errors
    assert found.message.startswith(start)


def test_merges_over_the_whole_sheet_cost_nothing():
    content = rewritten(
        saved(book()),
        SHEET,
        lambda text: text.replace(
            "</sheetData>", '</sheetData><mergeCells count="1"><mergeCell ref="A2:XFD1048576"/></mergeCells>'
        ),
    )
    assert where(run(content, "table.xlsx")) == [(2, "name_kk")]
    many = '<mergeCell ref="A2:XFD1048576"/>' * 201
    content = rewritten(
        saved(book()),
        SHEET,
        lambda text: text.replace("</sheetData>", f"</sheetData><mergeCells>{many}</mergeCells>"),
    )
    assert where(run(content, "table.xlsx")) == [(None, "")]


def test_the_layout_knows_a_sheet_without_references():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("s.xml", "<a><sheetData><row><c><v>1</v></c><c><v>2</v></c></row></sheetData></a>")
    layout = xlsx_layout.read_layout(zipfile.ZipFile(stream), "s.xml")
    assert (layout.last_row, layout.last_column, layout.is_table) == (1, 2, True)
