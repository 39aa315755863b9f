"""Users on the staff site: the administrator makes people and gives roles to others, never to oneself, never more."""

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from tests import factories
from tests.registry.pages import complaints, controls, parse
from tests.registry.people import ADMINISTRATOR, logged_in, staff

pytestmark = pytest.mark.django_db

LIST = "/admin/accounts/user/"
PASSWORD = "ұзын құпия сөз"


@pytest.fixture
def desk():
    made = logged_in(ADMINISTRATOR)
    made.raise_request_exception = False
    return made


def group(name):
    return Group.objects.get(name=name).pk


def page_of(person):
    return f"{LIST}{person.pk}/change/"


def form_of(desk, address):
    return controls(parse(desk.get(address)).one("form", id="user_form"))


def change(desk, person, **facts):
    return desk.post(page_of(person), {**form_of(desk, page_of(person)), **facts})


def add(desk, **facts):
    given = {"email": "new@example.kz", "full_name": "Жаңа Адам", "language": "ru", "usable_password": "true"}
    return desk.post(f"{LIST}add/", {**given, "password1": PASSWORD, "password2": PASSWORD, **facts})


def enter(browser, email, following="/admin/", password=PASSWORD):
    """Log in as the staff site asks for it."""
    door = browser.get("/admin/login/", {"next": following})
    return browser.post(door["Location"], {"email": email, "password": password})


def rights(person):
    """Return what a person may do and be."""
    now = User.objects.get(pk=person.pk)
    return now.is_active, now.is_staff, now.is_superuser, sorted(now.get_all_permissions())


# --- making people ---


def test_the_administrator_makes_a_person_with_a_role_who_can_log_in(desk):
    assert add(desk, is_staff="on", groups=[group("secretary")]).status_code == 302
    made = authenticate(username="new@example.kz", password=PASSWORD)
    assert (made.full_name, made.language, made.is_staff, made.is_superuser) == ("Жаңа Адам", "ru", True, False)
    assert [role.name for role in made.groups.all()] == ["secretary"]
    browser = Client()
    answer = enter(browser, made.email, "/admin/projects/project/add/")
    assert answer["Location"] == "/admin/projects/project/add/"
    assert browser.get("/admin/projects/project/add/").status_code == 200


@pytest.mark.parametrize("name", ["is_superuser", "user_permissions", "id", "password", "last_login_0"])
def test_nobody_is_made_a_superuser_or_given_a_single_right(desk, name):
    value = Permission.objects.get(codename="change_project").pk
    assert add(desk, is_staff="on", **{name: value}).status_code == 302
    assert rights(User.objects.get(email="new@example.kz")) == (True, True, False, [])


@pytest.mark.parametrize(
    ("facts", "count"),
    [
        ({"email": "not an address"}, 1),
        ({"email": ""}, 1),
        ({"email": "AIGUL@example.kz"}, 1),
        ({"email": "a\0@example.kz"}, 2),
        ({"full_name": ""}, 1),
        ({"full_name": "а\0б"}, 1),
        ({"language": "de"}, 1),
        ({"password1": "short", "password2": "short"}, 1),
        ({"password2": "другое длинное слово"}, 1),
        ({"groups": ["abc"]}, 1),
        ({"groups": ["999999"]}, 1),
        ({"groups": ["\0"]}, 1),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(desk, facts, count):
    factories.user(email="aigul@example.kz")
    before = User.objects.count()
    answer = add(desk, **facts)
    assert (answer.status_code, len(complaints(parse(answer))), User.objects.count()) == (200, count, before)


def test_only_our_roles_can_be_given(desk):
    other = Group.objects.create(name="бухгалтерия")
    offered = [box["value"] for box in parse(desk.get(f"{LIST}add/")).all("input", type="checkbox", name="groups")]
    assert sorted(offered) == sorted(str(group(role)) for role in Role.values)
    assert len(complaints(parse(add(desk, groups=[other.pk])))) == 1


def test_a_group_has_no_page_of_its_own(desk):
    for address in (
        "/admin/auth/",
        "/admin/auth/group/",
        "/admin/auth/group/add/",
        f"/admin/auth/group/{group('head')}/change/",
    ):
        assert desk.get(address).status_code == 404


# --- giving roles ---


def test_the_administrator_gives_and_takes_roles_of_others(desk):
    person = staff(Role.CLERK)
    assert change(desk, person, groups=[group("head"), group("expert")]).status_code == 302
    assert sorted(role.name for role in person.groups.all()) == ["expert", "head"]
    assert change(desk, person, groups=[]).status_code == 302
    assert rights(person) == (True, True, False, [])


@pytest.mark.parametrize("name", ["is_active", "is_staff"])
def test_a_switch_turned_off_works_from_the_next_request_on(desk, name):
    browser = logged_in(Role.CLERK)
    assert browser.get("/admin/projects/project/").status_code == 200
    assert change(desk, browser.user, **{name: []}).status_code == 302
    assert browser.get("/admin/projects/project/").status_code == 302


def test_nobody_changes_the_own_roles_and_switches(desk):
    before = rights(desk.user)
    sent = {"groups": [group(role) for role in Role.values], "is_superuser": "on", "full_name": "Өзім"}
    assert change(desk, desk.user, **sent).status_code == 302
    assert rights(desk.user) == before
    assert change(desk, desk.user, groups=[], is_staff=[], is_active=[]).status_code == 302
    assert rights(desk.user) == before
    assert User.objects.get(pk=desk.user.pk).full_name == "Өзім"


def test_a_superuser_does_not_change_the_own_rights_either():
    browser = Client()
    root = User.objects.create_superuser("root@example.kz", PASSWORD, full_name="Root", language="en")
    browser.force_login(root)
    staff()
    assert change(browser, root, groups=[group("head")], is_superuser=[]).status_code == 302
    assert (User.objects.get(pk=root.pk).is_superuser, root.groups.count()) == (True, 0)


@pytest.mark.parametrize("path", ["change/", "password/"])
def test_a_superuser_is_out_of_the_administrators_reach(desk, path):
    root = User.objects.create_superuser("root@example.kz", PASSWORD, full_name="Root")
    word = "басқа ұзын сөз"
    sent = {"email": "taken@example.kz", "full_name": "Taken", "language": "kk", "is_active": "", "groups": []}
    answer = desk.post(
        f"{LIST}{root.pk}/{path}", {**sent, "password1": word, "password2": word, "usable_password": "true"}
    )
    assert answer.status_code == 403
    now = User.objects.get(pk=root.pk)
    assert (now.email, now.full_name, now.is_active, now.is_superuser) == ("root@example.kz", "Root", True, True)
    assert now.check_password(PASSWORD)


def test_a_superuser_is_not_reached_through_another_persons_page(desk):
    root = User.objects.create_superuser("root@example.kz", PASSWORD, full_name="Root")
    person = staff()
    sent = {**form_of(desk, page_of(person)), "id": root.pk, "is_superuser": "on", "full_name": "Taken"}
    assert desk.post(page_of(person), sent).status_code == 302
    assert (User.objects.get(pk=root.pk).full_name, rights(person)[2]) == ("Root", False)


def test_a_new_password_ends_the_sessions_of_the_person(desk):
    browser = logged_in(Role.CLERK)
    word = "басқа ұзын сөз"
    sent = {"password1": word, "password2": word, "usable_password": "true"}
    assert browser.get("/admin/").status_code == 200
    assert desk.post(f"{LIST}{browser.user.pk}/password/", sent).status_code == 302
    assert authenticate(username=browser.user.email, password=word) == browser.user
    assert browser.get("/admin/").status_code == 302


# --- reading ---


@pytest.mark.parametrize("role", [ADMINISTRATOR, Role.AUDITOR])
def test_no_page_shows_a_password_in_any_form(role):
    person = factories.user(email="aigul@example.kz")
    browser = logged_in(role)
    for address in (LIST, page_of(person), f"{LIST}{person.pk}/history/"):
        text = browser.get(address).content.decode()
        assert (person.password in text, person.password.split("$")[-1] in text) == (False, False)


@pytest.mark.parametrize(
    "asked_for", ["password__startswith=m", "password=x", "password__regex=.", "password__isnull=0"]
)
def test_the_list_cannot_be_asked_about_passwords(desk, asked_for):
    assert desk.get(f"{LIST}?{asked_for}").status_code == 400


def test_the_list_cannot_be_asked_about_sessions_and_rights_of_others(desk):
    for path in (
        "logentry__change_message__contains=x",
        "user_permissions__codename=x",
        "groups__permissions__codename=x",
    ):
        assert desk.get(f"{LIST}?{path}").status_code == 400, path


def test_the_list_shows_roles_in_the_readers_language_and_finds_people():
    person = staff(Role.HEAD, Role.CLERK, full_name="Айгүл Серік", email="aigul@example.kz")
    page = parse(logged_in(Role.AUDITOR, language="en").get(LIST, {"q": "aigul"}))
    (row,) = page.one("table", id="result_list").one("tbody").all("tr")
    assert person.full_name in row.text
    assert row.one("td", "field-role_names").text == "Clerk, Head"


@pytest.mark.parametrize(
    "junk", ["q=%00", "email=%00", "is_staff__exact=x", "groups__id__exact=abc", f"p={'9' * 30}", "id__in=a", "o=x"]
)
def test_junk_in_the_address_of_the_list_is_no_fault_of_the_site(desk, junk):
    assert desk.get(f"{LIST}?{junk}").status_code in (200, 302, 400)


# --- the door ---


def test_only_active_staff_come_in():
    factories.user(email="a@example.kz", is_staff=True, is_active=False)
    browser = Client()
    assert enter(browser, "a@example.kz").status_code == 200
    factories.user(email="b@example.kz")
    assert enter(browser, "b@example.kz")["Location"] == "/admin/"
    assert browser.get("/admin/")["Location"] == "/admin/login/?next=/admin/"
    assert browser.get("/admin/login/?next=/admin/").status_code == 403


@pytest.mark.parametrize("act", ["get", "post"])
def test_the_door_of_the_staff_site_is_the_one_of_the_site(act):
    factories.user(email="aigul@example.kz", is_staff=True)
    browser = Client()
    sent = {"username": "aigul@example.kz", "email": "aigul@example.kz", "password": PASSWORD}
    answer = getattr(browser, act)("/admin/login/?next=/admin/projects/project/", sent)
    assert answer["Location"].startswith("/kk/account/login/?next=")
    assert "_auth_user_id" not in browser.session
    assert logged_in(Role.CLERK).get("/admin/login/")["Location"] == "/admin/"


@pytest.mark.parametrize(
    "address", ["//evil.example", "https://evil.example/admin/", "/\\evil.example", "javascript:x"]
)
def test_the_door_sends_nobody_away(address):
    person = factories.user(email="aigul@example.kz", is_staff=True)
    answer = enter(Client(), person.email, address)
    assert (answer.status_code, answer["Location"]) == (302, "/admin/")
    assert logged_in(Role.CLERK).get("/admin/login/", {"next": address})["Location"] == "/admin/"


def test_a_login_brings_a_new_session_and_a_logout_ends_it():
    browser = Client()
    person = factories.user(email="aigul@example.kz", is_staff=True)
    browser.cookies["sessionid"] = "a" * 32
    enter(browser, person.email)
    key = browser.cookies["sessionid"].value
    assert key != "a" * 32
    assert browser.get("/admin/").status_code == 200
    browser.post("/admin/logout/")
    browser.cookies["sessionid"] = key
    assert browser.get("/admin/").status_code == 302


def test_the_password_is_changed_in_the_account_which_tells_the_owner():
    assert logged_in(Role.CLERK, language="ru").get("/admin/password_change/")["Location"] == "/ru/account/password/"


def test_a_link_does_not_log_out():
    browser = logged_in(Role.CLERK)
    assert browser.get("/admin/logout/").status_code == 405
    assert browser.get("/admin/").status_code == 200


def test_a_page_that_nobody_may_change_offers_no_password(desk):
    person, erased = factories.user(), factories.user()
    User.objects.filter(pk=erased.pk).update(
        email="erased-1@erased.invalid", full_name="", is_active=False, erased_at=timezone.now(), password="!"
    )
    assert "/password/" in desk.get(page_of(person)).text
    assert "/password/" not in desk.get(page_of(erased)).text
