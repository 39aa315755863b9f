"""A forgotten and a changed password, and a changed address."""

import datetime
import re

import pytest
from django.contrib.auth.tokens import default_token_generator
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.services import email_change
from tests import factories
from tests.accounts.outbox import kinds, letters, link_in

pytestmark = pytest.mark.django_db

RESET = "/kk/account/password/reset/"
CHANGE = "/kk/account/password/"
EMAIL = "/kk/account/email/"
OLD = "ұзын құпия сөз"
NEW = "тау бөктеріндегі алма"
NEW_TWICE = {"password1": NEW, "password2": NEW}


@pytest.fixture
def person():
    return factories.user(email="aigul@example.kz", language="ru")


@pytest.fixture
def browser(client, person):
    client.force_login(person)
    return client


def ask(client, email="aigul@example.kz"):
    return client.post(RESET, {"email": email})


def opened(client):
    """Ask for a letter and open its link; return the address the form is sent to."""
    ask(client)
    return client.get(link_in(letters()[-1]), follow=True).redirect_chain[-1][0]


def test_a_letter_leads_to_a_new_password(client, person):
    assert ask(client, "AIGUL@example.kz").url == f"{RESET}sent/"
    path = link_in(letters("aigul@example.kz")[0])
    assert path.startswith("/ru/account/password/reset/")
    form = client.get(path)
    assert form.url.endswith("/set-password/")
    saved = client.post(form.url, NEW_TWICE)
    assert saved.url == "/ru/account/password/reset/complete/"
    assert client.get(saved.url).status_code == 200
    person.refresh_from_db()
    assert person.check_password(NEW)
    assert kinds() == ["password_reset", "password_changed"]


def test_a_reset_link_works_once(client, person):
    path = opened(client)
    assert client.post(path, NEW_TWICE).status_code == 302
    again = Client()
    assert again.get(link_in(letters()[0])).status_code == 410
    assert client.post(path, {"password1": OLD, "password2": OLD}).status_code == 410
    person.refresh_from_db()
    assert person.check_password(NEW)


@pytest.mark.parametrize(("minutes", "status"), [(59, 302), (61, 410)])
def test_a_reset_link_lasts_an_hour(client, person, monkeypatch, minutes, status):
    ask(client)
    later = default_token_generator._now() + datetime.timedelta(minutes=minutes)
    monkeypatch.setattr(default_token_generator, "_now", lambda: later)
    assert client.get(link_in(letters()[0])).status_code == status


def test_a_weak_or_a_different_second_password_is_refused(client, person):
    path = opened(client)
    for wrong, field in (
        ({"password1": NEW, "password2": OLD}, "password2"),
        ({"password1": "a", "password2": "a"}, "password1"),
        ({"password1": "", "password2": ""}, "password1"),
    ):
        answer = client.post(path, wrong)
        assert (answer.status_code, next(iter(answer.context["form"].errors))) == (200, field)
    assert client.post(path, NEW_TWICE).status_code == 302


def looked_at(email):
    client = Client()
    with CaptureQueriesContext(connection) as captured:
        answer = ask(client, email)
    return answer.status_code, answer.url, client.get(answer.url).content.decode(), len(captured)


def test_whether_an_address_has_an_account_nobody_can_see(person):
    factories.user(email="closed@example.kz", is_active=False)
    User.objects.create_user("without@example.kz", full_name="Құпиясөзсіз")
    seen = [looked_at(f"{who}@example.kz") for who in ("nobody", "aigul", "closed", "without")]
    assert seen[1:] == seen[:1] * 3
    assert kinds("nobody@example.kz") == ["no_account"]
    assert kinds("aigul@example.kz") == ["password_reset"]
    assert kinds("closed@example.kz") == kinds("without@example.kz") == ["account_closed"]
    assert "/password/reset/" not in letters("closed@example.kz")[0].message


def test_three_letters_an_hour(client, person):
    assert {ask(client).url for _ in range(5)} == {f"{RESET}sent/"}
    assert len(letters()) == 3


def test_a_new_password_ends_every_other_session(browser, person):
    elsewhere = Client()
    elsewhere.force_login(person)
    assert elsewhere.get("/kk/account/").status_code == 200
    assert browser.post(CHANGE, {"old_password": OLD, **NEW_TWICE}).url == "/kk/account/"
    assert browser.get("/kk/account/").status_code == 200
    assert elsewhere.get("/kk/account/").status_code == 302
    assert kinds("aigul@example.kz") == ["password_changed"]


def test_a_reset_ends_every_session(browser, person):
    other = Client()
    other.post(opened(other), NEW_TWICE)
    assert browser.get("/kk/account/").status_code == 302


def test_the_password_is_changed_only_by_who_knows_it(browser, person):
    answer = browser.post(CHANGE, {"old_password": "басқа", **NEW_TWICE})
    assert (answer.status_code, list(answer.context["form"].errors)) == (200, ["old_password"])
    person.refresh_from_db()
    assert (person.check_password(OLD), letters()) == (True, [])


def change(client, email="new@example.kz", password=OLD):
    return client.post(EMAIL, {"email": email, "password": password})


def test_a_new_address_holds_once_its_owner_pressed_the_button(browser, person):
    assert change(browser, "New@EXAMPLE.kz").url == "/kk/account/"
    path = link_in(letters("New@example.kz")[0])
    stranger = Client()
    assert "New@example.kz" in stranger.get(path).content.decode()
    person.refresh_from_db()
    assert person.email == "aigul@example.kz"
    assert stranger.post(path).status_code == 302
    person.refresh_from_db()
    assert person.email == "New@example.kz"
    assert kinds("aigul@example.kz") == ["email_change_asked", "email_changed"]
    assert stranger.get(path).status_code == stranger.post(path).status_code == 410
    assert browser.get("/kk/account/").status_code == 200


def test_of_two_links_only_the_first_one_used_works(browser, person):
    change(browser, "one@example.kz")
    change(browser, "two@example.kz")
    one, two = link_in(letters("one@example.kz")[0]), link_in(letters("two@example.kz")[0])
    assert browser.post(two).status_code == 302
    assert browser.post(one).status_code == 410
    person.refresh_from_db()
    assert person.email == "two@example.kz"


def test_a_taken_address_gets_the_same_answer_and_its_owner_the_letter(browser, person):
    factories.user(email="taken@example.kz", language="kk")
    seen = []
    for email in ("free@example.kz", "TAKEN@example.kz"):
        with CaptureQueriesContext(connection) as captured:
            answer = change(browser, email)
        seen.append((answer.status_code, answer.url, len(captured), browser.get(answer.url).content.decode()))
    assert seen[0][:3] == seen[1][:3]
    assert (kinds("free@example.kz"), kinds("taken@example.kz")) == (["email_change"], ["email_taken"])
    assert "/kk/account/email/" not in letters("taken@example.kz")[0].message


def test_an_address_that_somebody_took_meanwhile_is_not_taken_twice(browser, person):
    change(browser)
    path = link_in(letters("new@example.kz")[0])
    factories.user(email="NEW@example.kz")
    assert browser.post(path).status_code == 410
    person.refresh_from_db()
    assert person.email == "aigul@example.kz"
    assert "email_changed" not in kinds()


@pytest.mark.parametrize(
    ("email", "password", "field"),
    [("new@example.kz", "басқа", "password"), ("AIGUL@example.kz", OLD, "email"), ("new", OLD, "email")],
)
def test_an_address_is_not_changed_without_the_password_or_to_itself(browser, email, password, field):
    answer = change(browser, email, password)
    assert (answer.status_code, list(answer.context["form"].errors)) == (200, [field])
    assert letters() == []


def test_an_address_link_lasts_a_day_and_needs_an_active_account(browser, person, monkeypatch):
    change(browser)
    path = link_in(letters("new@example.kz")[0])
    assert Client().get(path).status_code == 200
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert Client().get(path).status_code == 410
    User.objects.filter(pk=person.pk).update(is_active=True)
    monkeypatch.setattr(email_change, "LINK_LASTS", -1)
    assert Client().get(path).status_code == 410


@pytest.mark.parametrize("path", [CHANGE, EMAIL, "/kk/account/"])
def test_strangers_are_sent_to_the_login(client, path):
    assert client.get(path).url == f"/kk/account/login/?next={path}"
    assert client.post(path).status_code == 302


@pytest.mark.parametrize("host", ["ppp.example.kz:8443", "other.example.kz", "ppp.example.kz"])
def test_in_production_a_letter_leads_to_the_site_of_the_settings(client, settings, host):
    settings.PLAIN_HTTP, settings.ALLOWED_HOSTS = False, [".example.kz"]
    settings.SITE_URL = "https://ppp.example.kz/"
    factories.user(email="aigul@example.kz")
    client.post("/kk/account/password/reset/", {"email": "aigul@example.kz"}, headers={"host": host})
    addresses = re.findall(r"https?://[^/\s]+/", letters()[0].message)
    assert set(addresses) == {"https://ppp.example.kz/"}
