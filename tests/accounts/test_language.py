"""Pages speak the language of their address; pages without one speak the account's."""

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils import translation

from accounts.middleware import AccountLanguageMiddleware
from tests import factories

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


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "\x00",
        "",
    ],
)
def test_nobody_is_sent_to_another_site(client, address):
    answer = client.post("/account/language/", {"language": "ru", "next": address})
    assert (answer.status_code, answer["Location"]) == (302, "/")


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
