"""The real register in three languages: every page answers, says which language it is in, and tells no secrets."""

import re

import pytest
from django.conf import settings

from projects.models import Project, Resolution
from reference.identifiers import is_bin, is_iin
from tests import factories
from tests.projects.import_files import REAL_PROJECTS, REAL_RESOLUTIONS, run, run_resolutions
from tests.registry.addresses import Everything
from tests.registry.pages import numbers, parse, strip
from tests.registry.people import Browser

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]


@pytest.fixture
def client():
    return Browser()


HOST = "http://testserver"
LANGUAGES = ("kk", "ru", "en")


@pytest.fixture
def real_register(reference_data):
    """The register after both shipped files, entered by a member of staff with an address."""
    assert run_resolutions(REAL_RESOLUTIONS.read_bytes()).ok
    assert run(REAL_PROJECTS.read_bytes(), by=factories.user(email="clerk.aigul@example.kz")).ok


def leaks(text):
    """Return what no public page may hold: people's addresses, personal numbers, places on our machines."""
    found = re.findall(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+\.[A-Za-z]{2,}", text) if "@" in text else []
    without_sums = re.sub(r'<data value="[0-9]+"', "", text)
    long_numbers = re.findall(r"(?<![0-9])[0-9]{12}(?![0-9])", without_sums)
    places = (str(settings.BASE_DIR), str(settings.MEDIA_ROOT), "/home/", "/root/", "/tmp/", "postgres")
    return [
        *found,
        *(number for number in long_numbers if is_iin(number) or is_bin(number)),
        *(place for place in places if place in text),
    ]


def test_every_page_of_every_real_row_answers_in_three_languages(client, real_register):
    assert (Project.objects.count(), Resolution.objects.count()) == (106, 3)
    pages = ["", "projects/", *(f"projects/?page={page}" for page in range(1, 6)), "resolutions/"]
    pages += [f"projects/{number}/" for number in Project.objects.values_list("number", flat=True)]
    pages += [f"resolutions/{pk}/" for pk in Resolution.objects.values_list("pk", flat=True)]
    wrong = {}
    for address in (f"/{language}/{page}" for language in LANGUAGES for page in pages):
        answer = client.get(address)
        text = answer.content.decode()
        language = re.search(r'<html lang="([^"]*)"', text)[1]
        if (said := (answer.status_code, language, leaks(text))) != (200, address[1:3], []):
            wrong[address] = said
    assert wrong == {}


def test_the_real_register_shows_what_the_sources_give(client, real_register):
    def at(address):
        return parse(client.get(f"/en/{address}"))

    everything = strip(at("projects/"))
    assert everything.projects + everything.members == 106
    assert (everything.cost, everything.cost_unknown) == (190_682_000_000, 91)
    education = strip(at("projects/?sector=education"))
    assert education.projects + education.members == 37
    assert numbers(at("projects/?search=кызылорда")) == numbers(at("projects/?search=Қызылорда")) != []
    paper = Resolution.objects.get(import_key="almaty-2017-09")
    line = at(f"resolutions/{paper.pk}/").one("table", "inset").one("tbody").all("tr")[0]
    assert [cell.text for cell in line.all("td")[:2]] == ["16", "7"]
    assert len(numbers(at(f"resolutions/{paper.pk}/"))) == 7


def test_the_leak_test_would_see_a_leak():
    assert leaks('<data value="123456789012">1</data> 20260101 https://example.kz/202609281234 "2017"') == []
    assert leaks("by clerk.aigul@example.kz") == ["clerk.aigul@example.kz"]
    assert leaks("ЖСН 900101300017 , БСН 150140000002 , 2") == ["900101300017", "150140000002"]
    assert leaks(f"at {settings.BASE_DIR}/projects")[0] == str(settings.BASE_DIR)


def test_who_recorded_a_step_stands_on_no_public_page(client):
    everything = Everything()
    made = factories.project_in("operation")
    made.status_changes.model.objects.create(
        project=made,
        status="operation",
        recorded_by=factories.user(full_name="Құпия Қызметкер", email="secret@example.kz"),
    )
    for address in everything.public("kk"):
        text = client.get(address).content.decode()
        assert ("Құпия Қызметкер" in text, "secret@" in text) == (False, False), address


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_names_its_twins_and_the_language_switch_keeps_the_page_and_its_filters(client, language):
    start = f"/{language}/"
    odd = ["projects/?page=1&search=a%26b+%D1%88&search=x", "projects/?sector=nowhere", "projects/?nonsense=%3Cb%3E"]
    for address in [*Everything().public(language), *(start + page for page in odd)]:
        page = parse(client.get(address))
        twins = {link["hreflang"]: link["href"] for link in page.all("link", rel="alternate") if link.get("hreflang")}
        assert twins == {code: f"{HOST}/{code}/{address[4:]}" for code in LANGUAGES}
        links = page.one("nav", "languages").all("a")
        assert [link["href"] for link in links] == [f"/{code}/{address[4:]}" for code in LANGUAGES]
        assert [(link["lang"], link["hreflang"]) for link in links] == [(code, code) for code in LANGUAGES]
        assert [link.get("aria-current") == "true" for link in links] == [code == language for code in LANGUAGES]


def test_every_page_names_its_one_true_address(client):
    for address in Everything().public("ru"):
        (link,) = parse(client.get(address)).all("link", rel="canonical")
        assert link["href"] == HOST + address.split("?")[0], address


def test_every_link_of_every_public_page_leads_somewhere(client):
    found = set()
    for address in Everything().public("en"):
        for link in parse(client.get(address)).all("a"):
            target = address.split("?")[0] + link["href"] if link["href"].startswith("?") else link["href"]
            found |= {target} if target.startswith("/") else set()
    statuses = {target: client.get(target).status_code for target in found}
    assert len(statuses) > 50
    assert {target: status for target, status in statuses.items() if status not in (200, 302)} == {}
    away = {target.split("/")[-3] for target, status in statuses.items() if status == 302}
    # “en” and “applications”: one's own applications, old and new, ask for a login.
    assert away == {"documents", "", "en", "applications"}
