"""Logging in and out: one sentence for every mistake, and nobody is sent to another site."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Membership
from tests import factories
from tests.accounts.makers import organisation
from tests.registry.pages import parse

pytestmark = pytest.mark.django_db

LOGIN = "/kk/account/login/"
PASSWORD = "ұзын құпия сөз"
ELSEWHERE = [
    *("https://evil.example/", "http://evil.example/", "//evil.example/", "///evil.example/", "/\\evil.example/"),
    *("\\\\evil.example", "javascript:alert(1)", "/\t/evil.example/", "https:evil.example", "evil.example"),
    *("/kk/\x00", "/kk/\r\nSet-Cookie: a=b", "http://testserver@evil.example/", "/" + "a" * 600),
]


def log_in(client, email="aigul@example.kz", password=PASSWORD, **more):
    return client.post(LOGIN, {"email": email, "password": password, **more})


@pytest.fixture
def person():
    return factories.user(email="aigul@example.kz")


def test_a_person_gets_to_the_applications(client, person):
    assert log_in(client, "AIGUL@example.kz").url == "/kk/applications/"
    assert client.session["_auth_user_id"] == str(person.pk)


def test_staff_get_to_their_site_unless_they_work_for_an_organisation(client):
    clerk = factories.user(email="aigul@example.kz", is_staff=True)
    assert log_in(client).url == "/admin/"
    Membership.objects.create(organisation=organisation(), user=clerk)
    assert log_in(client).url == "/kk/applications/"


@pytest.mark.parametrize("target", ["/ru/projects/?search=%D0%B0", "/kk/account/", "/admin/"])
def test_a_page_of_ours_is_gone_on_to(client, person, target):
    assert client.get(LOGIN, {"next": target}).context["next"] == target
    assert log_in(client, next=target).url == target


@pytest.mark.parametrize("target", ELSEWHERE)
def test_nobody_is_sent_elsewhere(client, person, target):
    main = parse(client.get(LOGIN, {"next": target})).one("main")
    assert [box["name"] for box in main.all("input", type="hidden")] == ["csrfmiddlewaretoken"]
    assert [link["href"] for link in main.all("a") if "next" in link["href"]] == []
    wrong = parse(log_in(client, password="қате", next=target)).one("main")
    assert [box["name"] for box in wrong.all("input", type="hidden")] == ["csrfmiddlewaretoken"]
    assert log_in(client, next=target).url == "/kk/applications/"


def seen(email, password=PASSWORD):
    answer = log_in(Client(), email, password)
    return answer.status_code, answer.context["form"].non_field_errors(), list(answer.context["form"].errors)


def test_every_mistake_gets_the_same_sentence(person):
    factories.user(email="closed@example.kz", is_active=False)
    answers = [
        seen("aigul@example.kz", "қате құпия сөз"),
        seen("nobody@example.kz"),
        seen("closed@example.kz"),
        seen("aigul@example.kz", PASSWORD + " "),
    ]
    assert answers == answers[:1] * 4
    assert (answers[0][0], len(answers[0][1])) == (200, 1)


def test_the_typed_address_stays_and_the_password_does_not(client, person):
    page = log_in(client, "aigul@example.kz", "қате құпия сөз").content.decode()
    assert 'value="aigul@example.kz"' in page
    assert "қате құпия сөз" not in page


def test_a_page_that_needs_a_login_asks_for_one_in_its_language(client):
    answer = client.get("/ru/account/")
    assert (answer.status_code, answer.url) == (302, "/ru/account/login/?next=/ru/account/")


def test_logging_out_is_an_act_and_not_a_link(client, person):
    log_in(client)
    assert client.get("/kk/account/logout/").status_code == 405
    assert client.get("/kk/account/").status_code == 200
    assert client.post("/kk/account/logout/").url == "/kk/"
    assert client.get("/kk/account/").status_code == 302


def test_logging_in_gives_a_new_session(client, person):
    client.get(LOGIN)
    client.session.save()
    before = client.session.session_key
    log_in(client)
    assert client.session.session_key != before


def test_forms_from_elsewhere_are_refused(person):
    assert log_in(Client(enforce_csrf_checks=True)).status_code == 403


@pytest.mark.parametrize(
    "path",
    ["login/", "register/", "register/sent/", "password/reset/", "password/reset/sent/", "register/x.y.z/"],
)
def test_no_cache_keeps_a_page_of_an_account(client, path):
    kept = client.get(f"/kk/account/{path}").headers["Cache-Control"]
    assert {"no-store", "private"} <= set(kept.split(", "))


def test_a_person_sees_its_name_in_the_header_and_a_visitor_the_door(client, person):
    assert LOGIN in client.get("/kk/").content.decode()
    log_in(client)
    page = client.get("/kk/").content.decode()
    assert person.full_name in page
    assert LOGIN not in page


def test_the_header_asks_the_database_nothing_for_a_visitor(client):
    client.get(LOGIN)
    with CaptureQueriesContext(connection) as captured:
        client.get(LOGIN)
    assert len(captured) == 0


def test_the_profile_changes_name_and_language(client, person):
    log_in(client)
    answer = client.post("/kk/account/", {"full_name": "Гүлнұр Әбіш", "language": "ru"})
    assert (answer.status_code, answer.url) == (302, "/ru/account/")
    person.refresh_from_db()
    assert (person.full_name, person.language) == ("Гүлнұр Әбіш", "ru")
    refused = client.post("/kk/account/", {"full_name": "", "language": "xx", "is_staff": "on", "email": "x@y.kz"})
    assert (refused.status_code, sorted(refused.context["form"].errors)) == (200, ["full_name", "language"])
    person.refresh_from_db()
    assert (person.full_name, person.is_staff, person.email) == ("Гүлнұр Әбіш", False, "aigul@example.kz")
    assert "Гүлнұр Әбіш" in refused.content.decode()
