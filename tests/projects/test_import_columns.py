"""Names of columns and values: none means two things, and each is found by what people write."""

import dataclasses
from decimal import Decimal

import pytest
from django.utils.translation import override

from projects.imports import aliases, cells, header_names
from projects.imports.columns import project_columns, resolution_columns
from projects.imports.errors import CellRefused, shown
from projects.imports.names import choice_names
from projects.imports.table import DateCell
from projects.imports.territories import Territories
from projects.services.register import ProjectEntry
from reference import codelists
from reference.identifiers import holds_iin
from reference.models import Sector, Territory

CODELISTS = [
    (codelists.InitiatorType, aliases.INITIATOR_TYPES),
    (codelists.EnterpriseSize, aliases.ENTERPRISE_SIZES),
    (codelists.ProjectStatus, aliases.STATUSES),
    (codelists.ContractType, aliases.CONTRACT_TYPES),
    (codelists.PaymentSource, aliases.PAYMENT_SOURCES),
    (codelists.CapacityUnit, aliases.CAPACITY_UNITS),
    (codelists.ResolutionKind, aliases.RESOLUTION_KINDS),
]


@pytest.fixture
def territories(reference_data) -> Territories:
    return Territories(Territory.objects.all())


@pytest.mark.parametrize(("choices", "words"), CODELISTS)
def test_every_name_of_a_code_is_its_own(choices, words):
    names = choice_names(choices, words)
    assert names.ambiguous() == {}
    assert {code for code in choices.values if names.find(code) != {code}} == set()
    for language in ("kk", "ru", "en"):
        with override(language):
            assert {label for code, label in choices.choices if names.find(str(label).upper()) != {code}} == set()
    assert {word for code, many in words.items() for word in many if names.find(word) != {code}} == set()
    assert set(words) == set(choices)


@pytest.mark.parametrize(
    ("choices", "words", "written", "code"),
    [
        (codelists.ContractType, aliases.CONTRACT_TYPES, "trust management", "trust_management"),
        (codelists.ContractType, aliases.CONTRACT_TYPES, "LEASE", "lease"),
        (codelists.ContractType, aliases.CONTRACT_TYPES, "service contract", "service"),
        (codelists.InitiatorType, aliases.INITIATOR_TYPES, "private (size unknown)", "unknown"),
        (codelists.InitiatorType, aliases.INITIATOR_TYPES, "Ірі  кәсіпкерлік субъектісі", "large_business"),
        (codelists.ProjectStatus, aliases.STATUSES, "Иске асырылуда", "implementation"),
        (codelists.ProjectStatus, aliases.STATUSES, "Завершён", "completed"),
    ],
)
def test_codes_are_found_by_what_people_write(choices, words, written, code):
    assert choice_names(choices, words).find(written) == {code}


def test_no_header_means_two_columns(territories):
    for columns in (project_columns(Sector.objects.all(), territories), resolution_columns(territories)):
        names = columns.names.ambiguous()
        assert names == {}
        refused = {name for column in columns.columns for name in column.names if columns.refusal(name)}
        assert refused == set()


def test_every_fact_of_an_entry_has_a_column(territories):
    columns = project_columns(Sector.objects.all(), territories)
    targets = {column.target for column in columns.columns}
    assert targets == {field.name for field in dataclasses.fields(ProjectEntry)} | {"region"}
    fields = {name for name in targets if columns.find(name) is None or columns.find(name).target != name}
    # In the real file “status” is the text beside the code.
    assert fields == {"status"}


@pytest.mark.parametrize(
    ("header", "target"),
    [
        ("атауы (қаз)", "title_kk"),
        ("АТАУЫ  (КАЗ.)", "title_kk"),
        ("наименование на казахском", "title_kk"),
        ("Наименование проекта", "title_ru"),
        ("name_en", "title_en"),
        ("құны, теңге", "cost"),
        ("Куны, тенге", "cost"),
        ("стоимость, тенге", "cost"),
        ("Стоимость (тыс. тенге)", "cost"),
        ("құны, мың теңге", "cost"),
        ("сала", "sector"),
        ("Отрасль", "sector"),
        ("КАТО", "territory"),
        ("код КАТО", "territory"),
        ("күйі", "status"),
        ("Статус", "status"),
        ("status", "status_note_en"),
        ("status_ru", "status_note_ru"),
        ("district", "place_en"),
        ("район", "place_ru"),
        ("note", "note_en"),
        ("Примечание", "note_ru"),
        ("жылы", "year"),
        ("бастамашы", "initiator_type"),
    ],
)
def test_headers_are_found_whatever_their_letters(territories, header, target):
    assert project_columns(Sector.objects.all(), territories).find(header).target == target


@pytest.mark.parametrize(
    ("header", "text", "tenge"),
    [
        ("cost_tenge", "1 100 000 000", 1_100_000_000),
        ("cost_tenge", "1\u00a0100\u202f000 тыс. тг", 1_100_000_000),
        ("стоимость, тыс. тенге", "1 250", 1_250_000),
        ("стоимость, тыс. тенге", "1 250,5", 1_250_500),
        ("стоимость, тыс. тенге", 1250.125, 1_250_125),
        ("құны, млн теңге", "1,25", 1_250_000),
        ("құны, мың теңге", 7, 7_000),
    ],
)
def test_a_sum_is_counted_in_the_unit_of_its_column(territories, header, text, tenge):
    assert project_columns([], territories).find(header).parse(text) == tenge


@pytest.mark.parametrize(
    ("header", "text"),
    [
        ("стоимость, тыс. тенге", "1 250 тыс."),
        ("стоимость, тыс. тенге", "1,250"),
        ("стоимость, тыс. тенге", "1,2505"),
        ("стоимость, тыс. тенге", 0.0005),
        ("cost_tenge", "1,250"),
        ("cost_tenge", "1e9"),
        ("cost_tenge", "1_000"),
        ("cost_tenge", "0x10"),
        ("cost_tenge", "−5"),
        ("cost_tenge", "-0"),
        ("cost_tenge", "0"),
        ("cost_tenge", "۱۲۳"),
        ("cost_tenge", "Infinity"),
        ("cost_tenge", True),
        ("cost_tenge", "100 000 000 000 001"),
        ("jobs", "-1"),
        ("jobs", "1.5"),
        ("jobs", 1.5),
        ("jobs", "1,000"),
        ("jobs", "٣"),
        ("year", "2017 ж."),
        ("year", "02017"),
        ("year", "2101"),
        ("year", 2017.5),
        ("term_years", "0.99"),
        ("term_years", "49,01"),
        ("term_years", "10 лет"),
        ("term_years", 6.1666),
        ("term_years", "1e1"),
        ("is_group", "может быть"),
        ("is_group", 2),
        ("implementation_start", "2018-02-29"),
        ("implementation_start", "14/09/2018"),
        ("implementation_start", DateCell("", "08:02")),
        ("implementation_start", DateCell("1950-01-01", "1950-01-01")),
        ("source_url", "javascript:alert(1)"),
        ("source_url", "https://a b.kz"),
        ("source_url", "https://a.kz https://b.kz"),
        ("resolution_key", "алматы"),
        ("payment_sources", "subsidy; wish"),
        ("capacity", "0"),
        ("private_partner", "850101 300005"),
        ("description_ru", "ИИН 850101-300005."),
        ("name_ru", "\ud800"),
    ],
)  # fmt: skip
def test_what_is_not_a_value_is_refused(territories, header, text):
    with pytest.raises(CellRefused):
        project_columns([], territories).find(header).parse(text)


@pytest.mark.parametrize(
    ("header", "text", "value"),
    [
        ("term_years", "6.17", Decimal("6.17")),
        ("term_years", "7,5", Decimal("7.5")),
        ("term_years", 49, Decimal(49)),
        ("is_group", "ИӘ", True),
        ("is_group", "жок", False),
        ("is_group", "Да", True),
        ("is_group", "нет", False),
        ("is_group", "1", True),
        ("is_group", False, False),
        ("jobs", "0", 0),
        ("jobs", "70\u00a0000", 70_000),
        ("year", "1991", 1991),
        ("implementation_start", "14.09.2018", "2018-09-14"),
        ("implementation_start", DateCell("2018-09", "2018-09"), "2018-09"),
        ("payment_sources", "КИЗ; subsidy;киз;", ["investment_compensation", "subsidy"]),
        ("source_url", "http://мәслихат.kz/жаңалық?id=1", "http://мәслихат.kz/жаңалық?id=1"),
        ("name_ru", "\u200b", None),
    ],
)
def test_what_people_write_is_understood(territories, header, text, value):
    assert project_columns([], territories).find(header).parse(text) == value


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("850101300005", True),
        ("ЖСН: 850101 300005", True),
        ("8501-0130-0005", True),
        ("850101300006", False),
        ("1850101300005", False),
        ("126 500 000 000", False),
        ("971240000014", False),
    ],
)
def test_a_personal_number_is_seen_in_a_text(text, holds):
    assert holds_iin(text) is holds
    assert ("•" in shown(text)) is holds


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("750000000", "750000000"),
        ("Алматы қаласы", "750000000"),
        ("алматы каласы", "750000000"),
        ("г. Алматы", "750000000"),
        ("Алматы қ.", "750000000"),
        ("Almaty Region", "190000000"),
        ("Кызылординская обл.", "430000000"),
        ("Қызылорда обл.", "430000000"),
        ("Медеуский р-н", "751710000"),
    ],
)
def test_territories_are_found_by_code_name_and_short_form(territories, name, code):
    assert {place.code for place in territories.find(name)} == {code}


@pytest.mark.parametrize("name", ["Алматы", "обл.", "", "Атлантида", "75000000"])
def test_territories_are_not_guessed(territories, name):
    assert territories.find(name) == set()


def test_the_sentences_of_the_units_agree_with_the_parser():
    assert set(header_names.TENGE_FORMS) == {1, *cells._UNIT_WORDS} - {10**9}
