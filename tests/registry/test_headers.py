"""Every answer of the site carries the same guards, and no page holds a script or a style of its own."""

import sys

import pytest
from django.test import Client

from accounts.roles import Role
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
    )


AUTOCOMPLETE = "app_label=projects&model_name=project&field_name=sector&term=a"
WANTED = (POLICY, "DENY", "nosniff", "strict-origin-when-cross-origin", "same-origin")


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


def test_no_cache_keeps_a_page_of_the_staff_site():
    browser, made = logged_in(Role.SECRETARY), factories.project_in("approved")
    start = f"/admin/projects/project/{made.pk}"
    pages = ["/admin/", "/admin/projects/project/", "/admin/password_change/", "/admin/password_change/done/"]
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
        ("/admin/logout/", {}, 200),
    ):
        answer = client.post(address, posted)
        assert (answer.status_code, guards(answer), offences(answer)) == (status, WANTED, []), address


@pytest.mark.parametrize(("address", "status"), [*WITHOUT_LANGUAGE.items(), *REFUSED.items(), ("/admin/login/", 200)])
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
    answer = Client(enforce_csrf_checks=True).post("/admin/login/", {"username": "a", "password": "b"})
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
    monkeypatch.setattr(sys.modules["projects.views.home"], "approved_summary", lambda projects: 1 / 0)
    answer = visited(client, ["/kk/"])["/kk/"]
    assert (answer.status_code, guards(answer), offences(answer)) == (500, WANTED, [])


def test_the_cookies_cannot_be_read_by_scripts_or_sent_by_other_sites(client, settings):
    settings.ALLOWED_HOSTS = ["testserver"]
    answer = client.get("/admin/login/")
    (cookie,) = answer.cookies.values()
    assert (cookie.key, cookie["httponly"], cookie["samesite"], cookie["domain"]) == ("csrftoken", True, "Lax", "")
    browser = logged_in()
    session = browser.cookies["sessionid"]
    assert browser.get("/admin/").status_code == 200
    assert (settings.SESSION_COOKIE_HTTPONLY, settings.SESSION_COOKIE_SAMESITE) == (True, "Lax")
    assert not session["domain"]
