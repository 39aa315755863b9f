"""The monthly report says what the pages say: every value of every block, in the workbook and on the paper."""

import datetime
import io
import json
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils.translation import override
from openpyxl import load_workbook

from accounts.roles import Role
from proposals.dashboard import blocks
from proposals.dashboard.blocks import NOTHING, Block, Cell, Chart, Column, Figure, Kind, Row, Section, Series
from proposals.dashboard.scope import Scope
from proposals.dashboard.sections import PAGES, Page
from proposals.dashboard.words import in_words
from proposals.documents.monthly_report import monthly_report, printed, report_pdf
from proposals.documents.monthly_sheets import report_xlsx
from reference.models import Sector
from tests import factories
from tests.proposals.applications import filed
from tests.proposals.test_rendering import inside
from tests.registry.people import logged_in, staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

MOMENT = datetime.datetime(2026, 11, 22, 20, 5, tzinfo=datetime.UTC)
HOSTILE = '=HYPERLINK("https://example.kz","#")'
SHIPPED = [page.key for page in PAGES]


def made_up(scope):
    """Return a section with a value of every kind, known and unknown, and texts that look like formulas."""
    return Section(
        figures=[
            Figure("Бәрі", 12, sub="соның бірі", is_late=True),
            Figure("Құны", 1_100_000_000, Kind.TENGE),
            Figure("Үлес", None, Kind.PERCENT),
        ],
        blocks=[
            Block(
                key="one",
                heading="Кесте #1",
                first="Сала",
                how="Қалай саналды.",
                columns=[
                    Column("Саны"),
                    Column("Құны", Kind.TENGE),
                    Column("Күн", Kind.DAYS),
                    Column("Үлес", Kind.PERCENT),
                    Column("Сөз", Kind.TEXT),
                ],
                rows=[
                    Row(
                        HOSTILE,
                        [Cell(7, address="?a=1"), Cell(123_456_789_012, sub="2 құнсыз"), *map(Cell, _FACTS)],
                        bar=62.5,
                    ),
                    Row("Ештеңе", [Cell(0), Cell(None), Cell(None), Cell(NOTHING), Cell(None)]),
                    Row("Барлығы", [Cell(0), *[Cell(None)] * 4], is_total=True, is_late=True),
                ],
                chart=Chart(["2016", "2017"], [Series("Бір", [3, 0]), Series("Екі", [1, 5])]),
            ),
            Block(key="two", heading="Бос", first="Сала", columns=[Column("Саны")], rows=[], empty="Ештеңе жоқ."),
        ],
    )


_FACTS = (Decimal("12.5"), Decimal("33.3"), HOSTILE)
MADE_UP = Page("made_up", "Ойдан", "Сынақ.", made_up, ("first_year",))


def values_of(made):
    """Yield every value with its kind, and every text, of a section."""
    for figure in made.figures:
        yield figure.value, figure.kind
        yield from ((text, Kind.TEXT) for text in (str(figure.label), str(figure.sub)))
    for block in made.blocks:
        for text in (block.heading, block.how, block.first if block.rows else block.empty):
            yield str(text), Kind.TEXT
        for column in block.columns if block.rows else []:
            yield str(column.label), Kind.TEXT
        for row in block.rows:
            yield str(row.label), Kind.TEXT
            for column, cell in zip(block.columns, row.cells, strict=True):
                yield cell.value, column.kind
                yield str(cell.sub), Kind.TEXT


def sheet_cells(content):
    """Return each sheet as the list of what its cells hold, formulas as openpyxl sees them."""
    book = load_workbook(io.BytesIO(content))
    for sheet in book.worksheets:
        assert not [cell for line in sheet.iter_rows() for cell in line if cell.data_type in "fe"]
    return [[cell.value for line in sheet.iter_rows() for cell in line if cell.value is not None] for sheet in book]


def in_sheet(value, kind):
    """Return what a cell of Excel holds for a value: numbers stay numbers, formulas are text."""
    if value is None or kind == Kind.TEXT:
        text = in_words(value, kind)
        return f"'{text}" if text.startswith("=") else text
    return float(value) if isinstance(value, Decimal) else value


def strings_in(facts):
    if isinstance(facts, dict):
        facts = list(facts.values())
    if isinstance(facts, list | tuple):
        return [text for one in facts for text in strings_in(one)]
    return [facts.replace("\u200b", "")] if isinstance(facts, str) else []


def same_everywhere(report):
    """Assert that both forms hold every value as often as the blocks do, or oftener."""
    _about, *sheets = sheet_cells(report_xlsx(report))
    papers = printed(report)["parts"]
    assert len(sheets) == len(papers) == len(report.parts)
    checked = 0
    with override(report.language):
        for part, sheet, paper in zip(report.parts, sheets, papers, strict=True):
            said, left = strings_in(paper), list(sheet)
            for value, kind in values_of(part.made):
                if (text := in_words(value, kind)) == "":
                    continue
                assert in_sheet(value, kind) in left, (part.key, value)
                left.remove(in_sheet(value, kind)) if kind != Kind.TEXT else None
                assert text in said, (part.key, text)
                said.remove(text)
                checked += 1
    return checked


@pytest.fixture
def rich(reference_data):
    """Projects with and without a cost, and a filed proposal."""
    factories.project_in("approved", cost=1_100_000_000)
    factories.project(cost=None, sector="health")
    filed()


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_every_value_of_every_section_is_in_both_forms(rich, language):
    report = monthly_report(Scope(staff(Role.HEAD)), language, made_at=MOMENT)
    assert [part.key for part in report.parts] == SHIPPED
    assert same_everywhere(report) > 50
    made_report = monthly_report(Scope(staff(Role.HEAD)), language, made_at=MOMENT, pages=[MADE_UP])
    assert same_everywhere(made_report) == 34


def test_an_empty_register_gives_a_whole_report():
    report = monthly_report(Scope(staff(Role.HEAD)), "kk", made_at=MOMENT)
    same_everywhere(report)
    assert report_pdf(report).startswith(b"%PDF-")


@pytest.mark.parametrize(("language", "month"), [("kk", "2026 ж. қараша"), ("ru", "ноябрь 2026"), ("en", "November")])
def test_the_first_sheet_and_the_head_of_the_paper_say_what_it_is(language, month):
    """20:05 UTC is the next day in Almaty."""
    sector = Sector.objects.get(pk="education")
    scope = Scope(staff(Role.HEAD, full_name="Ойдан Басшы"), first_year=2016, sector=sector, initiator_type="sme")
    report = monthly_report(scope, language, made_at=MOMENT, pages=[MADE_UP])
    about = " ".join(map(str, sheet_cells(report_xlsx(report))[0]))
    paper = printed(report)
    head = json.dumps([paper["title"], paper["facts"]], ensure_ascii=False).replace("\u200b", "")
    with override(language):
        wanted = [month, "2016–…", str(sector), "01:05", "Ойдан Басшы", "23"]
    for word in wanted:
        assert word.lower() in about.lower(), word
        assert word.lower() in head.lower(), word
    lead = paper["parts"][0]["lead"]
    assert lead != "Сынақ."
    assert lead.startswith("Сынақ.")


def test_the_paper_is_archival_and_the_same_for_the_same_moment(rich):
    report = monthly_report(Scope(staff(Role.HEAD)), "kk", made_at=MOMENT, pages=[*PAGES, MADE_UP])
    made = report_pdf(report)
    assert made == report_pdf(report)
    assert b"pdfaid:part" in made + inside(made)


def test_it_is_handed_out_as_a_file_that_nothing_keeps(rich):
    head = logged_in(Role.HEAD)
    for kind, begins in (("pdf", b"%PDF-"), ("xlsx", b"PK")):
        answer = head.get(reverse(f"admin:statistics_report_{kind}"), {"lang": "kk", "sector": "education"})
        assert answer.status_code == 200
        assert answer.content.startswith(begins)
        assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''%D0%9C%D0%96%D3%98")
        assert {"private", "no-store"} <= set(answer["Cache-Control"].split(", "))
        assert answer["X-Content-Type-Options"] == "nosniff"
    one = head.get(reverse("admin:statistics_report_xlsx"), {"section": "times"})
    assert len(load_workbook(io.BytesIO(one.content)).sheetnames) == 2


@pytest.mark.parametrize("query", ["?secret=1", "?lang=de", "?section=all", "?first_year=20x6", "?sector=nothing"])
def test_what_cannot_be_read_makes_no_report(query):
    head = logged_in(Role.HEAD)
    for kind in ("pdf", "xlsx"):
        refused = head.get(reverse(f"admin:statistics_report_{kind}") + query)
        assert refused.status_code == 400
        assert query.split("=")[-1] in refused.text or query.split("=")[0][1:] in refused.text
        assert "The report was not made." in refused.text


def test_kinds_are_all_there():
    """A new kind must be thought of here too."""
    assert {column.kind for column in made_up(None).blocks[0].columns} == set(blocks.Kind)


WHO = [(role, role in {Role.CLERK, Role.HEAD, Role.AUDITOR}) for role in Role]


@pytest.mark.parametrize(("role", "may"), WHO)
def test_only_who_sees_every_sector_takes_the_report(role, may):
    """Own sectors only would be handed in as the chamber's."""
    browser = logged_in(role)
    for name in ("", "_pdf", "_xlsx"):
        answer = browser.get(reverse(f"admin:statistics_report{name}"), {"section": "register"})
        assert answer.status_code == (200 if may else 403), name
    tabs = browser.get(reverse("admin:statistics_section", args=["register"]))
    assert (reverse("admin:statistics_report") in tabs.text) == may
