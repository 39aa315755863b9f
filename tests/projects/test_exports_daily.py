"""The full files of each day: whole or not there, as their hash says, kept as long as promised, no other file."""

import datetime
import hashlib
import json
import os
import stat

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given, strategies as st

from projects.exports import daily
from projects.models import Project
from tests import factories
from tests.projects.exported import FORMS, body
from tests.registry.pages import parse

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

PAGE = "/en/data/"
TODAY = datetime.date(2026, 3, 15)


@pytest.fixture(autouse=True)
def home(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    return tmp_path / "open-data"


def listed(client):
    """Return the addresses of files on the page."""
    page = parse(client.get(PAGE))
    return [link["href"] for link in page.all("a") if "/daily/" in link["href"]]


def test_the_files_of_a_day_are_listed_handed_out_and_whole(client, home):
    assert listed(client) == []
    factories.project(cost=7)
    call_command("publish_open_data")
    call_command("publish_open_data")
    assert [path.name for path in home.iterdir()] == [daily.days_on_disk()[0]]
    factories.project()
    addresses = listed(client)
    assert [address.rsplit("/", 1)[1] for address in addresses] == list(daily.FORMS)
    for address, (name, rows_of) in zip(addresses, FORMS.items(), strict=True):
        answer = client.get(address)
        sent = body(answer)
        assert rows_of(sent) == [(1, 7, None)], name
        assert answer.headers["ETag"] == f'"{hashlib.sha256(sent).hexdigest()}"'
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        again = client.get(address, headers={"If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
    assert json.loads(body(client.get(addresses[3])))["uri"].endswith(addresses[3])


@pytest.mark.parametrize(
    "tail",
    ["2026-03-15/manifest.json", "2026-03-15/projects.csv.bak", "2026-13-45/projects.csv", "0000-00-00/projects.csv",
     "2026-03-15/..%2F..%2Fsecret", "2026-03-15/%2e%2e/secret", "..%2F2026-03-15/projects.csv", "2026-03-15/"],
)  # fmt: skip
def test_no_other_file_can_be_had(client, home, tail):
    factories.project()
    daily.publish(TODAY)
    (home / "secret").write_text("құпия")
    (home / "2026-03-15" / "projects.csv.bak").write_text("құпия")
    assert client.get("/api/v1/daily/2026-03-15/projects.csv").status_code == 200
    answer = client.get(f"/api/v1/daily/{tail}")
    assert answer.status_code == 404
    assert "құпия" not in answer.content.decode()


def test_a_file_that_is_not_the_one_published_is_not_handed_out(client, home):
    factories.project()
    daily.publish(TODAY)
    target = home / "2026-03-15" / "projects.csv"
    target.write_bytes(b"number\r\n999\r\n")
    assert client.get("/api/v1/daily/2026-03-15/projects.csv").status_code == 404
    target.unlink()
    assert client.get("/api/v1/daily/2026-03-15/projects.csv").status_code == 404


def test_a_disk_that_does_not_answer_is_said_and_the_page_stands(client, home, monkeypatch):
    factories.project()
    daily.publish(TODAY)

    def fails(*args, **kwargs):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(daily.os, "listdir", fails)
    page = client.get(PAGE)
    assert page.status_code == 200
    assert parse(page).all("p", role="alert")
    monkeypatch.setattr(daily.Path, "read_bytes", fails)
    answer = client.get("/api/v1/daily/2026-03-15/projects.csv")
    assert (answer.status_code, answer.headers["Content-Type"]) == (503, "application/problem+json")


def test_a_day_that_could_not_be_written_whole_is_not_there_and_is_tried_again(home, monkeypatch):
    factories.project()
    monkeypatch.setitem(daily.FORMS, "oc4ids.json", ("application/json", lambda *args: _full()))
    with pytest.raises(CommandError, match="No space left"):
        call_command("publish_open_data")
    assert list(home.iterdir()) == []
    monkeypatch.undo()


def _full():
    yield b"{"
    raise OSError(28, "No space left on device")


def test_a_second_worker_leaves_the_files_of_the_first(home, monkeypatch):
    factories.project()
    write_all = daily._write_all

    def another_is_quicker(target, day):
        write_all(target, day)
        if not (home / day).exists():
            monkeypatch.setattr(daily, "_write_all", write_all)
            daily.publish(TODAY)
            (home / day / "mark").touch()

    monkeypatch.setattr(daily, "_write_all", another_is_quicker)
    assert daily.publish(TODAY)
    assert (home / "2026-03-15" / "mark").exists()
    assert [path.name for path in home.iterdir()] == ["2026-03-15"]


def test_what_a_dead_machine_left_goes_and_what_is_being_written_stays(home):
    for name, age in (("dead", 7200), ("alive", 60)):
        (home / f".part-{name}").mkdir(parents=True)
        moment = datetime.datetime.now().timestamp() - age  # noqa: DTZ005
        os.utime(home / f".part-{name}", (moment, moment))
    daily.publish(TODAY)
    assert {path.name for path in home.iterdir()} == {".part-alive", "2026-03-15"}
    assert stat.S_ISDIR((home / ".part-alive").stat().st_mode)


@given(st.sets(st.integers(0, 400), max_size=60))
def test_thirty_days_stay_and_the_first_of_each_month(ages):
    days = {(TODAY - datetime.timedelta(age)).isoformat(): age for age in ages}
    stay = daily.kept(list(days), TODAY)
    assert {day for day, age in days.items() if age < 30} <= stay
    for day in set(days) - stay:
        assert any(other[:7] == day[:7] and other < day for other in stay)
    old = [day for day in stay if days[day] >= 30]
    assert len({day[:7] for day in old}) == len(old)


def test_what_is_too_old_is_removed(home):
    for day in ("2025-12-02", "2025-12-01", "2026-01-20", "2026-02-14", "2026-02-13", "2026-02-01", "notes"):
        (home / day).mkdir(parents=True)
    Project.objects.exists()
    daily.publish(TODAY)
    assert {path.name for path in home.iterdir()} == {
        "2025-12-01", "2026-01-20", "2026-02-01", "2026-02-14", "2026-03-15", "notes",
    }  # fmt: skip


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_the_page_shows_dictionary_codes_and_licence(client, language):
    page = parse(client.get(f"/{language}/data/"))
    shown = {code.text for code in page.all("code")}
    assert {"cost_known", "sector_name", "statusHistory", "partner_selection", "750000000"} <= shown
    assert page.all("a", href="https://creativecommons.org/licenses/by/4.0/", rel="license")
    for link in page.one("section", id="forms").all("a"):
        assert client.get(link["href"]).status_code == 200
