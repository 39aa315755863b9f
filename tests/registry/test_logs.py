"""One line of JSON a record, one line a request, and a number that leads from a page of a fault to its lines."""

import io
import json
import logging
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings as site
from django.test import Client

from ppp_registry import logs
from ppp_registry.request_log import HEADER
from tests.registry.pages import parse

TOKEN = "c4n4ry-t0ken-of-a-link"


@pytest.fixture
def lines():
    """Return what stands in the log as the lines of production, read when called."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logs.JsonLines())
    watched = [logging.getLogger(name) for name in ("ppp_registry.requests", "django.request", "elsewhere")]
    before = [(logger, logger.level) for logger in watched]
    for logger in watched:
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    for logger, level in before:
        logger.removeHandler(handler)
        logger.setLevel(level)


def test_a_record_is_one_line_with_time_in_utc(lines):
    try:
        raise ValueError("Қате\nекі жол")
    except ValueError:
        logging.getLogger("elsewhere").exception("ұзын\nсөз %s", 7, extra={"route": "kk/"})
    (line,) = lines()
    assert (line["level"], line["logger"], line["message"]) == ("ERROR", "elsewhere", "ұзын\nсөз 7")
    assert line["time"].endswith("+00:00")
    assert (line["route"], "ValueError" in line["traceback"]) == ("kk/", True)


@pytest.mark.django_db
def test_a_request_is_one_line_by_its_pattern_and_says_nothing_of_who_asked(client, lines):
    addresses = {
        f"/kk/account/register/{TOKEN}/?email=a@example.kz": "kk/account/register/<str:token>/",
        f"/kk/{TOKEN}/": "unknown",
        "/kk/resolutions/?q=900101300007": "kk/resolutions/",
    }
    for address in addresses:
        client.get(address, REMOTE_ADDR="192.0.2.77", headers={"user-agent": TOKEN})
    said = [line for line in lines() if line["logger"] == "ppp_registry.requests"]
    assert [line["route"] for line in said] == list(addresses.values())
    assert [line["status"] for line in said] == [410, 404, 200]
    assert {"time", "level", "logger", "message", "request_id", "method", "route", "status", "ms"} == {*said[0]}
    assert not any(private in json.dumps(said) for private in (TOKEN, "192.0.2.77", "example.kz", "9001"))


@pytest.mark.django_db
def test_a_fault_shows_a_number_that_stands_in_the_log(client, lines, monkeypatch):
    monkeypatch.setattr(sys.modules["projects.views.home"], "approved_summary", lambda: 1 / 0)
    client.raise_request_exception = False
    answer = client.get("/kk/")
    number = parse(answer).one("code").text
    assert (answer.status_code, len(number)) == (500, 12)
    assert answer[HEADER].startswith(number)
    told = [line for line in lines() if line["request_id"].startswith(number)]
    assert {"ppp_registry.requests", "django.request"} <= {line["logger"] for line in told}
    assert not any("request" in line for line in told)


def test_a_number_from_outside_is_believed_only_behind_a_proxy_and_only_in_form(client, settings):
    theirs = "0123456789abcdef0123456789abcdef"
    own = client.get("/healthz", headers={HEADER: theirs})[HEADER]
    assert own != theirs
    assert len(own) == 16
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    assert Client().get("/healthz", headers={HEADER: theirs})[HEADER] == theirs
    for wrong in ("", "a" * 15, "a" * 33, "g" * 16, "a" * 16 + "\u0661", '0123456789abcdef","x":"'):
        assert Client().get("/healthz", headers={HEADER: wrong})[HEADER] != wrong


@pytest.mark.parametrize(
    ("environ", "formatter"),
    [
        ({}, logs.JSON),
        ({"PLAIN_HTTP": "on"}, logs.PLAIN),
        ({"PLAIN_HTTP": "on", "LOG_FORMAT": "json"}, logs.JSON),
        ({"LOG_FORMAT": "plain"}, logs.PLAIN),
    ],
)
def test_production_writes_json_and_a_demo_for_people(environ, formatter):
    assert logs.formatter(environ) == formatter


def test_another_word_for_the_form_stops_the_start():
    with pytest.raises(ValueError, match="LOG_FORMAT is “xml”: write json or plain"):
        logs.formatter({"LOG_FORMAT": "xml"})


def written_by_gunicorn(told):
    """Return what a process with gunicorn's logging writes, before any settings are there."""
    code = "import logging, logging.config, runpy; c = runpy.run_path('gunicorn.conf.py')"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}; logging.config.dictConfig(c['logconfig_dict'])\n{told}"],
        cwd=Path(site.BASE_DIR),
        env={"PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
    )
    return done.stderr.splitlines()


def test_the_web_server_writes_the_same_lines():
    told = "logging.getLogger('gunicorn.error').error('сөз'); logging.getLogger('gunicorn.access').error('192.0.2.1')"
    (line,) = written_by_gunicorn(told)
    assert (json.loads(line)["logger"], json.loads(line)["message"]) == ("gunicorn.error", "сөз")


def test_a_fault_that_only_the_web_server_saw_is_told_without_values():
    told = """
try:
    raise ValueError("Key (email)=(canary@example.kz), 900101300017")
except ValueError:
    logging.getLogger("gunicorn.error").exception("Error handling request %s", "/kk/papers/?q=canary&iin=900101300017")
"""
    (line,) = written_by_gunicorn(told)
    said = json.loads(line)
    assert (said["logger"], said["message"]) == ("gunicorn.error", "Error handling request /kk/papers/?…")
    assert "ValueError" in line
    assert "canary" not in line
    assert "900101300017" not in line


@pytest.mark.parametrize(
    ("environ", "level"),
    [
        ({}, "INFO"),
        ({"LOG_FORMAT": "plain"}, "INFO"),
        ({"PLAIN_HTTP": "on", "LOG_FORMAT": "json"}, "INFO"),
        ({"DEBUG": "1"}, "ERROR"),
    ],
)
def test_what_happens_at_the_door_is_told_in_production_whatever_the_form(environ, level):
    assert logs.of_site(environ)["loggers"]["accounts.security"]["level"] == level
