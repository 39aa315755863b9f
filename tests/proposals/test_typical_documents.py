"""The library that comes with the registry: every document is a real Word file in two languages."""

import csv
import io
from pathlib import Path

import docx
import pytest
from docx.shared import Cm

from proposals.documents.filling import BLANK, check_template, fill_docx
from proposals.documents.library import SOURCES, shipped_documents
from proposals.services import library
from reference.papers import examine

ALL = library.shipped_documents()
SECTORS = Path(__file__).resolve().parents[2] / "reference" / "data" / "sectors.csv"
KINDS = {"cover_letter", "information_sheet", "financial_model", "responsibility_matrix", "business_plan"}
each = pytest.mark.parametrize("made", ALL, ids=lambda made: f"{made.code}-{made.language}")


def words(content):
    """Return all text of the body, tables too."""
    opened = docx.Document(io.BytesIO(content))
    cells = [cell.text for table in opened.tables for row in table.rows for cell in row.cells]
    return "\n".join([paragraph.text for paragraph in opened.paragraphs] + cells)


def test_the_set_the_chamber_asked_for_is_there_in_both_languages():
    codes = {(made.code, made.language) for made in ALL}
    assert len(codes) == len(ALL) == 16
    assert {code for code, _ in codes} >= KINDS
    with SECTORS.open(encoding="utf-8", newline="") as stream:
        known = {row["code"] for row in csv.DictReader(stream)}
    assert {made.sector_code for made in ALL} - {""} == {"education", "health", "housing"} <= known
    assert all(made.title_kk and made.title_ru and made.title_en for made in ALL)


def test_the_same_bytes_come_every_time():
    assert shipped_documents() == ALL


def test_no_source_is_left_unused_and_both_languages_have_the_same_shape():
    shapes = {}
    for path in SOURCES.glob("*.txt"):
        name, language, _ = path.name.split(".")
        lines = path.read_text(encoding="utf-8").splitlines()
        shapes.setdefault(name, {})[language] = [line[:2] for line in lines if line[:1] in "#?|->@"]
    assert {name for name, shape in shapes.items() if shape.get("kk") != shape.get("ru")} == set()
    assert set(shapes) == KINDS | {f"questions_{kind}" for kind in ("general", "education", "health", "housing")}


@each
def test_a_document_is_a_lawful_template_of_known_words(made):
    assert examine(io.BytesIO(made.content), name="a.docx").extension == "docx"
    assert check_template(made.content) == []


@each
def test_a_document_looks_like_one_made_in_word(made):
    opened = docx.Document(io.BytesIO(made.content))
    page = opened.sections[0]
    assert (round(page.page_width / Cm(1), 1), round(page.page_height / Cm(1), 1)) == (21.0, 29.7)
    assert opened.styles["Normal"].font.name == "Times New Roman"
    used = {paragraph.style.name for paragraph in opened.paragraphs}
    assert {"Title", "Heading 1"} <= used
    assert opened.tables
    assert opened.core_properties.title == getattr(made, f"title_{made.language}")
    assert opened.core_properties.language.startswith(made.language)


@each
def test_a_document_speaks_its_language(made):
    kazakh = set("әғқңөұүһі") & set(words(made.content).lower())
    assert (len(kazakh) > 6) == (made.language == "kk")


@each
def test_an_empty_draft_prints_lines_and_a_full_one_its_words(made):
    empty = words(fill_docx(made.content, {}, made.language))
    assert BLANK in empty
    full = words(
        fill_docx(made.content, {"title": "Ғимарат-777", "objective": "Ғимарат-777", "cost": 7_000_000}, made.language)
    )
    assert ("Ғимарат-777" in full, "Ғимарат-777" in empty) == (True, False)
    for text in (empty, full):
        assert not any(mark in text for mark in ("{{", "{%", "None", "@", "}}"))


def test_each_sector_has_questions_of_its_own():
    plans = {made.sector_code: words(made.content) for made in ALL if made.language == "kk" and "plan" in made.code}
    assert len(set(plans.values())) == 4
    assert "балабақша" in plans["education"]
    assert "төсек" in plans["health"]
    assert "тариф" in plans["housing"].lower()
