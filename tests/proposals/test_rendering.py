"""The receipt as PDF and the filled-in Word documents: what people typed is shown, and only shown."""

import io
import json
import re
import time
import zipfile
import zlib
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import docx
import pytest
from django.core.exceptions import ValidationError

from proposals.documents import receipt
from proposals.documents.filling import BLANK, PLACEHOLDERS, check_template, fill_docx
from proposals.documents.receipt import ReceiptFacts, ReceiptPaper, ReceiptProposal, receipt_image, receipt_pdf
from reference import archival
from reference.kazakh import ALPHABET
from tests.reference.hostile_files import MACROS, PDF, archive
from tests.rules import refusals

LETTERS = "ӘҒҚҢӨҰҮҺІ әғқңөұүһі ₸ № «» —"
FACTS = ReceiptFacts(
    number="2026-000123",
    filed_at=datetime(2026, 11, 22, 20, 5, tzinfo=ZoneInfo("UTC")),
    applicant_name="«Әділ құрылыс» ЖШС",
    applicant_bin="170940001239",
    channel="Онлайн",
    received_on=date(2026, 11, 20),
    proposals=(
        ReceiptProposal("2026-000123/1", f"Мектеп {LETTERS}", "Білім беру", "Алатау ауданы", 1_100_000_000),
        ReceiptProposal("2026-000123/2", "Емхана", "Денсаулық сақтау", "Медеу ауданы", None),
    ),
    papers=(ReceiptPaper("2026-000123/1", "Бизнес-жоспар", "Жоспар № 5.pdf", 1_258_291, "ab" * 32),),
    content_hash="0f" * 32,
    url="https://ppp.example.kz/kk/applications/7c9e6679-7425-40de-944b-e07fc1f90ae7/",
)


def inside(pdf):
    """Return the PDF with its packed streams unpacked."""
    unpacked = [pdf]
    for found in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            unpacked.append(zlib.decompress(found[1]))
        except zlib.error:
            continue
    return b"\n".join(unpacked)


@pytest.mark.parametrize(("language", "title"), [("kk", "kk"), ("ru", "ru"), ("en", "en")])
def test_a_receipt_is_an_accessible_archival_pdf_in_its_language(language, title):
    pdf = receipt_pdf(FACTS, language)
    text = inside(pdf)
    assert pdf.startswith(b"%PDF-")
    assert f"/Lang({title}".encode() in text.replace(b" ", b"")
    assert b"pdfaid:part>2<" in text
    assert b"pdfuaid:part>1<" in text
    assert FACTS.number.encode() in text


def test_the_same_facts_make_the_same_bytes_and_others_make_others():
    assert receipt_pdf(FACTS, "kk") == receipt_pdf(FACTS, "kk")
    assert receipt_pdf(FACTS, "kk") != receipt_pdf(replace(FACTS, content_hash="1f" * 32), "kk")


@pytest.mark.parametrize(
    "words",
    ["2026-000123/1", "1 100 000 000 ₸", "cost unknown", "23 November 2026, 01:05", LETTERS, "170940001239", "ab" * 4],
)
def test_the_receipt_says_what_was_filed(words):
    with_spaces = json.dumps(receipt_words(FACTS), ensure_ascii=False).replace("\u00a0", " ")
    assert words in with_spaces


def receipt_words(facts, language="en"):
    with receipt.override(language):
        return receipt._page(facts, language)


def test_an_individual_has_no_number_on_the_receipt():
    labels = [label for label, _value in receipt_words(replace(FACTS, applicant_bin=None))["facts"]]
    assert "BIN" not in labels
    assert "BIN" in [label for label, _value in receipt_words(FACTS)["facts"]]


@pytest.mark.parametrize(
    "typed", ["#panic()", '#read("/etc/passwd")', '"; #x', "$ a_b $ *b* _c_ <d> @e", "\\u{41} ]}", ""]
)
def test_what_was_typed_is_never_a_command(typed):
    row = replace(FACTS.proposals[0], title=typed)
    paper = replace(FACTS.papers[0], name=typed)
    pages = receipt_image(replace(FACTS, applicant_name=typed or "x", proposals=(row,), papers=(paper,)), "kk", 30)
    assert len(pages) == 1
    assert pages[0].startswith(b"\x89PNG")


def test_every_kazakh_letter_and_the_tenge_sign_are_drawn():
    """PDF/A refuses a letter without a picture; the first try succeeds, and with system fonts switched off."""
    letters = receipt_words(replace(FACTS, applicant_name=ALPHABET + ALPHABET.upper() + LETTERS), "kk")
    made = archival.compiler(receipt._SOURCE, letters).compile(format="pdf", pdf_standards=["a-2a"])
    assert made.startswith(b"%PDF-")
    assert set(archival.UNSURE.findall(ALPHABET + ALPHABET.upper() + LETTERS)) == set()
    assert set(archival.fonts().families()) == {
        "DejaVu Sans Mono", "Libertinus Serif", "New Computer Modern", "New Computer Modern Math"
    }  # fmt: skip


@pytest.mark.parametrize("typed", ["😀 жоба", "漢字 العربية", "\u202eabc", "\U000e0fff", "a\u0301\u0489", "\ufffe"])
def test_a_letter_that_no_font_has_does_not_cost_the_receipt(typed):
    assert receipt_pdf(replace(FACTS, applicant_name=typed), "kk").startswith(b"%PDF-")


def test_a_long_receipt_goes_on_over_pages_and_long_words_break():
    rows = tuple(replace(FACTS.papers[0], name=f"{number} " + "ұзақ" * 50) for number in range(60))
    began = time.monotonic()
    pages = receipt_image(replace(FACTS, papers=rows), "kk", 30)
    assert len(pages) > 2
    assert time.monotonic() - began < 5


# --- Word ---


def template(*paragraphs, table=(), header="", title=""):
    made = docx.Document()
    for text in paragraphs:
        made.add_paragraph(text)
    if table:
        rows = made.add_table(rows=0, cols=len(table[0]))
        for cells in table:
            for cell, text in zip(rows.add_row().cells, cells, strict=True):
                cell.text = text
    if header:
        made.sections[0].header.paragraphs[0].text = header
    made.core_properties.title = title
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


def read(content):
    """Return paragraphs, rows of tables and header of a DOCX."""
    made = docx.Document(io.BytesIO(content))
    rows = [[cell.text for cell in row.cells] for table in made.tables for row in table.rows]
    return [paragraph.text for paragraph in made.paragraphs], rows, made.sections[0].header.paragraphs[0].text


PAYMENTS = [
    ("Жыл", "Сома"),
    ("{%tr for row in payments %}", ""),
    ("{{ row.year }}", "{{ row.sum }}"),
    ("{%tr endfor %}", ""),
]


def test_a_template_is_filled_in():
    made = template("{{ applicant_name }}: {{ cost }}", table=PAYMENTS, header="№ {{ application_number }}")
    context = {
        "applicant_name": "«Әділ» ЖШС",
        "cost": 1_100_000_000,
        "application_number": "2026-000123",
        "payments": [{"year": 2027, "sum": 5_000_000}, {"year": 2028, "sum": None}],
    }
    assert check_template(made) == []
    paragraphs, rows, header = read(fill_docx(made, context, "kk"))
    assert paragraphs[0] == "«Әділ» ЖШС: 1\u00a0100\u00a0000\u00a0000\u00a0₸"
    assert rows == [["Жыл", "Сома"], ["2027", "5\u00a0000\u00a0000\u00a0₸"], ["2028", BLANK]]
    assert header == "№ 2026-000123"


@pytest.mark.parametrize("known", [{}, {"title": None}, {"title": ""}, {"title": "  "}])
def test_what_is_not_known_is_a_line_to_write_on(known):
    made = template("{{ title }}|{{ nonsense }}|{{ nonsense.deep }}", table=PAYMENTS)
    paragraphs, rows, _header = read(fill_docx(made, known, "kk"))
    assert paragraphs[0] == "|".join([BLANK] * 3)
    assert rows[1] == [BLANK, BLANK]


@pytest.mark.parametrize("typed", ["<w:t>&amp;</w:t>", "{{ 7 * 7 }} {% raw %}", "Ә'\"<>&", "]]>", "{#x#}"])
def test_what_was_typed_is_words_and_neither_markup_nor_template(typed):
    assert read(fill_docx(template("{{ title }}"), {"title": typed}, "kk"))[0][0] == typed


@pytest.mark.parametrize(
    ("typed", "shown"), [("a\x0bb\x00", "ab"), ("a\ud800b", "ab"), ("a\r\nb", "a\nb"), ("a\x07\x0cb", "ab")]
)
def test_letters_that_word_cannot_hold_are_left_out(typed, shown):
    assert read(fill_docx(template("{{ title }}"), {"title": typed}, "kk"))[0][0] == shown


def test_names_nobody_knows_are_told_to_the_staff():
    made = template(
        "{{ title }} {{ titel }}", "{% for p in payments %}{{ p.yaer }}{{ loop.index }}{% endfor %}", header="{{ hdr }}"
    )
    assert check_template(made) == ["titel", "payments.yaer", "hdr"] or check_template(made) == [
        "titel",
        "p.yaer",
        "hdr",
    ]
    assert check_template(template("{{ title }}")) == []


FORBIDDEN = [
    "{{ title.__class__ }}",
    "{{ ''.__class__.__mro__ }}",
    "{{ cycler.__init__.__globals__.os.popen('id') }}",
    "{{ range(9) }}",
    "{% for a in range(100000) %}x{% endfor %}",
    "{% for a in payments %}{% for b in payments %}x{% endfor %}{% endfor %}",
    "{{ 'x' * 1000000000 }}",
    "{{ title|upper }}",
    "{% set a = 1 %}",
    "{% include 'x' %}",
    "{% macro m() %}{% endmacro %}",
    "{{ title['x'] }}",
]


@pytest.mark.parametrize("text", FORBIDDEN)
@pytest.mark.parametrize("place", ["body", "header", "title"])
def test_a_template_that_does_more_is_refused_when_uploaded_and_when_filled_in(text, place):
    made = {"body": template(text), "header": template(header=text), "title": template(title=text)}[place]
    for act in (lambda: check_template(made), lambda: fill_docx(made, {}, "kk")):
        (sentence,) = refusals(act)
        assert sentence.startswith("The template may only name placeholders")


@pytest.mark.parametrize("text", ["{{ title", "{% for a in payments %}", "{% endfor %}", "{{ }}", "{% nonsense %}"])
def test_a_template_written_wrongly_is_refused(text):
    (sentence,) = refusals(check_template, template(text, "next"))
    assert sentence.startswith("A placeholder is not closed")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (PDF, "Upload a DOCX file."),
        (archive("word/vbaProject.bin"), MACROS),
        (archive(), "The file cannot be read as a Word document. Save it again as DOCX."),
        (b"x", "Upload a PDF, DOCX, XLSX, JPEG or PNG file."),
    ],
)
def test_what_is_no_ordinary_word_file_is_refused(content, sentence):
    assert refusals(check_template, content) == [sentence]


def test_a_template_with_an_outer_entity_reads_nothing():
    source, target = io.BytesIO(template("XX {{ title }}")), io.BytesIO()
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "word/document.xml":
                content = re.sub(rb"\?>", b'?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>', content, count=1)
                content = content.replace(b"XX", b"&e;")
            new.writestr(name, content)
    try:
        made = fill_docx(target.getvalue(), {"title": "Ә"}, "kk")
    except ValidationError:
        return
    assert "root:" not in " ".join(read(made)[0])


def test_every_placeholder_has_words():
    assert all(str(words) for words in PLACEHOLDERS.values())
    assert check_template(template(*(f"{{{{ {name} }}}}" for name in PLACEHOLDERS))) == []
