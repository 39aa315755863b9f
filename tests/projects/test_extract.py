"""The extract as PDF: dated, archival, every public fact in the chosen language, and nothing that is not public."""

import datetime
import json
import time

import pytest
from django.utils import timezone

from projects.documents import extract
from projects.models import Document, Obligation, Responsibility
from projects.queries.as_of import story_of
from projects.queries.register import project_page
from projects.services.lists import Amending, amend
from projects.services.register import exclude, record_status
from reference import archival
from reference.kazakh import ALPHABET
from tests import factories
from tests.proposals.test_rendering import inside

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

SITE = "https://registry.example.kz/"
MOMENT = datetime.datetime(2026, 11, 22, 20, 5, tzinfo=datetime.UTC)
LETTERS = "ӘҒҚҢӨҰҮҺІ әғқңөұүһі ₸ № «» —"


def page(number=1, language="en"):
    project = project_page().get(number=number)
    with extract.override(language):
        return extract._page(project, story_of(project), language, site=SITE, made_at=MOMENT)


def words(number=1, language="en"):
    """Return everything the extract says, with plain spaces."""
    said = json.dumps(page(number, language), ensure_ascii=False)
    return said.replace("\u00a0", " ").replace("\u200b", "")


@pytest.fixture
def rich(clerk):
    """A project about which everything is known."""
    facts = {
        "asked_sum": 1_200_000_000,
        "state_obligations": 900_000_000,
        "jobs": 7,
        "objective_kk": "Орын көп болсын.",
    }
    made = factories.project_in("approved", title_kk=f"Мектеп {LETTERS}", title_ru="Школа", cost=1_100_000_000, **facts)
    Obligation.objects.create(project=made, year=2031, amount=123_456_789)
    Responsibility.objects.create(project=made, area="construction", bearer="private", note_kk="толығымен")
    Document.objects.create(project=made, title_kk="Ашық қағаз", url="https://example.kz/open", is_public=True)
    Document.objects.create(project=made, title_kk="Жабық қағаз", url="https://example.kz/closed")
    made.refresh_from_db()
    paper = factories.resolution("amendment", adopted="2018-01-01")
    titles = {f"title_{code}": getattr(made, f"title_{code}") for code in ("kk", "ru", "en")}
    changed = Amending(project=made, cost=1_300_000_000, term_years=None, reason_kk="Баға өсті.", **titles)
    amend([changed], resolution=paper, by=clerk)
    factories.contract(made, by=clerk, sum=1_250_000_000, treasury_number="7-қ")
    return made


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_the_extract_is_an_accessible_archival_pdf_in_the_language_of_its_address(client, rich, language):
    client.get(f"/{language}/projects/1/extract.pdf")
    began = time.process_time()
    answer = client.get(f"/{language}/projects/1/extract.pdf")
    assert time.process_time() - began < 1
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert answer["Content-Disposition"] == f'attachment; filename="project-1-{language}.pdf"'
    text = inside(answer.content)
    assert answer.content.startswith(b"%PDF-")
    assert f"/Lang({language}".encode() in text.replace(b" ", b"")
    assert b"pdfaid:part>2<" in text
    assert b"pdfuaid:part>1<" in text
    assert not answer.cookies


SAID = [
    "23 November 2026, 01:05 (Almaty time)",
    "https://registry.example.kz/en/projects/1/",
    "1 300 000 000 ₸",
    "1 200 000 000 ₸",
    "900 000 000 ₸",
    "1 250 000 000 ₸",
    "1 100 000 000 ₸ → 1 300 000 000 ₸",
    '"2031", "value": "123 456 789 ₸"',
    LETTERS,
    "Школа",
    "Орын көп болсын. [KK]",
    "Баға өсті. [KK]",
    "толығымен [KK]",
    "№ 7-қ",
    "Ашық қағаз",
    "Maslikhat of Almaty",
]


def test_the_extract_says_every_fact(rich):
    said = words()
    assert [fact for fact in SAID if fact not in said] == []


def test_the_extract_says_nothing_that_is_not_public(rich):
    assert "Жабық" not in words()
    assert "closed" not in words()


def test_what_is_not_known_is_said_in_words_and_never_as_zero():
    factories.project(cost=None, year=None)
    said = {row["label"]: (row["value"], row["known"]) for row in page()["head"]}
    assert said["Cost"] == ("cost unknown", False)
    assert said["Year"] == ("unknown", False)
    assert said["Initiator"] == ("Unknown", False)
    money = next(part for part in page()["sections"] if part["title"] == "Money")
    assert {(row["value"], row["known"]) for row in money["facts"]} == {("unknown", False)}
    assert "State obligations by year are not known." in words()
    assert "not on file" in words()


def test_an_excluded_project_and_a_group_are_told_as_such(clerk):
    made = factories.project_in("approved")
    paper = factories.resolution("exclusion", adopted="2019-03-01", number="77-ш")
    exclude([made], resolution=paper, by=clerk, note_kk="Инвестор бас тартты.")
    assert "77-ш" in words()
    assert "Инвестор бас тартты." in words()
    factories.group_of({"cost": 5}, cost=100, group_size=2)
    assert "They are counted with this row and never added to it." in words(2)
    assert "№ 3. " in words(2)
    assert "№ 2, " in words(3)


def test_the_same_facts_and_moment_make_the_same_bytes(rich):
    project = project_page().get(number=1)

    def made(moment=MOMENT):
        return extract.extract_pdf(project, story_of(project), "kk", site=SITE, made_at=moment)

    assert made() == made()
    assert made() != made(MOMENT + datetime.timedelta(minutes=1))


@pytest.mark.parametrize(
    "typed", ['#panic() "; #read("/etc/passwd")', "$ a_b $ *b* <d> @e \\u{41} ]}", "😀 漢字 \u202eabc"]
)
def test_what_was_typed_is_never_a_command_and_costs_no_extract(client, typed):
    factories.project(title_kk=typed, description_kk=typed, source="x" * 200, source_url="")
    answer = client.get("/kk/projects/1/extract.pdf")
    assert answer.content.startswith(b"%PDF-")


def test_every_kazakh_letter_and_the_tenge_sign_are_drawn():
    factories.project(title_kk=ALPHABET + ALPHABET.upper() + LETTERS, cost=5)
    made = archival.compiler(extract._SOURCE, page(language="kk")).compile(format="pdf", pdf_standards=["a-2a"])
    assert made.startswith(b"%PDF-")


@pytest.mark.parametrize("number", [2, 99_999_999_999])
def test_what_is_not_there_has_no_extract(client, number):
    factories.project()
    assert client.get(f"/kk/projects/{number}/extract.pdf").status_code == 404
    assert client.post("/kk/projects/1/extract.pdf").status_code == 405


def test_a_long_road_goes_on_over_pages(clerk):
    made = factories.project_in("approved")
    for turn in range(40):
        record_status(made, "implementation", by=clerk, since="2019", note_kk=f"{turn} " + "ұзақ" * 40)
    project = project_page().get(number=1)
    pages = extract.extract_image(project, story_of(project), "kk", site=SITE, made_at=timezone.now())
    assert len(pages) > 2
