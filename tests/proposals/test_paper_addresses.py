"""What a guessed address tells: nothing. What a full disk does: a sentence."""

import io
import resource
import uuid
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from proposals.models import Paper
from tests.proposals.applications import PDF, applicant, draft, filed, staff
from tests.proposals.form_pages import address
from tests.registry.pages import parse

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data", "own_files")]

ASKED = {
    "plain": {},
    "a piece": {"Range": "bytes=0-10"},
    "the last byte": {"Range": "bytes=-1"},
    "unless known": {"If-None-Match": "*"},
    "if changed": {"If-Modified-Since": "Thu, 01 Jan 2099 00:00:00 GMT"},
    "if it is this": {"If-Match": '"x"'},
}


def seen(client, method, path, headers):
    """Return everything an answer tells, without the key that was asked for and the token of the page's form."""
    answer = client.generic(method, path, headers=headers)
    content = b"".join(answer) if answer.streaming else answer.content
    kept = {
        name: value for name, value in answer.headers.items() if name not in ("Content-Security-Policy", "X-Request-ID")
    }
    return answer.status_code, kept, content.replace(path.encode(), b"")


@pytest.mark.parametrize("person", ["another applicant", "secretary", "nobody"])
def test_a_guessed_address_tells_the_same_whether_there_is_a_paper_or_not(client, person):
    by = applicant()
    paper = filed(by).proposals.get().papers.first()
    if person != "nobody":
        client.force_login(applicant() if person == "another applicant" else staff(person))
    for method in ("GET", "HEAD"):
        for what, headers in ASKED.items():
            there = seen(client, method, f"/en/papers/{paper.pk}/", headers)
            nowhere = seen(client, method, f"/en/papers/{uuid.uuid4()}/", headers)
            assert there[0] == nowhere[0] == (302 if person == "nobody" else 404), (method, what)
            if person != "nobody":
                assert there == nowhere, (method, what)
            assert not {"ETag", "Last-Modified", "Accept-Ranges", "Content-Disposition"} & set(there[1])
    names = [str(paper.file.name), paper.original_name, paper.sha256, "1", Path(str(paper.file.name)).name]
    for path in [f"/en/papers/{name}/" for name in names] + [f"/media/{paper.file.name}", f"/{paper.file.name}"]:
        answer = client.get(path)
        assert answer.status_code in (404, 301, 302), path
        assert b"%PDF" not in answer.content


@pytest.mark.parametrize("headers", ASKED.values(), ids=ASKED)
def test_its_own_people_get_the_whole_file_and_nothing_by_which_a_cache_could_answer(client, headers):
    by = applicant()
    paper = filed(by).proposals.get().papers.first()
    client.force_login(by)
    status, told, content = seen(client, "GET", f"/en/papers/{paper.pk}/", headers)
    assert (status, content) == (200, PDF)
    assert {"ETag", "Last-Modified"} & set(told) == set()
    assert told["Cache-Control"] == "private, no-store"
    assert (told["Content-Type"], told["X-Content-Type-Options"]) == ("application/pdf", "nosniff")


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("Жоспар «Қ» 1.pdf", "attachment; filename*=utf-8''"),
        ('a"b\r\nSet-Cookie: x=1.pdf', "attachment; filename="),
        ("a\x00b.pdf", "attachment; filename="),
        (".htaccess.pdf", "attachment; filename="),
        ("қ" * 300 + ".pdf", "attachment; filename*=utf-8''"),
    ],
)
def test_any_name_is_offered_in_one_lawful_header(client, name, header):
    by = applicant()
    proposal = draft(by).proposals.get()
    file = io.BytesIO(PDF)
    upload = SimpleUploadedFile("x.pdf", file.getvalue())
    upload._name = name  # as a client of its own sends it, past what Django cuts off
    from proposals.services.papers import attach

    paper = attach(proposal, kind="other", upload=upload, by=by)
    client.force_login(by)
    offered = client.get(f"/en/papers/{paper.pk}/")["Content-Disposition"]
    assert offered.lower().startswith(header)
    assert offered.isascii()
    assert not {"\r", "\n", "\x00"} & set(offered)
    assert str(paper.file.name).removeprefix("papers/").isalnum()


def test_a_disk_that_fills_up_in_the_middle_leaves_no_torso_and_the_same_form_works_after(client, tmp_path):
    """The system itself stops the writing after 8 KB, as a full disk would."""
    by = applicant()
    proposal = draft(by).proposals.get()
    client.force_login(by)
    first = client.post(
        address(proposal, "papers/upload", "en"), {"kind": "other", "file": SimpleUploadedFile("a.pdf", PDF)}
    )
    assert first.status_code == 302
    content = PDF + b"%" * 50_000 + b"\n%%EOF\n"

    def send():
        data = {"kind": "business_plan", "file": SimpleUploadedFile("Жоспар.pdf", content)}
        return client.post(address(proposal, "papers/upload", "en"), data)

    before, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8_192, most))
    try:
        answer = send()
        reading = client.get(f"/en/papers/{Paper.objects.get().pk}/")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (before, most))
    assert answer.status_code == 422
    line = parse(answer).one("section", id="field-paper_business_plan")
    assert "could not be stored now. Nothing else was lost" in line.text
    assert (reading.status_code, b"".join(reading)) == (200, PDF)
    assert Paper.objects.count() == len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1
    assert send().status_code == 302
    assert Paper.objects.get(kind="business_plan").size == len(content)
