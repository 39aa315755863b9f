"""Figures for whoever watches the machine: closed without a token, by pattern only, and silent about people."""

import datetime
import io
import re

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings
from django.utils import timezone
from post_office.models import Email

TOKEN = "m" * 24
pytestmark = pytest.mark.django_db


@pytest.fixture
def opened(settings, tmp_path):
    settings.METRICS_TOKEN, settings.HEARTBEAT_FOLDER, settings.BACKUP_FOLDER = TOKEN, str(tmp_path), str(tmp_path)
    return Client()


def figures(browser):
    """Return every figure by its name with labels."""
    answer = browser.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"})
    assert (answer.status_code, "no-store" in answer["Cache-Control"]) == (200, True)
    rows = [line.rpartition(" ") for line in answer.content.decode().splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in rows}


@pytest.mark.parametrize("told", [None, "", "Bearer ", "Bearer " + "x" * 24, TOKEN, f"Basic {TOKEN}"])
def test_nobody_reads_them_without_the_token(opened, told):
    headers = {} if told is None else {"authorization": told}
    assert opened.get("/metrics", headers=headers, REMOTE_ADDR="127.0.0.1").status_code == 404
    assert figures(opened)["ppp_database_up"] == 1


@pytest.mark.parametrize("told", ["Bearer", "Bearer ", "Bearer None"])
def test_without_a_token_in_the_settings_there_are_none(client, settings, told):
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics", headers={"authorization": told}).status_code == 404


def test_requests_are_counted_by_pattern_and_cost_no_query(opened):
    name = 'ppp_requests_total{method="GET",route="kk/projects/<int:number>/",status="404"}'
    address, uncounted = "/kk/projects/987654/", Client()
    with override_settings(METRICS_TOKEN=""):
        uncounted.get(address)
    before = figures(opened).get(name, 0)
    numbers = []
    for browser in (uncounted, opened, opened):
        with CaptureQueriesContext(connection) as captured:
            browser.get(address)
        numbers.append(len(captured))
    after = figures(opened)
    assert (after[name] - before, len(set(numbers))) == (2, 1)
    assert not any("987654" in name for name in after)
    assert after['ppp_request_seconds_bucket{le="+Inf",part="pages"}'] >= 2
    opened.generic("INVENTED", "/kk/")
    assert 'method="other"' in "".join(figures(opened))


def test_letters_that_wait_and_watchers_that_live_are_seen(opened, tmp_path):
    assert (figures(opened)["ppp_letters_waiting"], figures(opened)["ppp_letters_oldest_seconds"]) == (0, 0)
    letter = Email.objects.create(from_email="a@example.kz", to=["b@example.kz"], status=2, priority=2)
    Email.objects.filter(pk=letter.pk).update(created=timezone.now() - datetime.timedelta(hours=2))
    call_command("publish_resolutions", stdout=io.StringIO())
    tmp_path.joinpath("2026-11-01").mkdir()
    tmp_path.joinpath("2026-11-01", "manifest.json").touch()
    seen = figures(opened)
    assert (seen["ppp_letters_waiting"], seen["ppp_letters_oldest_seconds"] // 3600) == (1, 2)
    assert (
        abs(seen['ppp_watcher_round_timestamp_seconds{watcher="publish_resolutions"}'] - timezone.now().timestamp())
        < 60
    )
    assert abs(seen["ppp_backup_timestamp_seconds"] - timezone.now().timestamp()) < 60
    assert not re.search("example", "".join(seen))


def test_a_database_that_is_down_is_a_figure_and_no_fault(opened, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(connections["default"], "cursor", lambda: (_ for _ in ()).throw(OperationalError()))
        seen = figures(opened)
    assert (seen["ppp_database_up"], "ppp_letters_waiting" in seen) == (0, False)
