"""The story of a record on the staff site: who changed what, when, from what to what; nobody writes it by hand."""

import pghistory
import pytest
from django.core.management import call_command
from django.utils import timezone

from projects.models import Project
from projects.services.register import approve
from reference.models import Sector
from tests import factories
from tests.registry.pages import controls, parse
from tests.registry.people import SECRETARY, logged_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

COMMAND = "a command of the system"


def change(desk, project, **facts):
    address = f"/admin/projects/project/{project.pk}/change/"
    form = controls(parse(desk.get(address)).one("form", id="project_form"))
    assert desk.post(address, {**form, **facts}).status_code == 302


def story(desk, row, table="project"):
    """Return the acts on the page, newest first: who did it, and the columns with old and new."""
    page = parse(desk.get(f"/admin/projects/{table}/{row.pk}/history/"))
    return [
        (
            part.one("h2").text.split(" · ")[1],
            {
                line.one("th").text: tuple(cell.text.replace("\xa0", " ") for cell in line.all("td"))
                for line in part.one("tbody").all("tr")
            },
        )
        for part in page.all("section", "history-change")
    ]


@pytest.fixture
def desk():
    return logged_in(SECRETARY, full_name="Айгүл Серік")


def test_a_change_stands_with_who_from_and_to(desk):
    made = factories.project(cost=5, year=2017, title_ru="Было")
    change(desk, made, cost="1,1 млрд", title_ru="Стало", year="", is_group="on", implementation_start="09.2018")
    newest, first = story(desk, made)
    assert newest == (
        "Айгүл Серік",
        {
            "Title in Russian": ("Было", "Стало"),
            "Cost, tenge": ("5 ₸", "1 100 000 000 ₸"),
            "Group of projects": ("no", "yes"),
            "Year": ("2017", "empty"),
            "Start of implementation": ("empty", "September 2018"),
        },
    )
    assert first[0] == COMMAND
    assert (first[1]["Title in Russian"], first[1]["Cost, tenge"]) == (("empty", "Было"), ("empty", "5 ₸"))


def test_the_moment_of_a_change_stands_there(desk):
    made = factories.project()
    change(desk, made, jobs="5")
    page = parse(desk.get(f"/admin/projects/project/{made.pk}/history/"))
    moments = [moment["datetime"] for moment in page.all("time")]
    events = list(made.events.order_by("-pgh_id").values_list("pgh_created_at", flat=True))
    assert moments == [timezone.localtime(event).isoformat() for event in events]
    assert moments[0].endswith("+05:00")


def test_an_act_by_a_resolution_names_the_paper_and_the_person(desk):
    made, paper = factories.project(), factories.resolution(number="277", adopted="2017-09-14")
    with pghistory.context(user=desk.user.pk, channel="admin"):
        approve([made], resolution=paper, by=desk.user)
    who, changed = story(desk, made)[0]
    assert (who, changed["Status"]) == ("Айгүл Серік", ("Planned", "Approved"))
    assert "277" in changed["Resolution"][1]


def test_a_change_by_plain_sql_stands_there_too(desk):
    made = factories.project(jobs=1)
    Project.objects.filter(pk=made.pk).update(jobs=2)
    assert story(desk, made)[0] == (COMMAND, {"Jobs": ("1", "2")})


def test_a_save_that_changes_nothing_tells_nothing(desk):
    made = factories.project()
    change(desk, made)
    assert [fields for _, fields in story(desk, made)[:-1]] in ([], [{}])


def test_the_person_who_was_renamed_or_switched_off_keeps_the_story(desk):
    made = factories.project()
    change(desk, made, jobs="5")
    reader = logged_in("auditor")
    desk.user.full_name, desk.user.is_active = "Айгүл Жаңа", False
    desk.user.save()
    assert story(reader, made)[0][0] == "Айгүл Жаңа"


def test_a_sector_that_was_renamed_is_called_by_its_new_name(desk):
    made = factories.project(sector="education")
    change(desk, made, sector="health")
    Sector.objects.filter(pk="health").update(name_en="Medicine")
    assert story(desk, made)[0][1]["Sector"] == ("Education", "Medicine")


def test_a_resolution_has_its_story(desk):
    paper = factories.resolution(number="", adopted="2017-09")
    address = f"/admin/projects/resolution/{paper.pk}/change/"
    form = controls(parse(desk.get(address)).one("form", id="resolution_form"))
    desk.post(address, {**form, "number": "277", "adopted": "14.09.2017", "declared_total": "45 bn"})
    who, changed = story(desk, paper, "resolution")[0]
    assert (who, changed) == (
        "Айгүл Серік",
        {
            "Number": ("empty", "277"),
            "Adopted on": ("September 2017", "14 September 2017"),
            "Declared sum, tenge": ("empty", "45 000 000 000 ₸"),
        },
    )


def test_the_story_is_shown_in_the_readers_language():
    made = factories.project(cost=5)
    heads = []
    for language in ("kk", "ru", "en"):
        page = parse(logged_in("clerk", language=language).get(f"/admin/projects/project/{made.pk}/history/"))
        heads.append(page.one("html")["lang"])
        assert len(page.all("section", "history-change")) == 1
    assert heads == ["kk", "ru", "en"]


@pytest.mark.parametrize("key", ["abc", "999999", "9" * 30, "%00", "-1"])
def test_the_story_of_no_record_is_not_found(desk, key):
    desk.raise_request_exception = False
    assert desk.get(f"/admin/projects/project/{key}/history/").status_code == 404


def test_nothing_typed_becomes_markup_in_the_story(desk):
    marker = "<script>x()</script>"
    made = factories.project(title_ru=marker, note_ru=marker)
    desk.user.full_name = marker
    desk.user.save()
    change(desk, made, title_ru=f"{marker}2")
    page = parse(desk.get(f"/admin/projects/project/{made.pk}/history/"))
    assert [script for script in page.all("script") if not script.get("src")] == []
    who, changed = story(desk, made)[0]
    assert (who, changed["Title in Russian"]) == (marker, (marker, f"{marker}2"))


def test_the_story_is_only_read(desk):
    made = factories.project()
    before = list(made.events.values())
    desk.post(f"/admin/projects/project/{made.pk}/history/", {"pgh_label": "x"})
    assert list(made.events.values()) == before


def test_the_import_of_the_shipped_data_is_a_command_of_the_system(desk, settings, monkeypatch):
    monkeypatch.setenv("DEMO_PASSWORD", "ұзын құпия сөз")
    settings.PLAIN_HTTP = True
    call_command("demo_data")
    assert story(desk, Project.objects.get(number=1))[0][0] == COMMAND


def test_a_story_asks_the_same_number_of_queries_for_1_and_20_changes(desk, django_assert_max_num_queries):
    made = factories.project()
    approve([made], resolution=factories.resolution(), by=None)
    for turn in range(20):
        Project.objects.filter(pk=made.pk).update(jobs=turn, sector=("health", "education")[turn % 2])
    with django_assert_max_num_queries(12):
        assert len(story(desk, made)) == 22
