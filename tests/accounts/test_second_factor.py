"""The second factor: nobody is in before the code, each code works once, every change is told and remembered."""

import pytest
from django.contrib.admin.models import LogEntry
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import RecoveryCode, SecondFactor, User
from accounts.roles import Role
from accounts.services import second_factor
from tests import factories
from tests.accounts.codes import SITE, code_of, forget, with_app
from tests.accounts.outbox import kinds
from tests.registry.pages import parse
from tests.registry.people import logged_in, staff

pytestmark = pytest.mark.django_db

PASSWORD = "ұзын құпия сөз"
LOGIN, CODE, SET_UP = "/kk/account/login/", "/kk/account/login/code/", "/kk/account/second-factor/"
NEW_CODES, OFF = f"{SET_UP}recovery-codes/", f"{SET_UP}off/"
DOORS = ["/admin/", "/admin/proposals/proposal/", "/admin/accounts/user/add/", "/kk/account/", "/kk/applications/"]


@pytest.fixture
def required(settings):
    settings.SECOND_FACTOR_REQUIRED = True


@pytest.fixture
def head():
    return staff(Role.HEAD, email="head@example.kz", language="kk")


def give_password(person, client=None, **more):
    client = client or Client()
    client.answer = client.post(LOGIN, {"email": person.email, "password": PASSWORD, **more})
    return client


def is_in(client):
    return "_auth_user_id" in client.session


def shown_codes(answer):
    return [item.text.replace(" ", "") for item in parse(answer).one("ol", "recovery-codes").all("li")]


def secret_on(client):
    return client.session["new_second_factor"]["secret"]


# --- logging in ---


def test_after_the_password_nobody_is_in_and_no_door_opens(head, required):
    with_app(head)
    client = give_password(head, next="/admin/proposals/proposal/")
    assert client.answer["Location"] == CODE
    assert not is_in(client)
    for door in DOORS:
        assert "/login/" in client.get(door)["Location"], door
        assert "/login/" in client.post(door)["Location"], door
    assert User.objects.get(pk=head.pk).last_login is None


def test_the_code_opens_the_page_that_was_asked_for_under_a_new_session(head, required):
    secret, _codes = with_app(head)
    client = give_password(head, next="/admin/proposals/proposal/")
    between = client.session.session_key
    answer = client.post(CODE, {"code": code_of(secret)})
    assert answer["Location"] == "/admin/proposals/proposal/"
    assert client.session.session_key != between
    assert client.get("/admin/proposals/proposal/").status_code == 200
    old = Client()
    old.cookies["sessionid"] = between
    assert old.get("/admin/").status_code == 302


def test_a_code_works_once_and_may_be_typed_with_blanks(head):
    secret, _codes = with_app(head)
    code = code_of(secret)
    client = give_password(head)
    assert client.post(CODE, {"code": f" {code[:3]}\u00a0{code[3:]} "}).status_code == 302
    again = give_password(head)
    answer = again.post(CODE, {"code": code})
    assert (answer.status_code, list(answer.context["form"].errors), is_in(again)) == (200, ["code"], False)


@pytest.mark.parametrize("code", ["", "12345", "1234567", "٣٤٥٦٧٨", "abcdef", "12345\x00", "-12345", "9" * 5000])
def test_what_is_no_code_is_refused_in_words(head, code):
    with_app(head)
    answer = give_password(head).post(CODE, {"code": code})
    assert (answer.status_code, list(answer.context["form"].errors)) == (200, ["code"])


def test_after_a_wrong_code_even_the_right_one_waits(head):
    secret, _codes = with_app(head)
    wrong = "000000" if code_of(secret) != "000000" else "000001"
    client = give_password(head)
    assert client.post(CODE, {"code": wrong}).status_code == 200
    assert SecondFactor.objects.get(user=head).throttling_failure_count == 1
    SecondFactor.objects.filter(user=head).update(throttling_failure_count=7)
    answer = client.post(CODE, {"code": code_of(secret)})
    assert (answer.status_code, is_in(client)) == (429, False)
    assert 30 < int(answer.headers["Retry-After"]) <= 64
    forget(head)
    assert client.post(CODE, {"code": code_of(secret)}).status_code == 302


def test_the_wait_grows_to_some_minutes_and_the_owner_is_warned_once_an_hour(head):
    secret, _codes = with_app(head)
    client = give_password(head)
    for _ in range(12):
        SecondFactor.objects.filter(user=head).update(throttling_failure_timestamp="2020-01-01T00:00Z")
        client.post(CODE, {"code": "000000000000"})
    answer = client.post(CODE, {"code": code_of(secret)})
    longest = 2 ** (second_factor.MOST_FAILURES - 1)
    assert answer.status_code == 429
    assert longest - 60 < int(answer.headers["Retry-After"]) <= longest
    assert kinds("head@example.kz") == ["second_factor_set", "wrong_codes"]


def test_a_recovery_code_works_once_and_is_told(head):
    _secret, codes = with_app(head)
    client = give_password(head)
    spaced = f"{codes[3][:4]} {codes[3][4:8]}-{codes[3][8:]}"
    assert client.post(CODE, {"code": spaced}).status_code == 302
    assert kinds("head@example.kz") == ["second_factor_set", "recovery_code_used"]
    assert head.recovery_codes.count() == 9
    assert give_password(head).post(CODE, {"code": codes[3]}).status_code == 200
    forget(head)
    assert give_password(head).post(CODE, {"code": codes[4]}).status_code == 302


def test_a_recovery_code_is_nobody_elses_and_stands_nowhere_to_be_read(head):
    _secret, codes = with_app(head)
    other = factories.user()
    with_app(other)
    assert give_password(other).post(CODE, {"code": codes[0]}).status_code == 200
    kept = "".join(RecoveryCode.objects.values_list("seal", flat=True))
    assert not any(code in kept for code in codes)


def test_recovery_codes_outlive_a_change_of_the_secret_key(head, settings):
    _secret, codes = with_app(head)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "y" * 60, [settings.SECRET_KEY]
    second_factor.accept_code(head, codes[0], site=SITE)


@pytest.mark.parametrize("act", ["late", "password", "closed", "no password"])
def test_the_code_is_asked_of_nobody_whose_password_does_not_stand(head, act, monkeypatch):
    secret, _codes = with_app(head)
    client = Client() if act == "no password" else give_password(head)
    if act == "late":
        monkeypatch.setattr("accounts.views.entering.WAITS_FOR", -1)
    elif act == "password":
        head.set_password("басқа құпия сөз")
        head.save()
    elif act == "closed":
        User.objects.filter(pk=head.pk).update(is_active=False)
    for answer in (client.get(CODE), client.post(CODE, {"code": code_of(secret)})):
        assert answer["Location"] == LOGIN
    assert not is_in(client)


def test_whoever_was_logged_in_is_out_when_another_gives_a_password(head):
    with_app(head)
    client = Client()
    client.force_login(factories.user())
    give_password(head, client)
    assert client.get("/kk/account/").status_code == 302


def test_a_reset_of_the_password_does_not_replace_the_code(head, required):
    with_app(head)
    head.set_password(PASSWORD)
    head.save()
    assert give_password(head).answer["Location"] == CODE


# --- who must have one ---


def test_staff_without_one_set_it_up_before_they_are_in(head, required):
    client = give_password(head, next="/admin/")
    assert client.answer["Location"] == SET_UP
    page = client.get(SET_UP)
    assert not is_in(client)
    picture = parse(page).one("img", "qr")["src"]
    assert (picture[:19], secret_on(client) in page.content.decode()) == ("data:image/svg+xml;", False)
    assert list(page.context["form"].fields) == ["new_code"]
    wrong = client.post(SET_UP, {"new_code": "000000"})
    assert (wrong.status_code, list(wrong.context["form"].errors)) == (200, ["new_code"])
    between = client.session.session_key
    codes = shown_codes(client.post(SET_UP, {"new_code": code_of(secret_on(client))}))
    assert (len(set(codes)), {len(code) for code in codes}) == (10, {12})
    assert client.session.session_key != between
    assert client.get("/admin/").status_code == 200
    assert kinds("head@example.kz") == ["second_factor_set"]
    assert give_password(head).answer["Location"] == CODE


def test_the_password_alone_never_replaces_an_app(head, required):
    secret, _codes = with_app(head)
    client = give_password(head)
    assert client.get(SET_UP)["Location"] == LOGIN
    assert client.post(SET_UP, {"new_code": "000000"})["Location"] == LOGIN
    assert SecondFactor.objects.get(user=head).key == secret


def test_of_two_who_set_an_app_up_at_once_with_the_password_the_second_is_refused(head):
    secret, _codes = with_app(head)
    other = second_factor.new_secret()
    with pytest.raises(PermissionDenied):
        second_factor.set_up(head, other, code_of(other), site=SITE)
    assert SecondFactor.objects.get(user=head).key == secret


def test_a_code_that_runs_out_between_two_looks_is_said_and_not_a_fault(head, required, monkeypatch):
    client = give_password(head)
    client.get(SET_UP)
    monkeypatch.setattr("accounts.forms.second_factor.is_code_of", lambda secret, code: True)
    answer = client.post(SET_UP, {"new_code": code_of(secret_on(client), later=-4)})
    assert (answer.status_code, list(answer.context["form"].errors)) == (200, ["new_code"])
    assert SecondFactor.objects.count() == 0


def test_a_session_of_staff_without_a_code_is_nobodys(head, required):
    client = Client()
    client.force_login(head)
    assert client.get("/admin/").status_code == 302
    late = give_password(factories.user(email="a@example.kz"))
    assert late.get("/kk/account/").status_code == 200
    User.objects.filter(email="a@example.kz").update(is_superuser=True)
    assert late.get("/kk/account/").status_code == 302


def test_where_it_is_not_asked_for_only_those_who_have_one_give_a_code(head):
    assert give_password(head).answer["Location"] == "/admin/"
    applicant = factories.user()
    with_app(applicant)
    assert give_password(applicant).answer["Location"] == CODE


def test_applicants_are_asked_only_when_they_want_to_be(required):
    applicant = factories.user()
    assert give_password(applicant).answer["Location"] == "/kk/applications/"


# --- one's own account ---


def test_an_applicant_sets_it_up_with_the_password_and_other_sessions_end():
    person = factories.user(email="a@example.kz")
    client, other = give_password(person), give_password(person)
    client.get(SET_UP)
    secret = secret_on(client)
    refused = client.post(SET_UP, {"password": "басқа", "new_code": code_of(secret)})
    assert (list(refused.context["form"].errors), SecondFactor.objects.count()) == (["password"], 0)
    assert len(shown_codes(client.post(SET_UP, {"password": PASSWORD, "new_code": code_of(secret)}))) == 10
    assert (client.get("/kk/account/").status_code, other.get("/kk/account/").status_code) == (200, 302)
    assert list(SecondFactor.pgh_event_model.objects.values_list("pgh_label", flat=True)) == ["insert"]


def entered(person, secret):
    client = give_password(person)
    client.post(CODE, {"code": code_of(secret)})
    forget(person)
    return client


def test_an_app_is_replaced_with_password_and_a_code_of_the_old_one(head, required):
    secret, codes = with_app(head)
    client = entered(head, secret)
    client.get(SET_UP)
    fresh = secret_on(client)
    sent = {"password": PASSWORD, "code": code_of(secret), "new_code": code_of(fresh)}
    for name, wrong in (("password", "x"), ("new_code", "000000"), ("code", codes[0][::-1])):
        answer = client.post(SET_UP, {**sent, name: wrong})
        assert list(answer.context["form"].errors) == [name]
        assert SecondFactor.objects.get(user=head).key == secret
        forget(head)
    fresh_codes = shown_codes(client.post(SET_UP, sent))
    assert SecondFactor.objects.get(user=head).key == fresh
    assert client.get("/admin/").status_code == 200
    forget(head)
    with pytest.raises(second_factor.WrongCode):
        second_factor.accept_code(head, codes[0], site=SITE)
    forget(head)
    second_factor.accept_code(head, fresh_codes[0], site=SITE)


def test_new_recovery_codes_replace_the_old_ones(head, required):
    secret, codes = with_app(head)
    client = entered(head, secret)
    fresh = shown_codes(client.post(NEW_CODES, {"password": PASSWORD, "code": code_of(secret)}))
    assert (len(fresh), set(fresh) & set(codes)) == (10, set())
    assert client.get("/admin/").status_code == 200
    assert kinds("head@example.kz")[-1] == "recovery_codes_new"


def test_applicants_switch_it_off_and_staff_do_not(head, required):
    person = factories.user(email="a@example.kz")
    secret, _codes = with_app(person)
    client = entered(person, secret)
    assert client.post(OFF, {"password": PASSWORD, "code": "000000"}).status_code == 200
    forget(person)
    assert client.post(OFF, {"password": PASSWORD, "code": code_of(secret)})["Location"] == "/kk/account/"
    assert (SecondFactor.objects.count(), RecoveryCode.objects.count()) == (0, 0)
    assert (client.get("/kk/account/").status_code, kinds("a@example.kz")[-1]) == (200, "second_factor_off")
    secret, _codes = with_app(head)
    assert entered(head, secret).post(OFF, {"password": PASSWORD, "code": code_of(secret)}).status_code == 403
    with pytest.raises(PermissionDenied):
        second_factor.switch_off(head, site=SITE)


# --- a lost one ---


def page_of(person):
    return f"/admin/accounts/user/{person.pk}/second-factor/"


def test_an_administrator_resets_a_lost_one_of_somebody_else(head):
    with_app(head)
    session = Client()
    session.force_login(head)
    desk = logged_in(Role.ADMINISTRATOR, language="kk")
    assert page_of(head) in desk.get(f"/admin/accounts/user/{head.pk}/change/").content.decode()
    assert desk.get(page_of(head)).status_code == 200
    assert SecondFactor.objects.count() == 1
    assert desk.post(page_of(head)).status_code == 302
    assert (SecondFactor.objects.count(), RecoveryCode.objects.count()) == (0, 0)
    assert session.get("/admin/").status_code == 302
    assert kinds("head@example.kz") == ["second_factor_set", "second_factor_reset"]
    event = SecondFactor.pgh_event_model.objects.first()
    assert (event.pgh_label, event.user_id, event.pgh_context["user"]) == ("delete", head.pk, desk.user.pk)
    assert LogEntry.objects.get().get_change_message() != ""


def test_nobody_else_resets_one_nor_anybody_the_own(head):
    root = factories.user(email="root@example.kz", is_staff=True, is_superuser=True)
    for role in (Role.HEAD, Role.AUDITOR, Role.CLERK, Role.SECRETARY, Role.EXPERT):
        with_app(head)
        assert logged_in(role, email=f"{role.value}2@example.kz").post(page_of(head)).status_code in (403, 404), role
    desk = logged_in(Role.ADMINISTRATOR)
    for person in (desk.user, root):
        with_app(person)
        desk.force_login(User.objects.get(pk=desk.user.pk))
        assert desk.post(page_of(person)).status_code == 403
        assert page_of(person) not in desk.get(f"/admin/accounts/user/{person.pk}/change/").content.decode()
    with pytest.raises(PermissionDenied):
        second_factor.reset(head, by=head, site=SITE)
    assert SecondFactor.objects.count() == 3


def test_the_command_resets_one_when_nobody_else_can(head, capsys):
    with_app(head)
    call_command("reset_second_factor", "HEAD@example.kz")
    assert (SecondFactor.objects.count(), kinds("head@example.kz")[-1]) == (0, "second_factor_reset")
    assert SecondFactor.pgh_event_model.objects.first().pgh_context == {"channel": "console"}
    for email in ("head@example.kz", "nobody@example.kz"):
        with pytest.raises(CommandError):
            call_command("reset_second_factor", email)


def test_nobody_reads_the_secrets_on_the_staff_site(head):
    with_app(head)
    desk = Client()
    desk.force_login(User.objects.create_superuser("root@example.kz", full_name="Әкімші"))
    assert desk.get("/admin/otp_totp/totpdevice/").status_code == 404
    page = desk.get(f"/admin/accounts/user/{head.pk}/change/").content.decode()
    assert SecondFactor.objects.get(user=head).key not in page
