"""What the API refuses: everything that cannot be read, named, and never with a fault of the site."""

import json
from unittest.mock import patch

import pytest
from django.db import OperationalError
from django.test import Client

from projects.api.answers import ApiView
from tests import factories
from tests.projects.bad_requests import ELSEWHERE, NOT_THERE, OF_THE_LIST
from tests.registry.registers import Register

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

API = "/api/v1/"
CATALOGUE = ("sectors/", "territories/", "resolutions/", "projects/")


@pytest.fixture
def client() -> Client:
    return Client(raise_request_exception=False)


def problem_of(answer, status):
    """Return the problem document, after a look at what every one of them says."""
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json"), answer.content[:300]
    body = json.loads(answer.content)
    assert set(body) - {"errors"} == {"type", "title", "status", "detail"}
    assert (body["status"], body["type"]) == (status, f"/api/v1/docs/#problem-{status}")
    assert body["title"]
    assert body["detail"]
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert "no-store" in answer["Cache-Control"]
    return body


def test_what_cannot_be_read_is_refused_and_named(client):
    factories.project()
    requests = [(f"projects/?{query}", named) for query, named in OF_THE_LIST] + ELSEWHERE
    assert len(requests) >= 120
    for address, named in requests:
        body = problem_of(client.get(API + address), 400)
        assert sorted(body["errors"]) == named, address[:200]
        assert all(sentence for told in body["errors"].values() for sentence in told)


def test_the_same_parameters_are_taken_when_they_can_be_read(client):
    made = factories.resolution()
    for query in (
        "sector=education&sector=health", "territory=750000000", "initiator_type=sme", "status=approved", "year=none",
        "cost_min=0", "cost_max=1 000 000", "cost_min=1,1 bn", "resolution=none", f"resolution={made.pk}",
        "as_of=2017-09-14", "search=%25", "ordering=-cost", "lang=ru", "page_size=100", "page_size=1", "cursor=",
        "sector=&year=&page_size=", "cost_min=5&cost_max=5",
    ):  # fmt: skip
        assert client.get(f"{API}projects/?{query}").status_code == 200, query


def test_a_cursor_serves_the_view_it_was_made_for(client):
    Register(5)
    first = client.get(f"{API}projects/?ordering=title&page_size=3").json()["next"]
    cursor = first.partition("cursor=")[2].partition("&")[0]
    assert client.get(f"{API}projects/?ordering=title&page_size=9&cursor={cursor}").status_code == 200
    for other in (
        "projects/?ordering=-title",
        "projects/?ordering=title&lang=ru",
        "projects/?",
        "projects/?ordering=title&sector=education",
        "projects/?ordering=title&as_of=2020-01-01",
        "resolutions/?",
    ):
        body = problem_of(client.get(f"{API}{other}&cursor={cursor}"), 400)
        assert list(body["errors"]) == ["cursor"], other
    tampered = cursor[:10] + ("A" if cursor[10] != "A" else "B") + cursor[11:]
    assert client.get(f"{API}projects/?ordering=title&cursor={tampered}").status_code == 400


def test_what_is_not_there_is_not_found(client):
    factories.project()
    for address in NOT_THERE:
        problem_of(client.get(API + address), 404)
    assert client.get(f"{API}projects/1/").status_code == 200


def test_nothing_is_written_and_only_json_is_sent(client):
    for address in CATALOGUE:
        for method in ("post", "put", "patch", "delete", "trace"):
            answer = getattr(client, method)(API + address)
            problem_of(answer, 405)
            assert answer["Allow"] == "GET, HEAD, OPTIONS"
        for accepted in ("text/html", "application/xml", "application/json;q=0", "x", ",,;"):
            problem_of(client.get(API + address, headers={"accept": accepted}), 406)
        for accepted in ("*/*", "application/*", "application/json", "text/html;q=0.9,*/*;q=0.1", ""):
            assert client.get(API + address, headers={"accept": accepted}).status_code == 200


def test_too_many_parameters_are_refused_and_not_a_fault(client):
    for address in ("projects/", "projects.csv", "sectors/", "schema/"):
        problem_of(client.get(f"{API}{address}?" + "a&" * 2001), 400)
    for address, status in {"docs/": 200, "nothing/": 404}.items():
        assert client.get(f"{API}{address}?" + "a&" * 2001).status_code == status


def test_nothing_is_written_to_pages_and_files_either(client):
    browser = Client(enforce_csrf_checks=True)
    for address, allowed in (("docs/", "GET, HEAD, OPTIONS"), ("daily/2026-03-15/projects.csv", "GET, HEAD")):
        answer = browser.post(API + address)
        problem_of(answer, 405)
        assert answer["Allow"] == allowed


def test_problems_speak_the_language_that_was_asked_for(client):
    told = {}
    for language in ("kk", "ru", "en"):
        answers = [
            client.get(f"{API}projects/?year=x&lang={language}", headers={"accept-language": "de"}),
            client.get(f"{API}projects/?year=x", headers={"accept-language": f"de;q=0.1, {language}-KZ"}),
            client.get(f"{API}nothing/?lang={language}"),
        ]
        assert {answer["Content-Language"] for answer in answers} == {language}
        bodies = [json.loads(answer.content) for answer in answers]
        assert bodies[0] == bodies[1]
        assert "Accept-Language" in answers[1]["Vary"]
        told[language] = bodies[0]["errors"]["year"][0]
    assert len(set(told.values())) == 3
    assert told["en"].startswith("Select a valid choice")
    assert client.get(f"{API}projects/?year=x", headers={"accept-language": "de"})["Content-Language"] == "kk"


@pytest.mark.parametrize(("fault", "status"), [(OperationalError("gone"), 503), (RuntimeError("secret"), 500)])
def test_a_fault_is_told_as_json_and_gives_nothing_away(client, fault, status, caplog):
    with patch.object(ApiView, "parameters", side_effect=fault):
        answer = client.get(f"{API}sectors/")
    problem_of(answer, status)
    assert b"secret" not in answer.content
    assert answer.headers.get("Retry-After") == ("10" if status == 503 else None)
