"""Registration: nobody registers somebody else's address, and nobody learns whose is taken."""

import time

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.services import registration
from accounts.services.registration import LinkIsNotGood, asked_by, make_account
from tests import factories
from tests.accounts.outbox import kinds, letters, link_in

pytestmark = pytest.mark.django_db

REGISTER = "/kk/account/register/"
PASSWORD = "тау бөктеріндегі алма"
FILLED = {"full_name": "Әсем Ғалымқызы Өтеген", "password1": PASSWORD, "password2": PASSWORD}


def ask(client, email="asem@example.kz", language="kk", **more):
    return client.post(f"/{language}/account/register/", {"email": email, **more})


def link_for(client, email="asem@example.kz", **more):
    ask(client, email, **more)
    return link_in(letters(email)[-1])


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_a_letter_leads_to_an_account_in_the_language_of_the_page(client, language):
    answer = ask(client, "Asem@Example.KZ", language)
    assert (answer.status_code, answer.url) == (302, f"/{language}/account/register/sent/")
    assert not User.objects.exists()
    path = link_in(letters("Asem@example.kz")[0])
    assert path.startswith(f"/{language}/account/register/")
    assert "Asem@example.kz" in client.get(path).content.decode()
    made = client.post(path, FILLED)
    assert (made.status_code, made.url) == (302, f"/{language}/account/organisations/new/")
    user = User.objects.get()
    assert (user.email, user.full_name, user.language) == ("Asem@example.kz", FILLED["full_name"], language)
    assert (user.is_active, user.is_staff, user.check_password(PASSWORD)) == (True, False, True)
    assert client.get(f"/{language}/account/").status_code == 200


def looked_at(client, email):
    """Return everything an asker can see, and how much work it was."""
    with CaptureQueriesContext(connection) as captured:
        answer = ask(client, email)
    shown = client.get(answer.url).content.decode()
    # The clock may tick between two answers, and each has a number of its own.
    headers = {name: value for name, value in answer.headers.items() if name not in {"Expires", "X-Request-ID"}}
    return answer.status_code, answer.url, shown, len(captured), headers, sorted(answer.cookies)


def test_whether_an_address_is_taken_nobody_can_see():
    factories.user(email="taken@example.kz", language="ru")
    factories.user(email="closed@example.kz", is_active=False)
    # Each with a fresh browser, as the attacker would.
    seen = [looked_at(Client(), f"{who}@example.kz") for who in ("nobody", "taken", "closed", "TAKEN")]
    assert seen[1:] == seen[:1] * 3
    assert kinds("nobody@example.kz") == ["register"]
    assert kinds("taken@example.kz") == ["already_registered", "already_registered"]
    assert kinds("closed@example.kz") == ["account_closed"]


def test_the_owner_of_a_taken_address_is_told_in_his_language(client):
    factories.user(email="taken@example.kz", language="ru")
    ask(client, "TAKEN@example.kz", "en")
    (letter,) = letters()
    assert letter.to == ["taken@example.kz"]
    assert "/ru/account/login/" in letter.message
    assert "/ru/account/password/reset/" in letter.message
    assert User.objects.count() == 1


def test_an_address_gets_three_letters_an_hour_and_the_page_says_nothing_of_it(client):
    answers = {ask(client, email).url for email in ["a@example.kz"] * 3 + ["A@example.kz", "a@EXAMPLE.kz"]}
    assert (len(answers), len(letters())) == (1, 3)
    ask(client, "b@example.kz")
    assert len(letters("b@example.kz")) == 1


def test_an_old_letter_does_not_count(client):
    for _ in range(3):
        ask(client)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE post_office_email SET created = created - interval '61 minutes'")
    ask(client)
    assert len(letters()) == 4


def test_a_link_works_once(client):
    path = link_for(client)
    assert client.post(path, FILLED).status_code == 302
    for again in (Client().get(path), Client().post(path, {**FILLED, "full_name": "Басқа"})):
        assert again.status_code == 410
        assert REGISTER in again.content.decode()
    assert User.objects.get().full_name == FILLED["full_name"]


def test_two_links_make_one_account(client):
    first, second = link_for(client), link_for(client)
    assert client.post(first, FILLED).status_code == 302
    assert Client().post(second, FILLED).status_code == 410
    assert User.objects.count() == 1


def test_a_link_lasts_a_day(client, monkeypatch):
    path = link_for(client)
    now = time.time()
    monkeypatch.setattr("django.core.signing.time.time", lambda: now + 24 * 3600 - 60)
    assert client.get(path).status_code == 200
    monkeypatch.setattr("django.core.signing.time.time", lambda: now + 24 * 3600 + 60)
    assert client.get(path).status_code == 410
    assert client.post(path, FILLED).status_code == 410
    assert not User.objects.exists()


def test_a_link_that_was_changed_or_made_for_something_else_does_not_work(client):
    path = link_for(client)
    other = registration.signing.TimestampSigner(salt="accounts.email_change", sep=".")
    forged = other.sign_object({"email": "a@example.kz", "next": ""})
    for wrong in (
        path[:-2] + "/",
        path.replace("register/", "register/x"),
        f"{REGISTER}{forged}/",
        f"{REGISTER}a.b.c/",
    ):
        assert client.get(wrong).status_code == 410, wrong
    assert client.get(path).status_code == 200


def test_the_race_of_two_presses_makes_one_account(client):
    asked = asked_by(link_for(client).split("/")[-2])
    facts = {"full_name": "Әсем", "password": PASSWORD, "language": "kk"}
    make_account(asked, **facts)
    with pytest.raises(LinkIsNotGood):
        make_account(asked, **facts)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"full_name": ""}, "full_name"),
        ({"full_name": "Айгүл 900101300017"}, "full_name"),
        ({"full_name": "a\x00b"}, "full_name"),
        ({"password1": ""}, "password1"),
        ({"password2": ""}, "password2"),
        ({"password2": PASSWORD + "."}, "password2"),
        ({"password1": "қысқа", "password2": "қысқа"}, "password1"),
        ({"password1": "123456789012", "password2": "123456789012"}, "password1"),
        ({"password1": "asem@example.kz", "password2": "asem@example.kz"}, "password1"),
    ],
)
def test_what_is_wrong_is_told_at_its_field_and_the_link_still_works(client, wrong, field):
    path = link_for(client)
    answer = client.post(path, {**FILLED, **wrong})
    assert (answer.status_code, list(answer.context["form"].errors)) == (200, [field])
    assert PASSWORD not in answer.content.decode()
    assert client.post(path, FILLED).status_code == 302


def test_breaks_of_a_line_in_a_name_become_blanks(client):
    client.post(link_for(client), {**FILLED, "full_name": "Әсем\r\nBcc: all@example.kz"})
    assert User.objects.get().full_name == "Әсем Bcc: all@example.kz"


@pytest.mark.parametrize(
    "email", ["", "asem", "a@b@c.kz", '"a,b"@example.kz', "a\x00@example.kz", "x" * 250 + "@example.kz"]
)
def test_what_is_no_address_gets_a_sentence_and_no_letter(client, email):
    answer = ask(client, email)
    assert (answer.status_code, list(answer.context["form"].errors)) == (200, ["email"])
    assert letters() == []


def test_registration_goes_on_to_the_page_one_came_from(client):
    wanted = "/kk/account/invitations/00000000-0000-4000-8000-000000000000/"
    assert wanted in client.get(f"{REGISTER}?next={wanted}").content.decode()
    assert client.post(link_for(client, next=wanted), FILLED).url == wanted


def test_registration_does_not_go_on_to_another_site(client):
    assert client.post(link_for(client, next="//evil.example/"), FILLED).url == "/kk/account/organisations/new/"


def test_a_letter_that_was_rolled_back_was_never_written(monkeypatch):
    monkeypatch.setattr(registration, "send_letter", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        registration.ask_for_account("a@example.kz", language="kk", site="http://testserver/")
    assert letters() == []
