"""No value that a person typed, no secret and no row stands in a log or on an error page, whatever goes wrong."""

import io
import json
import logging
from itertools import product
from uuid import uuid4

import pytest
from django.core.exceptions import DisallowedHost, SuspiciousOperation
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from pythonjsonlogger.json import JsonFormatter

from accounts.models import User
from accounts.views import registration
from ppp_registry.log_privacy import HIDDEN, NoPersonalValues, scrubbed
from tests import factories

pytestmark = pytest.mark.django_db

NAME, PASSWORD, FILE = "Құпиябек", "Zx-kanarienvogel-9", "zhospar-kanarisi.pdf"
IIN, PHONE, EMAIL = "900101300017", "+7 701 765 43 21", "canary.person@example.kz"
SESSION, TOKEN = "k3n4r1e5v0g3l6s7e8s9s0i1d2k3y4zz", "WyJjYW5hcnkucGVyc29uIl0.1wTokn.7qC4n4ryC4n4ryC4n4ryC4n4ry"
CANARIES = (NAME, PASSWORD, FILE, IIN, PHONE, "7017654321", EMAIL, "canary.person", SESSION, TOKEN, "C4n4ry")

WHERE = (
    "kk/account/login/",
    "ru/account/register/",
    f"kk/account/register/{TOKEN}/",
    "kk/account/password/reset/",
    f"kk/account/password/reset/MQ/{TOKEN}/",
    f"kk/account/email/{TOKEN}/",
    "kk/account/organisations/new/",
    "kk/account/email/",
    "kk/account/password/",
    f"kk/account/invitations/{uuid4()}/",
    "kk/applications/",
    "kk/applications/new/",
    f"kk/applications/{uuid4()}/file/",
    f"kk/applications/{uuid4()}/proposals/{uuid4()}/papers/upload/",
    f"kk/papers/{uuid4()}/",
    "kk/follow/",
    f"kk/follow/{TOKEN}/",
    "kk/projects/",
    f"kk/{NAME}/{IIN}/",
    f"{EMAIL}/{PHONE}",
    "admin/",
    "admin/login/",
    "admin/accounts/user/",
    f"admin/accounts/user/{IIN}/change/",
    f"admin/{NAME}/",
    "account/language/",
    "api/v1/projects/",
    f"api/v1/projects/{IIN}/",
    f"api/v1/{TOKEN}",
)
TYPED = {
    "email": EMAIL,
    "username": EMAIL,
    "password": PASSWORD,
    "password1": PASSWORD,
    "full_name": NAME,
    "iin": IIN,
    "phone": PHONE,
    "csrfmiddlewaretoken": TOKEN,
    "next": f"//evil.example.kz/{IIN}",
}
BODIES = (
    {"data": TYPED},
    {"data": json.dumps(TYPED)[:-9], "content_type": "application/json"},
    {"data": f"{EMAIL}\x00{PASSWORD}", "content_type": f"text/{IIN}"},
    {"data": f"--x\r\nContent-Disposition: {FILE}; {NAME}", "content_type": f"multipart/form-data; boundary={IIN}"},
)
ERRORS = {400, 403, 404, 405, 413, 415, 429, 500, 503}


@pytest.fixture
def log():
    """Everything that the handler of the settings writes, at every level, before and after the ones of pytest."""
    loggers = [logging.getLogger(name) for name in ("", "django", "django.request", "gunicorn.error")]
    (handler,) = [one for one in loggers[1].handlers if type(one) is logging.StreamHandler]
    levels = [one.level for one in loggers]
    stream, before = io.StringIO(), handler.stream
    handler.setStream(stream)
    for one in loggers:
        one.setLevel(logging.DEBUG)
    loggers[3].addHandler(handler)
    yield stream
    loggers[3].removeHandler(handler)
    handler.setStream(before)
    for one, level in zip(loggers, levels, strict=True):
        one.setLevel(level)


def browser(**facts):
    made = Client(raise_request_exception=False, **facts)
    made.cookies["sessionid"] = SESSION
    made.cookies["csrftoken"] = TOKEN
    return made


def clean(text):
    found = [one for one in CANARIES if one in text or ascii(one)[1:-1] in text]
    assert not found, f"{found}: {text[:3000]}"


def test_five_hundred_faults_leave_no_value_in_the_log(log, settings):
    settings.ALLOWED_HOSTS = ["testserver"]
    anybody, strict = browser(), browser(enforce_csrf_checks=True)
    strict.force_login(User.objects.create_user(EMAIL, PASSWORD, full_name=NAME))
    query = f"?email={EMAIL}&q={NAME}&iin={IIN}&token={TOKEN}&first_year={PHONE}&page={IIN}"
    count, statuses = 0, set()
    for where, method in product(WHERE, ("GET", "PUT", "DELETE")):
        answer = anybody.generic(method, f"/{where}{query}", HTTP_REFERER=f"https://{NAME}.example.kz/{IIN}")
        statuses.add(answer.status_code)
        if answer.status_code in ERRORS:
            clean(answer.text)
        count += 1
    for where, body, who in product(WHERE, BODIES, (anybody, strict)):
        answer = who.post(f"/{where}{query}", **body, HTTP_HOST="testserver" if count % 5 else f"{PHONE[1:4]}.{EMAIL}")
        statuses.add(answer.status_code)
        # A refused form (409, 410, 422) shows what was typed to the one who typed it; an error page shows nothing.
        if answer.status_code in ERRORS:
            clean(answer.text)
        count += 1
    upload = SimpleUploadedFile(FILE, PASSWORD.encode() * 100)
    for where in WHERE * 7:
        anybody.post(f"/{where}", {**TYPED, "file": upload}, HTTP_ORIGIN=f"https://{NAME}")
        count += 1
    assert count >= 500
    assert {400, 403, 404, 405} <= statuses
    told = log.getvalue()
    assert told.count("Bad Request") > 10
    assert "Not Found" in told
    assert "Forbidden" in told
    clean(told)


def _raise(words):
    def fail(*args, **kwargs):
        typed = {"password": PASSWORD, "iin": IIN}
        try:
            raise ValueError(f"{NAME} {typed}")
        except ValueError as error:
            raise RuntimeError(words) from error

    return fail


def _twice(*args, **kwargs):
    factories.user(email=EMAIL, full_name=NAME)
    with transaction.atomic():
        factories.user(email=EMAIL.upper())


def _no_language(*args, **kwargs):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO accounts_user (password, is_superuser, email, full_name, language, is_staff, is_active, "
            "date_joined) VALUES (%s, false, %s, %s, 'xx', false, true, now())",
            [PASSWORD, EMAIL, NAME],
        )


@pytest.mark.parametrize(
    ("fail", "fault"),
    [
        (_raise(f"{EMAIL} {PHONE} {FILE}"), "RuntimeError"),
        (_twice, "constraint_name=accounts_user_"),
        (_no_language, "constraint_name=accounts_user_language_is_ours"),
        (lambda *a, **k: (_ for _ in ()).throw(DisallowedHost(f"Invalid HTTP_HOST header: {EMAIL}")), "DisallowedHost"),
        (lambda *a, **k: (_ for _ in ()).throw(SuspiciousOperation(f"{NAME} {IIN}")), "SuspiciousOperation"),
    ],
)
def test_a_fault_is_told_by_its_kind_and_place_without_its_words(log, monkeypatch, fail, fault):
    monkeypatch.setattr(registration, "LoginForm", fail)
    answer = browser().post(f"/kk/account/login/?next={NAME}", TYPED)
    assert answer.status_code in {400, 500}
    clean(answer.text)
    told = log.getvalue()
    assert fault in told
    assert "registration.py" in told or answer.status_code == 400
    assert "POST /kk/account/login/" in told or "Internal Server Error" in told
    clean(told)


def test_a_server_and_a_log_for_machines_say_no_more():
    """gunicorn names the address with its query; a formatter for JSON writes whatever came with the record."""
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.addFilter(NoPersonalValues())
    handler.setFormatter(JsonFormatter("%(levelname)s %(name)s %(message)s"))
    logger = logging.Logger("gunicorn.error", logging.DEBUG)
    logger.addHandler(handler)
    request = Client().get("/healthz", {"iin": IIN}).wsgi_request
    try:
        raise KeyError(EMAIL)
    except KeyError:
        logger.exception("Error handling request %s", f"/kk/account/email/{TOKEN}/?email={EMAIL}&iin={IIN}")
    logger.warning("Not Found: %s", f"/kk/{IIN}", extra={"request": request, "typed": [PASSWORD], "said": f"a {EMAIL}"})
    logger.warning("%s %s", PHONE, f"password={PASSWORD} sessionid: {SESSION} {TOKEN}")
    logger.warning("Two %s are %d", "one")
    rows = [json.loads(line) for line in out.getvalue().splitlines()]
    clean(out.getvalue())
    assert "KeyError" in rows[0]["exc_info"]
    assert rows[0]["message"].startswith("Error handling request /kk/account/email/")
    assert rows[1]["message"] == "Not Found GET /healthz"
    assert rows[1]["said"] == f"a {HIDDEN}@{HIDDEN}"
    assert "request" not in rows[1]
    assert "typed" not in rows[1]


def test_what_a_programmer_needs_stays():
    """Keys of rows, counts, names of files of ours and times are no secrets."""
    for text in (
        "Letter 17 was not sent (attempt 2): ConnectionRefusedError",
        f"The file of paper {uuid4()} is missing.",
        "proposals.services.publishing took 1250 ms at 2026-11-22 19:30:06",
        "constraint proposals_application_filed_stays_as_filed of proposals_application",
    ):
        assert scrubbed(text) == text
