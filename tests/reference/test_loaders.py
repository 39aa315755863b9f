"""The shipped tables enter once, again and again, and never against the staff."""

import datetime
import io
from dataclasses import astuple

import pytest
from django.core.management import CommandError, call_command

from reference import services
from reference.models import LegalParameter, Sector, Territory, WorkingDayCorrection

pytestmark = pytest.mark.django_db

day = datetime.date
SHIPPED = [
    (services.load_territories, Territory, 28),
    (services.load_sectors, Sector, 16),
    (services.load_parameters, LegalParameter, 30),
    (services.load_working_days, WorkingDayCorrection, 0),
]


@pytest.mark.parametrize(("load", "model", "rows"), SHIPPED)
def test_a_loader_adds_the_shipped_rows_once(load, model, rows):
    assert astuple(load()) == (rows, 0, 0)
    before = list(model.objects.order_by("pk").values())
    assert astuple(load()) == (0, 0, 0)
    assert astuple(load(overwrite=True)) == (0, 0, 0)
    assert list(model.objects.order_by("pk").values()) == before
    assert len(before) == rows


def test_every_shipped_row_is_lawful():
    for load, model, _ in SHIPPED:
        load()
        for row in model.objects.all():
            row.full_clean()


def test_districts_of_almaty_lie_in_almaty():
    services.load_territories()
    districts = Territory.objects.filter(level="district")
    assert set(districts.values_list("parent_id", flat=True)) == {"750000000"}
    assert districts.count() == 8
    assert Territory.objects.get(pk="751710000").name_kk == "Медеу ауданы"


def test_a_sector_may_map_to_two_codes_of_the_standard():
    services.load_sectors()
    assert Sector.objects.get(pk="housing").oc4ids_codes == ["socialHousing", "waterAndWaste"]
    assert Sector.objects.get(pk="education").oc4ids_codes == ["education"]


def test_what_staff_changed_is_kept_and_told():
    services.load_sectors()
    Sector.objects.filter(pk="other").update(name_kk="Өзге", order=99)
    assert astuple(services.load_sectors()) == (0, 0, 1)
    assert Sector.objects.get(pk="other").name_kk == "Өзге"


def test_overwrite_takes_the_values_of_the_file():
    services.load_sectors()
    Sector.objects.filter(pk="other").update(name_kk="Өзге", order=99)
    assert astuple(services.load_sectors(overwrite=True)) == (0, 1, 0)
    assert Sector.objects.filter(pk="other").values_list("name_kk", "order").get() == ("Басқа", 16)


def test_rows_that_staff_added_are_left_alone():
    services.load_sectors()
    names = {"name_kk": "Ғарыш", "name_ru": "Космос", "name_en": "Space"}
    Sector.objects.create(code="space", oc4ids_codes=["communications"], **names)
    assert astuple(services.load_sectors(overwrite=True)) == (0, 0, 0)
    assert Sector.objects.count() == 17


def test_a_row_that_is_missing_is_added_again():
    services.load_sectors()
    Sector.objects.filter(pk="other").delete()
    assert astuple(services.load_sectors()) == (1, 0, 0)


def test_a_first_day_that_staff_corrected_does_not_stop_the_next_load():
    services.load_parameters()
    shortest = LegalParameter.objects.filter(code="ppp_term_min", valid_from=day(2015, 10, 31))
    shortest.update(valid_from=day(2015, 11, 1))
    assert services.load_parameters().added == 0
    assert list(
        LegalParameter.objects.filter(code="ppp_term_min").values_list("valid_from", flat=True).order_by("valid_from")
    ) == [day(2015, 11, 1), day(2021, 1, 16)]


def test_a_new_value_by_staff_does_not_stop_the_next_load():
    services.load_parameters()
    LegalParameter.objects.filter(code="mci", valid_to=None).update(valid_to=day(2026, 12, 31))
    latest = LegalParameter.objects.get(code="mci", valid_from=day(2026, 1, 1))
    latest.pk, latest.valid_from, latest.valid_to, latest.value = None, day(2027, 1, 1), None, 4_600
    latest.save(force_insert=True)
    assert astuple(services.load_parameters()) == (0, 0, 1)
    assert LegalParameter.objects.filter(code="mci").count() == 14


@pytest.mark.parametrize(
    ("command", "model"),
    [("load_kato", Territory), ("load_sectors", Sector), ("load_parameters", LegalParameter)],
)
def test_a_command_says_what_it_did(command, model):
    told = io.StringIO()
    call_command(command, stdout=told)
    rows = model.objects.count()
    call_command(command, stdout=told)
    assert told.getvalue().splitlines() == [
        f"{rows} added, 0 changed, 0 kept as staff left them.",
        "0 added, 0 changed, 0 kept as staff left them.",
    ]


def test_a_command_reads_another_file_and_overwrites_on_request(tmp_path):
    path = tmp_path / "days.csv"
    path.write_text(
        "date,is_working,name_kk,name_ru,name_en,source_url\n2027-01-04,no,Демалыс,Выходной,Day off,\n",
        encoding="utf-8",
    )
    told = io.StringIO()
    call_command("load_working_days", path, stdout=told)
    WorkingDayCorrection.objects.update(is_working=True)
    call_command("load_working_days", path, stdout=told)
    call_command("load_working_days", path, "--overwrite", stdout=told)
    assert [line.split(" kept")[0] for line in told.getvalue().splitlines()] == [
        "1 added, 0 changed, 0",
        "0 added, 0 changed, 1",
        "0 added, 1 changed, 0",
    ]
    assert WorkingDayCorrection.objects.get().is_working is False


PARAMETERS = (
    "code,value,unit,valid_from,valid_to,is_target,name_kk,name_ru,name_en,source,source_url,note_kk,note_ru,note_en"
)
SECTORS = "code,kk,ru,en,oc4ids,order"
GOOD_PARAMETER = "a,1,year,2017-01-01,2017-12-31,no,А,А,A,Act,,,,"
GOOD_SECTOR = "a,А,А,A,economy,1"


@pytest.mark.parametrize(
    ("command", "header", "rows"),
    [
        ("load_sectors", "code,kk,ru,en", [GOOD_SECTOR]),
        ("load_sectors", SECTORS, [GOOD_SECTOR, "b,Б,Б,B,economy,first"]),
        ("load_sectors", SECTORS, [GOOD_SECTOR, "b,Б,Б,B,economy,99999"]),
        ("load_sectors", SECTORS, [GOOD_SECTOR, "b," + "Б" * 201 + ",Б,B,economy,2"]),
        ("load_parameters", PARAMETERS, [GOOD_PARAMETER, "b,1,year,2017-13-01,,no,А,А,A,Act,,,,"]),
        ("load_parameters", PARAMETERS, [GOOD_PARAMETER, "b,one,year,2017-01-01,,no,А,А,A,Act,,,,"]),
        ("load_parameters", PARAMETERS, [GOOD_PARAMETER, "b,1,year,2017-02-01,2017-01-01,no,А,А,A,Act,,,,"]),
        ("load_kato", "code,kk,ru,en,level,parent", ["100000000,А,А,A,region,", "12345,Б,Б,B,region,"]),
    ],
    ids=["column", "number", "large number", "long name", "day", "value", "reversed days", "short code"],
)
def test_a_file_that_cannot_be_loaded_is_refused_whole(tmp_path, command, header, rows):
    path = tmp_path / "broken.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    with pytest.raises(CommandError, match="cannot be loaded"):
        call_command(command, path)
    assert [model.objects.count() for _, model, _ in SHIPPED] == [0, 0, 0, 0]


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"", b"\x00"])
def test_a_file_that_is_no_table_is_refused(tmp_path, content):
    path = tmp_path / "broken.csv"
    path.write_bytes(content + b"\n\xd0")
    with pytest.raises(CommandError, match="cannot be loaded"):
        call_command("load_sectors", path)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(CommandError, match="cannot be loaded"):
        call_command("load_sectors", tmp_path / "nothing.csv")
