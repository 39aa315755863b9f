"""What people see when something went wrong: their language, a way on, and nothing of our insides."""

import logging
import sys

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.registry.addresses import REFUSED
from tests.registry.pages import parse
from tests.registry.people import logged_in

pytestmark = pytest.mark.django_db

CANARY = "canary-4d1f"


def seen(client, address, **headers):
    client.raise_request_exception = False
    return client.get(address, headers=headers)


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_a_missing_page_speaks_the_language_of_its_address(client, language):
    page = parse(seen(client, f"/{language}/nothing/", **{"accept-language": "ru" if language != "ru" else "kk"}))
    assert page.one("html")["lang"] == language
    assert page.one("a", "button")["href"] == f"/{language}/projects/"
    assert page.one("a", "brand")["href"] == f"/{language}/"
    assert page.one("title").text.startswith("404")
    assert page.one("meta", name="robots")["content"] == "noindex"


@pytest.mark.parametrize(("accepted", "language"), [("ru", "ru"), ("en-GB", "en"), ("de", "kk"), ("", "kk")])
def test_an_address_without_a_language_is_answered_in_the_browsers(client, accepted, language):
    answer = seen(client, "/nothing/", **{"accept-language": accepted})
    assert (answer.status_code, parse(answer).one("html")["lang"]) == (404, language)


def test_staff_read_a_refusal_in_the_language_of_the_account():
    browser = logged_in(language="ru")
    for address, status in {"/admin/projects/project/": 403, "/admin/nothing/": 404}.items():
        answer = seen(browser, address, **{"accept-language": "en"})
        assert (answer.status_code, parse(answer).one("html")["lang"]) == (status, "ru"), address


def test_the_sentences_differ_by_what_went_wrong(client, monkeypatch):
    monkeypatch.setattr(sys.modules["projects.views.home"], "approved_summary", lambda projects: 1 / 0)
    answers = [
        seen(client, "/en/nothing/"),
        seen(client, "/en/projects/?" + "a=1&" * 2001),
        seen(logged_in(), "/admin/projects/project/", **{"accept-language": "en"}),
        seen(client, "/en/"),
    ]
    assert [answer.status_code for answer in answers] == [404, 400, 403, 500]
    assert len({parse(answer).one("h1").text for answer in answers}) == 4
    assert all(parse(answer).one("main").all("a") for answer in answers)


def test_an_expired_form_says_so(client):
    answer = Client(enforce_csrf_checks=True).post("/account/language/", {"language": "ru"})
    assert (answer.status_code, len(parse(answer).all("h1"))) == (403, 1)


@pytest.mark.parametrize("address", ["/kk/nothing/", "/en/projects/?page=0", "/nothing"])
def test_nothing_of_the_address_and_of_our_insides_is_shown(client, address):
    text = seen(client, f"{address}{'&' if '?' in address else '?'}x={CANARY}<script>").content.decode()
    for inside in (CANARY, "<script", "Traceback", "urlpatterns", "Django", str(settings.BASE_DIR), "projects.views"):
        assert inside not in text, inside


def test_a_fault_tells_the_log_and_not_the_reader(client, monkeypatch, caplog):
    def fail(projects):
        raise RuntimeError(CANARY)

    monkeypatch.setattr(sys.modules["projects.views.home"], "approved_summary", fail)
    with caplog.at_level(logging.ERROR, "django.request"):
        monkeypatch.setattr(logging.getLogger("django"), "propagate", True)
        monkeypatch.setattr(logging.getLogger("django.request"), "propagate", True)
        answer = seen(client, "/kk/")
    assert answer.status_code == 500
    assert (CANARY in answer.content.decode(), str(settings.BASE_DIR) in answer.content.decode()) == (False, False)
    assert CANARY in caplog.text


@pytest.mark.parametrize("address", [address for address, status in REFUSED.items() if status == 404][:2])
def test_a_missing_page_asks_the_database_nothing(client, address):
    with CaptureQueriesContext(connection) as captured:
        assert seen(client, address).status_code == 404
    assert len(captured) == 0


@pytest.mark.parametrize("address", ["/kk", "/kk/projects", "/ru/resolutions", "/admin"])
def test_a_forgotten_stroke_at_the_end_is_forgiven(client, address):
    answer = seen(client, address)
    assert (answer.status_code, answer["Location"]) == (301, f"{address}/")


@pytest.mark.parametrize(
    "address", ["/de/", "/KK/", "/kz/projects/", "/kk/admin/", "/kk/projects/1/edit/", "/.env", "/.git/config"]
)
def test_what_we_never_had_is_not_found(client, address):
    assert seen(client, address).status_code == 404


@pytest.mark.parametrize("address", ["//evil.example/%2e%2e", "/%2F%2Fevil.example/..", "/\\evil.example"])
def test_a_stroke_too_many_sends_nobody_away(client, address):
    answer = seen(client, address)
    assert not answer.headers.get("Location", "").startswith(("//", "/\\", "http")), answer.headers
    assert answer.status_code in (404, 301)
