"""What the reader of workbooks takes apart by itself: strings in runs, shared formulas, rows without an end."""

import pytest
from django.utils.translation import override

from projects.imports import xlsx_layout
from projects.models import Project
from tests.projects.import_files import run, saved, where
from tests.projects.import_workbooks import SHEET, as_excel_saves, book, cell, rewritten

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]


def test_a_string_in_runs_is_its_text_without_reading_aids():
    made = book()
    cell(made, 2, "note").value = "WHOLE"
    runs = "<r><rPr><b/></rPr><t>жар</t></r><r><t xml:space='preserve'>ық </t></r><rPh sb='0' eb='1'><t>x</t></rPh>"
    content = rewritten(
        as_excel_saves(saved(made)), "xl/sharedStrings.xml", lambda text: text.replace("<t>WHOLE</t>", runs)
    )
    assert run(content, "table.xlsx").added == 3
    assert Project.objects.get(number=1).note_en == "жарық"


def test_a_shared_formula_is_shown_in_each_of_its_cells():
    made = book()
    for row in (2, 3):
        cell(made, row, "note").value = f"SHARED{row}"
    first = '<f t="shared" ref="J2:J3" si="0">A2*2</f><v>1</v>'

    def share(text: str) -> str:
        text = text.replace('t="inlineStr"><is><t>SHARED2</t></is>', f">{first}")
        return text.replace('t="inlineStr"><is><t>SHARED3</t></is>', '><f t="shared" si="0"/><v>1</v>')

    result = run(rewritten(saved(made), SHEET, share), "table.xlsx")
    assert [(item.row, item.value) for item in result.errors] == [(2, "=A2*2"), (3, "=A3*2")]


@pytest.mark.parametrize("filler", ["<c/>", "<x><y/></x>"])
def test_a_row_that_would_fill_the_memory_is_refused(filler, monkeypatch):
    monkeypatch.setattr(xlsx_layout, "_MAX_ELEMENTS_IN_ONE", 5_000)
    content = rewritten(saved(book()), SHEET, lambda text: text.replace("</row>", filler * 10_000 + "</row>", 1))
    with override("en"):
        result = run(content, "table.xlsx")
    assert [item.message[:19] for item in result.errors] == ["The file is damaged"]
    honest = rewritten(saved(book()), SHEET, lambda text: text.replace("</row>", filler * 500 + "</row>", 1))
    assert where(run(honest, "table.xlsx")) == []
