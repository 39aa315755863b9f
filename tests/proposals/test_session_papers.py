"""Agenda and list for print: exact to the tenge, every row there, one language a paper, typed text is only text."""

import datetime
import io
import re
import zlib
from decimal import Decimal

import docx
import pytest
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from hypothesis import given, strategies as st

from accounts.roles import Role
from projects.models import Maslikhat
from proposals.documents import list_annex
from proposals.documents.agenda_docx import paper_docx
from proposals.documents.agenda_pdf import paper_image, paper_pdf
from proposals.documents.agenda_sheets import Paper
from proposals.documents.agenda_words import WORDS, annex_to, projects, thousand_tenge, years
from proposals.documents.session_papers import session_paper
from proposals.models import AgendaItem, Outcome, Session
from proposals.workflow import Stage
from reference.kazakh import ALPHABET
from reference.models import Sector, Territory
from reference.money import NBSP, TENGE_CEILING
from tests.proposals import sittings
from tests.proposals.applications import proposal_at, staff

stored = pytest.mark.usefixtures("reference_data")
LETTERS = "ӘҒҚҢӨҰҮҺІ әғқңөұүһі ₸ № «» —"
SITTING = Session(
    maslikhat=Maslikhat(territory_id="750000000", name_kk="Алматы қаласының мәслихаты", name_ru="Маслихат Алматы"),
    convocation=8,
    number=34,
    held_on=datetime.date(2026, 11, 22),
)
HEALTH = Sector(name_kk="Денсаулық сақтау", name_ru="Здравоохранение")
MEDEU = Territory(name_kk="Медеу ауданы", name_ru="Медеуский район")
sums = st.none() | st.integers(0, TENGE_CEILING)


def item(**facts):
    facts = {"title_kk": "Емхана салу", "title_ru": "Строительство поликлиники", "sector": HEALTH, **facts}
    return AgendaItem(territory=MEDEU, **facts)


def sheet(*lines, language="kk"):
    return list_annex.annex_sheet(SITTING, language, annex_to(language), lines)


def paper(*lines, language="kk"):
    return Paper(language, "Тізбе", WORDS[language]["draft"], "Тізбе", (sheet(*lines, language=language),))


def table(content, number=0):
    """Return the rows of a table of a DOCX, merged cells once."""
    rows = docx.Document(io.BytesIO(content)).tables[number].rows
    return [[docx.table._Cell(cell, row).text for cell in row._tr.tc_lst] for row in rows]


def words(content):
    """Return all text of a DOCX with header and footer."""
    made = docx.Document(io.BytesIO(content))
    edges = [part.text for end in (made.sections[0].header, made.sections[0].footer) for part in end.paragraphs]
    cells = [cell for number in range(len(made.tables)) for row in table(content, number) for cell in row]
    return "\n".join([*edges, *(part.text for part in made.paragraphs), *cells]).replace(NBSP, " ")


def drawn_rows(pdf):
    """Count the rows of tables in the structure of a tagged PDF."""
    found = 0
    for stream in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            found += len(re.findall(rb"/S\s*/TR\b", zlib.decompress(stream[1])))
        except zlib.error:
            continue
    return found + len(re.findall(rb"/S\s*/TR\b", pdf))


def read(thousands):
    return Decimal(thousands.split("\n")[0].replace(NBSP, "").replace(",", ".")) * 1000


@pytest.mark.parametrize(
    ("amount", "text"),
    [(0, "0"), (1, "0,001"), (999, "0,999"), (1_000, "1"), (1_234_567, "1 234,567"), (1_234_500, "1 234,500")],
)
def test_thousands_are_exact(amount, text):
    assert thousand_tenge(amount).replace(NBSP, " ") == text


@given(st.lists(sums, min_size=1, max_size=20))
def test_the_total_equals_its_rows_to_the_tenge_and_counts_unknown_apart(costs):
    made = sheet(*((item(), cost) for cost in costs))
    shown = [row[4].text for row in made.rows]
    known = [read(text) for text in shown if text != "құны белгісіз"]
    assert known == [cost for cost in costs if cost is not None]
    count, total, _rest = made.total
    assert count.text == f"Барлығы: {projects(len(costs), 'kk')}"
    assert total.text == "құны белгісіз" if not known else read(total.text) == sum(known)
    missing = len(costs) - len(known)
    assert total.below == ((f"құны белгісіз: {projects(missing, 'kk')}",) if missing else ())


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (projects(1, "ru"), "1 проект"),
        (projects(22, "ru"), "22 проекта"),
        (projects(111, "ru"), "111 проектов"),
        (years(Decimal("10.00"), "kk"), "10 жыл"),
        (years(Decimal("21"), "ru"), "21 год"),
        (years(Decimal("7.50"), "ru"), "7,5 года"),
        (annex_to("kk"), "Мәслихаттың 20__ жылғы «__» ________ № ____ шешіміне қосымша"),
        (annex_to("ru"), "Приложение к решению маслихата от «__» ______ 20__ года № ____"),
        (
            " ".join(annex_to("kk", "277", "2017-09-14")),
            "Мәслихаттың 2017 жылғы 14 қыркүйектегі № 277 шешіміне қосымша",
        ),
        (annex_to("kk", "277", "2017-09"), "Мәслихаттың 2017 жылғы қыркүйектегі № 277 шешіміне қосымша"),
        (annex_to("kk", "277", "2017"), "Мәслихаттың 2017 жылғы № 277 шешіміне қосымша"),
        (
            " ".join(annex_to("ru", "277", "2017-09-14")),
            "Приложение к решению маслихата от 14 сентября 2017 года № 277",
        ),
        (annex_to("ru", "277", "2017"), "Приложение к решению маслихата № 277 (2017 г.)"),
    ],
)
def test_numbers_and_dates_agree_with_their_nouns(said, words):
    assert (said if isinstance(said, str) else " ".join(said)).replace(NBSP, " ") == words


def test_both_languages_have_the_same_words():
    assert WORDS["kk"].keys() == WORDS["ru"].keys()


def test_two_hundred_rows_are_all_there_with_their_letters():
    long = f"{ALPHABET} {ALPHABET.upper()} {LETTERS} " + "ұзақ атау " * 20
    lines = [(item(title_kk=f"{number}-жоба {long if number % 3 == 0 else LETTERS}"), number) for number in range(200)]
    made = paper(*lines)
    rows = table(paper_docx(made))
    assert [row[1] for row in rows[1:-1]] == [line.title_kk.strip() for line, _cost in lines]
    assert rows[-1][0].replace(NBSP, " ") == "Барлығы: 200 жоба"
    assert read(rows[-1][1]) == sum(range(200))
    assert drawn_rows(paper_pdf(made)) == 202
    assert len(paper_image(made, 20)) > 10


def test_the_word_table_goes_on_over_landscape_pages():
    made = docx.Document(io.BytesIO(paper_docx(paper((item(), 5), (item(), None)))))
    page, rows = made.sections[0], made.tables[0].rows
    assert (page.orientation, page.page_width > page.page_height) == (WD_ORIENT.LANDSCAPE, True)
    assert [row._tr.find(f".//{qn('w:tblHeader')}") is not None for row in rows] == [True, False, False, False]
    assert all(row._tr.find(f".//{qn('w:cantSplit')}") is not None for row in rows)
    assert made.styles["Normal"].font.name == "Times New Roman"
    assert {"PAGE", "NUMPAGES"} == {field.get(qn("w:instr")) for field in page.footer._element.iter(qn("w:fldSimple"))}


@pytest.mark.parametrize(
    "typed",
    ['#eval("1") #panic()', "{{7*7}} {% for %}", "</w:t><w:p>&amp;", "$a_b$ *b* @e \\u{41} ]}", "=1+1", "😀 漢字"],
)
def test_what_was_typed_is_only_text(typed):
    made = paper((item(title_kk=typed, place_kk=typed, state_partner_kk=typed), 5))
    row = table(paper_docx(made))[1]
    assert (row[1], row[2], row[3]) == (typed, f"Медеу ауданы\n{typed}", f"Денсаулық сақтау\n{typed}")
    assert paper_pdf(made).startswith(b"%PDF-")
    assert paper_pdf(made) == paper_pdf(made)


def test_what_no_page_can_show_is_left_out_and_long_words_break():
    made = paper((item(title_kk="а\x0bб\x00\ud800\nв \u202eг" + "ұ" * 480), 5))
    assert table(paper_docx(made))[1][1] == "аб в г" + "ұ" * 480
    assert len(paper_image(made, 20)) == 1
    assert paper_pdf(made).startswith(b"%PDF-")


def test_a_text_in_the_other_language_bears_a_mark():
    lines = [(item(title_kk="", place_ru="Горная улица"), 5), (item(title_ru=""), 5)]
    kazakh, russian = table(paper_docx(paper(*lines))), table(paper_docx(paper(*lines, language="ru")))
    assert [row[1] for row in kazakh[1:3]] == ["Строительство поликлиники (ru)", "Емхана салу"]
    assert [row[1] for row in russian[1:3]] == ["Строительство поликлиники", "Емхана салу (kk)"]
    assert (kazakh[1][2], russian[1][2]) == ("Медеу ауданы\nГорная улица (ru)", "Медеуский район\nГорная улица")


@pytest.mark.parametrize("asked", [("draft", "kk", "pdf"), ("list", "en", "pdf"), ("agenda", "ru", "odt")])
def test_nothing_else_is_printed(asked):
    with pytest.raises(LookupError):
        session_paper(SITTING, *asked)


@stored
@pytest.mark.django_db
def test_a_draft_says_that_it_is_one_and_stays_in_its_language(django_assert_max_num_queries):
    secretary = staff(Role.SECRETARY)
    sitting = sittings.session(number=34, convocation=8, starts_at=datetime.time(10), place_kk="Мәжіліс залы")
    proposal = proposal_at(Stage.SUPPORTED, cost=300_000_500, contract_type="service")
    sittings.tabled(proposal, by=secretary, sitting=sitting)
    sittings.state_project(sitting, by=secretary, asked_sum=2_000_000_000, recommended_sum=None)
    with django_assert_max_num_queries(12):
        content, kind, name = session_paper(sitting, "list", "kk", "docx")
    assert (kind.rsplit(".", 1)[1], name) == ("document", "list-VIII-XXXIV-kk.docx")
    kazakh, russian = words(content), words(session_paper(sitting, "list", "ru", "docx")[0])
    for text in ("ЖОБА", "VIII шақырылымның XXXIV сессиясы", "№ ____ шешіміне", "300 000,500", "10 жыл", "Сервистік"):
        assert text in kazakh
    for text in ("ПРОЕКТ", "XXXIV сессия VIII созыва", "20__ года № ____", "стоимость неизвестна: 1 проект", "10 лет"):
        assert text in russian
    assert not set("әғқңөұүһі") & set(russian.replace("Достық даңғылы (kk)", "").lower())
    agenda = words(session_paper(sitting, "agenda", "ru", "docx")[0])
    for text in ("Повестка дня", "Время: 10:00", "Мәжіліс залы (kk)", "2 000 000 000", "2 300 000 500", "Против: ____"):
        assert text in agenda
    assert proposal.application.organisation.name not in agenda
    for asked in (("list", "kk"), ("agenda", "ru")):
        made = [session_paper(sitting, *asked, form) for form in ("pdf", "docx", "pdf", "docx")]
        assert made[:2] == made[2:]


@stored
@pytest.mark.django_db
def test_a_company_that_agreed_is_named_on_the_agenda():
    sitting = sittings.session()
    proposal = proposal_at(Stage.SUPPORTED, publish_agreed=True)
    sittings.tabled(proposal, by=staff(Role.SECRETARY), sitting=sitting)
    assert proposal.application.organisation.name in words(session_paper(sitting, "agenda", "kk", "docx")[0])


@stored
@pytest.mark.django_db
def test_what_is_adopted_bears_number_and_day_and_approved_sums():
    secretary, head = sittings.secretary_and_head(staff)
    sitting = sittings.session(held_on=datetime.date(2026, 11, 19))
    first, second, third = (sittings.state_project(sitting, by=secretary, title_kk=name) for name in "АБВ")
    told = {
        first.pk: {"outcome": Outcome.CONDITIONS, "conditions_kk": "Жер.", "approved_sum": 1_500_001},
        second.pk: {"outcome": Outcome.DECLINED, "note": "Себебі."},
        third.pk: None,
    }
    people = {"secretary": secretary, "head": head}
    sittings.published(sitting, outcomes=told, number="277/1", adopted="2026-11-20", **people)
    still_open = session_paper(sitting, "list", "kk", "docx")[0]
    assert "ЖОБА" in words(still_open)
    assert [row[1] for row in table(still_open)[1:-1]] == ["В"]
    sittings.published(sitting, number="277/2", adopted="2026-11-20", **people)
    adopted = session_paper(sitting, "list", "kk", "docx")[0]
    assert [row[1] for number in (0, 1) for row in table(adopted, number)[1:-1]] == ["А", "В"]
    assert table(adopted)[-1][1].replace(NBSP, " ") == "1 500,001"
    assert "ЖОБА" not in words(adopted)
    for text in ("2026 жылғы 20 қарашадағы", "№ 277/1 шешіміне қосымша", "№ 277/2 шешіміне қосымша"):
        assert text in words(adopted)
    assert "Б" in [row[1] for row in table(session_paper(sitting, "agenda", "kk", "docx")[0])]
