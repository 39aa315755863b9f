"""Papers are handed out to those who may read them, always as a download, and to nobody else."""

import uuid
from urllib.parse import unquote

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.roles import Role
from projects.models import Document
from tests import factories
from tests.registry.people import logged_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data", "papers_folder")]

BYTES = b"%PDF-1.7 content %%EOF"
NAME = "Жоба жоспары № 5 «Қазақ ӘҒҚҢӨҰҮҺІ».pdf"
READERS = [Role.CLERK, Role.EXPERT, Role.HEAD, Role.SECRETARY, Role.AUDITOR]


@pytest.fixture
def papers_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def paper(name=NAME, **facts):
    """Store a paper as the staff site would: examined, under a name nobody can guess."""
    facts = {"project": factories.project(), "is_public": False, **facts}
    made = Document(file=ContentFile(BYTES, name), **facts)
    made.full_clean()
    made.save()
    return made


def get(browser, made, method="get", **headers):
    return getattr(browser, method)(f"/kk/documents/{made.pk}/", **headers)


def header(answer, name):
    return answer.headers.get(name, "")


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_a_public_paper_is_a_download_for_everybody(client, language):
    answer = client.get(f"/{language}/documents/{paper(is_public=True).pk}/")
    assert (answer.status_code, b"".join(answer.streaming_content)) == (200, BYTES)
    assert header(answer, "Content-Type") == "application/pdf"
    assert header(answer, "Content-Length") == str(len(BYTES))
    assert header(answer, "X-Content-Type-Options") == "nosniff"
    assert header(answer, "Content-Security-Policy") == "sandbox; default-src 'none'"
    assert header(answer, "X-Frame-Options") == "DENY"
    assert header(answer, "Cache-Control") == "public, max-age=300"


def test_the_name_of_a_download_is_kazakh_and_encoded_as_rfc_6266_wants(client):
    given = header(get(client, paper(is_public=True)), "Content-Disposition")
    kind, _, name = given.partition("; filename*=utf-8''")
    assert (kind, unquote(name)) == ("attachment", NAME)
    assert given.isascii()


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("plan.pdf", 'attachment; filename="plan.pdf"'),
        ("plan.exe", 'attachment; filename="plan.pdf"'),
        ("plan", 'attachment; filename="plan.pdf"'),
        ("../../etc/passwd", 'attachment; filename="passwd.pdf"'),
        ('a"b;c.pdf', 'attachment; filename="a\\"b;c.pdf"'),
        (".htaccess", 'attachment; filename="document.pdf"'),
        ("x" * 300 + ".pdf", f'attachment; filename="{"x" * 240}.pdf"'),
    ],
)
def test_a_wild_name_becomes_a_harmless_one(client, typed, offered):
    made = paper("plain.pdf", is_public=True)
    made.file = ContentFile(BYTES, "x.pdf")
    made.file.name = typed
    made.clean()
    made.file.name = "x"
    made.save()
    assert header(get(client, made), "Content-Disposition") == offered


def test_the_stored_name_tells_nothing(papers_folder):
    made = paper(NAME)
    stored = made.file.name.removeprefix("documents/")
    assert (len(stored), set(stored) <= set("0123456789abcdef")) == (32, True)
    assert [path.name for path in (papers_folder / "documents").iterdir()] == [stored]


@pytest.mark.parametrize("method", ["get", "head"])
def test_a_paper_that_is_not_public_does_not_exist_for_strangers(client, method):
    made = paper()
    hidden, invented = get(client, made, method), client.generic(method.upper(), f"/kk/documents/{uuid.uuid4()}/")
    assert (hidden.status_code, invented.status_code) == (404, 404)
    assert hidden.content == invented.content
    # A session of nobody's is not begun by both, and each answer has a number of its own.
    told, other = (
        {name: value for name, value in answer.items() if name not in {"Set-Cookie", "X-Request-ID"}}
        for answer in (hidden, invented)
    )
    assert told == other
    made.is_public = True
    made.save()
    assert get(client, made, method).status_code == 200


@pytest.mark.parametrize("role", READERS)
def test_staff_with_the_right_read_it_and_no_cache_keeps_it(role):
    made, browser = paper(), logged_in(role)
    answer = get(browser, made)
    assert (answer.status_code, b"".join(answer.streaming_content)) == (200, BYTES)
    assert {"private", "no-store"} <= set(header(answer, "Cache-Control").split(", "))
    assert header(answer, "Content-Security-Policy") == "sandbox; default-src 'none'"
    assert "Cookie" in header(answer, "Vary")


@pytest.mark.parametrize("roles", [[], [Role.ADMINISTRATOR]])
def test_staff_without_the_right_do_not(roles):
    made, browser = paper(), logged_in(*roles)
    assert get(browser, made).status_code == 404
    made.is_public = True
    made.save()
    assert get(browser, made).status_code == 200


@pytest.mark.parametrize("facts", [{"is_staff": False}, {"is_active": False}])
def test_who_is_no_longer_staff_does_not_read_it_from_the_next_request_on(facts):
    made, browser = paper(), logged_in(Role.CLERK)
    assert get(browser, made).status_code == 200
    for name, value in facts.items():
        setattr(browser.user, name, value)
    browser.user.save()
    assert get(browser, made).status_code == 404


def test_who_loses_the_role_loses_the_paper():
    made, browser = paper(), logged_in(Role.CLERK)
    assert get(browser, made).status_code == 200
    browser.user.groups.clear()
    assert get(browser, made).status_code == 404


def test_a_paper_whose_file_is_gone_is_not_found(client):
    made = paper(is_public=True)
    assert get(client, made).status_code == 200
    made.file.storage.delete(made.file.name)
    assert get(client, made).status_code == 404


def test_a_paper_whose_bytes_were_changed_on_disk_is_not_handed_out(client, papers_folder):
    made = paper(is_public=True)
    (papers_folder / made.file.name).write_bytes(b"%PDF-1.7 forgery")
    assert get(client, made).status_code == 404


def test_a_public_paper_published_elsewhere_sends_the_reader_there(client):
    made = Document.objects.create(project=factories.project(), url="https://example.kz/x?a=1&b=2", is_public=True)
    answer = get(client, made)
    assert (answer.status_code, answer["Location"]) == (302, "https://example.kz/x?a=1&b=2")


def test_a_paper_published_elsewhere_but_not_public_here_is_for_staff(client):
    made = Document.objects.create(project=factories.project(), url="https://example.kz/x")
    assert get(client, made).status_code == 404
    answer = get(logged_in(Role.CLERK), made)
    assert (answer.status_code, answer["Location"]) == (302, "https://example.kz/x")
    assert {"private", "no-store"} <= set(header(answer, "Cache-Control").split(", "))


@pytest.mark.parametrize(
    "url", ["ftps://example.kz/x.pdf", "javascript:alert(1)", "file:///etc/passwd", "//example.kz"]
)
def test_an_address_to_which_nobody_can_be_sent_is_refused(url):
    with pytest.raises(ValidationError) as refusal:
        Document(project=factories.project(), url=url).full_clean()
    assert list(refusal.value.message_dict) == ["url"]


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_a_paper_is_only_read(client, method):
    assert get(client, paper(is_public=True), method).status_code == 405


@pytest.mark.parametrize("key", ["1", "abc", "../settings.py", "%2e%2e", "0" * 32, f"{uuid.UUID(int=0)}/x"])
def test_an_address_that_is_no_key_is_not_found(client, key):
    assert client.get(f"/kk/documents/{key}/").status_code == 404


@pytest.mark.parametrize("address", ["/media/{}", "/static/{}", "/static/../media/{}", "/{}", "/kk/{}"])
def test_the_stored_file_has_no_address_of_its_own(address):
    made = paper(is_public=True)
    assert Client().get(address.format(made.file.name)).status_code == 404


def test_a_download_asks_one_query_of_a_stranger(client):
    made = paper(is_public=True)
    with CaptureQueriesContext(connection) as captured:
        get(client, made)
    assert len(captured) == 1


def test_a_file_of_staff_with_a_virus_is_refused_at_its_box(settings, papers_folder):
    from tests.reference.stub_scanner import EICAR, scanner

    made = Document(project=factories.project(), file=SimpleUploadedFile("a.pdf", BYTES + EICAR))
    with scanner(settings) as stub:
        with pytest.raises(ValidationError, match="Eicar-Test-Signature") as refused:
            made.full_clean()
        Document(project=made.project, file=SimpleUploadedFile("a.pdf", BYTES)).full_clean()
    assert list(refused.value.message_dict) == ["file"]
    assert len(stub.seen) == 2
