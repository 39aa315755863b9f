"""All rows or none: every bad row is named with row, column, value and remedy, and nothing is stored."""

import pytest
from django.db import connection
from django.db.models import Sum
from django.utils.translation import override

from projects.models import Project, StatusChange
from projects.services import register
from projects.services.imports import project_table
from reference.codelists import ResolutionKind
from tests import factories
from tests.projects.import_files import good_row, good_rows, run, where

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

IIN = "850101300005"

BAD = [
    # row of the file, column, cells that make the row bad
    (3, "sector", {"sector": "alchemy"}),
    (20, "sector", {"sector": ""}),
    (31, "territory_code", {"territory_code": "999999999"}),
    (45, "region", {"region": "Кызылординская область"}),
    (60, "cost_tenge", {"cost_tenge": "1,250"}),
    (77, "cost_tenge", {"cost_tenge": "1250000.5"}),
    (78, "cost_tenge", {"cost_tenge": "-5"}),
    (99, "cost_tenge", {"cost_tenge": "0"}),
    (100, "cost_tenge", {"cost_tenge": "1" * 21}),
    (121, "cost_tenge", {"cost_tenge": "١٢٣٤"}),
    (130, "cost_tenge", {"cost_tenge": "NaN"}),
    (150, "year", {"year": "17"}),
    (151, "year", {"year": "1890"}),
    (170, "term_years", {"term_years": "0,5"}),
    (171, "term_years", {"term_years": "50"}),
    (172, "term_years", {"term_years": "7.125"}),
    (200, "implementation_start", {"implementation_start": "31.02.2018"}),
    (201, "implementation_start", {"implementation_start": "42992"}),
    (230, "jobs", {"jobs": "many"}),
    (260, "is_group", {"is_group": "maybe"}),
    (261, "group_size", {"group_size": "7"}),
    (300, "status_code", {"status_code": "asleep"}),
    (301, "status_code", {"status_code": ""}),
    (302, "resolution_key", {"status_code": "planned", "resolution_key": "list"}),
    (303, "excluded_by", {"status_code": "excluded"}),
    (304, "resolution_key", {"status_code": "approved", "resolution_key": "lost"}),
    (305, "resolution_key", {"status_code": "approved", "resolution_key": "exclusion"}),
    (306, "status_code", {"status_code": "approved", "excluded_by": "exclusion"}),
    (400, "source_url", {"source_url": ""}),
    (401, "source_url", {"source_url": "example.kz/news"}),
    (500, "name_kk", {"name_kk": "№ 10 МЕКТЕП САЛУ", "name_ru": ""}),
    (501, "cost_tenge", {"name_kk": "", "name_ru": "Построенная школа"}),
    (600, "name_ru", {"name_kk": "", "name_ru": ""}),
    (601, "name_ru", {"name_ru": "Школа\x00"}),
    (700, "name_ru", {"name_ru": "ш" * 501}),
    (800, "private_partner", {"private_partner": f"ИП Серік, {IIN}"}),
    (1001, "contract_type", {"contract_type": "handshake"}),
]  # fmt: skip


@pytest.fixture
def papers(reference_data) -> None:
    """A list approval, an exclusion, and one project in the register."""
    factories.resolution(import_key="list")
    factories.resolution(ResolutionKind.EXCLUSION, import_key="exclusion")
    factories.project(
        title_kk="", title_ru="Построенная школа", year=2017, cost=None, source_url="https://example.kz/news/500"
    )


def test_37_bad_rows_of_1000_are_named_and_nothing_is_stored(papers):
    assert len(BAD) == 37
    rows = good_rows(1000)
    for number, _column, cells in BAD:
        rows[number - 2].update(cells)
    result = run(rows)
    assert where(result) == [(number, column) for number, column, _cells in BAD]
    assert (result.rows, result.added, result.bad_rows) == (1000, 0, 37)
    assert all(item.message for item in result.errors)
    assert Project.objects.count() == 1
    assert StatusChange.objects.count() == 1


def test_the_corrected_file_enters_whole_and_its_sum_is_the_files():
    rows = good_rows(1000)
    result = run(rows)
    assert (result.errors, result.added) == ([], 1000)
    wanted = sum(int(row["cost_tenge"]) for row in rows)
    assert Project.objects.aggregate(sum=Sum("cost"))["sum"] == wanted
    again = run(rows)
    assert (again.errors, again.added, again.unchanged) == ([], 0, 1000)
    assert Project.objects.count() == 1000


def test_queries_do_not_grow_with_the_rows(django_assert_max_num_queries):
    with django_assert_max_num_queries(30):
        run(good_rows(3), dry_run=True)
    with django_assert_max_num_queries(30):
        run(good_rows(150), dry_run=True)


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"sector": "educatoin"}, "There is no such sector. Write its code or its name. Near to it: “education”."),
        ({"cost_tenge": "1,250"}, "Write whole tenge without a comma or a point: “1,250” can be read in two ways."),
        ({"cost_tenge": "0"}, "A sum of 0 says that it costs nothing. Leave the cell empty when the sum is not known."),
        (
            {"implementation_start": "42992"},
            "This is a day number of the spreadsheet, perhaps 14.09.2017. Format the cell as a date.",
        ),
        (
            {"resolution_key": "lost", "status_code": "approved"},
            "There is no resolution with this key. Enter the resolution first, or correct the key. Near to it: “list”.",
        ),
        ({"region": "Астана қаласы"}, "The code 750000000 is Almaty city. Correct the code or the region."),
        (
            {"territory_code": "Алатауский"},
            "There is no such territory. Write its KATO code or its full name. Near to it: “Алатауский район”.",
        ),
        ({"is_group": "yes", "group_size": "0"}, "Write how many projects the group has: a whole number from 1."),
        ({"capacity": "300"}, "Give the capacity together with its unit."),
        ({"initiator_size": "small", "initiator_type": "state_body"}, "Only an SME has a size class."),
        ({"group": "999"}, "The register has no group with this number."),
        ({"source_url": "ftp://example.kz/a"}, "Write one full address that begins with https:// or http://."),
        ({"name_kk": "", "name_ru": "", "name_en": "School"}, "Give the title in Kazakh or in Russian."),
        ({"jobs": "99999999999"}, "Ensure this value is less than or equal to 2147483647."),
    ],
)
def test_each_message_says_what_to_do(papers, cells, message):
    with override("en"):
        result = run([good_row(**cells)])
    assert [item.message for item in result.errors] == [message]


def test_a_personal_number_is_refused_and_never_repeated():
    result = run([good_row(private_partner=f"ИП {IIN[:6]} {IIN[6:]}", jobs=IIN, sector=IIN)])
    assert where(result) == [(2, "jobs"), (2, "private_partner"), (2, "sector")]
    assert IIN[-6:] not in str(result.as_dict())
    assert "••••••••••••" in result.errors[0].value


def test_long_and_invisible_values_are_safe_to_show():
    result = run([good_row(name_ru="ш" * 600, private_partner="\x1b[2J\u202eкоорт\n")])
    title, partner = result.errors
    assert (title.column, len(title.value), title.value[-1]) == ("name_ru", 80, "…")
    assert (partner.column, partner.value) == ("private_partner", "\ufffd[2J\ufffdкоорт")


def test_a_row_with_several_faults_names_each_of_them():
    result = run([good_row(sector="alchemy", year="17", cost_tenge="1,250")])
    assert where(result) == [(2, "cost_tenge"), (2, "sector"), (2, "year")]


def test_what_only_the_database_refuses_comes_back_as_an_error_of_the_row(monkeypatch):
    monkeypatch.setattr(project_table, "check_new", lambda row: None)
    rows = [good_row(1), good_row(2, source_url=""), good_row(3)]
    with override("en"):
        result = run(rows)
    assert [(item.row, item.message) for item in result.errors] == [(3, "Give the resolution or a public source.")]
    assert Project.objects.count() == 0


def test_enter_all_names_the_rule_the_database_refuses():
    good, bad = factories.entry(), factories.entry(source_url="")
    with override("en"), pytest.raises(register.ValidationError, match="Give the resolution or a public source"):
        register.enter_all([good, bad])
    assert Project.objects.count() == 0
    assert connection.needs_rollback is False


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("id", "The register gives numbers itself. Delete this column."),
        ("number", "The register gives numbers itself. Delete this column."),
        ("№", "The register gives numbers itself. Delete this column."),
        ("№ п/п", "The register gives numbers itself. Delete this column."),
        ("Нөмірі", "The register gives numbers itself. Delete this column."),
        ("owner", "The register itself remembers who entered a row. Delete this column."),
        ("created_at", "The register itself remembers when a row was entered. Delete this column."),
        ("ИИН", "Personal data must not stand in the register. Delete this column."),
        (
            "state",
            "The stage of a proposal cannot be imported. The status of a project stands in the column status_code.",
        ),
        (
            "sektor",
            "The register has no such column. Correct the name or delete the column. Near to it: “sector”, “сектор”.",
        ),
        ("бюджет города", "The register has no such column. Correct the name or delete the column."),
        ("Стоимость, тыс. тенге", "Columns “cost_tenge” and “Стоимость, тыс. тенге” say the same. Delete one of them."),
        ("SECTOR", "Columns “sector” and “SECTOR” say the same. Delete one of them."),
    ],
)
def test_columns_the_register_does_not_take_are_named(header, message):
    existing = factories.project(title_ru="Строительство школы № 1", title_kk="")
    with override("en"):
        result = run([good_row(1, **{header: str(existing.pk)})])
    [found] = result.errors
    assert (found.row, found.column) == (1, header)
    assert found.message.startswith(message.split(" Near to it")[0])
    assert Project.objects.count() == 1
    existing.refresh_from_db()
    assert existing.title_kk == ""


def test_missing_columns_are_named():
    rows = [{"name_ru": "Школа", "cost_tenge": "1000"}]
    assert where(run(rows)) == [(1, "sector"), (1, "status_code"), (1, "territory_code")]


def test_a_header_of_no_known_names_is_one_error():
    with override("en"):
        result = run([{"Реестр проектов ГЧП": "Школа", "2017": "1"}])
    assert [(item.row, item.column, item.message) for item in result.errors] == [
        (
            1,
            "",
            "The first row has no names of columns. Write some such as name_kk, sector, territory_code, status_code.",
        )
    ]
