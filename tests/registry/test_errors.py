"""What people see when something went wrong: their language, a way on, and nothing of our insides."""

import json
import logging
import os
import subprocess
import sys
from importlib import import_module

import pytest
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.handlers.exception import response_for_exception
from django.db import connection
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from rest_framework.exceptions import Throttled

from ppp_registry.error_pages import error_page
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
    monkeypatch.setattr(sys.modules["projects.views.home"], "approved_summary", lambda: 1 / 0)
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
    def fail():
        raise RuntimeError(CANARY)

    monkeypatch.setattr(sys.modules["projects.views.home"], "approved_summary", fail)
    with caplog.at_level(logging.ERROR, "django.request"):
        monkeypatch.setattr(logging.getLogger("django"), "propagate", True)
        monkeypatch.setattr(logging.getLogger("django.request"), "propagate", True)
        answer = seen(client, "/kk/")
    assert answer.status_code == 500
    assert (CANARY in answer.content.decode(), str(settings.BASE_DIR) in answer.content.decode()) == (False, False)
    # Where and of which kind, but not its words: these may quote what was typed.
    assert ("RuntimeError" in caplog.text, "in fail" in caplog.text, CANARY in caplog.text) == (True, True, False)


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


PAGES = (400, 403, 404, 405, 413, 429, 500, 503)


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_every_page_says_something_else_and_offers_a_way_on(language):
    pages = {status: parse(error_page(RequestFactory().get(f"/{language}/x/"), status)) for status in PAGES}
    for status, page in pages.items():
        assert page.one("html")["lang"] == language, status
        assert [link["href"] for link in page.one("nav", "languages").all("a")] == ["/kk/", "/ru/", "/en/"]
        assert page.one("main").one("a", "button")["href"] == (
            "" if status in {429, 500, 503} else f"/{language}/projects/"
        )
        assert len(page.one("main").all("p")) >= 3, "the number, what to do, the way on"
    assert len({page.one("h1").text for page in pages.values()}) == len(PAGES)


@pytest.mark.parametrize(
    ("seconds", "words"), [(1, "1 second,"), (90, "90 seconds"), (91, "2 minutes"), (600, "10 minutes")]
)
def test_too_many_requests_says_how_long_to_wait(client, monkeypatch, seconds, words):
    def refuse(request):
        return HttpResponse(status=429, headers={"Retry-After": str(seconds)})

    monkeypatch.setattr(import_module("proposals.urls").urlpatterns[0], "callback", refuse)
    answer = seen(client, "/en/queue/")
    assert (answer.status_code, answer["Retry-After"], words in answer.content.decode()) == (429, str(seconds), True)


def test_too_many_requests_without_a_time_asks_for_a_minute_and_words_of_a_view_stay(client, monkeypatch):
    pattern = import_module("proposals.urls").urlpatterns[0]
    monkeypatch.setattr(pattern, "callback", lambda request: HttpResponse(status=429))
    answer = seen(client, "/kk/queue/")
    assert (answer["Retry-After"], parse(answer).one("html")["lang"]) == ("60", "kk")
    monkeypatch.setattr(pattern, "callback", lambda request: HttpResponse("slowly", status=429))
    assert seen(client, "/kk/queue/").content == b"slowly"


def test_an_address_that_only_takes_forms_says_so(client):
    answer = seen(client, "/account/language/", **{"accept-language": "ru"})
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert parse(answer).one("html")["lang"] == "ru"
    assert parse(answer).one("h1").text


def test_staff_are_led_back_to_their_desk():
    answer = seen(logged_in(), "/admin/nothing/")
    assert parse(answer).one("main").one("a", "button")["href"] == "/admin/"


@pytest.mark.parametrize("address", ["/ru/applications/", "/admin/"])
def test_too_large_a_form_says_what_may_be_sent(address):
    answer = response_for_exception(RequestFactory().post(address), RequestDataTooBig())
    assert (answer.status_code, "60" in parse(answer).one("main").text) == (413, True)


def test_a_program_that_asks_too_often_is_told_when_to_come_back(client, monkeypatch):
    def refuse(self, request, *args, **kwargs):
        raise Throttled(wait=7.2)

    monkeypatch.setattr("rest_framework.views.APIView.check_throttles", refuse)
    answer = client.get("/api/v1/projects/", headers={"accept-language": "en"})
    assert (answer.status_code, answer["Retry-After"]) == (429, "8")
    assert (answer["Content-Type"], "Retry-After" in answer.json()["detail"]) == ("application/problem+json", True)


def test_the_page_stands_without_the_list_of_static_files(settings):
    """A fault may be that the static files were never gathered."""
    words = render_to_string("errors/page.html", {"status": 500, "language": "kk"})
    assert {'"/static/css/tokens.css"', '"/static/css/site.css"', '"/static/mark.svg"'} <= set(
        words.replace(">", " ").replace("=", " ").split()
    )


PUBLIC_DOORS = ["/kk/", "/ru/projects/1/", "/en/accessibility/"]
DOORS = [*PUBLIC_DOORS, "/admin/", "/admin/login/", "/account/language/", "/api/v1/projects/", "/healthz", "/readyz"]
WITHOUT = """
import json, sys, django
django.setup()
from django.conf import settings
from django.test import Client
told = {}
for address in sys.argv[1:]:
    client = Client(raise_request_exception=False, headers={"accept-language": "ru"})
    client.cookies[settings.SESSION_COOKIE_NAME] = "a" * 32
    answer = client.get(address)
    facts = [answer.status_code, answer.headers.get("Retry-After"), answer.headers["Content-Type"]]
    told[address] = [*facts, answer.content.decode()]
print(json.dumps(told))
"""


def test_with_the_database_truly_away_every_door_says_so():
    """Nothing listens on port 1: the driver itself fails, not a stand-in, in a process of its own."""
    given = {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/nothing?connect_timeout=2", "PLAIN_HTTP": "on"}
    given |= {"ALLOWED_HOSTS": "testserver", "DJANGO_SETTINGS_MODULE": "ppp_registry.settings"}
    asked = [sys.executable, "-W", "ignore", "-c", WITHOUT, *DOORS]
    done = subprocess.run(
        asked, env={**os.environ, **given}, capture_output=True, text=True, cwd=settings.BASE_DIR, timeout=60
    )
    told = json.loads(done.stdout.splitlines()[-1])
    assert told.pop("/healthz")[0] == 200
    assert told.pop("/readyz")[:2] == [503, "5"]
    problem = told.pop("/api/v1/projects/")
    assert problem[:3] == [503, "10", "application/problem+json"]
    for address, (status, wait, kind, text) in told.items():
        assert (status, wait, kind) == (503, "10", "text/html; charset=utf-8"), address
        assert f'lang="{address[1:3] if address[3] == "/" else "ru"}"' in text, address
        assert '"/static/css/tokens.css"' in text
        assert "127.0.0.1" not in text
