"""Letters: Kazakh letters in the subject, one line there, sent once, never lost, never before their time."""

import os
import signal
import threading

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.core.management import CommandError, call_command
from django.db import InterfaceError, OperationalError, connection, transaction
from post_office.models import STATUS, Email

from accounts.console_mail import EmailBackend
from accounts.management.commands import send_letters
from accounts.models import Organisation, User
from accounts.services.letters import link, send_letter
from accounts.services.outbox import send_waiting
from reference.languages import LANGUAGES
from reference.management import watching

pytestmark = pytest.mark.django_db

LOCMEM = "django.core.mail.backends.locmem.EmailBackend"
SITE = "https://registry.example.kz/"
TEMPLATES = [
    *("register", "already_registered", "account_closed", "no_account", "password_reset", "password_changed"),
    *("email_change", "email_taken", "email_change_asked", "email_changed", "invitation", "login_slowed"),
    *("second_factor_set", "second_factor_off", "second_factor_reset", "recovery_codes_new", "recovery_code_used"),
    "wrong_codes",
]


class Down(BaseEmailBackend):
    """A mail server that cannot be reached."""

    def open(self):
        raise ConnectionRefusedError

    def send_messages(self, messages):
        raise AssertionError("nobody may get here")


class Moody(BaseEmailBackend):
    """A mail server that refuses some letters."""

    def send_messages(self, messages):
        for message in messages:
            if message.to[0].startswith("bad"):
                raise OSError("no such box")
        mail.outbox.extend(messages)
        return len(messages)


@pytest.fixture(autouse=True)
def server(settings):
    """Letters go to Django's box for tests; return how to choose another server."""

    def choose(path):
        settings.POST_OFFICE = {**settings.POST_OFFICE, "BACKENDS": {"default": path}}

    choose(LOCMEM)
    return choose


def facts(**more):
    user = User(email="a@example.kz", full_name="Әсем & Қайрат <Өтеген>", language="kk")
    organisation = Organisation(name="«Көктем» ЖШС")
    links = {name: f"{SITE}kk/{name}/" for name in ("link", "login", "reset", "account")}
    return {
        "user": user,
        "by": user,
        "organisation": organisation,
        "site": SITE,
        "new": "b@example.kz",
        "left": 9,
        **links,
        **more,
    }


def write(to="a@example.kz", template="register", language="kk", **more):
    return send_letter(to, template, language, facts(**more))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", TEMPLATES)
def test_every_letter_has_a_subject_a_text_and_an_end_in_every_language(template, language):
    letter = write(template=template, language=language)
    assert 5 < len(letter.subject) < 200
    assert letter.message.rstrip().endswith(SITE)
    assert not {"{", "}", "%("} & set(letter.subject + letter.message)
    assert "&amp;" not in letter.message
    assert "\n\n\n" not in letter.message
    assert letter.headers["Content-Language"] == language
    assert (letter.status, letter.to) == (STATUS.queued, ["a@example.kz"])


def test_kazakh_letters_reach_the_reader():
    write(template="invitation")
    assert send_waiting().sent == 1
    (sent,) = mail.outbox
    assert "«Көктем» ЖШС" in sent.subject
    assert "Әсем & Қайрат <Өтеген>" in sent.body
    raw = sent.message()
    assert raw["Subject"].startswith("=?utf-8?")
    assert "Әсем" in raw.get_payload(decode=True).decode()


@pytest.mark.parametrize(
    "name", ["Көктем\r\nBcc: all@example.kz", "Көктем\nBcc: x", "Көктем\u2028Bcc: x", "К\x00ө\x0bк"]
)
def test_no_name_adds_a_header_to_a_letter(name):
    letter = write(template="invitation", organisation=Organisation(name=name))
    assert not {"\r", "\n", "\u2028", "\x00", "\x0b"} & set(letter.subject)
    send_waiting()
    sent = mail.outbox[0].message()
    assert sent["Bcc"] is None
    assert sent["Subject"]


def test_a_name_is_never_read_as_a_template():
    letter = write(template="invitation", organisation=Organisation(name="{{ by.email }}{% now 'Y' %}"))
    assert "{{ by.email }}{% now 'Y' %}" in letter.subject
    assert "{{ by.email }}" in letter.message
    send_waiting()
    assert "{{ by.email }}" in mail.outbox[0].body


def test_a_very_long_name_does_not_break_a_letter():
    letter = write(template="invitation", organisation=Organisation(name="Ұ" * 5000))
    assert len(letter.subject) == 200


def test_the_address_of_a_page_stands_in_the_language_of_the_letter():
    assert link(SITE, "ru", "login") == "https://registry.example.kz/ru/account/login/"
    assert link(SITE.rstrip("/"), "kk", "login") == "https://registry.example.kz/kk/account/login/"


def test_a_letter_that_was_rolled_back_was_never_written():
    with transaction.atomic():
        write()
        transaction.set_rollback(True)
    assert not Email.objects.exists()
    write()
    assert Email.objects.count() == 1


def test_a_letter_is_sent_once():
    write()
    assert (send_waiting().sent, send_waiting().sent) == (1, 0)
    assert len(mail.outbox) == 1
    assert Email.objects.get().status == STATUS.sent


def test_every_letter_has_a_number_that_stays_the_same_at_every_attempt():
    first, second = write(), write()
    assert first.message_id != second.message_id
    send_waiting()
    assert [sent.message()["Message-ID"] for sent in mail.outbox] == [first.message_id, second.message_id]


def test_while_the_mail_server_is_down_letters_wait_and_lose_no_attempt(server):
    write()
    server(f"{__name__}.Down")
    with pytest.raises(CommandError, match="does not answer"):
        call_command("send_letters")
    letter = Email.objects.get()
    assert (letter.status, letter.number_of_retries) == (STATUS.queued, None)
    server(LOCMEM)
    call_command("send_letters")
    assert len(mail.outbox) == 1


def test_a_refused_letter_is_tried_again_later_and_does_not_hold_the_others_up(server):
    server(f"{__name__}.Moody")
    write("bad@example.kz")
    write("good@example.kz")
    told = send_waiting()
    assert (told.sent, told.put_off, told.given_up) == (1, 1, 0)
    bad = Email.objects.get(to="bad@example.kz")
    assert (bad.status, bad.number_of_retries, bad.logs.count()) == (STATUS.requeued, 1, 1)
    assert send_waiting().put_off == 0
    Email.objects.update(scheduled_time=None)
    assert send_waiting().put_off == 1


def test_a_letter_that_is_refused_again_and_again_is_given_up(server):
    server(f"{__name__}.Moody")
    write("bad@example.kz")
    for _ in range(9):
        Email.objects.update(scheduled_time=None)
        told = send_waiting()
    assert (told.given_up, Email.objects.get().status) == (1, STATUS.failed)
    Email.objects.update(scheduled_time=None)
    assert send_waiting().given_up == 0


@pytest.mark.django_db(transaction=True)
def test_two_senders_send_each_letter_once(server):
    for turn in range(30):
        write(f"user{turn}@example.kz")
    together = threading.Barrier(2)

    def send():
        together.wait()
        send_waiting()
        connection.close()

    senders = [threading.Thread(target=send) for _ in range(2)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join(30)
    assert sorted(sent.to[0] for sent in mail.outbox) == sorted(f"user{turn}@example.kz" for turn in range(30))


def test_the_command_tells_what_it_did(capsys):
    write()
    call_command("send_letters")
    assert capsys.readouterr().out == "1 sent, 0 put off, 0 given up.\n"


@pytest.mark.parametrize("pause", ["0", "-1", "nan", "4000"])
def test_the_watch_needs_a_sensible_pause(pause):
    with pytest.raises(CommandError, match="--watch"):
        call_command("send_letters", f"--watch={pause}")


def test_the_terminal_shows_letters_as_people_read_them(capsys):
    write(template="invitation", language="kk")
    letter = Email.objects.get().prepare_email_message()
    assert EmailBackend().send_messages([letter]) == 1
    shown = capsys.readouterr().out
    assert "To:      a@example.kz" in shown
    assert "«Көктем» ЖШС" in shown
    assert "Әсем & Қайрат <Өтеген>" in shown


def test_nobody_reads_the_outbox_in_the_staff_site(admin_client):
    assert admin_client.get("/admin/").status_code == 200
    for model in ("email", "log", "attachment", "emailtemplate"):
        assert admin_client.get(f"/admin/post_office/{model}/").status_code == 404


@pytest.mark.parametrize(
    "fault", [OperationalError("gone"), InterfaceError("closed"), OSError("down"), ValueError("?")]
)
def test_nothing_but_a_signal_ends_the_watch(monkeypatch, fault):
    rounds = []

    def failing():
        rounds.append(1)
        if len(rounds) == 3:
            os.kill(os.getpid(), signal.SIGTERM)
        raise fault

    monkeypatch.setattr(send_letters, "send_waiting", failing)
    monkeypatch.setattr(watching, "close_old_connections", lambda: None)
    monkeypatch.setattr(watching.connection, "close", lambda: None)
    before = signal.getsignal(signal.SIGTERM)
    call_command("send_letters", "--watch=0.01")
    assert len(rounds) == 3
    assert signal.getsignal(signal.SIGTERM) == before
