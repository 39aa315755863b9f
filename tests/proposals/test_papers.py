"""Papers: told by their content, refused at their line, never overwritten, handed out only to the right people."""

import errno
import hashlib
import io
import logging
import zipfile
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile

from proposals.models import Paper, PaperReading
from proposals.services import papers as services
from proposals.services.papers import PapersClosed
from proposals.workflow import Stage
from reference.papers import LARGEST_PAPER
from tests.proposals.applications import IIN, PDF, applicant, complete_draft, draft, filed, pdf, proposal_at, staff
from tests.proposals.form_pages import address
from tests.registry.pages import parse

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data", "own_folder")]

IEND = b"\x00\x00\x00\x00IEND\xaeB`\x82"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + (8).to_bytes(4, "big") * 2 + b"\x08\x02" + b"\x00" * 7 + IEND
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9"


@pytest.fixture
def own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    return tmp_path


@pytest.fixture
def by():
    return applicant()


@pytest.fixture
def proposal(by):
    return draft(by).proposals.get()


@pytest.fixture
def web(client, by):
    client.force_login(by)
    return client


def office(kind="word", **parts):
    """Return a small DOCX or XLSX."""
    name = {"word": "word/document.xml", "xl": "xl/workbook.xml"}[kind]
    body = {"word": "wordprocessingml.document", "xl": "spreadsheetml.sheet"}[kind]
    types = (
        '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        f'<Override PartName="/{name}" ContentType="application/vnd.openxmlformats-officedocument.{body}.main+xml"/>'
        "</Types>"
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", types)
        archive.writestr("_rels/.rels", "<Relationships/>")
        archive.writestr(name, "<x/>")
        for part, content in parts.items():
            archive.writestr(part, content)
    return stream.getvalue()


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def upload(web, proposal, name="a.pdf", content=PDF, kind="business_plan", **more):
    data = {"kind": kind, "file": SimpleUploadedFile(name, content), **more}
    return web.post(address(proposal, "papers/upload", "en"), data)


def line(page, kind):
    return page.one("section", id=f"field-paper_{kind}")


REFUSED = {
    "an EXE named .pdf": ("a.pdf", b"MZ\x90\x00" + b"\0" * 200, "PDF, DOCX, XLSX, JPEG or PNG"),
    "a page named .pdf": ("a.pdf", b"<!doctype html><script>1</script>", "PDF, DOCX, XLSX, JPEG or PNG"),
    "nothing": ("a.pdf", b"", "empty"),
    "too large": ("a.pdf", PDF + b"0" * LARGEST_PAPER, "larger than 25 MB"),
    "an old DOC": ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "DOCX or XLSX"),
    "a wrong name": ("a.docx", PDF, "inside is PDF"),
    "a program inside": ("a.pdf", b"%PDF-1.7\n/OpenAction<</S/JavaScript/JS(app.alert(1))>>\n%%EOF", "program"),
    "two faces": ("a.pdf", b"%PDF-1.7\n<script>alert(1)</script>\n%%EOF", "two things at once"),
    "a huge picture": ("a.png", PNG.replace((8).to_bytes(4, "big") * 2, (50_000).to_bytes(4, "big") * 2), "megapixels"),
    "a bomb": ("a.xlsx", office("xl", **{"xl/worksheets/sheet1.xml": b"0" * 120_000_000}), ""),
    "a zip": ("a.zip", b"PK\x03\x04" + b"\0" * 100, ""),
    "words": ("a.txt", "сәлем".encode(), "PDF, DOCX, XLSX, JPEG or PNG"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_paper_is_told_at_its_line_and_leaves_nothing(web, proposal, own_folder, case):
    name, content, words = REFUSED[case]
    answer = upload(web, proposal, name, content)
    page = parse(answer)
    assert answer.status_code == 422
    (error,) = page.all("div", "field-error")
    assert words in error.text
    assert error in list(line(page, "business_plan"))
    assert not Paper.objects.exists()
    assert files(own_folder) == []


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [("Жоспар.pdf", PDF, "application/pdf"), ("a.PNG", PNG, "image/png"), ("a.jpeg", JPEG, "image/jpeg"),
     ("a.docx", office(), "wordprocessingml"), ("a.xlsx", office("xl"), "spreadsheetml"),
     ("a", PDF, "application/pdf")],
)  # fmt: skip
def test_a_paper_is_stored_with_its_type_and_hash(web, proposal, by, own_folder, name, content, kind):
    answer = upload(web, proposal, name, content)
    assert answer["Location"].endswith("#field-paper_business_plan")
    paper = Paper.objects.get()
    assert kind in paper.content_type
    assert (paper.size, paper.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert (paper.is_confidential, paper.uploaded_by, paper.version) == (True, by, 1)
    (path,) = files(own_folder)
    assert path.read_bytes() == content
    assert len(path.name) == 32, "nobody can guess it, nor read in it what the sender called the file"
    page = parse(web.get(address(proposal, "papers")))
    assert paper.original_name in line(page, "business_plan").text


def test_no_file_is_told(web, proposal):
    answer = web.post(address(proposal, "papers/upload"), {"kind": "business_plan"})
    assert answer.status_code == 422
    assert "Choose a file." in line(parse(answer), "business_plan").text


@pytest.mark.parametrize("kind", ["", "nothing", "a\x00b"])
def test_a_kind_that_is_not_asked_for_is_not_found(web, proposal, kind):
    assert upload(web, proposal, kind=kind).status_code == 404
    assert not Paper.objects.exists()


@pytest.mark.parametrize(
    ("name", "shown"),
    [("../../etc/passwd.pdf", "passwd.pdf"), ("C:\\temp\\x.pdf", "x.pdf"), (f"ЖСН {IIN}.pdf", None),
     ("а\u202efdp.pdf", "аfdp.pdf"), (".pdf", "document.pdf"), ("қ" * 300 + ".pdf", "қ" * 240 + ".pdf")],
)  # fmt: skip
def test_the_senders_name_is_safe_to_show(by, proposal, name, shown):
    file = pdf()
    file._name = name
    paper = services.attach(proposal, kind="other", upload=file, by=by)
    assert IIN not in paper.original_name
    assert shown in (None, paper.original_name)


def test_a_newer_version_leaves_the_older_on_file(web, proposal, by):
    upload(web, proposal, is_public="on")
    first = Paper.objects.get()
    newer = PDF + b"%2\n"
    answer = web.post(address(proposal, f"papers/{first.pk}/replace"), {"file": SimpleUploadedFile("жаңа.pdf", newer)})
    assert answer.status_code == 302
    second = Paper.objects.get(is_current=True)
    assert (second.series, second.version, second.kind) == (first.series, 2, first.kind)
    for paper, content in ((first, PDF), (second, newer)):
        assert b"".join(web.get(f"/en/papers/{paper.pk}/")) == content
    # The older version cannot be replaced once more.
    again = web.post(address(proposal, f"papers/{first.pk}/replace"), {"file": SimpleUploadedFile("b.pdf", PDF)})
    assert again.status_code == 404
    with pytest.raises(ValidationError):
        services.attach(proposal, kind="business_plan", upload=pdf(), by=by, replaces=first)
    assert Paper.objects.count() == 2


def test_a_refused_replacement_is_told_at_its_line(web, proposal):
    upload(web, proposal)
    paper = Paper.objects.get()
    answer = web.post(address(proposal, f"papers/{paper.pk}/replace"), {"file": SimpleUploadedFile("a.pdf", b"")})
    assert answer.status_code == 422
    assert "empty" in line(parse(answer), "business_plan").text
    assert Paper.objects.get().is_current


def test_a_paper_is_marked_and_taken_away(web, proposal, own_folder, django_capture_on_commit_callbacks):
    upload(web, proposal)
    paper = Paper.objects.get()
    for sent, confidential in (("yes", False), ("no", True)):
        web.post(address(proposal, f"papers/{paper.pk}/mark"), {"public": sent})
        paper.refresh_from_db()
        assert paper.is_confidential is confidential
    web.post(address(proposal, f"papers/{paper.pk}/replace"), {"file": SimpleUploadedFile("b.pdf", PDF)})
    current = Paper.objects.get(is_current=True)
    with django_capture_on_commit_callbacks(execute=False) as later:
        web.post(address(proposal, f"papers/{current.pk}/remove"))
        assert not Paper.objects.exists()
        assert len(files(own_folder)) == 2, "the files go only when the rows are gone for good"
    for act in later:
        act()
    assert files(own_folder) == []


def test_at_most_sixty_versions(by, proposal, monkeypatch):
    monkeypatch.setattr(services, "MOST_PAPERS", 2)
    for _ in range(2):
        services.attach(proposal, kind="other", upload=pdf(), by=by)
    with pytest.raises(ValidationError, match="2"):
        services.attach(proposal, kind="other", upload=pdf(), by=by)


@pytest.mark.parametrize("act", ["upload", "replace", "mark", "remove"])
def test_papers_of_a_filed_application_stay(web, by, act):
    proposal = filed(by).proposals.get()
    paper = proposal.papers.first()
    before = list(Paper.objects.order_by("pk").values())
    path = "papers/upload" if act == "upload" else f"papers/{paper.pk}/{act}"
    data = {
        "kind": "business_plan",
        "file": SimpleUploadedFile("a.pdf", b"" if act == "upload" else PDF),
        "public": "yes",
    }
    answer = web.post(address(proposal, path), data)
    assert answer["Location"] == f"/en/applications/{proposal.application_id}/"
    assert list(Paper.objects.order_by("pk").values()) == before


def test_a_question_opens_the_papers_but_takes_none_away(web, by):
    proposal = proposal_at(Stage.CLARIFICATION, by)
    paper = proposal.papers.first()
    assert upload(web, proposal, kind="other")["Location"].endswith("#field-paper_other")
    bad = upload(web, proposal, "a.pdf", b"", kind="other")
    assert bad.status_code == 422
    page = parse(bad)
    assert "empty" in line(page, "other").text
    assert not page.all("form", id="step-form")
    assert not page.all("ol", "steps-bar"), "the form of a filed proposal is closed"
    web.post(address(proposal, f"papers/{paper.pk}/remove"))
    with pytest.raises(PapersClosed):
        services.remove(paper, by=by)
    assert Paper.objects.filter(pk=paper.pk).exists()


# --- on the disk ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EROFS])
def test_a_full_disk_is_told_in_words_and_leaves_nothing(web, proposal, own_folder, monkeypatch, caplog, code):
    from reference import storage

    def full(*arguments):
        raise OSError(code, "no")

    monkeypatch.setattr(storage.os, "fsync", full)
    answer = upload(web, proposal)
    assert answer.status_code == 422
    assert "could not be stored now" in line(parse(answer), "business_plan").text
    assert not Paper.objects.exists()
    assert files(own_folder) == []
    assert [record for record in caplog.records if record.levelno == logging.ERROR]
    monkeypatch.undo()


def test_a_row_that_cannot_be_written_leaves_no_file(by, proposal, own_folder, monkeypatch):
    monkeypatch.setattr(services, "insert", lambda row: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        services.attach(proposal, kind="other", upload=pdf(), by=by)
    assert files(own_folder) == []


@pytest.mark.parametrize("harm", ["changed", "missing", "cut"])
def test_a_file_that_is_not_the_one_that_came_is_not_handed_out(web, proposal, own_folder, caplog, harm):
    upload(web, proposal)
    paper = Paper.objects.get()
    assert web.get(f"/en/papers/{paper.pk}/").status_code == 200
    path = Path(default_storage.path(paper.file.name))
    if harm == "missing":
        path.unlink()
    else:
        path.chmod(0o600)
        path.write_bytes(PDF.replace(b"1.7", b"1.6") if harm == "changed" else PDF[:-1])
    caplog.clear()
    assert web.get(f"/en/papers/{paper.pk}/").status_code == 404
    assert str(paper.pk) in "".join(record.getMessage() for record in caplog.records if record.levelname == "ERROR")


def test_a_paper_comes_as_a_download_that_nothing_may_run(web, proposal):
    upload(web, proposal, "Жоспар.pdf")
    answer = web.get(f"/en/papers/{Paper.objects.get().pk}/")
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]
    assert "private" in answer["Cache-Control"]
    assert "sandbox" in answer["Content-Security-Policy"]
    head = web.head(f"/en/papers/{Paper.objects.get().pk}/")
    assert (head.status_code, head["Content-Length"]) == (200, str(len(PDF)))


# --- who reads --------------------------------------------------------------------------------------------------------


def test_the_chamber_reads_what_is_filed_and_leaves_a_row(client, by):
    proposal = filed(by).proposals.get()
    paper = proposal.papers.first()
    clerk = staff("clerk")
    client.force_login(clerk)
    assert client.head(f"/en/papers/{paper.pk}/").status_code == 200
    assert not PaperReading.objects.exists()
    assert client.get(f"/en/papers/{paper.pk}/").status_code == 200
    reading = PaperReading.objects.get()
    assert (reading.paper, reading.reader) == (paper, clerk)
    client.force_login(by)
    assert client.get(f"/en/papers/{paper.pk}/").status_code == 200
    assert PaperReading.objects.count() == 1


@pytest.mark.parametrize("role", ["clerk", "head", "auditor", "expert", "secretary", "administrator"])
def test_papers_of_a_draft_are_nobodys_but_the_applicants(client, by, role):
    application = complete_draft(by)
    paper = application.proposals.get().papers.first()
    client.force_login(staff(role))
    assert client.get(f"/en/papers/{paper.pk}/").status_code == 404
    assert not PaperReading.objects.exists()


def test_a_clerk_who_looked_at_a_scan_can_still_throw_the_draft_away(client):
    import datetime
    import uuid

    from proposals.services import drafts
    from tests.proposals.applications import organisation

    clerk = staff("clerk")
    begun = drafts.begin(
        by=clerk, organisation=organisation(), language="kk", key=uuid.uuid4(), received_on=datetime.date(2026, 9, 14)
    )
    client.force_login(clerk)
    upload(client, begun.proposals.get())
    assert client.get(f"/en/papers/{Paper.objects.get().pk}/").status_code == 200
    assert client.post(f"/en/applications/{begun.pk}/delete/").status_code == 302
    assert not Paper.objects.exists()
