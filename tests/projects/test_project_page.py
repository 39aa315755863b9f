"""The page of a project beyond its facts: money in words, what others see of it, its extract."""

import json
import re

import pytest

from projects.models import Obligation
from tests import factories
from tests.registry.pages import parse, whole
from tests.registry.people import Browser

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

NASTY = "Мектеп </script><script>alert(1)</script> & <!-- «Ә»"


def at(address):
    answer = Browser().get(address)
    assert answer.status_code == 200
    return answer, parse(answer)


def linked_data(page):
    return json.loads(page.one("script", type="application/ld+json").text)


def meta(page, name):
    found = [
        element["content"] for element in page.all("meta") if name in (element.get("property"), element.get("name"))
    ]
    return found[0] if len(found) == 1 else found


def test_a_sum_that_is_not_known_is_said_in_words_beside_those_that_are():
    project = factories.project(asked_sum=5, approved_sum=None, signed_sum=0, cost=None)
    _answer, page = at("/en/projects/1/")
    (card,) = [card for card in page.all("section", "card") if card.all("h2") and card.one("h2").text == "Money"]
    said = [(row.one("dt").text, row.one("dd").text) for row in card.one("dl").all("div")]
    assert [(label, whole(value) if value[0].isdigit() else value) for label, value in said] == [
        ("Asked sum, tenge", 5),
        ("Approved sum, tenge", "unknown"),
        ("Signed sum, tenge", 0),
        ("State obligations, tenge", "unknown"),
    ]
    assert "State obligations by year are not known." in card.text
    Obligation.objects.create(project=project, year=2030, amount=7)
    _answer, page = at("/en/projects/1/")
    assert "State obligations by year are not known." not in page.text
    assert [whole(cell.text) for cell in page.one("table", "years").all("td", "sum")] == [7]


def test_a_project_without_any_other_sum_says_so_once():
    factories.project()
    _answer, page = at("/en/projects/1/")
    assert "What was asked, approved and signed, and what the state owes, is not known." in page.text
    assert page.all("dd", "sum") == []


@pytest.mark.parametrize(("language", "locale"), [("kk", "kk_KZ"), ("ru", "ru_RU"), ("en", "en_GB")])
def test_a_shared_link_shows_title_and_sum_in_the_language_of_the_page(language, locale):
    factories.project_in("approved", cost=1_100_000_000, title_kk="Ғылым үйі", title_ru="Дом науки", title_en="House")
    answer, page = at(f"/{language}/projects/1/")
    title = {"kk": "Ғылым үйі", "ru": "Дом науки", "en": "House"}[language]
    address = f"http://testserver/{language}/projects/1/"
    assert (meta(page, "og:title"), meta(page, "twitter:title")) == (title, title)
    assert "1\u00a0100\u00a0000\u00a0000\u00a0₸" in meta(page, "og:description")
    assert meta(page, "og:description") == meta(page, "twitter:description") == meta(page, "description")
    assert (meta(page, "og:url"), meta(page, "og:locale")) == (address, locale)
    assert locale not in meta(page, "og:locale:alternate")
    assert len(meta(page, "og:locale:alternate")) == 2
    assert page.one("input", id="id_address")["value"] == address
    assert "readonly" in page.one("input", id="id_address").attributes
    assert not answer.cookies, "a public page asks for no cookie"


def test_an_unknown_cost_is_unknown_in_the_preview_and_left_out_of_the_data():
    factories.project(cost=None)
    _answer, page = at("/en/projects/1/")
    assert "Cost: unknown" in meta(page, "og:description")
    assert "cost" not in {row["name"] for row in linked_data(page)["variableMeasured"]}


def test_the_facts_for_search_engines_are_json_that_no_title_can_break_out_of():
    factories.project(cost=3, title_kk=NASTY, title_ru="", source_url="https://example.kz/a?b=1&c=<2>")
    answer, page = at("/kk/projects/1/")
    data = linked_data(page)
    assert (data["name"], data["@type"], data["identifier"]) == (NASTY, "Dataset", "1")
    assert {"@type": "PropertyValue", "name": "cost", "value": 3, "unitCode": "KZT"} in data["variableMeasured"]
    assert data["isBasedOn"] == ["https://example.kz/a?b=1&c=<2>"]
    raw = re.search(r'<script type="application/ld\+json">(.*?)</script>', answer.content.decode(), re.DOTALL)[1]
    assert not set("<>&") & set(raw)


def test_the_page_names_its_data_its_feeds_and_its_extract():
    factories.project()
    _answer, page = at("/ru/projects/1/")
    other = {(link["type"], link["href"]) for link in page.all("link", rel="alternate") if link.get("type")}
    assert other == {
        ("application/json", "http://testserver/api/v1/projects/1/"),
        ("application/atom+xml", "/ru/projects/1/feed.atom"),
        ("application/atom+xml", "/ru/feed.atom"),
    }
    assert "/ru/projects/1/extract.pdf" in [link["href"] for link in page.all("a")]
    assert Browser().get("/api/v1/projects/1/").json()["number"] == 1


def test_the_page_offers_to_follow_the_project_its_sector_its_territory_or_all():
    factories.project(territory=factories.MEDEU)
    _answer, page = at("/kk/projects/1/")
    form = page.one("section", id="follow").one("form")
    values = [box["value"] for box in form.all("input", name="what")]
    assert values == ["project-1", "sector-education", f"territory-{factories.MEDEU}", "all"]
    assert form["action"] == "/kk/follow/"
