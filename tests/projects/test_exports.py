"""The filtered view as CSV, XLSX and JSON Lines: columns, types, words, refusals, and one moment."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from django.db import connection
from psycopg.pq import TransactionStatus

from projects.exports.dictionary import RECORD, WORD_COLUMNS, labels
from projects.exports.tables import COLUMNS, csv_maker
from projects.exports.typed import plain_value, typed
from projects.exports.view import Stream, whole_register
from projects.exports.words import WORDED
from projects.models import Project
from projects.queries.records import FIELDS
from projects.templatetags.downloads import download_links
from projects.views import downloads
from reference.codelists import ProjectStatus
from tests import factories
from tests.projects.exported import API, FORMS, body, csv_rows, of_csv, workbook
from tests.registry.people import Browser

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]


@pytest.fixture
def client():
    return Browser()


def taken(client, address):
    return body(client.get(API + address))


# --- CSV ---


def test_csv_has_the_fields_with_the_words_of_their_codes(client):
    made = factories.project_in(
        ProjectStatus.APPROVED, title_kk="Мектеп, «Бірінші»\nқатар", jobs=70, term_years="10.50"
    )
    sent = taken(client, "projects.csv")
    (row,) = csv_rows(sent)
    assert tuple(row) == COLUMNS
    assert sent.count(b"\r\n") == 2
    told = ("number", "title_kk", "sector", "sector_name", "territory_name", "initiator_name", "status_name")
    assert [row[name] for name in told] == [
        str(made.number), made.title_kk, "education", "Білім беру", "Алматы қаласы", "Белгісіз", "Бекітілді",
    ]  # fmt: skip
    told = ("cost", "cost_known", "is_group", "group", "term_years", "jobs", "resolution", "updated_at")
    assert [row[name] for name in told] == [
        str(made.cost), "true", "false", "", "10.5", "70", str(made.resolution_id), str(row["updated_at"]),
    ]  # fmt: skip
    assert datetime.fromisoformat(row["updated_at"]) == made.updated_at


def test_csv_speaks_the_language_and_parts_as_it_is_asked(client):
    factories.project(sector="health")
    sent = taken(client, "projects.csv?lang=ru&separator=semicolon&header=labels")
    (row,) = csv_rows(sent, ";")
    assert row["Номер"] == "1"
    assert "Здравоохранение" in row.values()
    (row,) = csv_rows(taken(client, "projects.csv?lang=en&separator=tab"), "\t")
    assert row["sector_name"] == "Health care"


def test_formulas_are_texts_and_numbers_are_numbers_in_every_table(client):
    made = factories.project(title_ru="Школа")
    # Nobody can type these; a database restored from elsewhere may hold them.
    Project.objects.filter(pk=made.pk).update(private_partner="=HYPERLINK(1)", place_ru="x")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE projects_project SET title_ru = E'\\x0b\\x01-2+3', title_en = '#N/A'")
    (row,) = csv_rows(taken(client, "projects.csv"))
    assert (row["private_partner"], row["title_ru"], row["cost"]) == ("'=HYPERLINK(1)", "'-2+3", str(made.cost))
    cells = next(workbook(taken(client, "projects.xlsx")).worksheets[0].iter_rows(min_row=2))
    found = {name: cells[place] for place, name in enumerate(COLUMNS)}
    for name, text in {"private_partner": "'=HYPERLINK(1)", "title_ru": "'-2+3", "title_en": "#N/A"}.items():
        assert (found[name].data_type, found[name].value) == ("s", text)
    assert (found["cost"].data_type, found["cost"].value, found["cost"].number_format) == ("n", made.cost, "#,##0")
    (record,) = [json.loads(line) for line in taken(client, "projects.jsonl").splitlines()]
    assert (record["private_partner"], record["title_ru"]) == ("=HYPERLINK(1)", "-2+3")


# --- XLSX ---


def test_a_workbook_has_typed_cells_under_a_frozen_header_in_the_language(client):
    factories.project(cost=None, term_years="2.50", title_en="School")
    rows, about = workbook(taken(client, "projects.xlsx?lang=ru&sector=education&cost_max=1%20bn")).worksheets
    assert rows.max_row == 1
    rows, about = workbook(taken(client, "projects.xlsx?lang=ru&sector=education")).worksheets
    assert (rows.title, rows.freeze_panes, rows.auto_filter.ref) == ("Проекты", "B2", f"A1:{'W'}2")
    head, row = rows.iter_rows(values_only=True)
    assert list(head) == [labels("ru")[name] for name in COLUMNS]
    found = dict(zip(COLUMNS, row, strict=True))
    # Every number of a workbook is a double, and 17 may stand in it as 17.0.
    kinds = {"number": float, "cost_known": bool, "term_years": float, "year": float, "updated_at": datetime}
    assert {name: type(found[name]) for name in kinds} == kinds
    assert (found["number"], found["year"], found["term_years"]) == (1, 2017, 2.5)
    assert (rows.column_dimensions["B"].width > 55, next(rows.iter_rows())[0].alignment.wrap_text) == (True, True)
    assert (about.cell(1, 1).font.bold, about.cell(2, 1).font.bold, about.cell(2, 1).alignment.wrap_text) == (True,) * 3
    assert (found["cost"], found["cost_known"], found["sector_name"]) == (None, False, "Образование")
    told = dict(about.iter_rows(values_only=True))
    assert "Образование" in told.values()
    assert any(str(value).endswith("/ru/projects/?sector=education") for value in told.values())
    assert any("creativecommons.org/licenses/by/4.0" in str(value) for value in told.values())


def test_the_sheet_about_it_tells_filters_moment_and_totals(client):
    factories.group_of({"cost": 5}, {"cost": None}, cost=10**14)
    factories.project(cost=None)
    sent = taken(client, "projects.xlsx?lang=en&year=2017&search=%D0%BC%D0%B5%D0%BA%D1%82%D0%B5%D0%BF&ordering=-cost")
    told = dict(workbook(sent).worksheets[1].iter_rows(values_only=True))
    assert told["Made on"].endswith("(Asia/Almaty)")
    assert (told["  Year"], told["  Search"]) == ("2017", "мектеп")
    figures = ("Rows", "Projects", "Known cost, tenge", "Projects of known cost", "Projects of unknown cost")
    assert [told[name] for name in figures] == [4, 2, 10**14, 1, 1]
    assert (told["Rows that stand for a group"], told["Members counted with their group"]) == (1, 2)


def test_a_sum_that_excel_would_round_is_written_as_text():
    assert typed(None, 999_999_999_999_999) == 999_999_999_999_999
    assert typed(None, 1_000_000_000_000_001) == plain_value(1_000_000_000_000_001) == "1000000000000001"


def test_a_workbook_that_would_take_minutes_is_refused_and_csv_is_not(client, monkeypatch):
    monkeypatch.setattr(downloads, "MOST_ROWS_AT_ONCE", 0)
    factories.project()
    refused = client.get(API + "projects.xlsx")
    assert (refused.status_code, refused.headers["Content-Type"]) == (400, "application/problem+json")
    assert not connection.needs_rollback
    assert len(of_csv(taken(client, "projects.csv"))) == 1


# --- what may be asked ---

REFUSED = {
    "projects.csv?page=1": {"page"},
    "projects.csv?cost_min=abc&nonsense=1": {"cost_min", "nonsense"},
    "projects.csv?separator=pipe": {"separator"},
    "projects.csv?separator=tab&separator=tab": {"separator"},
    "projects.csv?header=none": {"header"},
    "projects.csv?lang=de": {"lang"},
    "projects.csv?as_of=2999-01-01": {"as_of"},
    "projects.xlsx?separator=tab": {"separator"},
    "projects.jsonl?header=names": {"header"},
    "oc4ids.json?separator=comma&status=x": {"separator", "status"},
    "oc4ids.json?search=%00": {"search"},
}


@pytest.mark.parametrize("address", REFUSED)
def test_what_cannot_be_read_is_named(client, address):
    answer = client.get(API + address)
    assert (answer.status_code, answer.headers["Content-Type"]) == (400, "application/problem+json")
    assert set(answer.json()["errors"]) == REFUSED[address]


@pytest.mark.parametrize("name", FORMS)
def test_every_form_says_what_it_is_and_how_much(client, name):
    factories.project(cost=7)
    factories.project(cost=None)
    address = f"{API}{name}?lang=kk&sector=&status=planned"
    answer = client.get(address, headers={"Accept": "text/html"})
    assert len(FORMS[name](body(answer))) == 2
    head = client.head(address)
    assert (head.status_code, b"".join(head.streaming_content)) == (200, b"")
    for headers in (answer.headers, head.headers):
        assert [headers[figure] for figure in downloads.FIGURES] == ["2", "1", "1", "7"]
        assert headers["Access-Control-Allow-Origin"] == "*"
        assert "attachment" in headers["Content-Disposition"]
        assert name.split(".")[1] in headers["Content-Disposition"]
    assert client.post(address).status_code == 405


def test_an_empty_view_is_an_empty_file(client):
    for name, rows_of in FORMS.items():
        assert rows_of(taken(client, f"{name}?resolution=none&year=1999")) == []


# --- words about it ---


def test_the_dictionary_names_exactly_the_fields_and_columns():
    assert tuple(entry.name for entry in RECORD) == FIELDS
    assert [entry.name for entry in WORD_COLUMNS] == list(WORDED.values())
    assert {entry.name for entry in RECORD if entry.codes} == set(WORDED)


def test_the_codes_of_the_dictionary_have_words_in_three_languages():
    told = {entry.name: {line.code: line.words for line in entry.codes()} for entry in RECORD if entry.codes}
    assert told["status"]["approved"][1:] == ("Утвержден", "Approved")
    assert set(told["status"]) == set(ProjectStatus.values)
    assert told["sector"]["health"] == ("Денсаулық сақтау", "Здравоохранение", "Health care")
    assert told["territory"]["750000000"][2] == "Almaty city"
    assert all(all(words) and len(words) == 3 for codes in told.values() for words in codes.values())


def test_links_take_the_view_without_page_and_strangers(client):
    factories.project(sector="health")
    factories.project(sector="sport")
    for link in download_links("?page=2&sector=health&search=&utm_source=x&ordering=-cost"):
        assert "sector=health&ordering=-cost&lang=" in link["address"]
        assert body(client.get(link["address"]))
    assert len(of_csv(body(client.get(download_links("sector=health")[1]["address"])))) == 1


# --- one moment ---


def elsewhere(act):
    """Let another person do it, on a connection of his own, and wait until it is done."""

    def run():
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run).result()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", FORMS)
def test_rows_and_figures_are_of_one_moment_while_others_write(client, name):
    first = factories.project(cost=100)
    answer = client.get(API + name)

    def write():
        factories.project(cost=1_000)
        Project.objects.filter(pk=first.pk).update(cost=5)

    elsewhere(write)
    assert FORMS[name](body(answer)) == [(1, 100, None)]
    assert (answer.headers["Registry-Projects"], answer.headers["Registry-Cost"]) == ("1", "100")
    assert not connection.in_atomic_block
    later = client.get(API + name)
    assert [cost for _, cost, _ in FORMS[name](body(later))] == [5, 1_000]
    assert later.headers["Registry-Cost"] == "1005"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", FORMS)
def test_whoever_goes_away_leaves_no_transaction_open(client, name):
    factories.project()
    answer = client.get(API + name)
    assert connection.in_atomic_block
    next(iter(answer.streaming_content))
    answer.close()
    assert not connection.in_atomic_block
    assert connection.connection is None or (connection.connection.info.transaction_status == TransactionStatus.IDLE)
    assert client.head(API + name).status_code == 200
    assert not connection.in_atomic_block
    assert Project.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_closing_a_stream_ends_its_transaction_whoever_holds_it():
    factories.project()
    stream = Stream(whole_register("kk"), csv_maker())
    pieces = iter(stream)
    next(pieces)
    assert connection.in_atomic_block
    stream.close()
    assert not connection.in_atomic_block
    assert list(pieces) == []
