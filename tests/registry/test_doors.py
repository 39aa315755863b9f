"""Nobody is led away from the site, and nobody outside decides under which name the site speaks of itself."""

import re
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest

from projects.models import Project
from tests import factories
from tests.accounts.outbox import letters

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

PASSWORD = "ұзын құпия сөз"
EVIL = "evil.example"
AWAY = [
    *(f"//{EVIL}", f"///{EVIL}", f"////{EVIL}", f"/\\{EVIL}", f"\\/{EVIL}", f"\\\\{EVIL}", f"/\\/{EVIL}", f"\\{EVIL}"),
    *(f"https://{EVIL}/kk/", f"https:{EVIL}", f"https:/{EVIL}", f"http:///{EVIL}", f"HTTPS:\\\\{EVIL}", f"x:{EVIL}"),
    *(f"/\t/{EVIL}", f"/\n/{EVIL}", f"/\r\nLocation: //{EVIL}", f"\t//{EVIL}", f" //{EVIL}", f"\x00//{EVIL}"),
    *(f"http://testserver@{EVIL}", f"//testserver.{EVIL}", f"http://{EVIL}#@testserver/", "javascript:alert(1)"),
    *(f"//{EVIL}%2f..", f"/%0d%0aLocation:%20//{EVIL}", f"/%09/{EVIL}", f"//\u3002{EVIL}", f".{EVIL}", f"@{EVIL}"),
]
DOOR = "/kk/account/login/"


def led_to(answer):
    """Return the host where a browser goes: it reads \\ as / and leaves out tabs and ends of lines."""
    location = answer["Location"]
    assert not re.search(r"[\r\n]", location)
    read = re.sub(r"[\t\r\n]", "", location).strip().replace("\\", "/")
    return urlsplit(urljoin("http://testserver/kk/account/login/", read)).netloc


def test_the_door_leads_nowhere_else(client):
    factories.user(email="aigul@example.kz", is_staff=True)
    given = {"email": "aigul@example.kz", "password": PASSWORD}
    for place, away in enumerate(AWAY):
        if place % 2:
            answer = client.post(DOOR, given, query_params={"next": away})
        else:
            answer = client.post(DOOR, {**given, "next": away})
        assert (answer.status_code, led_to(answer)) == (302, "testserver"), away
        client.cookies.clear()
    ours = client.post(DOOR, {**given, "next": "/admin/?a=b"})
    assert ours["Location"] == "/admin/?a=b"


def test_the_door_of_the_staff_site_hands_on_nothing_else(client):
    for away in AWAY:
        answer = client.post("/admin/login/", query_params={"next": away})
        # The staff site reads no address with NUL.
        if answer.status_code == 400:
            continue
        (following,) = parse_qs(urlsplit(answer["Location"]).query)["next"]
        assert led_to({"Location": following}) == led_to(answer) == "testserver", away
    assert "next=%2Fadmin%2F%3Fa%3Db" in client.get("/admin/login/", {"next": "/admin/?a=b"})["Location"]


def test_no_answer_to_a_choice_of_language_leads_away(client):
    for away in AWAY:
        assert led_to(client.post("/account/language/", {"language": "ru", "next": away})) == "testserver", away


FORGED = {
    "X-Forwarded-Host": EVIL,
    "X-Forwarded-Server": EVIL,
    "X-Host": EVIL,
    "X-Original-Host": EVIL,
    "X-HTTP-Host-Override": EVIL,
    "Forwarded": f"host={EVIL};proto=https",
    "X-Original-URL": f"//{EVIL}/",
    "X-Rewrite-URL": "/admin/",
    "X-Forwarded-Port": "8443",
    "X-Forwarded-Prefix": f"/{EVIL}",
    "X-Forwarded-Proto": "https",
    "Origin-Host": EVIL,
}
PAGES = ("/", "/kk/", "/kk/projects/", "/kk/feed.atom", "/api/v1/projects/?page_size=1", "/api/v1/schema/", "/admin/")


@pytest.mark.parametrize("page", PAGES)
def test_no_header_from_outside_changes_a_page(client, page):
    for _ in range(2):
        factories.project()
    plain, forged = client.get(page), client.get(page, headers=FORGED)
    # What differs from one minute to the next: a token, and the time of printing.
    passing = rb'csrfmiddlewaretoken" value="\w+|\b\d\d:\d\d\b'
    read = [re.sub(passing, b"", answer.content) for answer in (plain, forged)]
    assert (forged.status_code, forged.get("Location")) == (plain.status_code, plain.get("Location"))
    assert read[0] == read[1]
    assert Project.objects.count() == 2


def test_letters_name_the_host_of_the_site(client, settings):
    settings.ALLOWED_HOSTS = ["testserver"]
    factories.user(email="aigul@example.kz")
    asked = {"email": "aigul@example.kz"}
    for page in ("/kk/account/password/reset/", "/kk/account/register/"):
        for host in (EVIL, f"testserver:80@{EVIL}", f"testserver.{EVIL}", f"{EVIL}:testserver", "testserver\t", ""):
            assert client.post(page, asked, headers={"host": host}).status_code == 400, host
        assert client.post(page, asked, headers=FORGED).status_code == 302
    assert len(letters()) == 2
    for letter in letters():
        assert {urlsplit(link).netloc for link in re.findall(r"https?://\S+", letter.message)} == {"testserver"}
        assert "https://" not in letter.message
