"""The site starts only when it is safe to, and is safe unless somebody asks otherwise."""

import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings as site
from django.core.exceptions import ImproperlyConfigured

ROOT = Path(site.BASE_DIR)
LONG_KEY = "kq9!xTz4WvB2" * 5
PRODUCTION = {
    "SECRET_KEY": LONG_KEY,
    "ALLOWED_HOSTS": "registry.example.kz, www.example.kz",
    "DATABASE_URL": "postgres://ppp_app:word@db.example.kz:5433/registry",
}
OURS = [*PRODUCTION, "DEBUG", "PLAIN_HTTP", "MEDIA_ROOT", "STATIC_ROOT", "EMAIL_URL", "CSRF_TRUSTED_ORIGINS"]
OURS += ["TRUST_PROXY_TLS", "APP_DATABASE_ROLE", "SITE_URL", "SECRET_KEY_FALLBACKS", "LOG_FORMAT", "METRICS_TOKEN"]
OURS += ["REPLICA_DATABASE_URL", "SECOND_FACTOR", "TRUSTED_PROXIES", "RATES_FACTOR", "SCANNER_URL"]


@pytest.fixture
def started(monkeypatch):
    """Return the settings that a fresh process would have with exactly these variables."""

    def start(**variables):
        for name in OURS:
            monkeypatch.delenv(name, raising=False)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(str(ROOT / "ppp_registry" / "settings.py"))

    return start


def test_production_is_what_one_gets_without_asking(started):
    given = started(**PRODUCTION)
    assert (given["DEBUG"], given["PLAIN_HTTP"]) == (False, False)
    assert given["SECRET_KEY"] == LONG_KEY
    assert given["ALLOWED_HOSTS"] == ["registry.example.kz", "www.example.kz"]
    assert [given[name] for name in ("SECURE_SSL_REDIRECT", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE")] == [
        True
    ] * 3
    assert (given["SECURE_HSTS_SECONDS"] >= 31_536_000, given["SECURE_HSTS_INCLUDE_SUBDOMAINS"]) == (True, True)
    assert [given["SESSION_COOKIE_NAME"], given["CSRF_COOKIE_NAME"]] == ["__Host-sessionid", "__Host-csrftoken"]
    assert given["LANGUAGE_COOKIE_NAME"] == "__Host-language"
    assert (given["SESSION_COOKIE_HTTPONLY"], given["CSRF_COOKIE_HTTPONLY"]) == (True, True)
    assert "SECURE_PROXY_SSL_HEADER" not in given
    assert given["STORAGES"]["staticfiles"]["BACKEND"].endswith("CompressedManifestStaticFilesStorage")
    assert given["EMAIL_BACKEND"] == "post_office.EmailBackend"
    assert given["POST_OFFICE"]["BACKENDS"]["default"] == "accounts.console_mail.EmailBackend"


@pytest.mark.parametrize("missing", ["SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL"])
@pytest.mark.parametrize("blank", [None, "", "   "])
def test_production_refuses_to_start_without_what_it_needs(started, missing, blank):
    variables = {name: value for name, value in PRODUCTION.items() if name != missing}
    with pytest.raises(ImproperlyConfigured, match=f"{missing} is not set"):
        started(**variables, **({} if blank is None else {missing: blank}))


def test_a_demo_over_plain_http_needs_a_key_and_hosts_too(started):
    for missing in ("SECRET_KEY", "ALLOWED_HOSTS"):
        variables = {name: value for name, value in PRODUCTION.items() if name != missing}
        with pytest.raises(ImproperlyConfigured, match=missing):
            started(**variables, PLAIN_HTTP="on")
    given = started(**PRODUCTION, PLAIN_HTTP="on")
    assert (given["DEBUG"], given["SECURE_SSL_REDIRECT"], given["SECURE_HSTS_SECONDS"]) == (False, False, 0)
    assert [given["SESSION_COOKIE_SECURE"], given["CSRF_COOKIE_SECURE"]] == [False, False]
    assert [given["SESSION_COOKIE_NAME"], given["CSRF_COOKIE_NAME"]] == ["sessionid", "csrftoken"]


def test_staff_need_a_second_factor_unless_it_is_a_demo(started):
    assert started(**PRODUCTION)["SECOND_FACTOR_REQUIRED"] is True
    assert started(**PRODUCTION, SECOND_FACTOR="off")["SECOND_FACTOR_REQUIRED"] is True
    assert started(**PRODUCTION, PLAIN_HTTP="on")["SECOND_FACTOR_REQUIRED"] is False
    assert started(**PRODUCTION, PLAIN_HTTP="on", SECOND_FACTOR="on")["SECOND_FACTOR_REQUIRED"] is True


def test_letters_and_feeds_never_name_this_machine_in_production(started):
    assert started(**PRODUCTION)["SITE_URL"] == "https://registry.example.kz/"
    assert started(**PRODUCTION | {"ALLOWED_HOSTS": ".example.kz, a.example.kz"})["SITE_URL"] == "https://a.example.kz/"
    assert started(**PRODUCTION, SITE_URL="https://b.example.kz")["SITE_URL"] == "https://b.example.kz"
    assert started(**PRODUCTION, PLAIN_HTTP="on")["SITE_URL"] == "http://localhost:8000/"
    for wrong in ("registry.example.kz", "https:///kk/", "ftp://registry.example.kz/"):
        with pytest.raises(ImproperlyConfigured, match="SITE_URL"):
            started(**PRODUCTION, SITE_URL=wrong)


def test_debugging_is_asked_for_and_needs_the_database_only(started):
    given = started(DEBUG="on", DATABASE_URL=PRODUCTION["DATABASE_URL"])
    assert (given["DEBUG"], given["PLAIN_HTTP"], given["ALLOWED_HOSTS"]) == (True, True, [])
    assert given["SECRET_KEY"].startswith("only-for-debugging-")


@pytest.mark.parametrize("word", ["1", "yes", "on", "true", "ON", " True "])
def test_a_switch_is_on_by_these_words(started, word):
    assert started(**PRODUCTION, DEBUG=word)["DEBUG"] is True


@pytest.mark.parametrize("word", ["", "0", "no", "off", "false", "OFF", " False "])
def test_a_switch_is_off_by_these_words(started, word):
    assert started(**PRODUCTION, DEBUG=word)["DEBUG"] is False


@pytest.mark.parametrize("name", ["DEBUG", "PLAIN_HTTP", "TRUST_PROXY_TLS"])
@pytest.mark.parametrize("word", ["ture", "2", "none", "қосулы", "-"])
def test_any_other_word_at_a_switch_stops_the_start(started, name, word):
    with pytest.raises(ImproperlyConfigured, match=f"{name} is “{word}”: write on or off."):
        started(**{**PRODUCTION, name: word})


@pytest.mark.parametrize("url", ["sqlite:///x.db", "sqlite://:memory:", "mysql://u:p@h/d", "oracle://u:p@h/d"])
def test_another_kind_of_database_stops_the_start(started, url):
    with pytest.raises(ImproperlyConfigured, match="PostgreSQL"):
        started(**{**PRODUCTION, "DATABASE_URL": url})


@pytest.mark.parametrize("url", ["postgres://", "postgresql://h/d", "postgres://u@%2Ftmp%2Fx/d"])
def test_postgresql_is_taken_by_any_of_its_addresses(started, url):
    given = started(**{**PRODUCTION, "DATABASE_URL": url})["DATABASES"]["default"]
    assert given["ENGINE"] == "ppp_registry.database"
    assert (given["CONN_MAX_AGE"] > 0, given["CONN_HEALTH_CHECKS"]) == (True, True)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example.kz", ("mail.example.kz", 25, "", "", False, False)),
        ("smtp+tls://u%40x:p%2Fw@mail.example.kz:2525", ("mail.example.kz", 2525, "u@x", "p/w", True, False)),
        ("smtp+tls://mail.example.kz", ("mail.example.kz", 587, "", "", True, False)),
        ("smtp+ssl://mail.example.kz", ("mail.example.kz", 465, "", "", False, True)),
    ],
)
def test_letters_go_by_the_server_of_the_address(started, url, expected):
    given = started(**PRODUCTION, EMAIL_URL=url)
    names = ("HOST", "PORT", "HOST_USER", "HOST_PASSWORD", "USE_TLS", "USE_SSL")
    assert tuple(given[f"EMAIL_{name}"] for name in names) == expected
    assert given["POST_OFFICE"]["BACKENDS"]["default"].endswith("smtp.EmailBackend")


@pytest.mark.parametrize("url", ["mail.example.kz", "smtps://mail.example.kz", "smtp+tls://", "http://mail.example.kz"])
def test_an_address_of_no_mail_server_stops_the_start(started, url):
    with pytest.raises(ImproperlyConfigured, match="EMAIL_URL"):
        started(**PRODUCTION, EMAIL_URL=url)


@pytest.mark.parametrize(
    "url", ["smtp://user:tellnobody@mail.example.kz:port", "smtps://user:tellnobody@mail.example.kz"]
)
def test_a_refused_start_does_not_print_the_password(started, url):
    with pytest.raises(Exception) as refusal:  # noqa: PT011
        started(**PRODUCTION, EMAIL_URL=url)
    assert isinstance(refusal.value, ImproperlyConfigured)
    assert "tellnobody" not in str(refusal.value)


def test_a_proxy_is_believed_only_when_told_so(started):
    given = started(**PRODUCTION, TRUST_PROXY_TLS="on")
    assert given["SECURE_PROXY_SSL_HEADER"] == ("HTTP_X_FORWARDED_PROTO", "https")


def test_a_new_key_takes_over_from_the_old_one(started):
    assert started(**PRODUCTION)["SECRET_KEY_FALLBACKS"] == []
    given = started(**PRODUCTION, SECRET_KEY_FALLBACKS="old-key-1, old-key-2,")
    assert (given["SECRET_KEY"], given["SECRET_KEY_FALLBACKS"]) == (LONG_KEY, ["old-key-1", "old-key-2"])


def test_no_check_of_django_is_silenced(started):
    assert started(**PRODUCTION).get("SILENCED_SYSTEM_CHECKS", []) == []
    assert site.SILENCED_SYSTEM_CHECKS == []


def test_the_log_is_json_for_machines_and_plain_in_a_demo(started):
    lines = [started(**PRODUCTION, **more)["LOGGING"]["formatters"]["line"] for more in ({}, {"PLAIN_HTTP": "on"})]
    assert ["()" in line for line in lines] == [True, False]
    with pytest.raises(ImproperlyConfigured, match="LOG_FORMAT"):
        started(**PRODUCTION, LOG_FORMAT="xml")


def test_a_token_that_could_be_guessed_stops_the_start(started):
    assert started(**PRODUCTION, METRICS_TOKEN="t" * 20)["METRICS_TOKEN"] == "t" * 20
    with pytest.raises(ImproperlyConfigured, match="METRICS_TOKEN is too short"):
        started(**PRODUCTION, METRICS_TOKEN="t" * 19)


def test_a_copy_of_the_database_is_read_only_and_has_its_router(started):
    given = started(**PRODUCTION, REPLICA_DATABASE_URL="postgres://ppp_app:word@copy.example.kz/registry")
    copy = given["DATABASES"]["replica"]
    assert (copy["HOST"], copy["OPTIONS"]["options"]) == ("copy.example.kz", "-c default_transaction_read_only=on")
    assert given["DATABASE_ROUTERS"] == ["ppp_registry.routers.ReplicaRouter"]
    order = [given["MIDDLEWARE"].index(name) for name in MIDDLEWARES_IN_ORDER]
    assert order == sorted(order)
    without = started(**PRODUCTION)
    assert ("replica" in without["DATABASES"], "DATABASE_ROUTERS" in without) == (False, False)


MIDDLEWARES_IN_ORDER = [
    "ppp_registry.request_log.RequestMiddleware",
    "ppp_registry.headers.HeadersMiddleware",
    "ppp_registry.middleware.OpenDataMiddleware",
    "ppp_registry.routers.ReplicaMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
]


def test_times_are_almatys_whatever_the_machine_believes():
    import datetime
    from zoneinfo import ZoneInfo

    assert (site.TIME_ZONE, site.USE_TZ) == ("Asia/Almaty", True)
    noon = datetime.datetime(2026, 7, 1, 12, tzinfo=ZoneInfo(site.TIME_ZONE))
    assert noon.utcoffset() == datetime.timedelta(hours=5)
    assert (site.LANGUAGE_CODE, [code for code, _ in site.LANGUAGES]) == ("kk", ["kk", "ru", "en"])


def program(*arguments, **variables):
    """Run a program of ours in a process of its own, with these variables and PATH only."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "LC_ALL") if name in os.environ}
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env={**kept, **variables}, capture_output=True, text=True, timeout=60
    )


def test_production_settings_pass_djangos_own_check():
    done = program("-m", "django", "check", "--deploy", "--fail-level", "WARNING", **PRODUCTION, **DJANGO)
    assert (done.returncode, done.stderr.count("WARNING")) == (0, 0), done.stderr


DJANGO = {"DJANGO_SETTINGS_MODULE": "ppp_registry.settings", "PYTHONPATH": str(ROOT)}


def test_the_server_does_not_start_with_an_empty_environment():
    done = program("-c", "import ppp_registry.wsgi")
    assert done.returncode == 1
    assert "ImproperlyConfigured: SECRET_KEY is not set." in done.stderr


def test_no_proxy_is_believed_without_a_word_and_production_counts_strictly(started):
    given = started(**PRODUCTION)
    assert (given["TRUSTED_PROXIES"].number, given["TRUSTED_PROXIES"].networks) == (0, ())
    assert given["DEVICE_COOKIE_NAME"] == "__Host-device"
    assert given["PUBLIC_RATES"]["api"] == (1_200, 60)
    assert given["PUBLIC_RATES"] == {
        name: (most // 3, seconds)
        for name, (most, seconds) in started(**PRODUCTION, RATES_FACTOR="3")["PUBLIC_RATES"].items()
    }
    assert started(**PRODUCTION, TRUSTED_PROXIES="2")["TRUSTED_PROXIES"].number == 2
    for wrong in ("0", "-1", "1001", "much", "1.5"):
        with pytest.raises(ImproperlyConfigured, match="RATES_FACTOR"):
            started(**PRODUCTION, RATES_FACTOR=wrong)
