"""Signs of life, and what people see while the database is down."""

import pytest
from django.db import InterfaceError, OperationalError, connection, connections
from django.test.utils import CaptureQueriesContext

from tests.registry.pages import parse
from tests.registry.people import logged_in

pytestmark = pytest.mark.django_db

SECRET = "could not connect to server at 192.0.2.5 as ppp_app"


@pytest.fixture(params=[OperationalError, InterfaceError], ids=["refused", "closed"])
def broken(request, monkeypatch):
    """Let the database be down; call the result to bring it back."""

    def cursor(*args, **kwargs):
        raise request.param(SECRET)

    monkeypatch.setattr(connections["default"], "cursor", cursor)
    return monkeypatch.undo


def seen(client, address):
    client.raise_request_exception = False
    return client.get(address)


@pytest.mark.parametrize("address", ["/healthz", "/readyz"])
def test_the_site_says_that_it_lives(client, address):
    answer = client.get(address)
    assert (answer.status_code, answer.content, answer["Content-Type"]) == (200, b"ok\n", "text/plain")
    assert "no-store" in answer["Cache-Control"]
    assert client.head(address).status_code == 200


@pytest.mark.parametrize("method", ["post", "put", "delete"])
@pytest.mark.parametrize("address", ["/healthz", "/readyz"])
def test_signs_of_life_are_only_read(client, method, address):
    assert getattr(client, method)(address).status_code == 405


@pytest.mark.parametrize(("address", "queries"), [("/healthz", 0), ("/readyz", 1)])
def test_signs_of_life_ask_the_database_as_little_as_they_say(client, address, queries):
    with CaptureQueriesContext(connection) as captured:
        client.get(address)
    assert len(captured) == queries


def test_without_a_database_the_site_lives_but_is_not_ready(client, broken):
    assert (client.get("/healthz").status_code, client.get("/healthz").content) == (200, b"ok\n")
    answer = seen(client, "/readyz")
    assert (answer.status_code, answer["Content-Type"], answer["Retry-After"].isdecimal()) == (503, "text/plain", True)
    assert SECRET not in answer.content.decode()
    broken()
    assert client.get("/readyz").status_code == 200


def test_without_a_database_the_site_lives_for_the_logged_in_too(monkeypatch):
    browser = logged_in()
    monkeypatch.setattr(connections["default"], "cursor", lambda: (_ for _ in ()).throw(OperationalError(SECRET)))
    assert seen(browser, "/healthz").status_code == 200


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
@pytest.mark.parametrize("page", ["", "projects/", "projects/?search=школа", "projects/1/", "resolutions/"])
def test_without_a_database_pages_ask_to_come_back_in_the_readers_language(client, broken, language, page):
    answer = seen(client, f"/{language}/{page}")
    assert (answer.status_code, answer["Retry-After"].isdecimal()) == (503, True)
    assert parse(answer).one("html")["lang"] == language
    assert SECRET not in answer.content.decode()
    assert "192.0.2.5" not in answer.content.decode()
    broken()
    assert seen(client, f"/{language}/resolutions/").status_code == 200


def test_without_a_database_staff_are_asked_to_come_back_too(monkeypatch):
    browser = logged_in()
    with monkeypatch.context() as patched:
        patched.setattr(connections["default"], "cursor", lambda: (_ for _ in ()).throw(OperationalError(SECRET)))
        answer = seen(browser, "/admin/")
    assert (answer.status_code, answer["Retry-After"].isdecimal()) == (503, True)
    assert (answer.headers.get("X-Frame-Options"), SECRET in answer.content.decode()) == ("DENY", False)
    assert browser.get("/admin/").status_code == 200


def test_an_error_that_is_not_the_databases_is_a_fault(client, monkeypatch):
    monkeypatch.setattr(connections["default"], "cursor", lambda: 1 / 0)
    assert seen(client, "/kk/").status_code == 500
