"""Pages speak the language of their address; pages without one speak the account's."""

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils import translation

from accounts.middleware import AccountLanguageMiddleware
from accounts.services.organisations import invite
from tests import factories
from tests.accounts.makers import organisation
from tests.accounts.outbox import letters, link_in
from tests.registry.pages import parse
from tests.registry.people import logged_in

pytestmark = pytest.mark.django_db


def spoken_at(address, user, before="kk"):
    """Return the language in which a view at the address would speak to the user."""
    heard = []

    def view(request):
        heard.append((translation.get_language(), request.LANGUAGE_CODE))
        return HttpResponse()

    request = RequestFactory().get(address)
    request.user, request.LANGUAGE_CODE = user, before
    with translation.override(before):
        AccountLanguageMiddleware(view)(request)
    return heard


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_the_staff_site_speaks_the_accounts_language(language):
    person = factories.user(language=language)
    assert spoken_at("/admin/", person, before="kk") == [(language, language)]
    assert spoken_at("/", person, before="en") == [(language, language)]


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_a_page_speaks_the_language_of_its_address(language):
    person = factories.user(language="ru")
    assert spoken_at(f"/{language}/projects/", person, before=language) == [(language, language)]


def test_a_stranger_is_spoken_to_as_before():
    assert spoken_at("/admin/", AnonymousUser(), before="en") == [("en", "en")]


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_a_person_sets_the_language_and_keeps_it(client, language):
    person = factories.user(language="en" if language != "en" else "ru")
    client.force_login(person)
    answer = client.post("/account/language/", {"language": language, "next": "/admin/"})
    person.refresh_from_db()
    assert person.language == language
    assert (answer.status_code, answer["Location"]) == (302, "/admin/")
    cookie = answer.cookies[settings.LANGUAGE_COOKIE_NAME]
    assert (cookie.value, cookie["httponly"], cookie["samesite"]) == (language, True, "Lax")


def test_a_stranger_keeps_the_language_in_a_cookie(client):
    answer = client.post("/account/language/", {"language": "ru"})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert answer.cookies[settings.LANGUAGE_COOKIE_NAME].value == "ru"
    assert client.get("/")["Location"] == "/ru/"


@pytest.mark.parametrize("language", ["", "de", "kz", "KK", "../ru", "\x00", "ru\n"])
def test_an_unknown_language_is_refused(client, language):
    person = factories.user(language="en")
    client.force_login(person)
    answer = client.post("/account/language/", {"language": language})
    person.refresh_from_db()
    assert (answer.status_code, person.language, answer.cookies) == (400, "en", {})


ELSEWHERE = [
    *("https://evil.example/", "http://evil.example", "//evil.example/", "///evil.example", "////evil.example"),
    *("/\\evil.example", "\\\\evil.example", "\\/evil.example", "/\\/evil.example", "https:evil.example"),
    *(
        "https:/evil.example",
        "http:///evil.example",
        "https:\\\\evil.example",
        "HTTPS://EVIL.example",
        "ftp://evil.example",
    ),
    *(
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        " //evil.example",
        "\t//evil.example",
    ),
    *(
        "\n//evil.example",
        "\x00//evil.example",
        "\x08//evil.example",
        "http://testserver@evil.example/",
        "//testserver.evil/",
    ),
    *("http://testserver:80@evil.example", "https://testserver.evil.example", "http://[evil", "//evil%E3%80%82example"),
    *("http://evil.example#@testserver/", "http://evil.example?@testserver/", "x:evil", "\x00", "", "   "),
]


@pytest.mark.parametrize("address", ELSEWHERE)
def test_nobody_is_sent_to_another_site(client, address):
    answer = client.post("/account/language/", {"language": "ru", "next": address})
    assert (answer.status_code, answer["Location"]) == (302, "/")


@pytest.mark.parametrize(
    "address",
    ["/ru/\r\nSet-Cookie: a=1", "/ru/\nLocation: https://evil.example", "/\t/evil.example", "/%0d%0aX: 1", "/\r//evil"],
)
def test_no_line_end_breaks_out_of_the_answer(client, address):
    answer = client.post("/account/language/", {"language": "ru", "next": address})
    assert (answer.status_code, answer["Location"].startswith("//")) == (302, False)
    assert not set("\r\n\t") & set(answer["Location"])
    assert list(answer.cookies) == [settings.LANGUAGE_COOKIE_NAME]


def test_an_endless_address_is_not_followed(client):
    answer = client.post("/account/language/", {"language": "ru", "next": "/ru/?a=" + "x" * 100_000})
    assert (answer.status_code, answer["Location"]) == (302, "/")


def test_the_answer_is_the_same_for_the_host_with_a_port(client):
    back = "http://testserver:8000/ru/"
    answer = client.post("/account/language/", {"language": "ru", "next": back}, headers={"host": "testserver:8000"})
    assert answer["Location"] == back
    answer = client.post("/account/language/", {"language": "ru", "next": back})
    assert answer["Location"] == "/"


def test_a_secure_page_does_not_send_to_an_open_one(client):
    for back, location in {"https://testserver/ru/": "https://testserver/ru/", "http://testserver/ru/": "/"}.items():
        answer = client.post("/account/language/", {"language": "ru", "next": back}, secure=True)
        assert answer["Location"] == location


@pytest.mark.parametrize("address", ["/ru/projects/?sector=education", "/admin/projects/"])
def test_the_person_returns_to_the_page_it_came_from(client, address):
    assert client.post("/account/language/", {"language": "ru", "next": address})["Location"] == address


def test_a_link_cannot_change_the_language(client):
    assert client.get("/account/language/", {"language": "ru"}).status_code == 405


def test_another_site_cannot_change_the_language():
    careful = Client(enforce_csrf_checks=True)
    person = factories.user(language="en")
    careful.force_login(person)
    answer = careful.post("/account/language/", {"language": "ru"})
    person.refresh_from_db()
    assert (answer.status_code, person.language) == (403, "en")


@pytest.mark.parametrize(
    ("accepted", "language"),
    [("ru", "ru"), ("en-GB,en;q=0.9", "en"), ("kk", "kk"), ("de", "kk"), ("", "kk"), ("ru;q=0.5,en;q=0.9", "en")],
)
def test_the_door_opens_in_the_browsers_language_else_in_kazakh(client, accepted, language):
    answer = client.get("/", headers={"accept-language": accepted})
    assert (answer.status_code, answer["Location"]) == (302, f"/{language}/")
    assert {part.strip() for part in answer["Vary"].split(",")} >= {"Accept-Language", "Cookie"}


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_the_staff_site_is_printed_in_the_accounts_language(language):
    browser = logged_in("secretary", language=language)
    for address in ("/admin/", "/admin/projects/project/", "/admin/projects/project/add/"):
        page = parse(browser.get(address, headers={"accept-language": "de"}))
        assert page.one("html")["lang"] == language
        chosen = [button["value"] for button in page.one("form", "admin-languages").all("button", aria_current="true")]
        assert chosen == [language]
        assert page.one("form", "admin-languages").one("input", name="next")["value"] == address


def test_the_switch_of_the_staff_site_speaks_at_once_and_in_the_next_session():
    browser = logged_in("secretary", language="kk")
    page = parse(browser.get("/admin/projects/project/?q=x"))
    form = page.one("form", "admin-languages")
    assert (form["action"], form["method"]) == ("/account/language/", "post")
    sent = {"next": form.one("input", name="next")["value"], "language": "ru"}
    assert parse(browser.post(form["action"], sent, follow=True)).one("html")["lang"] == "ru"
    again = Client()
    again.force_login(browser.user)
    assert parse(again.get("/admin/")).one("html")["lang"] == "ru"


def test_the_door_of_the_staff_site_speaks_the_strangers_language(client):
    assert parse(client.get("/admin/login/", follow=True)).one("html")["lang"] == "kk"
    client.post("/account/language/", {"language": "en"})
    assert parse(client.get("/admin/login/", follow=True)).one("html")["lang"] == "en"


def test_a_public_page_keeps_the_language_of_its_address_for_staff_too():
    browser = logged_in("secretary", language="ru")
    assert parse(browser.get("/kk/projects/")).one("html")["lang"] == "kk"
    assert browser.get("/")["Location"] == "/ru/"


def test_one_readers_language_does_not_stick_to_the_next(client):
    logged_in("secretary", language="en").get("/admin/")
    assert client.get("/admin/login/")["Location"].startswith("/kk/")
    assert translation.get_language() == "kk"


# --- logging in, the door, the switch, letters: docs/decisions/0024


PASSWORD = "ұзын құпия сөз"


def log_in(client, person, door="/kk/account/login/", **more):
    return client.post(door, {"email": person.email, "password": PASSWORD, **more})


def test_logging_in_leads_to_the_language_of_the_account(client):
    person = factories.user(language="ru")
    answer = log_in(client, person)
    assert answer["Location"] == "/ru/applications/"
    assert answer.cookies[settings.LANGUAGE_COOKIE_NAME].value == "ru"


def test_logging_in_leads_to_the_page_that_was_asked_for_as_it_was_asked_for(client):
    asked = client.get("/kk/applications/", headers={"accept-language": "en"})
    assert asked["Location"] == "/kk/account/login/?next=/kk/applications/"
    assert log_in(client, factories.user(language="ru"), asked["Location"])["Location"] == "/kk/applications/"


def test_the_page_to_go_on_to_goes_over_with_the_switch(client):
    page = parse(client.get("/kk/account/login/?next=/kk/applications/%3Fpage%3D2&next=/kk/x/"))
    links = {link["lang"]: link["href"] for link in page.one("nav", "languages").all("a")}
    assert links["ru"] == "/ru/account/login/?next=/kk/x/"
    page = parse(client.get("/kk/account/login/?next=/kk/applications/%3Fpage%3D2"))
    links = {link["lang"]: link["href"] for link in page.one("nav", "languages").all("a")}
    assert links["ru"] == "/ru/account/login/?next=/ru/applications/%3Fpage%3D2"
    person = factories.user(language="en")
    assert log_in(client, person, links["ru"])["Location"] == "/ru/applications/?page=2"


def test_the_door_knows_the_account_before_the_cookie_and_the_cookie_before_the_browser(client):
    asked = {"accept-language": "en"}
    assert client.get("/", headers=asked)["Location"] == "/en/"
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "ru"
    assert client.get("/", headers=asked)["Location"] == "/ru/"
    person = factories.user(language="kk")
    client.force_login(person)
    assert client.get("/", headers=asked)["Location"] == "/kk/"
    assert client.get("/projects/", headers=asked)["Location"] == "/kk/projects/"
    client.post("/kk/account/logout/")
    assert client.get("/", headers=asked)["Location"] == "/ru/"


def test_the_door_still_speaks_the_language_of_the_account_after_logging_out(client):
    log_in(client, factories.user(language="ru"))
    client.post("/ru/account/logout/")
    assert client.get("/", headers={"accept-language": "en"})["Location"] == "/ru/"


@pytest.mark.parametrize("address", ["/kk/projects/?sector=education&search=a%26b", "/kk/nothing/"])
def test_a_link_one_is_sent_does_not_change_under_ones_hands(client, address):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    client.force_login(factories.user(language="ru"))
    answer = client.get(address, headers={"accept-language": "en"})
    assert parse(answer).one("html")["lang"] == "kk"
    assert settings.LANGUAGE_COOKIE_NAME not in answer.cookies


KNOWN = ("known@example.kz", "nobody@example.kz")


def test_letters_follow_the_account_and_without_one_the_page(client):
    factories.user(email="known@example.kz", language="ru")
    for email in KNOWN:
        client.post("/en/account/password/reset/", {"email": email})
        client.post("/kk/account/register/", {"email": email})
    told = {email: [letter.headers["Content-Language"] for letter in letters(email)] for email in KNOWN}
    assert told == {"known@example.kz": ["ru", "ru"], "nobody@example.kz": ["en", "kk"]}


def test_an_invitation_is_in_the_language_of_whoever_is_invited():
    owner = factories.user(language="kk")
    office = organisation(owner)
    factories.user(email="known@example.kz", language="ru")
    for email in KNOWN:
        invite(office, email, by=owner, site="https://registry.example.kz/")
    known, nobody = (letters(email)[0] for email in KNOWN)
    assert (known.headers["Content-Language"], nobody.headers["Content-Language"]) == ("ru", "kk")
    assert (link_in(known)[:4], link_in(nobody)[:4]) == ("/ru/", "/kk/")
