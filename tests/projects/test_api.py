"""What the API says: every field, the details, totals that add up, and answers that can be kept."""

import json
from datetime import datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from projects.models import Document, Project
from projects.queries.records import FIELDS
from reference.codelists import InitiatorType, ProjectStatus
from tests import factories
from tests.proposals import applications as intake
from tests.registry.people import logged_in
from tests.registry.registers import Register, recomputed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

API = "/api/v1/"
TYPES = {
    "number": int, "title_kk": str, "title_ru": str, "title_en": str, "sector": str, "territory": str,
    "initiator_type": str, "status": str, "cost": int, "cost_known": bool, "is_group": bool, "group": int,
    "term_years": float, "jobs": int, "year": int, "resolution": int, "private_partner": str, "source_url": str,
    "updated_at": str,
}  # fmt: skip
MAY_BE_UNKNOWN = {"cost", "group", "term_years", "jobs", "year", "resolution"}


def rows(client, query=""):
    return client.get(f"{API}projects/?page_size=100&{query}").json()["results"]


def test_a_row_has_every_field_with_its_type(client):
    full = factories.project_in(
        ProjectStatus.APPROVED, cost=10**14, term_years=Decimal("7.50"), jobs=0, year=2017, title_en="School",
        private_partner="«Мектеп» ЖШС", initiator_type=InitiatorType.SME,
    )  # fmt: skip
    factories.project(cost=None, year=None)
    factories.group_of({"cost": 0})
    known, unknown, group, member = rows(client)
    assert tuple(known) == FIELDS == tuple(TYPES)
    assert {name: type(value) for name, value in known.items() if name != "group"} == {
        name: kind for name, kind in TYPES.items() if name != "group"
    }
    assert {name for name, value in unknown.items() if value is None} == MAY_BE_UNKNOWN
    assert (known["cost"], known["cost_known"], known["term_years"], known["jobs"]) == (10**14, True, 7.5, 0)
    assert (unknown["cost"], unknown["cost_known"]) == (None, False)
    assert (group["is_group"], member["group"], member["cost"]) == (True, group["number"], 0)
    moment = datetime.fromisoformat(known["updated_at"])
    assert (moment, moment.utcoffset().total_seconds()) == (full.updated_at, 5 * 3600)
    raw = client.get(f"{API}projects/").content.decode()
    assert '"cost":100000000000000,' in raw


def test_one_project_says_what_its_page_says(client):
    made = factories.project_in(ProjectStatus.APPROVED, cost=7, territory=factories.MEDEU)
    factories.contract(made, sum=5)
    Project.objects.filter(pk=made.pk).update(asked_sum=9, note_kk="Ескерту", state_obligations=4)
    made.obligations.create(year=2030, amount=4)
    made.responsibilities.create(area="land", bearer="state", note_kk="Жер")
    for public in (True, False):
        Document.objects.create(project=made, title_kk=f"Қағаз {public}", url="https://example.kz/x", is_public=public)
    body = client.get(f"{API}projects/{made.number}/").json()
    assert {name: body[name] for name in FIELDS} == rows(client)[0]
    assert (body["asked_sum"], body["approved_sum"], body["signed_sum"], body["state_obligations"]) == (9, None, 5, 4)
    assert body["obligations"] == [{"year": 2030, "amount": 4}]
    assert [(row["area"], row["bearer"], row["note_kk"]) for row in body["responsibilities"]] == [
        ("land", "state", "Жер")
    ]
    assert [paper["title_kk"] for paper in body["documents"]] == ["Қағаз True"]
    assert [step["status"] for step in body["status_history"]] == ["planned", "approved", "contract_signed"]
    assert [(step["act"], step["cost"], step["resolution"]) for step in body["list_history"]] == [
        ("entered", 7, body["resolution"])
    ]
    assert (body["region"], body["territory"], body["entered_by"]["id"]) == (
        factories.ALMATY, factories.MEDEU, body["resolution"],
    )  # fmt: skip
    assert body["sector_names"]["name_en"] == "Education"
    assert (body["contract"]["sum"], body["contract"]["partner_bin"]) == (5, "")
    assert body["page_url"].endswith(f"/kk/projects/{made.number}/")
    assert client.get(body["documents"][0]["url"]).status_code == 302


def test_a_resolution_tells_declared_beside_entered(client):
    made = factories.resolution(declared_count=16, declared_total=45_000_000_000, declared_is_approximate=True)
    made.declared_shares.create(initiator_type="sme", count=2, total=1_100_000_000)
    Register(2)
    listed = client.get(f"{API}resolutions/?page_size=1").json()
    assert (listed["count"], len(listed["results"])) == (4, 1)
    found, address = [], f"{API}resolutions/?page_size=1"
    while address:
        body = client.get(address).json()
        found += body["results"]
        address = body["next"]
    assert [paper["id"] for paper in found] == sorted((paper["id"] for paper in found), reverse=True)
    (ours,) = [paper for paper in found if paper["id"] == made.pk]
    assert ours["declared"] == {"count": 16, "cost": 45_000_000_000, "is_approximate": True}
    assert ours["entered"] == {"count": 0, "cost": 0, "cost_known": 0, "cost_unknown": 0}
    whole = client.get(f"{API}resolutions/{made.pk}/").json()
    assert {name: whole[name] for name in ours} == ours
    assert whole["declared_by_initiator"][0]["declared"] == {"count": 2, "cost": 1_100_000_000}
    for paper in found:
        if paper["projects_url"]:
            assert client.get(paper["projects_url"]).status_code == 200


def test_totals_add_up_and_are_what_the_list_says(client):
    Register(7)
    for view in ("", "sector=education&sector=health&cost_min=1", "as_of=2020-01-01", "search=стадион", "year=none"):
        listed = client.get(f"{API}projects/?page_size=1&{view}").json()
        for by in ("sector", "initiator_type", "year", "status", "territory"):
            body = client.get(f"{API}totals/?by={by}&{view}").json()
            assert body["by"] == by
            for name in ("count", "cost", "cost_known", "cost_unknown"):
                assert sum(line[name] for line in body["lines"]) == body["whole"][name] == listed[name], (by, view)
    whole = client.get(f"{API}totals/?by=year").json()["whole"]
    assert (whole["count"], whole["cost"], whole["cost_unknown"]) == recomputed()[:3]
    assert client.get(f"{API}totals/?by=year").json()["lines"][-1]["code"] is None
    codes = {line["code"] for line in client.get(f"{API}totals/?by=territory").json()["lines"]}
    assert codes <= {row["code"] for row in client.get(f"{API}territories/").json()["results"]}
    sectors = client.get(f"{API}sectors/").json()
    assert sectors["count"] == len(sectors["results"]) > 10
    assert sectors["results"][0]["name_kk"] == "Білім беру"


def test_an_answer_that_is_held_is_not_sent_again(client):
    made = factories.project()
    for address in (
        "projects/",
        f"projects/{made.number}/",
        "resolutions/",
        "sectors/",
        "totals/?by=year",
        "schema/",
        "docs/",
    ):
        first = client.get(API + address)
        etag = first["ETag"]
        assert etag.startswith('"'), "a strong mark"
        assert first["Cache-Control"] == "public, max-age=60"
        for held in (etag, f"W/{etag}", f'"other", W/"x", {etag}', "*"):
            again = client.get(API + address, headers={"if-none-match": held})
            assert (again.status_code, again.content, again["ETag"]) == (304, b"", etag)
            assert again["Access-Control-Allow-Origin"] == "*"
        for stale in ('"other"', etag.strip('"'), ""):
            assert client.get(API + address, headers={"if-none-match": stale}).content == first.content
        head = client.head(API + address)
        assert (head.status_code, head["ETag"], head.content) == (200, etag, b"")
    before = client.get(f"{API}projects/")["ETag"]
    factories.project()
    assert client.get(f"{API}projects/", headers={"if-none-match": before}).status_code == 200


def test_any_site_may_read_and_nobody_gets_a_cookie(client):
    factories.project()
    asked = {"origin": "https://example.org", "access-control-request-method": "GET"}
    for address in ("projects/", "projects/1/", "nothing/", "docs/"):
        flight = client.options(API + address, headers={**asked, "access-control-request-headers": "if-none-match"})
        assert flight.status_code == 204
        assert flight["Access-Control-Allow-Origin"] == "*"
        assert flight["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
        assert "If-None-Match" in flight["Access-Control-Allow-Headers"]
        assert "Access-Control-Allow-Credentials" not in flight.headers
        client.cookies.load({"csrftoken": "not a token", "sessionid": "x" * 32, "django_language": "ru"})
        answer = client.get(API + address, headers={"origin": "https://example.org"})
        assert answer["Access-Control-Allow-Origin"] == "*"
        assert (answer.cookies, "Cookie" in answer["Vary"], answer["Content-Language"]) == ({}, False, "kk")
    assert client.options(f"{API}projects/")["Allow"] == "GET, HEAD, OPTIONS"


def test_who_asks_and_what_is_not_approved_change_nothing(client):
    Register(4)
    found = (
        "projects/",
        "projects/?ordering=-cost&search=1",
        "projects/1/",
        "resolutions/",
        "totals/?by=status",
        "docs/",
    )
    addresses = [API + address for address in found]
    before = [client.get(address).content for address in addresses]
    intake.filed()
    assert [client.get(address).content for address in addresses] == before
    staff = logged_in("head")
    for address, body in zip(addresses, before, strict=True):
        with CaptureQueriesContext(connection) as asked:
            assert staff.get(address).content == body
        assert [
            query["sql"]
            for query in asked
            if 'FROM "accounts_user"' in query["sql"] or "django_session" in query["sql"]
        ] == []


def test_words_are_sorted_as_the_language_writes_them():
    factories.project(title_kk="Ә мектебі", title_ru="Школа Б")
    factories.project(title_kk="Б мектебі", title_ru="Школа А")
    client = Client()
    found = {code: [row["number"] for row in rows(client, f"ordering=title&lang={code}")] for code in ("kk", "ru")}
    assert found == {"kk": [1, 2], "ru": [2, 1]}
    assert (
        json.loads(client.get(f"{API}projects/?ordering=title", headers={"accept-language": "ru"}).content)["results"][
            0
        ]["number"]
        == 2
    )
