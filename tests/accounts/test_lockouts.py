"""Guessing passwords: slow for whoever guesses, from wherever, at whatever door; never a wall for the owner."""

import pytest
from django.conf import settings as site
from django.core import signing
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.services import attempts
from reference.models import Tally
from tests import factories
from tests.accounts.outbox import kinds, letters, link_in
from tests.reference.tallies import later
from tests.registry.pages import parse

pytestmark = pytest.mark.django_db

LOGIN = "/kk/account/login/"
DOOR = "/admin/login/"
EMAIL = "aigul@example.kz"
PASSWORD = "ұзын құпия сөз"
WRONG = "қате құпия сөз"


@pytest.fixture
def person():
    return factories.user(email=EMAIL, is_staff=True)


def log_in(client, email=EMAIL, password=PASSWORD, address="203.0.113.9", **headers):
    return client.post(LOGIN, {"email": email, "password": password}, REMOTE_ADDR=address, headers=headers)


def hammered(times=5, email=EMAIL, door=log_in):
    """Guess from ever new addresses; return the statuses."""
    return [door(Client(), email, WRONG, f"198.51.100.{place}").status_code for place in range(times)]


def test_after_five_wrong_ones_the_right_one_must_wait_too(client, person):
    assert hammered(7) == [200] * 5 + [429] * 2
    answer = log_in(client)
    assert (answer.status_code, "_auth_user_id" in client.session) == (429, False)
    assert 50 <= int(answer["Retry-After"]) <= 60
    page = parse(answer).one("main")
    assert page.one("input", name="email")["value"] == EMAIL
    assert "1 " in page.one("div", "notice-bad").text
    later(minutes=1)
    assert log_in(client).status_code == 302


def test_a_locked_try_never_looks_at_the_password(person, monkeypatch):
    hammered()
    monkeypatch.setattr(attempts, "authenticate", lambda *given, **named: 1 / 0)
    assert log_in(Client()).status_code == 429


@pytest.mark.parametrize("minutes", [2, 4, 8])
def test_the_wait_grows(person, minutes):
    hammered()
    for passed in (1, 2, 4):
        later(minutes=passed)
        assert log_in(Client(), password=WRONG).status_code == 200
        if passed * 2 == minutes:
            break
    assert minutes * 60 - 10 <= int(log_in(Client())["Retry-After"]) <= minutes * 60


def told(email):
    """Return everything a stranger sees of ten tries."""
    seen = []
    for place in range(10):
        with CaptureQueriesContext(connection) as captured:
            answer = log_in(Client(), email, WRONG, f"198.51.100.{place}")
        errors = answer.context["form"].non_field_errors()
        seen.append((answer.status_code, errors, "Retry-After" in answer.headers, len(captured)))
    return seen


def test_who_has_an_account_nobody_learns_from_the_lock(person):
    factories.user(email="closed@example.kz", is_active=False)
    User.objects.create_user("without@example.kz", full_name="Құпиясөзсіз")
    ten = [told(f"{who}@example.kz") for who in ("nobody", "aigul", "closed", "without")]
    assert ten[1:] == ten[:1] * 3
    assert [one[0] for one in ten[0]] == [200] * 5 + [429] * 5


def test_other_accounts_and_whoever_succeeds_in_time_are_not_slowed(client, person):
    other = factories.user(email="bolat@example.kz")
    hammered()
    assert log_in(client, other.email).status_code == 302
    for _ in range(3):
        assert {log_in(Client(), other.email, WRONG).status_code for _ in range(4)} == {200}
        assert log_in(Client(), other.email).status_code == 302


@pytest.mark.parametrize(
    "spelling", ["AIGUL@example.kz", "Aigul@EXAMPLE.KZ", "aİgul@example.kz", "a\u0131gul@example.kz"]
)
def test_other_spellings_are_no_further_tries(person, spelling):
    hammered()
    assert log_in(Client(), spelling).status_code == 429


def test_one_address_guesses_at_thirty_accounts_and_no_more(client, person):
    tries = [log_in(Client(), f"p{place}@example.kz", WRONG).status_code for place in range(32)]
    assert tries == [200] * 30 + [429] * 2
    assert log_in(client).status_code == 429
    assert log_in(client, address="198.51.100.1").status_code == 302
    later(minutes=1)
    assert log_in(Client(), "p40@example.kz", WRONG).status_code == 200


def test_a_forged_header_is_no_other_address(person):
    names = ("X-Forwarded-For", "X-Real-IP", "Forwarded", "Client-IP", "True-Client-IP", "CF-Connecting-IP")
    statuses = [
        log_in(Client(), f"p{place}@example.kz", WRONG, **dict.fromkeys(names, f"198.51.100.{place}")).status_code
        for place in range(31)
    ]
    assert statuses == [200] * 30 + [429]


def test_honest_people_behind_one_address_do_not_use_it_up(person):
    for place in range(32):
        assert log_in(Client()).status_code == 302, place


def test_a_success_of_ones_own_opens_nothing_for_further_guesses(person):
    """An attacker with an account must not reset the count of the address by logging in to it."""
    own = factories.user(email="own@example.kz")
    wrong = 0
    for place in range(40):
        if place % 8 == 7:
            log_in(Client(), own.email)
        else:
            wrong += log_in(Client(), f"p{place}@example.kz", WRONG).status_code == 200
    assert wrong == 30


class TestKnownBrowsers:
    def test_a_known_browser_gets_in_whatever_strangers_do(self, client, person):
        log_in(client)
        client.post("/kk/account/logout/")
        hammered(8)
        for place in range(31):
            log_in(Client(), f"p{place}@example.kz", WRONG)
        assert log_in(Client()).status_code == 429
        assert log_in(client).status_code == 302
        assert log_in(Client()).status_code == 429

    def test_its_own_guesses_are_limited_too(self, client, person):
        log_in(client)
        client.post("/kk/account/logout/")
        assert [log_in(client, password=WRONG).status_code for _ in range(12)] == [200] * 10 + [429] * 2
        assert log_in(client).status_code == 429
        assert log_in(Client()).status_code == 302

    def test_the_cookie_is_good_for_one_account(self, client, person):
        factories.user(email="bolat@example.kz")
        log_in(client, "bolat@example.kz")
        client.post("/kk/account/logout/")
        hammered()
        assert log_in(client).status_code == 429

    @pytest.mark.parametrize("forged", ["", "x", "a.b.c", "of another purpose"])
    def test_a_forged_cookie_is_none(self, client, person, forged):
        hammered()
        # Signed here: a value with the time in it would give each worker a test of its own name.
        of_another_purpose = signing.dumps({"account": "x", "device": "y"})
        client.cookies["device"] = of_another_purpose if forged == "of another purpose" else forged
        assert log_in(client).status_code == 429

    def test_it_opens_nothing_and_names_nobody(self, client, person):
        cookie = log_in(client).cookies["device"]
        assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["domain"]) == (True, "Lax", "/", "")
        stranger = Client()
        stranger.cookies["device"] = cookie.value
        assert stranger.get("/kk/account/").status_code == 302
        read = signing.TimestampSigner(salt="accounts.device", sep=".").unsign_object(cookie.value)
        assert sorted(read) == ["account", "device"]
        assert "aigul" not in str(read)

    def test_a_wrong_password_gives_none(self, client, person):
        assert "device" not in log_in(client, password=WRONG).cookies
        assert "device" in log_in(client).cookies


def test_a_letter_lets_the_owner_in_through_a_lock(client, person):
    hammered()
    assert log_in(client).status_code == 429
    client.post("/kk/account/password/reset/", {"email": EMAIL})
    form = client.get(link_in(letters(EMAIL)[0]), follow=True).redirect_chain[-1][0]
    new = "тау бөктеріндегі алма"
    client.post(form, {"password1": new, "password2": new})
    assert log_in(client, password=new).status_code == 302


def test_the_door_of_the_staff_site_is_the_same(client, person):
    hammered()
    answer = client.post(DOOR, {"username": EMAIL, "password": PASSWORD}, follow=True)
    assert ("_auth_user_id" in client.session, answer.redirect_chain[0][0].partition("?")[0]) == (False, LOGIN)


CHANGES = [
    (
        "/kk/account/password/",
        "old_password",
        {"password1": "тау бөктеріндегі алма", "password2": "тау бөктеріндегі алма"},
    ),
    ("/kk/account/email/", "password", {"email": "new@example.kz"}),
]


@pytest.mark.parametrize(("page", "box", "rest"), CHANGES)
def test_whoever_sits_down_at_an_open_session_cannot_guess_either(client, person, page, box, rest):
    client.force_login(person)
    assert [client.post(page, {box: WRONG, **rest}).status_code for _ in range(6)] == [200] * 5 + [429]
    refused = client.post(page, {box: PASSWORD, **rest})
    assert (refused.status_code, int(refused["Retry-After"]) > 0) == (429, True)
    person.refresh_from_db()
    assert person.check_password(PASSWORD)
    assert log_in(Client()).status_code == 302
    later(minutes=1)
    assert client.post(page, {box: PASSWORD, **rest}).status_code == 302
    assert letters(EMAIL)


class TestLetters:
    def test_the_owner_is_told_once_a_day_and_strangers_never(self, person):
        hammered()
        hammered(email="nobody@example.kz")
        assert attempts.tell_owners() == 1
        (letter,) = letters()
        assert (letter.to, letter.headers["X-Letter"]) == ([EMAIL], "login_slowed")
        assert letter.message.count("/password/reset/") == 1
        later(minutes=1)
        hammered(1)
        later(days=2)
        hammered()
        assert attempts.tell_owners() == 0
        assert attempts.tell_owners() == 0
        assert kinds() == ["login_slowed"]

    def test_four_wrong_ones_are_nobodys_business_nor_is_a_closed_account(self, person):
        hammered(4)
        factories.user(email="closed@example.kz", is_active=False)
        hammered(email="closed@example.kz")
        assert (attempts.tell_owners(), letters()) == (0, [])

    def test_the_command_that_sends_letters_writes_them(self, person, settings):
        settings.POST_OFFICE = {
            **settings.POST_OFFICE,
            "BACKENDS": {"default": "django.core.mail.backends.locmem.EmailBackend"},
        }
        hammered()
        call_command("send_letters", verbosity=0)
        assert kinds() == ["login_slowed"]


def test_a_lock_outlives_the_process_and_names_nobody(person):
    hammered()
    assert EMAIL not in str(list(Tally.objects.values()))
    assert Tally.objects.get(kind="account").count == 5
    assert site.CACHES["default"]["BACKEND"].endswith("LocMemCache"), "nothing of this may stand in a cache"
