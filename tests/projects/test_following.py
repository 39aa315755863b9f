"""Following by e-mail: only the owner of an address begins it, one press ends it, each piece of news is told once."""

import datetime
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from projects.models import Follow
from projects.models.follow import address_key
from projects.queries.following import stop_all_token, stop_token
from projects.services.following import tell_followers
from tests import factories
from tests.accounts.outbox import kinds, letters, link_in
from tests.projects.followers import ASEM, follower

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]


def ask(what="all", email=ASEM, language="kk", browser=None):
    return (browser or Client()).post(f"/{language}/follow/", {"email": email, "what": what})


# --- asking and confirming ---


@pytest.mark.parametrize(
    ("what", "following_page"),
    [
        ("project-1", "/ru/projects/1/"),
        ("sector-education", "/ru/projects/"),
        ("territory-750000000", "/ru/projects/"),
        ("all", "/ru/projects/"),
    ],
)
def test_a_letter_and_a_press_of_a_button_begin_it(client, what, following_page):
    project = factories.project()
    answer = ask(what, "Asem@Example.KZ", "ru", client)
    assert (answer.status_code, answer.url) == (302, "/ru/follow/sent/")
    assert client.get(answer.url).status_code == 200
    (letter,) = letters("Asem@example.kz")
    path = link_in(letter)
    assert path.startswith("/ru/follow/confirm/")
    row = Follow.objects.get()
    assert (row.confirmed_at, row.language) == (None, "ru")
    token = path.split("/")[-2]
    assert len(token) >= 32, "192 bits"
    assert token not in row.token_hash
    assert client.get(path).status_code == client.head(path).status_code == 200
    assert Follow.objects.get().confirmed_at is None, "looking confirms nothing: mail programs look by themselves"
    done = client.post(path)
    assert (done.status_code, done.url) == (302, following_page)
    row.refresh_from_db()
    assert row.confirmed_at is not None
    assert row.token_hash == ""
    target = {"project-1": project, "all": None}.get(what)
    assert row.target == target or str(row.target.pk) == what.partition("-")[2]


def test_a_press_without_the_secret_of_the_form_confirms_nothing():
    path = (ask(), link_in(letters(ASEM)[0]))[1]
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(path).status_code == 403
    assert Follow.objects.get().confirmed_at is None
    page = strict.get(path).content.decode()
    secret = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    assert strict.post(path, {"csrfmiddlewaretoken": secret}).status_code == 302


@pytest.mark.parametrize("wrong", ["used", "old", "forged", "deleted"])
def test_a_link_that_is_not_good_confirms_nothing(client, wrong):
    ask()
    path = link_in(letters(ASEM)[0])
    if wrong == "used":
        assert client.post(path).status_code == 302
    elif wrong == "old":
        Follow.objects.update(asked_at=timezone.now() - datetime.timedelta(hours=48, seconds=1))
    elif wrong == "forged":
        path = path[:-2] + ("a" if path[-2] != "a" else "b") + "/"
    else:
        Follow.objects.all().delete()
    before = list(Follow.objects.values_list("confirmed_at"))
    for answer in (client.get(path), client.post(path)):
        assert answer.status_code == 410
        assert "/kk/follow/" in answer.content.decode()
    assert list(Follow.objects.values_list("confirmed_at")) == before


def test_a_link_lasts_48_hours(client):
    ask()
    Follow.objects.update(asked_at=timezone.now() - datetime.timedelta(hours=47, minutes=59))
    assert client.post(link_in(letters(ASEM)[0])).status_code == 302


def test_two_links_for_one_thing_make_one_follow_in_the_newest_language(client):
    ask("sector-education")
    ask("sector-education", "ASEM@example.kz", "ru")
    first, second = [link_in(letter) for letter in letters()]
    assert [client.post(path).status_code for path in (first, second)] == [302, 302]
    assert [(row.sector_id, row.language) for row in Follow.objects.all()] == [("education", "ru")]


def looked_at(email):
    """Return everything an asker can see, and how much work it was."""
    browser = Client()
    with CaptureQueriesContext(connection) as captured:
        answer = ask("sector-health", email, browser=browser)
    shown = browser.get(answer.url).content.decode()
    headers = {name: value for name, value in answer.headers.items() if name not in {"Expires", "X-Request-ID"}}
    return answer.status_code, answer.url, shown, len(captured), headers, sorted(answer.cookies)


def test_whether_an_address_follows_nobody_can_see():
    factories.user(email="staff@example.kz")
    follower("follows@example.kz", sector="health")
    assert len({str(looked_at(f"{who}@example.kz")) for who in ("nobody", "follows", "staff")}) == 1
    assert kinds() == ["follow"] * 3


def test_an_address_gets_three_letters_an_hour_and_the_page_says_nothing_of_it():
    answers = {ask("all", email).url for email in [ASEM] * 3 + ["ASEM@example.kz", "asem@EXAMPLE.kz"]}
    assert (len(answers), len(letters()), Follow.objects.count()) == (1, 3, 3)
    ask(email="other@example.kz")
    assert len(letters("other@example.kz")) == 1


@pytest.mark.parametrize(
    "what", ["", "project-2", "project-x", "project-٣", "sector-", "region-1", "a" * 50, "sector-\x00"]
)
def test_nothing_else_can_be_followed(client, what):
    factories.project()
    answer = ask(what, browser=client)
    assert answer.status_code == 200
    assert "notice-bad" in answer.content.decode()
    assert not Follow.objects.exists()
    assert not letters()


@pytest.mark.parametrize("email", ["", "asem", "a@example.kz,b@example.kz", "a@b\nc", "x" * 250 + "@example.kz"])
def test_what_is_no_address_is_refused_with_the_remedy(client, email):
    answer = ask("all", email, "en", client)
    assert "Write an e-mail address" in answer.content.decode() or "at most 254" in answer.content.decode()
    assert not letters()


def test_unconfirmed_addresses_are_deleted_after_48_hours():
    ask()
    tell_followers()
    assert Follow.objects.count() == 1
    Follow.objects.update(asked_at=timezone.now() - datetime.timedelta(hours=49))
    kept = follower("b@example.kz")
    told = StringIO()
    call_command("tell_followers", stdout=told)
    assert list(Follow.objects.all()) == [kept]
    assert told.getvalue() == "0 news, 0 letters, 1 unconfirmed addresses deleted.\n"


# --- ending ---


def test_one_press_ends_one_follow_and_another_everything_of_the_address(client):
    first, second = follower(sector="health"), follower(sector="education")
    other = follower("b@example.kz", sector="health")
    path = f"/kk/follow/stop/{stop_token(first)}/"
    shown = client.get(path).content.decode()
    assert shown.count("<button") == 1
    assert "@" not in shown, "the page names no address"
    assert Follow.objects.count() == 3, "looking ends nothing"
    # As RFC 8058 has it: no cookie, no secret of a form, no redirect.
    strict = Client(enforce_csrf_checks=True)
    for _ in range(2):
        answer = strict.post(path, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded")
        assert (answer.status_code, dict(answer.cookies)) == (200, {})
        assert set(Follow.objects.all()) == {second, other}
    assert client.get(path).status_code == 200
    everything = f"/ru/follow/stop/{stop_all_token('ASEM@example.kz')}/"
    assert client.get(everything).status_code == 200
    follower(sector="sport")
    strict.post(everything)
    assert list(Follow.objects.all()) == [other]


@pytest.mark.parametrize("kind", ["one", "all"])
def test_a_forged_link_ends_nothing(client, kind):
    made = follower()
    token = stop_token(made) if kind == "one" else stop_all_token(ASEM)
    name, _dot, seal = token.rpartition(".")
    other = follower("b@example.kz")
    wrong = [f"{name}.{seal[:-1]}{'a' if seal[-1] != 'a' else 'b'}", name, f"{other.pk.hex}.{seal}", "x"]
    wrong += [f"all-{address_key('b@example.kz')}.{seal}"]
    for token in wrong:
        assert client.post(f"/kk/follow/stop/{token}/").status_code == 404
        assert client.get(f"/kk/follow/stop/{token}/").status_code == 404
    assert Follow.objects.count() == 2


def test_an_unconfirmed_follow_is_not_ended_by_a_link_for_it(client):
    ask()
    client.post(f"/kk/follow/stop/{stop_token(Follow.objects.get())}/")
    assert Follow.objects.count() == 1


def test_an_address_stands_in_no_name_of_a_row():
    made = follower()
    assert "asem" not in f"{made}{made!r}{made.address_key}"
