"""Every answer of the site carries the same guards, and no page holds a script or a style of its own."""

import re
import sys
from pathlib import Path

import pytest
from django.conf import settings as site
from django.test import Client, RequestFactory

from accounts.roles import Role
from ppp_registry.headers import with_headers
from reference.charsets import only_utf8
from tests import factories
from tests.registry.addresses import REFUSED, WITHOUT_LANGUAGE, Everything
from tests.registry.pages import parse
from tests.registry.people import logged_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "manifest-src": "'self'",
}


def guards(answer):
    """Return the guards of an answer; the parts of the content policy as a dictionary."""
    parts = [part.strip().partition(" ") for part in answer.headers.get("Content-Security-Policy", "").split(";")]
    return (
        {name: value for name, _, value in parts if name},
        answer.headers.get("X-Frame-Options"),
        answer.headers.get("X-Content-Type-Options"),
        answer.headers.get("Referrer-Policy"),
        answer.headers.get("Cross-Origin-Opener-Policy"),
        answer.headers.get("Cross-Origin-Resource-Policy"),
        answer.headers.get("X-Permitted-Cross-Domain-Policies"),
        {"camera=()", "geolocation=()", "microphone=()", "payment=()"}
        <= set(answer.headers.get("Permissions-Policy", "").split(", ")),
    )


AUTOCOMPLETE = "app_label=projects&model_name=project&field_name=sector&term=a"
WANTED = (POLICY, "DENY", "nosniff", "same-origin", "same-origin", "same-origin", "none", True)


def visited(browser, addresses):
    """Return the answers by address; a fault of the site is an answer here, not an exception."""
    browser.raise_request_exception = False
    return {address: browser.get(address) for address in addresses}


DATA = {"application/json", "application/ld+json"}
"""Types of a script element that no browser runs."""


def offences(answer):
    """Return what a strict content policy would block, and whatever is fetched from elsewhere."""
    found = []
    for element in parse(answer):
        if element.tag == "style" or "style" in element.attributes:
            found.append(("style", element.tag))
        if element.tag == "script" and not element.get("src") and element.get("type") not in DATA:
            found.append(("script", element.text))
        found += [(name, value) for name, value in element.attributes.items() if name.startswith("on")]
        fetched = [element.get("src"), element.get("srcset"), element.get("poster"), element.get("data")]
        if element.tag == "link" and element["rel"] not in ("alternate", "canonical"):
            fetched.append(element["href"])
        if element.tag == "form":
            fetched.append(element.get("action"))
        found += [("fetched", address) for address in fetched if address and not address.startswith(("/", "?", "."))]
        if element.get("href").startswith("javascript:"):
            found.append(("href", element["href"]))
    return found


def test_every_public_page_carries_the_guards_and_nothing_of_its_own_to_run(client):
    everything = Everything()
    for address, answer in visited(client, [a for code in ("kk", "ru", "en") for a in everything.public(code)]).items():
        assert (answer.status_code, guards(answer), offences(answer)) == (200, WANTED, []), address


def test_every_page_of_the_staff_site_does_too(client):
    everything = Everything()
    client.force_login(everything.root)
    for address, answer in visited(client, everything.of_staff()).items():
        assert (answer.status_code, guards(answer), offences(answer)) == (200, WANTED, []), address


NOTHING_RUNS = dict.fromkeys(("default-src", "base-uri", "form-action", "frame-ancestors"), "'none'")


def of_other_sites(wanted, policy=NOTHING_RUNS):
    """Return the guards of open data, which pages of other sites may show, and where nothing is run or loaded."""
    return (policy, *wanted[1:5], "cross-origin", *wanted[6:])


def test_files_and_open_data_carry_the_guards_too(client, settings):
    everything, extract = Everything(), "/kk/projects/{}/extract.pdf"
    answers = visited(client, [extract.format(everything.group.number), "/kk/feed.atom", "/api/v1/projects/"])
    answers |= visited(client, ["/api/v1/projects.csv", "/api/v1/projects/0/", "/api/v1/nothing/"])
    again = client.get("/api/v1/projects/", headers={"if-none-match": answers["/api/v1/projects/"]["ETag"]})
    assert again.status_code == 304
    for address, answer in {**answers, "again": again}.items():
        # An address that nothing answers takes the way of pages.
        open_data = of_other_sites(WANTED, WANTED[0]) if address.endswith("/nothing/") else of_other_sites(WANTED)
        wanted = WANTED if address.startswith("/kk/") else open_data
        assert guards(answer) == wanted, (address, answer.status_code)
    assert [answer.status_code for answer in answers.values()] == [200, 200, 200, 200, 404, 404]


def test_static_files_carry_the_guards_and_belong_to_this_site_alone(client, monkeypatch, tmp_path, settings):
    tmp_path.joinpath("mark.svg").write_text("<svg/>")
    settings.STATIC_ROOT = str(tmp_path)
    answer = client.get("/static/mark.svg")
    assert (answer.status_code, guards(answer)) == (200, WANTED)
    assert "Access-Control-Allow-Origin" not in answer.headers


def wire(application, path="/kk/", **environ):
    """Return status and headers of an application without Django, as the web server sees them."""
    told = []
    asked = {**RequestFactory()._base_environ(PATH_INFO=path), **environ}
    list(application(asked, lambda status, headers, *rest: told.append((status, headers))))
    ((status, headers),) = told
    assert len({name.lower() for name, _ in headers}) == len(headers)
    return status, dict(headers)


def test_what_is_refused_before_django_carries_the_guards(settings):
    settings.SECURE_HSTS_SECONDS = 31_536_000
    refusing = with_headers(only_utf8(None))
    charset = {"REQUEST_METHOD": "POST", "CONTENT_TYPE": "text/plain; charset=utf-16"}
    status, headers = wire(refusing, **charset)
    assert (status[:3], "Strict-Transport-Security" in headers) == ("400", False)
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert (headers["X-Content-Type-Options"], headers["X-Frame-Options"]) == ("nosniff", "DENY")
    assert (headers["Referrer-Policy"], headers["Cross-Origin-Resource-Policy"]) == ("same-origin", "same-origin")
    _status, headers = wire(refusing, **charset, **{"wsgi.url_scheme": "https"})
    assert headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


def test_the_door_of_the_web_server_is_the_guarded_one():
    """Its other half, an answer of Django's, keeps Django's own content policy and gets nothing twice."""
    source = Path(site.BASE_DIR, "ppp_registry", "wsgi.py").read_text(encoding="utf-8")
    assert re.search(r"with_headers\(.*get_wsgi_application\(\)", source)

    def page(environ, start_response):
        start_response("200 OK", [("content-security-policy", "default-src 'self'"), ("X-Frame-Options", "DENY")])
        return [b""]

    assert len(wire(with_headers(page))[1]) == 2


def test_no_cache_keeps_a_page_of_somebody_who_is_logged_in():
    person, made = factories.user(), factories.project_in("approved")
    browser = Client()
    browser.force_login(person)
    for address in ("/kk/", f"/kk/projects/{made.number}/", "/kk/projects/", "/ru/statistics/", "/en/account/"):
        answer = browser.get(address)
        assert answer.status_code == 200, address
        assert {"private", "no-store"} <= set(answer.headers["Cache-Control"].split(", ")), address
        assert "Cookie" in answer.headers["Vary"], address
    assert "no-store" not in Client().get("/kk/projects/").headers.get("Cache-Control", "")


def test_no_cache_keeps_a_page_of_the_staff_site():
    browser, made = logged_in(Role.SECRETARY), factories.project_in("approved")
    start = f"/admin/projects/project/{made.pk}"
    pages = ["/admin/", "/admin/projects/project/", "/admin/login/", "/admin/password_change/done/"]
    pages += [f"{start}/change/", f"{start}/history/", f"{start}/status/", f"/admin/autocomplete/?{AUTOCOMPLETE}"]
    kept = [
        address
        for address, answer in visited(browser, pages).items()
        if not {"private", "no-store"} <= set(answer.headers.get("Cache-Control", "").split(", "))
        or "Cookie" not in answer.headers.get("Vary", "")
    ]
    assert kept == []


def test_the_answers_to_acts_of_staff_do_too(client):
    everything = Everything()
    client.force_login(everything.root)
    sector = {"code": "zzz", "name_kk": "а", "name_ru": "б", "name_en": "c", "oc4ids_codes": "x", "order": "3"}
    start = f"/admin/projects/project/{everything.signed.pk}"
    for address, posted, status in (
        (f"{start}/status/", {}, 422),
        (f"{start}/contract/", {}, 422),
        (f"{start}/contract/change/", {}, 422),
        ("/admin/projects/project/add/", {}, 200),
        ("/admin/projects/resolution/add/", {}, 403),
        ("/admin/reference/sector/add/?_popup=1", {**sector, "_popup": "1"}, 200),
        ("/admin/logout/", {}, 302),
    ):
        answer = client.post(address, posted)
        assert (answer.status_code, guards(answer), offences(answer)) == (status, WANTED, []), address


@pytest.mark.parametrize(("address", "status"), [*WITHOUT_LANGUAGE.items(), *REFUSED.items(), ("/admin/login/", 302)])
def test_doors_signs_of_life_and_refusals_carry_the_guards(client, address, status):
    answer = visited(client, [address])[address]
    assert (answer.status_code, guards(answer)) == (status, WANTED)
    assert offences(answer) == []


def test_refusals_of_the_staff_site_carry_the_guards():
    browser = logged_in()
    for address, status in {
        "/admin/projects/project/": 403,
        "/admin/nothing/": 404,
        "/admin/accounts/user/": 403,
    }.items():
        answer = visited(browser, [address])[address]
        assert (answer.status_code, guards(answer), offences(answer)) == (status, WANTED, []), address


def test_a_form_from_elsewhere_is_refused_with_the_guards():
    answer = Client(enforce_csrf_checks=True).post("/kk/account/login/", {"email": "a", "password": "b"})
    assert (answer.status_code, guards(answer), offences(answer)) == (403, WANTED, [])


def test_a_request_for_another_host_is_refused_with_the_guards(client, settings):
    settings.ALLOWED_HOSTS = ["registry.example.kz"]
    assert client.get("/kk/", headers={"host": "registry.example.kz"}).status_code == 200
    answer = client.get("/kk/", headers={"host": "evil.example"})
    assert (answer.status_code, guards(answer), offences(answer)) == (400, WANTED, [])
    assert "evil.example" not in answer.content.decode()


@pytest.mark.parametrize("name", ["X-Forwarded-Host", "X-Host", "Forwarded"])
def test_a_host_from_another_header_is_not_believed(client, settings, name):
    settings.ALLOWED_HOSTS = ["*"]
    page = client.get("/kk/", headers={name: "host=evil.example" if name == "Forwarded" else "evil.example"})
    assert "evil.example" not in page.content.decode()


def test_https_said_by_a_stranger_is_not_believed(client):
    page = parse(client.get("/kk/", headers={"X-Forwarded-Proto": "https"}))
    assert {link["href"].split(":")[0] for link in page.all("link", rel="alternate")} == {"http"}


def test_a_fault_of_the_site_carries_the_guards(client, monkeypatch):
    monkeypatch.setattr(sys.modules["projects.views.home"], "approved_summary", lambda: 1 / 0)
    answer = visited(client, ["/kk/"])["/kk/"]
    assert (answer.status_code, guards(answer), offences(answer)) == (500, WANTED, [])


def test_the_cookies_cannot_be_read_by_scripts_or_sent_by_other_sites(client, settings):
    settings.ALLOWED_HOSTS = ["testserver"]
    answer = client.get("/kk/account/login/")
    (cookie,) = answer.cookies.values()
    assert (cookie.key, cookie["httponly"], cookie["samesite"], cookie["domain"]) == ("csrftoken", True, "Lax", "")
    browser = logged_in()
    session = browser.cookies["sessionid"]
    assert browser.get("/admin/").status_code == 200
    assert (settings.SESSION_COOKIE_HTTPONLY, settings.SESSION_COOKIE_SAMESITE) == (True, "Lax")
    assert not session["domain"]
