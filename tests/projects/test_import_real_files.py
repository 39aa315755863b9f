"""The shipped files enter whole, once, and in every dress."""

import io
from collections import Counter

import pytest
from django.db.models import Sum

from projects.models import DeclaredShare, Maslikhat, Project, Resolution, StatusChange
from reference.models import Sector, Territory
from tests.projects.import_files import (
    REAL_PROJECTS,
    REAL_RESOLUTIONS,
    csv_file,
    read_rows,
    run,
    run_resolutions,
    saved,
    workbook,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

ADDED_LATER = {"district_kk", "district_ru", "status_kk", "status_ru", "note_kk", "note_ru"}
RUSSIAN_HEADER = {
    "name_kk": "Наименование на казахском",
    "name_ru": "Наименование на русском",
    "name_en": "Наименование (англ.)",
    "territory_code": "Код КАТО",
    "region": "Регион",
    "district": "Район (англ.)",
    "sector": "Отрасль",
    "cost_tenge": "Стоимость, тыс. тенге",
    "year": "Год",
    "initiator_type": "Инициатор",
    "private_partner": "Частный партнёр",
    "contract_type": "Вид договора",
    "term_years": "Срок, лет",
    "jobs": "Рабочие места",
    "status_code": "Статус",
    "status": "Описание статуса (англ)",
    "is_group": "Группа проектов",
    "group_size": "Количество проектов в группе",
    "resolution_key": "Ключ решения",
    "excluded_by": "Решение об исключении",
    "source_url": "Ссылка на источник",
    "note": "Примечание на английском языке",
}
KAZAKH_HEADER = {
    "name_kk": "АТАУЫ (ҚАЗ)",
    "name_ru": "Атауы орысша",
    "name_en": "ағылшын тіліндегі атауы",
    "territory_code": "КАТО коды",
    "region": "Өңір",
    "district": "Ауданы (ағыл)",
    "sector": "Сала",
    "cost_tenge": "құны, мың теңге",
    "year": "Жылы",
    "initiator_type": "Бастамашы",
    "private_partner": "Жекеше әріптес",
    "contract_type": "Шарт түрі",
    "term_years": "Мерзімі, жыл",
    "jobs": "Жұмыс орындары",
    "status_code": "Күйі",
    "status": "күйі туралы ескертпе (ағыл)",
    "is_group": "Жобалар тобы",
    "group_size": "Топтағы жобалар саны",
    "resolution_key": "Шешім кілті",
    "excluded_by": "Алып тастау туралы шешім",
    "source_url": "Дереккөз сілтемесі",
    "note": "Ескертпе (ағылшын тілінде)",
}
STATUS_WORDS = {
    "ru": {
        "planned": "планируется",
        "approved": "утверждён",
        "partner_selection": "определение частного партнёра",
        "contract_signed": "договор заключён",
        "implementation": "реализуется",
        "operation": "в эксплуатации",
        "completed": "завершён",
        "terminated": "расторгнут",
        "excluded": "исключён из перечня",
    },
    "kk": {
        "planned": "жоспарланған",
        "approved": "бекітілді",
        "partner_selection": "жекеше әріптесті айқындау",
        "contract_signed": "шарт жасалды",
        "implementation": "іске асырылуда",
        "operation": "пайдалануда",
        "completed": "аяқталды",
        "terminated": "бұзылды",
        "excluded": "тізбеден алып тасталды",
    },
}
CONTRACT_WORDS = {
    "ru": {
        "trust management": "доверительное управление",
        "concession": "концессия",
        "lease": "аренда",
        "service contract": "сервисный контракт",
    },
    "kk": {
        "trust management": "сенімгерлік басқару",
        "concession": "концессия",
        "lease": "мүліктік жалдау",
        "service contract": "сервистік келісімшарт",
    },
}


@pytest.fixture
def real_register(reference_data) -> None:
    """The register after both shipped files."""
    assert run_resolutions(REAL_RESOLUTIONS.read_bytes()).ok
    assert run(REAL_PROJECTS.read_bytes()).ok


def test_the_real_files_enter_whole():
    papers = run_resolutions(REAL_RESOLUTIONS.read_bytes())
    projects = run(REAL_PROJECTS.read_bytes())
    assert (papers.errors, papers.rows, papers.added, papers.unchanged) == ([], 3, 3, 0)
    assert (projects.errors, projects.rows, projects.added, projects.unchanged) == ([], 106, 106, 0)
    assert Resolution.objects.count() == 3
    assert Project.objects.count() == 106
    assert Project.objects.filter(sector="education").count() == 37
    assert Project.objects.filter(cost__isnull=False).count() == 15
    assert Project.objects.aggregate(sum=Sum("cost"))["sum"] == 190_682_000_000
    assert list(Project.objects.values_list("number", flat=True)) == list(range(1, 107))


def test_every_cell_of_the_real_file_arrives(real_register):
    rows = read_rows(REAL_PROJECTS)
    projects = list(Project.objects.select_related("resolution", "excluded_by").order_by("number"))
    steps = dict(StatusChange.objects.values_list("project__number", "note_kk"))
    for row, project in zip(rows, projects, strict=True):
        assert (project.title_kk, project.title_ru, project.title_en) == (
            row["name_kk"],
            row["name_ru"],
            row["name_en"],
        )
        assert (project.place_en, project.place_kk) == (row["district"], row["district_kk"])
        assert (project.territory_id, project.sector_id) == (row["territory_code"], row["sector"])
        assert project.status == row["status_code"]
        assert str(project.year or "") == row["year"]
        assert str(project.cost or "") == row["cost_tenge"]
        assert float(project.term_years or 0) == float(row["term_years"] or 0)
        assert (project.is_group, str(project.group_size or "")) == (row["is_group"] == "yes", row["group_size"])
        assert (project.resolution.import_key if project.resolution else "") == row["resolution_key"]
        assert (project.excluded_by.import_key if project.excluded_by else "") == row["excluded_by"]
        assert (project.note_en, project.note_ru) == (row["note"], row["note_ru"])
        assert steps[project.number] == row["status_kk"]
    assert Counter(project.initiator_type for project in projects) == {"unknown": 106}
    assert Counter(project.contract_type for project in projects) == {
        "": 93, "trust_management": 6, "concession": 5, "service": 1, "lease": 1,
    }  # fmt: skip


def test_the_resolution_of_2017_keeps_what_it_declares(real_register):
    resolution = Resolution.objects.get(import_key="almaty-2017-09")
    assert resolution.maslikhat.name_ru == "Маслихат города Алматы"
    assert (resolution.kind, resolution.convocation, resolution.session) == ("list_approval", 6, None)
    assert (resolution.number, resolution.adopted) == ("", "2017-09")
    assert (resolution.declared_count, resolution.declared_total) == (16, 45_000_000_000)
    assert resolution.declared_is_approximate is True
    shares = DeclaredShare.objects.values_list("resolution__import_key", "initiator_type", "count", "total")
    assert list(shares) == [("almaty-2017-09", "sme", 2, 1_100_000_000)]
    assert resolution.projects.count() == 7
    assert Resolution.objects.get(import_key="kyzylorda-34").session == 34
    assert Maslikhat.objects.count() == 3


def test_a_second_run_adds_nothing(real_register):
    papers = run_resolutions(REAL_RESOLUTIONS.read_bytes())
    projects = run(REAL_PROJECTS.read_bytes())
    assert (papers.errors, papers.added, papers.unchanged) == ([], 0, 3)
    assert (projects.errors, projects.added, projects.unchanged) == ([], 0, 106)
    assert (Project.objects.count(), StatusChange.objects.count()) == (106, 106)


def test_fewer_columns_say_less_and_change_nothing(real_register):
    rows = [{name: cell for name, cell in row.items() if name not in ADDED_LATER} for row in read_rows(REAL_PROJECTS)]
    result = run(rows)
    assert (result.errors, result.added, result.unchanged) == ([], 0, 106)


def test_the_same_table_as_a_spreadsheet_is_the_same(real_register):
    rows = [
        {
            name: int(cell) if name in {"cost_tenge", "year", "territory_code", "jobs"} and cell else cell
            for name, cell in row.items()
        }
        for row in read_rows(REAL_PROJECTS)
    ]
    result = run(saved(workbook(rows)), "table.xlsx")
    assert (result.errors, result.added, result.unchanged) == ([], 0, 106)


@pytest.mark.parametrize(("language", "header"), [("ru", RUSSIAN_HEADER), ("kk", KAZAKH_HEADER)])
def test_the_same_table_in_kazakh_and_russian_words_is_the_same(real_register, language, header):
    sectors = {row.code: getattr(row, f"name_{language}") for row in Sector.objects.all()}
    places = {row.code: row for row in Territory.objects.all()}
    yes, no = {"ru": ("да", "нет"), "kk": ("Иә", "ЖОҚ")}[language]
    rows = []
    for source in read_rows(REAL_PROJECTS):
        row = {name: source[name] for name in header}
        place = places[row["territory_code"]]
        row["sector"] = sectors[row["sector"]].upper()
        row["region"] = getattr(place.parent or place, f"name_{language}")
        row["status_code"] = STATUS_WORDS[language][row["status_code"]]
        row["contract_type"] = CONTRACT_WORDS[language].get(row["contract_type"], "")
        row["is_group"] = yes if row["is_group"] == "yes" else no
        row["cost_tenge"] = f"{int(row['cost_tenge']) // 1000:,}".replace(",", "\u00a0") if row["cost_tenge"] else ""
        row["term_years"] = row["term_years"].replace(".", ",")
        rows.append({header[name]: cell for name, cell in row.items()})
    result = run(csv_file(rows, delimiter=";", encoding="utf-8-sig"))
    assert (result.errors, result.added, result.unchanged) == ([], 0, 106)


def test_both_files_enter_in_one_transaction():
    with REAL_RESOLUTIONS.open("rb") as papers:
        result = run(REAL_PROJECTS.read_bytes(), resolutions=(papers, "papers.csv"))
    assert result.ok
    assert (result.added, result.resolutions.added) == (106, 3)
    assert (Project.objects.count(), Resolution.objects.count()) == (106, 3)


def test_a_bad_project_keeps_the_resolutions_out_as_well():
    rows = read_rows(REAL_PROJECTS)
    rows[4]["sector"] = "alchemy"
    with REAL_RESOLUTIONS.open("rb") as papers:
        result = run(rows, resolutions=(papers, "papers.csv"))
    assert [(item.row, item.column) for item in result.errors] == [(6, "sector")]
    assert (Project.objects.count(), Resolution.objects.count(), Maslikhat.objects.count()) == (0, 0, 0)


def test_a_bad_resolution_is_named_once_and_not_again_by_its_projects():
    papers = read_rows(REAL_RESOLUTIONS)
    papers[0]["convocation"] = "VIX"
    result = run(REAL_PROJECTS.read_bytes(), resolutions=(io.BytesIO(csv_file(papers)), "papers.csv"))
    assert result.errors == []
    assert [(item.row, item.column) for item in result.resolutions.errors] == [(2, "convocation")]
    assert result.ok is False
    assert Project.objects.count() == 0
