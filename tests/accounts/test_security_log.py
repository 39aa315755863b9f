"""The log tells of entering and of refusals, by kind; of a name, an address or a password it tells nothing."""

import logging

import pytest
from django.test import Client

from tests import factories

pytestmark = pytest.mark.django_db

LOGIN = "/kk/account/login/"
EMAIL, PASSWORD = "aigul@example.kz", "ұзын құпия сөз"


def log_in(client, password=PASSWORD, email=EMAIL):
    return client.post(LOGIN, {"email": email, "password": password})


@pytest.fixture
def told(caplog):
    """Return what the log was told: level, event and account of each record."""
    caplog.set_level(logging.INFO, "accounts.security")

    def records():
        found = [one for one in caplog.records if one.name == "accounts.security"]
        assert EMAIL not in caplog.text
        assert PASSWORD not in caplog.text
        return [(one.levelname, one.getMessage(), getattr(one, "account", None)) for one in found]

    return records


def test_a_login_and_a_logout_are_told_with_the_account(client, told):
    person = factories.user(email=EMAIL)
    log_in(client)
    client.post("/kk/account/logout/")
    assert told() == [("INFO", "login", person.pk), ("INFO", "logout", person.pk)]


def test_wrong_tries_are_told_without_saying_whether_there_is_an_account(told):
    factories.user(email=EMAIL)
    for email in (EMAIL, "nobody@example.kz"):
        log_in(Client(), "қате құпия сөз", email)
    assert told() == [("WARNING", "login refused: wrong address or password", None)] * 2


def test_a_try_that_must_wait_is_told(client, told):
    for _ in range(6):
        log_in(client, "қате құпия сөз")
    assert told()[-1] == ("WARNING", "login put off: too many tries", None)


def test_refusals_are_told(client, told):
    person = factories.user(email=EMAIL)
    client.force_login(person)
    client.get("/admin/")
    client.get("/admin/", follow=True)
    strict = Client(enforce_csrf_checks=True)
    strict.post(LOGIN, {})
    assert ("WARNING", "refused: no right", person.pk) in told()
    assert ("WARNING", "refused: form without a good token", None) in told()


def test_logging_out_clears_the_pages_the_browser_kept(client):
    factories.user(email=EMAIL)
    log_in(client)
    assert client.post("/kk/account/logout/").headers["Clear-Site-Data"] == '"cache"'


def test_the_door_out_of_the_staff_site_is_the_same(client, told):
    person = factories.user(email=EMAIL, is_staff=True)
    client.force_login(person)
    answer = client.post("/admin/logout/")
    assert (answer.status_code, answer.headers["Clear-Site-Data"]) == (302, '"cache"')
    assert told()[-1] == ("INFO", "logout", person.pk)
    assert client.get("/admin/").status_code == 302
