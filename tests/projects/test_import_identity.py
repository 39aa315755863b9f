"""Which project a row is: an import adds what is new and never overwrites what is there."""

import pytest
from django.utils.translation import override

from projects.models import Project, StatusChange
from projects.services.register import record_status
from reference.codelists import ProjectStatus
from reference.models import Territory
from tests import factories
from tests.projects.import_files import good_row, run, run_resolutions, where

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

FULL = {
    "territory_code": "751710000",
    "district": "Medeu",
    "status_code": "implementation",
    "status": "building since May",
    "initiator_type": "МСБ",
    "initiator_size": "шағын",
    "private_partner": "ТОО «Жарық»",
    "contract_type": "concession",
    "payment_sources": "КИЗ; subsidy",
    "asked_sum": "1,1 млрд",
    "state_obligations": "0",
    "is_group": "да",
    "group_size": "3",
    "term_years": "7,5",
    "jobs": "70 000",
    "capacity": "320",
    "capacity_unit": "мест",
    "implementation_start": "09.2018",
    "contract_signed_on": "14.09.2017",
    "resolution_key": "almaty-1",
    "source": "Алматы ақшамы",
    "note": "first line\nsecond line",
}
CHANGED = {
    "name_kk": "№ 2 мектеп салу",
    "name_en": "A school",
    "territory_code": None,
    "district": "Medeu district",
    "sector": "health",
    "cost_tenge": "1000000002",
    "year": "2018",
    "status_code": "operation",
    "status": "opened",
    "initiator_type": "state_body",
    "initiator_size": "medium",
    "private_partner": "ТОО «Жарык»",
    "contract_type": "lease",
    "payment_sources": "КИЗ",
    "asked_sum": "1 100 000 001",
    "state_obligations": "1",
    "is_group": "no",
    "group_size": "4",
    "term_years": "7.51",
    "jobs": "70001",
    "capacity": "321",
    "capacity_unit": "beds",
    "implementation_start": "10.2018",
    "contract_signed_on": "15.09.2017",
    "resolution_key": "almaty-2",
    "excluded_by": "almaty-3",
    "source_url": "https://example.kz/news/2",
    "source": "Алматы акшамы",
    "note": "first line",
}


@pytest.fixture
def papers(reference_data) -> None:
    """Three resolutions that rows can name."""
    factories.resolution(import_key="almaty-1")
    factories.resolution(import_key="almaty-2")
    factories.resolution("exclusion", import_key="almaty-3")


@pytest.fixture
def entered(papers) -> Project:
    """One project with every column that a file may have."""
    result = run([good_row(**FULL)])
    assert result.errors == []
    return Project.objects.get()


def test_every_column_arrives_as_it_is_written(entered):
    assert (entered.place_en, entered.initiator_type, entered.initiator_size) == ("Medeu", "sme", "small")
    assert (entered.private_partner, entered.contract_type) == ("ТОО «Жарық»", "concession")
    assert entered.payment_sources == ["investment_compensation", "subsidy"]
    assert (entered.cost, entered.asked_sum, entered.state_obligations) == (1_000_000_001, 1_100_000_000, 0)
    assert (entered.is_group, entered.group_size, str(entered.term_years)) == (True, 3, "7.50")
    assert (entered.jobs, entered.capacity, entered.capacity_unit) == (70_000, 320, "places")
    assert (entered.implementation_start, entered.contract_signed_on) == ("2018-09", "2017-09-14")
    assert (entered.resolution.import_key, entered.source, entered.note_en) == (
        "almaty-1", "Алматы ақшамы", "first line\nsecond line",
    )  # fmt: skip
    assert StatusChange.objects.get().note_en == "building since May"


def test_the_same_row_again_is_unchanged(entered):
    result = run([good_row(**FULL)])
    assert (result.errors, result.added, result.unchanged) == ([], 0, 1)


@pytest.mark.parametrize("column", [name for name, cell in CHANGED.items() if cell])
def test_a_changed_cell_is_an_error_of_its_column_and_overwrites_nothing(entered, column):
    before = Project.objects.values().get()
    result = run([good_row(**FULL) | {column: CHANGED[column]}])
    assert where(result) == [(2, column)]
    assert (result.added, result.unchanged) == (0, 0)
    assert Project.objects.values().get() == before
    assert StatusChange.objects.get().note_en == "building since May"


def test_the_message_has_both_values_and_the_remedy(entered):
    with override("en"):
        result = run([good_row(**FULL) | {"jobs": "5", "name_en": "A school", "resolution_key": "almaty-2"}])
    assert [(item.column, item.value, item.message) for item in result.errors] == [
        ("jobs", "5", "The register has “70000”. Change it in the admin, or leave the row out."),
        ("name_en", "A school", "The register has nothing here. Change it in the admin, or leave the row out."),
        ("resolution_key", "almaty-2", "The register has “almaty-1”. Change it in the admin, or leave the row out."),
    ]


def test_blank_cells_say_nothing(entered):
    result = run(
        [good_row(**dict.fromkeys(FULL, "")) | {"territory_code": "751710000", "sector": "", "cost_tenge": ""}]
    )
    assert (result.errors, result.unchanged) == ([], 1)


def test_one_bad_row_keeps_the_new_rows_out(entered):
    result = run([good_row(5), good_row(**FULL) | {"year": "2018"}, good_row(6)])
    assert where(result) == [(3, "year")]
    assert Project.objects.count() == 1


@pytest.mark.parametrize(
    "titles",
    [
        {"name_kk": "", "name_ru": "строительство школы  № 1"},
        {"name_kk": "№1 МЕКТЕП САЛУ", "name_ru": ""},
    ],
)
def test_a_title_is_the_same_whatever_its_letters(papers, titles):
    assert run([good_row()]).added == 1
    result = run([good_row(**titles)])
    expected = "name_kk" if titles["name_kk"] else "name_ru"
    assert where(result) == [(2, expected)]
    assert Project.objects.count() == 1


def test_the_same_title_elsewhere_is_another_project():
    assert run([good_row(), good_row(territory_code="710000000"), good_row(territory_code="751710000")]).added == 3


def test_an_english_title_finds_a_project_but_makes_none():
    assert run([good_row(name_en="School No. 1")]).added == 1
    alone = good_row(name_kk="", name_ru="", name_en="school no 1!")
    assert where(run([alone])) == [(2, "name_en")]
    alone["name_en"] = "School No. 1"
    assert run([alone]).unchanged == 1
    alone["name_en"] = "School No. 2"
    assert where(run([alone])) == [(2, "name_ru")]


def test_a_twin_in_the_file_names_both_rows():
    with override("en"):
        result = run([good_row(1), good_row(2), good_row(1, name_kk="", name_ru="СТРОИТЕЛЬСТВО ШКОЛЫ № 1")])
    assert [(item.row, item.column, item.message) for item in result.errors] == [
        (4, "name_ru", "Rows 2 and 4 are the same project. Leave one of them.")
    ]


def test_two_projects_of_one_title_are_not_guessed_between():
    first = factories.project(title_kk="", title_ru="Школа", year=2016)
    second = factories.project(title_kk="", title_ru="Школа", year=2017)
    row = good_row(name_kk="", name_ru="Школа", cost_tenge="", source_url="", year="2017")
    assert run([row]).unchanged == 1
    with override("en"):
        result = run([row | {"year": "2018"}])
    assert [(item.column, item.message) for item in result.errors] == [
        (
            "name_ru",
            f"The register has several projects of this title here: No. {first.number}, {second.number}. "
            "Leave the row out.",
        )
    ]


def test_the_status_is_held_against_the_present_one(papers):
    row = good_row(status_code="approved", resolution_key="almaty-1")
    assert run([row]).added == 1
    project = Project.objects.get()
    record_status(project, ProjectStatus.IMPLEMENTATION, by=None)
    assert where(run([row])) == [(2, "status_code")]
    assert run([row | {"status_code": "implementation"}]).unchanged == 1


def test_a_month_does_not_contradict_the_day_that_staff_found_out():
    assert run([good_row(implementation_start="2018-09")]).added == 1
    Project.objects.update(implementation_start="2018-09-05")
    assert run([good_row(implementation_start="2018-09")]).unchanged == 1
    assert run([good_row(implementation_start="2018")]).unchanged == 1
    assert where(run([good_row(implementation_start="2018-09-06")])) == [(2, "implementation_start")]
    assert where(run([good_row(implementation_start="2018-0")])) == [(2, "implementation_start")]


def test_the_region_may_name_the_territory():
    rows = [
        good_row(1, territory_code="", region="г. Алматы"),
        good_row(2, territory_code="", region="Қызылорда облысы"),
        good_row(3, territory_code="", region="Акмолинская обл."),
        good_row(4, territory_code="Медеуский р-н", region="Almaty city"),
        good_row(5, territory_code="750000000", region="алматы қаласы"),
    ]
    assert run(rows).errors == []
    found = Project.objects.order_by("number").values_list("territory", flat=True)
    assert list(found) == ["750000000", "430000000", "110000000", "751710000", "750000000"]


def test_a_name_of_several_territories_asks_for_the_code():
    twin = Territory.objects.get(name_ru="Алатауский район")
    Territory.objects.create(
        code="711099999",
        name_kk="Алатау",
        name_ru="Алатауский район",
        name_en="A",
        level="district",
        parent_id="710000000",
    )
    with override("en"):
        result = run(
            [good_row(territory_code="Алатауский район"), good_row(2, territory_code="", region="Алатауский р-н")]
        )
    message = f"Several have this name. Write the code instead: 711099999, {twin.code}."
    assert [(item.row, item.column, item.message) for item in result.errors] == [
        (2, "territory_code", message),
        (3, "region", message),
    ]


def test_members_name_their_group_by_its_number():
    group = factories.project(is_group=True)
    other = factories.project()
    assert run([good_row(1, group=str(group.number))]).added == 1
    assert Project.objects.get(title_ru="Строительство школы № 1").group == group
    assert run([good_row(1, group=str(group.number))]).unchanged == 1
    assert where(run([good_row(2, group=str(other.number))])) == [(2, "group")]
    assert where(run([good_row(2, group=str(group.number), is_group="yes")])) == [(2, "group")]


PAPER = {
    "key": "almaty-9",
    "body_kk": "Алматы қаласының мәслихаты",
    "body_ru": "Маслихат города Алматы",
    "body_en": "Maslikhat of Almaty city",
    "territory_code": "750000000",
    "session": "XXXIV",
    "convocation": "6",
    "number": "369/45",
    "adopted": "09.2017",
    "kind": "list_approval",
    "declared_count": "16",
    "declared_total_tenge": "45 млрд",
    "declared_is_approximate": "иә",
    "declared_sme_count": "2",
    "declared_sme_total_tenge": "1,1 млрд",
    "note": "as published",
}


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("body_ru", "Маслихат Алматы"),
        ("territory_code", "710000000"),
        ("session", "35"),
        ("convocation", "VII"),
        ("number", "369/46"),
        ("adopted", "10.2017"),
        ("kind", "amendment"),
        ("declared_count", "17"),
        ("declared_total_tenge", "46 млрд"),
        ("declared_is_approximate", "no"),
        ("declared_sme_count", "3"),
        ("declared_sme_total_tenge", "1 200 000 000"),
        ("note", "as heard"),
    ],
)
def test_a_changed_resolution_is_an_error_of_its_column(column, cell):
    assert run_resolutions([PAPER]).added == 1
    assert run_resolutions([PAPER]).unchanged == 1
    result = run_resolutions([PAPER | {column: cell}])
    assert where(result) == [(2, column)]
    assert run_resolutions([PAPER]).unchanged == 1


def test_a_completed_resolution_does_not_contradict_the_old_file():
    assert run_resolutions([PAPER]).added == 1
    paper = factories.Resolution.objects.get()
    paper.adopted = "2017-09-14"
    paper.save()
    assert run_resolutions([PAPER]).unchanged == 1


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([PAPER | {"key": ""}], [(2, "key")]),
        ([PAPER | {"key": "алматы"}], [(2, "key")]),
        ([PAPER | {"kind": "wish"}], [(2, "kind")]),
        ([PAPER | {"session": "IIII"}], [(2, "session")]),
        ([PAPER | {"body_en": ""}], [(2, "body_en")]),
        ([PAPER, PAPER | {"number": "1"}], [(3, "key")]),
        ([PAPER, PAPER | {"key": "again"}], [(3, "number")]),
        ([PAPER, PAPER | {"key": "b", "number": "1", "body_kk": "Басқа мәслихат"}], [(3, "body_kk")]),
        ([PAPER | {"declared_total_tenge": "0"}], [(2, "declared_total_tenge")]),
        ([PAPER | {"owner": "me"}], [(1, "owner")]),
        ([PAPER | {"adopted": "31.02.2017"}], [(2, "adopted")]),
    ],
)
def test_a_bad_resolution_is_named_and_none_is_stored(rows, expected):
    result = run_resolutions([PAPER | {"key": "good", "number": "5", "territory_code": "710000000"}, *rows])
    assert where(result) == [(row if row == 1 else row + 1, column) for row, column in expected]
    assert factories.Resolution.objects.count() == 0
