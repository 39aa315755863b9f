"""Public pages read from a copy of the database where there is one; nothing else does, and a dead copy harms nobody."""

import logging

import pytest
from django.conf import settings as site
from django.contrib.auth import SESSION_KEY
from django.db import OperationalError, connections
from django.test import Client

from accounts.models import User
from ppp_registry import routers
from ppp_registry.database.base import DatabaseWrapper
from projects.models import Project
from tests import factories
from tests.registry.pages import parse

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

PUBLIC = ["/kk/", "/kk/statistics/", "/kk/queue/", "/api/v1/projects.csv", "/kk/projects/?search=мектеп"]
PRIVATE = ["/kk/account/login/", "/kk/follow/", "/kk/applications/check/", "/kk/account/register/", "/readyz"]


@pytest.fixture
def copy(settings, monkeypatch):
    """Let there be a copy that lags: a connection of its own sees nothing of what this test has not committed."""
    settings.DATABASE_ROUTERS = ["ppp_registry.routers.ReplicaRouter"]
    where = settings.MIDDLEWARE.index("django.contrib.sessions.middleware.SessionMiddleware")
    ours = "ppp_registry.routers.ReplicaMiddleware"
    settings.MIDDLEWARE = [*settings.MIDDLEWARE[:where], ours, *settings.MIDDLEWARE[where:]]
    wrapper = DatabaseWrapper({**connections["default"].settings_dict, "CONN_HEALTH_CHECKS": False}, alias="replica")

    def connect():
        # Without Django's guard of tests, which knows the databases of the settings only.
        if wrapper.connection is None:
            with wrapper.wrap_database_errors:
                wrapper.connect()

    wrapper.ensure_connection = connect
    monkeypatch.setitem(connections.settings, "replica", wrapper.settings_dict)
    connections["replica"] = wrapper
    yield wrapper
    routers.READING.set(False)
    wrapper.close()
    del connections["replica"]


def gone(*arguments, **options):
    """Stand for whatever asks a database that is not there."""
    raise OperationalError("gone")


def asked(*arguments, **options):
    """Stand for whatever asks a database that must not be asked."""
    pytest.fail("asked the wrong database")


def shown(browser, address="/kk/projects/"):
    """Return how many projects a page shows; 0 is what the copy knows."""
    answer = browser.get(address)
    assert answer.status_code == 200, address
    if address.startswith("/api/"):
        return len(answer.json()["results"])
    leads = {link["href"].removeprefix("/kk/projects/").rstrip("/") for link in parse(answer).all("a")}
    return sum(lead.isdigit() for lead in leads)


@pytest.fixture
def three(copy):
    return [factories.project_in("approved") for _ in range(3)]


@pytest.mark.parametrize("address", ["/kk/projects/", "/api/v1/projects/"])
def test_public_pages_read_from_the_copy(three, address):
    assert shown(Client(), address) == 0
    routers.READING.set(False)
    assert Project.objects.count() == 3


@pytest.mark.parametrize(
    "address", ["/kk/", "/kk/statistics/", "/kk/queue/", "/api/v1/projects.csv", "/kk/projects/?search=мектеп"]
)
def test_not_one_question_of_a_public_page_goes_elsewhere(three, monkeypatch, address):
    monkeypatch.setattr(connections["default"], "cursor", lambda *_, **__: pytest.fail("asked the true database"))
    monkeypatch.setattr(
        connections["default"], "chunked_cursor", lambda *_, **__: pytest.fail("asked the true database")
    )
    answer = Client().get(address)
    assert answer.status_code == 200
    assert answer.getvalue()


def test_whoever_is_logged_in_reads_the_true_rows(three):
    browser = Client()
    browser.force_login(factories.user())
    assert shown(browser) == 3
    assert SESSION_KEY in browser.session
    assert shown(Client()) == 0


def test_whoever_wrote_reads_the_true_rows_for_a_while(three):
    browser = Client()
    answer = browser.post("/kk/follow/", {})
    cookie = answer.cookies["wrote"]
    assert (cookie["max-age"], cookie["httponly"], cookie["samesite"]) == (2 * site.REPLICA_LAG, True, "Lax")
    assert shown(browser) == 3
    del browser.cookies["wrote"]
    assert shown(browser) == 0


@pytest.mark.parametrize(
    "page", ["/kk/account/login/", "/kk/follow/", "/kk/applications/check/", "/kk/account/register/", "/readyz"]
)
def test_pages_of_somebody_never_ask_the_copy(copy, monkeypatch, page):
    monkeypatch.setattr(copy, "cursor", asked)
    assert Client().get(page).status_code == 200


def test_a_write_within_a_public_page_goes_to_the_true_database(copy):
    routers.READING.set(True)
    assert Project.objects.all().db == "replica"
    written = factories.user()
    assert (User.objects.all().db, User.objects.get(pk=written.pk)) == ("default", written)


def test_a_copy_that_cannot_be_reached_harms_nobody(three, copy, monkeypatch, caplog):
    copy.settings_dict = {**copy.settings_dict, "HOST": "/nowhere"}
    copy.close()
    browser = Client()
    with caplog.at_level(logging.WARNING, "ppp_registry.routers"):
        assert [shown(browser), shown(browser)] == [3, 3]


def test_a_copy_that_goes_away_under_a_page_is_replaced_at_once(three, copy, monkeypatch):
    browser = Client()
    assert shown(browser) == 0
    monkeypatch.setattr(copy, "cursor", gone)
    monkeypatch.setattr(copy, "chunked_cursor", gone)
    monkeypatch.setattr(copy, "prepared_cursor", gone)
    assert shown(browser) == 3


@pytest.mark.parametrize(("behind", "seen"), [("0", 0), ("10", 0), ("10.5", 3), ("NULL", 3)])
def test_a_copy_too_far_behind_is_left_alone(three, monkeypatch, behind, seen):
    monkeypatch.setattr(routers, "_LAG", f"SELECT {behind}::float")
    assert shown(Client()) == seen


def test_the_copy_is_looked_at_once_in_some_seconds(three, monkeypatch):
    looks = []
    monkeypatch.setattr(routers.Health, "_look", lambda self: looks.append(setattr(self, "_asked", 1e12)))
    browser = Client()
    assert [shown(browser) for _ in range(3)] == [3, 3, 3]
    assert len(looks) == 1


def test_without_the_setting_there_is_neither_router_nor_middleware():
    assert "replica" not in site.DATABASES
    assert getattr(site, "DATABASE_ROUTERS", []) == []
    assert not any("routers" in name for name in site.MIDDLEWARE)


def test_nothing_migrates_the_copy():
    router = routers.ReplicaRouter()
    assert (router.allow_migrate("replica", "projects"), router.allow_migrate("default", "projects")) == (False, None)
