"""The public site under scraping and heavy downloads: a bound for each address, and pages for everybody else."""

import gc
import json
import re
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from django.db import OperationalError, connection
from django.http import HttpResponse, StreamingHttpResponse
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from projects.queries.snapshot import one_moment
from reference import limits
from tests import factories
from tests.reference.tallies import later

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

CSV = "/api/v1/projects.csv"


@pytest.fixture(autouse=True)
def fresh():
    """What an earlier test counted in advance is gone with its rows."""
    limits.in_advance.forget()
    yield
    limits.in_advance.forget()


@pytest.fixture
def two(settings):
    """Two at once of everything, from each address."""
    settings.PUBLIC_RATES = dict.fromkeys(("api", "search", "downloads", "papers", "letters", "links"), (2, 60))


def asked(client, address, method="get", times=3, **more):
    return [getattr(client, method)(address, **more).status_code for _ in range(times)]


PLACES = [
    ("get", CSV, {}, 200),
    ("get", "/api/v1/projects.xlsx", {}, 200),
    ("get", "/api/v1/projects.jsonl", {}, 200),
    ("get", "/api/v1/oc4ids.json", {}, 200),
    ("get", "/kk/projects/{number}/extract.pdf", {}, 200),
    ("post", "/kk/follow/", {"email": "a@example.kz", "what": "all"}, 302),
    ("post", "/kk/account/register/", {"email": "a@example.kz"}, 302),
    ("post", "/kk/account/password/reset/", {"email": "a@example.kz"}, 302),
    ("get", "/kk/follow/confirm/x/", {}, 410),
    ("get", "/kk/account/register/x/", {}, 410),
    ("get", "/kk/account/email/x/", {}, 410),
    ("get", "/kk/account/password/reset/x/x-y/", {}, 410),
]


@pytest.mark.parametrize(("method", "address", "data", "status"), PLACES, ids=lambda value: str(value)[:40])
def test_each_place_has_its_bound_for_each_address(client, two, method, address, data, status):
    if "{number}" in address:
        address = address.format(number=factories.project().number)
    assert asked(client, address, method, data=data) == [status, status, 429]
    assert asked(client, address, method, 1, data=data, headers={"X-Forwarded-For": "198.51.100.1"}) == [429]
    assert asked(client, address, method, 1, data=data, REMOTE_ADDR="198.51.100.1") == [status]
    later(minutes=1)
    assert asked(client, address, method, 1, data=data) == [status]


def test_the_refusal_speaks_to_people_in_their_language_and_to_programs_in_theirs(client, two):
    number = factories.project().number
    for language in ("kk", "ru"):
        asked(client, f"/{language}/projects/{number}/extract.pdf", times=2)
        page = client.get(f"/{language}/projects/{number}/extract.pdf")
        assert (page.status_code, f'<html lang="{language}">' in page.content.decode()) == (429, True)
        assert re.search(rf"\b{page['Retry-After']}\b", page.content.decode())
    asked(client, CSV)
    answer = client.get(CSV)
    assert (answer.status_code, answer["Content-Type"]) == (429, "application/problem+json")
    assert (json.loads(answer.content)["status"], int(answer["Retry-After"]) > 0) == (429, True)


def test_a_form_that_is_only_opened_is_not_counted(client, two):
    for address in ("/kk/follow/", "/kk/account/register/", "/kk/account/password/reset/", "/kk/account/login/"):
        assert asked(client, address, times=5) == [200] * 5


def test_the_api_and_searches_are_counted_many_at_once(client, settings):
    settings.PUBLIC_RATES = {"api": (20, 60), "search": (10, 60)}
    assert asked(client, "/api/v1/sectors/", times=21) == [200] * 20 + [429]
    assert asked(client, "/kk/projects/?search=%D0%B0", times=11) == [200] * 10 + [429]
    assert asked(client, "/kk/projects/", times=2) == [200] * 2
    assert asked(client, "/kk/projects/?search=", times=2) == [200] * 2


def queries_of(client, address):
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return sum("reference_tally" in query["sql"] for query in captured)


def test_what_counting_costs(client, settings):
    settings.PUBLIC_RATES = {"api": (400, 60), "search": (400, 60), "downloads": (400, 60)}
    assert [queries_of(client, "/kk/projects/") for _ in range(3)] == [0, 0, 0]
    assert [queries_of(client, "/kk/") for _ in range(2)] == [0, 0]
    assert sum(queries_of(client, "/api/v1/sectors/") for _ in range(20)) == 1
    assert sum(queries_of(client, "/kk/projects/?search=x") for _ in range(10)) == 1
    assert [queries_of(client, CSV) for _ in range(2)] == [1, 1]


@pytest.mark.parametrize("text", ["%" * 199, "_" * 199, "а б " * 49, "ғ" * 199, "\\" * 150, "% _ " * 49])
def test_an_odd_search_is_answered(client, text):
    factories.project()
    assert client.get("/kk/projects/", {"search": text}).status_code in (200, 400)
    assert client.get("/kk/projects/", {"search": text * 1000}).status_code == 400


class TestTurns:
    @pytest.fixture(autouse=True)
    def turns(self, monkeypatch):
        """One turn in this process, and nobody waits long."""
        monkeypatch.setattr(limits, "turns", limits._Turns(1))
        monkeypatch.setattr(limits, "PATIENCE", 0.05)

    def free(self):
        """Tell whether the only turn is free, and leave it so."""
        if not limits.turns.take():
            return False
        limits.turns.give_back()
        return True

    def test_while_one_downloads_the_next_is_put_off_and_everybody_else_served(self, client):
        number = factories.project().number
        first = client.get(CSV)
        assert not self.free()
        for address in (CSV, "/api/v1/oc4ids.json", f"/ru/projects/{number}/extract.pdf"):
            late = client.get(address)
            assert (late.status_code, late["Retry-After"]) == (503, "10"), address
        assert b'lang="ru"' in late.content
        for address in ("/kk/", "/kk/projects/", "/kk/account/login/", "/kk/follow/", "/api/v1/projects/", "/healthz"):
            assert client.get(address).status_code == 200, address
        assert b"".join(first.streaming_content)
        assert self.free()
        assert client.get(f"/ru/projects/{number}/extract.pdf").status_code == 200
        assert self.free()

    @pytest.mark.parametrize(
        "address", [f"{CSV}?year=x", "/api/v1/daily/2020-01-01/projects.csv", "/kk/projects/9/extract.pdf"]
    )
    def test_a_refused_download_holds_no_turn(self, client, address):
        assert client.get(address).status_code in (400, 404)
        assert self.free()

    @pytest.mark.parametrize("method", ["get", "head"])
    def test_an_answer_that_nobody_reads_holds_no_turn(self, client, method):
        assert getattr(client, method)(CSV).status_code == 200
        gc.collect()  # the client of the tests makes a ring of its answers
        assert self.free()

    def test_a_fault_holds_none_and_a_reader_who_goes_away_gives_it_back(self):
        request = RequestFactory().get("/")
        with pytest.raises(ZeroDivisionError):
            limits.heavy(lambda request: 1 / 0)(request)
        assert self.free()
        assert limits.heavy(lambda request: HttpResponse())(request).status_code == 200
        assert self.free()
        response = limits.heavy(lambda request: StreamingHttpResponse([b"x"]))(request)
        assert not self.free()
        del response
        assert self.free()
        response = limits.heavy(lambda request: StreamingHttpResponse(iter([b"x", b"y"])))(request)
        next(iter(response))
        assert not self.free()
        response.close()
        response.close()
        assert self.free()

    def test_one_waits_for_a_turn_and_gets_it(self, monkeypatch):
        monkeypatch.setattr(limits, "PATIENCE", 5)
        assert limits.turns.take()
        threading.Timer(0.1, limits.turns.give_back).start()
        assert limits.turns.take()
        limits.turns.give_back()


def test_a_question_that_takes_too_long_is_given_up():
    def elsewhere():
        """With a connection of its own: inside the transaction of a test that transaction decides."""
        try:
            with one_moment(seconds=7), connection.cursor() as cursor:
                cursor.execute("SELECT current_setting('statement_timeout'), current_setting('transaction_read_only')")
                told = cursor.fetchone()
                cursor.execute("SET LOCAL statement_timeout = 20")
                with pytest.raises(OperationalError, match="statement timeout"):
                    cursor.execute("SELECT pg_sleep(5)")
            with connection.cursor() as cursor:
                cursor.execute("SHOW statement_timeout")
                return (*told, *cursor.fetchone())
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        during, only, after = pool.submit(elsewhere).result(20)
    assert (during, only, after != during) == ("7s", "on", True)


@pytest.mark.parametrize(
    "address", ["/api/v1/projects/", "/kk/projects/?search=x", "/kk/projects/?as_of=2020-01-01", CSV]
)
def test_who_reads_much_has_a_time_limit(client, monkeypatch, address):
    asked_for = []

    @contextmanager
    def noted(*, seconds=0):
        asked_for.append(seconds)
        yield

    for module in ("projects.api.views", "projects.views.project_list", "projects.exports.view"):
        monkeypatch.setattr(sys.modules[module], "one_moment", noted)
    assert client.get(address).status_code == 200
    assert asked_for[0] in (10, 30)
