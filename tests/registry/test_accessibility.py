"""What the site says about its accessibility, and how the chamber is reached from every page."""

import re

import pytest

from tests.registry.pages import parse

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_the_statement_names_standard_tests_limits_and_a_way_to_complain(client, language):
    page = parse(client.get(f"/{language}/accessibility/"))
    words = page.one("main").text
    assert [word for word in ("WCAG 2.1", "axe", "NVDA", "PDF/UA", "320", "2026") if word not in words] == []
    assert len(page.one("main").all("h2")) == 5
    assert f"/{language}/how-to-apply/" in [link["href"] for link in page.one("main").all("a")]


def test_every_page_leads_to_the_statement_the_licence_and_the_chamber(client, settings):
    settings.CONTACT_EMAIL, settings.CONTACT_PHONE = "office@example.kz", "+7 727 000 00 00"
    for address in ("/kk/", "/kk/accessibility/", "/kk/account/login/"):
        page = parse(client.get(address))
        foot = [link["href"] for link in page.one("footer").all("a")]
        wanted = {"/kk/accessibility/", "/kk/data/#licence", "mailto:office@example.kz", "tel:+77270000000"}
        assert wanted - set(foot) == set(), address
    assert len(parse(client.get("/kk/accessibility/")).all("a", href="mailto:office@example.kz")) == 2


def test_without_a_contact_in_the_settings_nothing_is_invented(client, settings):
    settings.CONTACT_EMAIL = settings.CONTACT_PHONE = ""
    page = parse(client.get("/ru/accessibility/"))
    assert [link for link in page.all("a") if link["href"].startswith(("mailto:", "tel:"))] == []
    assert not re.search(r"@|\+7", page.one("main").text)


INNER = (
    "projects",
    "resolutions",
    "statistics",
    "queue",
    "how-to-apply",
    "applications/check",
    "data",
    "api",
    "follow",
)
INNER += ("accessibility", "account/login", "account/register", "account/password/reset")


def test_every_inner_page_shows_the_way_back(client):
    for path in INNER:
        page = parse(client.get(f"/kk/{path}/"))
        crumbs = page.one("nav", "crumbs")
        assert crumbs.all("a")[0]["href"] == "/kk/", path
        assert crumbs.one("span", aria_current="page").text, path
    assert parse(client.get("/kk/")).all("nav", "crumbs") == []
