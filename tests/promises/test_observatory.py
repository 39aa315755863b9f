"""The pages of production get 100 points or more by the rules of the HTTP Observatory: `make drill-headers`."""

import runpy
from http.cookies import SimpleCookie
from pathlib import Path

import pytest
from django.conf import settings as site
from django.test import Client

from tests import factories
from tests.promises import observatory
from tests.promises.observatory import Answer
from tests.registry.pages import parse

HOST = "ppp.example.kz"
NAMES = (
    "SECURE_",
    "SESSION_COOKIE_",
    "CSRF_COOKIE_",
    "CONTENT_SECURITY_POLICY",
    "X_FRAME",
    "WHITENOISE_",
    "PLAIN_HTTP",
)
PAGES = ["/kk/", "/ru/projects/", "/kk/statistics/", "/kk/account/login/", "/kk/account/register/", "/kk/follow/"]
PAGES += ["/admin/login/", "/kk/nothing/", "/api/v1/projects/", "/account/language/", "/healthz"]


@pytest.fixture
def production(settings, monkeypatch):
    """Return a browser of a site with the settings that production has without asking."""
    for name in ("DEBUG", "PLAIN_HTTP", "TRUST_PROXY_TLS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ALLOWED_HOSTS", HOST)
    given = runpy.run_path(str(Path(site.BASE_DIR, "ppp_registry", "settings.py")))
    for name, value in given.items():
        if name.startswith(NAMES):
            setattr(settings, name, value)
    settings.ALLOWED_HOSTS = [HOST]
    browser = Client(headers={"host": HOST})
    browser.raise_request_exception = False
    return browser


def seen(browser, address):
    """Return an answer for the rules."""
    answer = browser.get(address, secure=True)
    is_page = answer.headers.get("Content-Type", "").startswith("text/html")
    scripts = [(one.get("src"), one.get("integrity")) for one in parse(answer).all("script")] if is_page else []
    return Answer(answer.headers, [*answer.cookies.values()], [one for one in scripts if one[0]], is_page)


def redirected(browser, address):
    """Return the points of the way from plain http."""
    answer = browser.get(address)
    assert (answer.status_code, "Strict-Transport-Security" in answer.headers) == (301, False), address
    return observatory.redirection(f"http://{HOST}{address}", answer["Location"])


@pytest.mark.django_db
@pytest.mark.usefixtures("reference_data")
def test_every_main_page_gets_a_hundred_points(production):
    factories.project_in("approved")
    scores, rows = {}, []
    for address in PAGES:
        way = 0 if address == "/healthz" else redirected(production, address)
        given = observatory.points(seen(production, address), way)
        scores[address] = observatory.score(given)
        told = ", ".join(f"{name} {value:+d}" for name, value in given.items() if value)
        rows.append(f"{scores[address]:4d}  {address:24} {told}")
    print("\n" + "\n".join(rows))  # noqa: T201
    assert min(scores.values()) >= 100, scores


def cookie(text):
    """Return the one cookie of a Set-Cookie line."""
    (morsel,) = SimpleCookie(text).values()
    return [morsel]


GOOD = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; frame-ancestors 'none'",
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def policy(text):
    """Return good headers with another content policy."""
    return Answer({**GOOD, "Content-Security-Policy": text})


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Answer(GOOD), 130),
        (Answer({}), 100 - 25 - 20 - 5 - 20),
        (policy("script-src 'self' 'unsafe-inline'; object-src 'none'; frame-ancestors 'none'"), 80),
        (policy("default-src 'self'; frame-ancestors 'none'"), 125),
        (policy("default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"), 120),
        (policy("default-src 'none'; script-src 'self' 'unsafe-eval'; frame-ancestors 'none'"), 110),
        (policy("default-src 'none'; connect-src http://a.example; frame-ancestors 'none'"), 80),
        (policy("default-src 'none'; script-src 'self'"), 100 - 20),
        (Answer({**GOOD, "Strict-Transport-Security": "max-age=86400"}), 120),
        (Answer({**GOOD, "Referrer-Policy": "unsafe-url"}), 120),
        (Answer({**GOOD, "X-Content-Type-Options": "x"}), 125),
        (Answer({**GOOD, "Cross-Origin-Resource-Policy": "x"}), 115),
        (Answer({**GOOD, "Access-Control-Allow-Origin": "*"}), 130),
        (Answer({**GOOD, "Access-Control-Allow-Origin": "x", "Access-Control-Allow-Credentials": "true"}), 50),
        (Answer(GOOD, cookie("sessionid=1; Secure; HttpOnly; SameSite=Lax")), 135),
        (Answer(GOOD, cookie("sessionid=1; Secure; HttpOnly")), 130),
        (Answer(GOOD, cookie("sessionid=1; Secure; SameSite=Lax")), 70),
        (Answer(GOOD, cookie("sessionid=1; HttpOnly; SameSite=Lax")), 120),
        (Answer(GOOD, cookie("csrftoken=1; Secure")), 80),
        (Answer(GOOD, scripts=[("/static/a.js", "")]), 130),
        (Answer(GOOD, scripts=[("https://a.example/a.js", "")]), 125),
        (Answer(GOOD, scripts=[("//a.example/a.js", "")]), 50),
    ],
)
def test_the_rules_see_what_is_wrong(answer, expected):
    assert observatory.score(observatory.points(answer)) == expected


@pytest.mark.parametrize(("location", "expected"), [("https://a.kz/", 0), ("https://b.kz/", -5), ("http://a.kz/", -20)])
def test_the_way_from_plain_http_counts(location, expected):
    assert observatory.redirection("http://a.kz/", location) == expected
