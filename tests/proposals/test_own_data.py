"""Taking one's own data: all of it, nothing of others, no name of the chamber, not too often, in bounded memory."""

import io
import json
import tracemalloc
import zipfile

import pytest
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from accounts.roles import Role
from accounts.services.passwords import ask_for_new_password
from proposals.models import Opening, PaperReading, PaperScan
from proposals.services.asking import ask
from proposals.services.papers import attach
from tests.proposals.applications import SITE, applicant, draft, filed, pdf, staff
from tests.registry.people import Browser, logged_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data", "own_files")]

PAGE = "/en/account/data/"


def browser(person):
    made = Browser()
    made.force_login(person)
    return made


def taken(person):
    answer = browser(person).post(PAGE)
    assert answer.status_code == 200
    assert {"private", "no-store"} <= set(answer.headers["Cache-Control"].split(", "))
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="my-data-')
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    archive = zipfile.ZipFile(io.BytesIO(answer.getvalue()))
    assert archive.testzip() is None
    return archive, json.loads(archive.read("data.json"))


def test_everything_of_the_person_is_in_it():
    person = applicant(email="kanat@example.kz", full_name="Қанат Үлгі")
    done, begun = filed(person, description="Сипаттама."), draft(person)
    proposal = done.proposals.get()
    clerk = logged_in(Role.CLERK, full_name="Құпия қызметкер")
    clerk.get(proposal.papers.first().get_absolute_url())
    clerk.get(reverse("admin:proposals_proposal_change", args=[proposal.pk]))
    clerk.get(reverse("admin:accounts_organisation_change", args=[done.organisation.pk]))
    ask_for_new_password(person.email, language="kk", site=SITE)
    archive, data = taken(person)
    assert data["account"]["full_name"] == "Қанат Үлгі"
    (asks,) = data["organisations"]
    assert asks["phone"] == done.organisation.phone
    assert [row["number"] for row in data["applications"]] == [done.number, begun.number]
    (row,) = data["applications"][0]["proposals"]
    assert row["description"] == "Сипаттама."
    assert row["cost"] == proposal.cost
    assert row["answers"]
    assert [step["to"] for step in row["steps"]] == ["filed"]
    for paper in proposal.papers.all():
        (known,) = [one for one in row["papers"] if one["sha256"] == paper.sha256 and one["kind"] == paper.kind]
        assert archive.read(known["file"]) == paper.file.read()
    assert {row["what"] for row in data["readings"]} == {"paper", "proposal", "contacts"}
    assert {tuple(row["by"]) for row in data["readings"]} == {("clerk",)}
    letters = {row["kind"]: row for row in data["letters"]}
    assert done.number in letters["proposal:filed"]["text"]
    assert "text" not in letters["password_reset"]
    whole = archive.read("data.json").decode() + archive.read("README.txt").decode()
    assert "Құпия" not in whole
    assert "/password/reset/" not in whole
    assert all(f"  {key} – " in whole for key in set(data) - {"form", "made_at"})


def test_nothing_of_others_is_in_it():
    """Neither a stranger's, nor what a clerk may open, nor contact data and colleagues for who is no owner."""
    stranger, person = applicant(), applicant()
    done = filed(stranger)
    filed(person)
    Membership.objects.create(organisation=done.organisation, user=(colleague := staff(Role.CLERK)))
    _, data = taken(person)
    whole = json.dumps(data, ensure_ascii=False)
    for secret in (done.number, str(done.organisation), stranger.email):
        assert secret not in whole
    _, data = taken(colleague)
    assert [row["number"] for row in data["applications"]] == [done.number]
    assert "phone" not in data["organisations"][0]
    assert stranger.full_name not in json.dumps(data, ensure_ascii=False)
    assert Opening.objects.filter(kind="own_data").count() == 2
    assert not PaperReading.objects.exists()


def test_the_words_are_the_readers_and_the_keys_are_not():
    person = applicant(language="ru")
    answer = browser(person).post("/ru/account/data/")
    archive = zipfile.ZipFile(io.BytesIO(answer.getvalue()))
    assert "data.json" in archive.read("README.txt").decode()
    assert json.loads(archive.read("data.json"))["form"] == 1


def test_it_is_only_for_who_is_logged_in_and_only_by_the_button():
    assert Browser().post(PAGE).status_code == 302
    person = applicant()
    assert "What it holds" in browser(person).get(PAGE).text
    assert not Opening.objects.exists()


def test_the_fourth_within_an_hour_waits():
    person, other = applicant(), applicant()
    for _ in range(3):
        assert browser(person).post(PAGE).status_code == 200
    answer = browser(person).post(PAGE)
    assert answer.status_code == 429
    assert 3500 < int(answer.headers["Retry-After"]) <= 3600
    assert browser(other).post(PAGE).status_code == 200


def test_without_the_row_nothing_is_handed_out(monkeypatch):
    monkeypatch.setattr(Opening.objects, "create", lambda **facts: 1 / 0)
    web = browser(applicant())
    web.raise_request_exception = False
    assert web.post(PAGE).status_code == 500


def test_a_lost_file_is_said_and_large_ones_stay_out_of_memory():
    person = applicant()
    row = draft(person).proposals.get()
    large = attach(
        row, kind="business_plan", upload=pdf(content=b"%PDF-1.7\n" + b"x" * 20_000_000 + b"\n%%EOF\n"), by=person
    )
    lost = attach(row, kind="business_plan", upload=pdf("жоқ.pdf"), by=person)
    default_storage.delete(lost.file.name)
    tracemalloc.start()
    answer = browser(person).post(PAGE)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 12_000_000
    archive = zipfile.ZipFile(io.BytesIO(answer.getvalue()))
    papers = json.loads(archive.read("data.json"))["applications"][0]["proposals"][0]["papers"]
    assert {one["name"]: one["file"] is None for one in papers} == {"Бизнес-жоспар.pdf": False, "жоқ.pdf": True}
    assert archive.getinfo(next(one["file"] for one in papers if one["file"])).file_size == large.size


def test_requests_and_answers_are_told():
    person = applicant()
    row = filed(person).proposals.get()
    ask(row, by=staff(Role.CLERK), kind="other", text="Жер құжаты қайда?", due_on=timezone.localdate(), site=SITE)
    _, data = taken(person)
    (request,) = data["applications"][0]["proposals"][0]["requests"]
    assert request["text"] == "Жер құжаты қайда?"


@pytest.mark.parametrize("state", ["pending", "rejected"])
def test_a_paper_that_is_held_is_told_of_and_not_in_it(settings, state):
    settings.SCANNER_URL = "clamd://127.0.0.1:1"
    person = applicant()
    held, fine = filed(person).proposals.get().papers.all()[:2]
    PaperScan.objects.create(paper=fine, verdict="clean")
    if state == "rejected":
        PaperScan.objects.create(paper=held, verdict="rejected", signature="X")
    archive, data = taken(person)
    rows = {row["kind"]: row for row in data["applications"][0]["proposals"][0]["papers"]}
    assert (rows[held.kind]["scan"], rows[held.kind]["file"]) == (state, None)
    assert rows[fine.kind]["scan"] == "clean"
    assert [name for name in archive.namelist() if name.startswith("papers/")] == [rows[fine.kind]["file"]]


def test_a_file_that_is_not_the_one_that_came_is_not_in_it(caplog):
    person = applicant()
    paper = filed(person).proposals.get().papers.first()
    whole = len([name for name in taken(person)[0].namelist() if name.startswith("papers/")])
    with open(default_storage.path(paper.file.name), "r+b") as stream:
        stream.seek(20)
        stream.write(b"?")
    archive, _data = taken(person)
    assert len([name for name in archive.namelist() if name.startswith("papers/")]) == whole - 1
    assert f"paper {paper.pk} is not the one that came" in caplog.text
