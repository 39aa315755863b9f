"""Sessions: a new id at every step, dead at the next request when what they stand on changes; cookies; reset links."""

import ast
import time
from pathlib import Path

import pytest
from django.conf import settings as site
from django.contrib.auth.models import Group
from django.contrib.auth.tokens import default_token_generator
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client

from accounts.models import User
from accounts.roles import Role
from accounts.services import second_factor
from accounts.services.sessions import end_sessions
from tests import factories
from tests.accounts.codes import SITE, with_app
from tests.registry.people import staff

pytestmark = pytest.mark.django_db

PASSWORD, NEW = "ұзын құпия сөз", "мүлде басқа құпия"
LOGIN, ACCOUNT = "/kk/account/login/", "/kk/account/"
USER, ROLES = "accounts_user", "accounts_user_groups"


def enter(person, client=None):
    client = client or Client()
    assert client.post(LOGIN, {"email": person.email, "password": PASSWORD}).status_code == 302
    return client


def is_in(client):
    return client.get(ACCOUNT).status_code == 200


def sql(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.fixture
def head():
    return staff(Role.HEAD, Role.CLERK, email="head@example.kz", language="kk")


def set_password(person):
    person.set_password(NEW)
    person.save()


ENDINGS = {
    "password": set_password,
    "a role by the service": lambda person: person.groups.remove(Group.objects.get(name=Role.HEAD)),
    "a role by SQL": lambda person: sql(f"DELETE FROM {ROLES} WHERE user_id = %s", person.pk),
    "another role by SQL": lambda person: sql(
        f"UPDATE {ROLES} SET group_id = %s WHERE user_id = %s AND group_id = %s",
        Group.objects.get(name=Role.AUDITOR).pk,
        person.pk,
        Group.objects.get(name=Role.HEAD).pk,
    ),
    "the whole group": lambda person: Group.objects.get(name=Role.HEAD).delete(),
    "staff no more": lambda person: User.objects.filter(pk=person.pk).update(is_staff=False),
    "staff no more by SQL": lambda person: sql(f"UPDATE {USER} SET is_staff = false WHERE id = %s", person.pk),
    "a superuser": lambda person: User.objects.filter(pk=person.pk).update(is_superuser=True),
    "off and on by SQL": lambda person: [
        sql(f"UPDATE {USER} SET is_active = %s WHERE id = %s", active, person.pk) for active in (False, True)
    ],
    "ended everywhere": end_sessions,
    "a second factor": with_app,
    "a second factor off": lambda person: second_factor.switch_off(person, site=SITE),
    "a second factor reset": lambda person: second_factor.reset(person, by=None, site=SITE),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_session_is_dead_at_the_next_request(head, ending):
    if ending == "a second factor reset":
        with_app(head)
    client = Client()
    client.force_login(User.objects.get(pk=head.pk))
    key = client.cookies["sessionid"].value
    assert is_in(client)
    ENDINGS[ending](User.objects.get(pk=head.pk))
    assert not is_in(client)
    replayed = Client()
    replayed.cookies["sessionid"] = key
    assert not is_in(replayed)
    assert replayed.get("/admin/").status_code == 302


KEPT = {
    "another name": {"full_name": "Жаңа Аты"},
    "another language": {"language": "ru"},
    "another address": {"email": "new@example.kz"},
}


@pytest.mark.parametrize("change", KEPT)
def test_what_changes_no_right_ends_no_session(head, change):
    client = enter(head)
    User.objects.filter(pk=head.pk).update(**KEPT[change])
    head.groups.add(Group.objects.get(name=Role.AUDITOR))
    assert is_in(client)


def test_a_row_read_before_and_saved_afterwards_revives_no_session(head):
    stale, client = User.objects.get(pk=head.pk), enter(head)
    end_sessions(head)
    stale.full_name = "Ескі Жол"
    stale.save()
    assert User.objects.get(pk=head.pk).session_round == head.session_round == stale.session_round + 1
    assert not is_in(client)


def test_every_other_session_is_ended_by_a_button(head):
    here, there = enter(head), enter(head)
    assert here.get("/kk/account/sessions/end/").status_code == 405
    key = here.session.session_key
    assert here.post("/kk/account/sessions/end/")["Location"] == ACCOUNT
    assert (is_in(here), is_in(there)) == (True, False)
    assert here.session.session_key != key
    assert Client().post("/kk/account/sessions/end/")["Location"].startswith(LOGIN)


def test_a_foreign_id_is_not_taken_over_at_the_login(head):
    victim, thief = Client(), Client()
    thief.get(LOGIN)
    planted = thief.session
    planted["x"] = "y"
    planted.save()
    victim.cookies["sessionid"] = planted.session_key
    enter(head, victim)
    assert victim.cookies["sessionid"].value != planted.session_key
    thief.cookies["sessionid"] = planted.session_key
    assert not is_in(thief)


def test_a_logout_takes_the_row_of_the_session(head):
    client = enter(head)
    key = client.session.session_key
    client.post("/kk/account/logout/")
    assert not Session.objects.filter(pk=key).exists()


@pytest.mark.parametrize(
    ("is_staff", "busy", "hours", "good"),
    [
        *((True, True, 11, True), (True, True, 13, False), (False, True, 13, False)),
        *((False, False, 11, True), (True, False, 2, False), (True, False, 0.9, True)),
    ],
)
def test_a_session_lasts_from_its_login_and_of_staff_only_while_used(is_staff, busy, hours, good, monkeypatch):
    client, start = enter(factories.user(is_staff=is_staff)), time.time()
    steps = [part / 2 for part in range(1, int(hours * 2))] if busy else []
    for hour in [*steps, hours]:
        monkeypatch.setattr("accounts.services.sessions.time.time", lambda hour=hour: start + hour * 3600)
        last = is_in(client)
    assert last == good


def test_a_busy_session_of_staff_is_written_once_a_minute(head, monkeypatch):
    client, start = enter(head), time.time()
    writes = []
    for second in (1, 30, 61, 90):
        monkeypatch.setattr("accounts.services.sessions.time.time", lambda second=second: start + second)
        is_in(client)
        writes.append(client.session["seen"] - int(start))
    assert writes[0] == writes[1] < writes[2] == writes[3]


# --- cookies ---


def test_every_cookie_of_production_is_bound_to_this_host_and_hidden_from_scripts(head, settings):
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    client = Client()
    seen = dict(client.get(LOGIN, secure=True).cookies)
    answer = client.post(LOGIN, {"email": head.email, "password": PASSWORD}, secure=True)
    seen |= dict(answer.cookies)
    seen |= dict(client.post("/account/language/", {"language": "ru"}, secure=True).cookies)
    seen |= dict(client.post("/kk/account/sessions/end/", secure=True).cookies)
    assert {"sessionid", "csrftoken", "device", settings.LANGUAGE_COOKIE_NAME} == set(seen)
    for name, cookie in seen.items():
        facts = [cookie[part] for part in ("secure", "httponly", "path", "domain", "samesite")]
        assert facts == [True, True, "/", "", "Lax"], name


# --- links for a new password ---


def test_a_link_for_a_new_password_dies_by_use_by_login_and_in_an_hour(head, monkeypatch):
    assert site.PASSWORD_RESET_TIMEOUT == 3600
    token = default_token_generator.make_token(head)
    assert default_token_generator.check_token(head, token)
    enter(head)
    assert not default_token_generator.check_token(User.objects.get(pk=head.pk), token)
    token = default_token_generator.make_token(head)
    set_password(head)
    assert not default_token_generator.check_token(head, token)
    token = default_token_generator.make_token(head)
    later = default_token_generator._now().timestamp() + 3602
    monkeypatch.setattr(default_token_generator, "_now", lambda: type(head.date_joined).fromtimestamp(later))
    assert not default_token_generator.check_token(head, token)


# --- one door ---


def test_one_place_of_the_code_logs_people_in():
    """What opens a session stands once: in accounts/views/entering.py, after password and code."""
    names = {"login", "alogin", "LoginView", "force_login"}
    found = set()
    for app in ("accounts", "projects", "proposals", "reference", "ppp_registry"):
        for path in Path(site.BASE_DIR, app).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if (
                    isinstance(node, ast.ImportFrom)
                    and (node.module or "").startswith("django.contrib.auth")
                    and names & {alias.name for alias in node.names}
                ):
                    found.add(path.relative_to(site.BASE_DIR).as_posix())
    assert found == {"accounts/views/entering.py"}
