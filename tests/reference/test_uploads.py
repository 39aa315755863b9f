"""Half a body is no body, and a file too many stops only itself."""

import io
import json
import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.test import Client

from reference import papers, uploads
from reference.uploads import CutBody, TooLargeFile, WholeBody, whole_bodies
from tests.reference.hostile_files import PDF, SIZE
from tests.registry.pages import parse

SITE = "tests.reference.upload_site"
BOUNDARY = "----WebKitFormBoundaryҚ".encode().hex()


def part(name, content, filename=""):
    file = f'; filename="{filename}"\r\nContent-Type: application/octet-stream' if filename else ""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'
    return head.encode() + content + b"\r\n"


END = f"--{BOUNDARY}--\r\n".encode()
FORM = part("title", "Мектеп құрылысы".encode()) + part("plan", PDF, "Жоспар.pdf") + part("note", b"end")
FORM_TYPE = f"multipart/form-data; boundary={BOUNDARY}"


@pytest.fixture
def site(settings, tmp_path):
    """A browser on the site of one form, whose files lie in a folder of the test."""
    settings.ROOT_URLCONF = SITE
    settings.MEDIA_ROOT = tmp_path
    return Client()


@pytest.fixture
def small(monkeypatch):
    """Make the largest file 1 000 and the largest form 10 000 bytes, to be quick."""
    monkeypatch.setattr(papers, "LARGEST_PAPER", 1_000)
    monkeypatch.setattr(uploads, "LARGEST_REQUEST", 10_000)


def test_a_form_with_lawful_files_arrives_whole(site, tmp_path):
    files = {"plan": SimpleUploadedFile("Жоспар.pdf", PDF), "copy": SimpleUploadedFile("Көшірме.pdf", PDF * 2)}
    told = site.post("/kk/form/", {"title": "Мектеп", **files}).json()
    assert told == {"typed": {"title": "Мектеп"}, "kept": {"plan": len(PDF), "copy": 2 * len(PDF)}, "refused": {}}
    assert (tmp_path / "plan").read_bytes() == PDF


@pytest.mark.parametrize("in_memory", [2_621_440, 0])
def test_a_large_file_is_refused_at_its_field_and_the_rest_is_kept(site, small, tmp_path, settings, in_memory):
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = in_memory
    files = {
        "before": SimpleUploadedFile("a.pdf", PDF),
        "large": SimpleUploadedFile("Үлкен.pdf", PDF + bytes(5_000)),
        "after": SimpleUploadedFile("b.pdf", PDF),
    }
    told = site.post("/kk/form/", {"title": "Мектеп", **files, "note": "соңы"}).json()
    assert told["typed"] == {"title": "Мектеп", "note": "соңы"}
    assert told["kept"] == {"before": len(PDF), "after": len(PDF)}
    assert told["refused"] == {"large": [SIZE]}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["after", "before"]


@pytest.mark.parametrize(("extra", "taken"), [(0, True), (1, False)])
def test_the_limit_of_a_file_is_exact(site, small, extra, taken):
    content = PDF + bytes(1_000 - len(PDF) + extra)
    told = site.post("/kk/form/", {"plan": SimpleUploadedFile("a.pdf", content)}).json()
    assert ("plan" in told["kept"], "plan" in told["refused"]) == (taken, not taken)


def test_no_more_of_a_large_file_is_kept_than_the_limit(site, monkeypatch, settings):
    monkeypatch.setattr(papers, "LARGEST_PAPER", 5_000)
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 0
    monkeypatch.setattr(uploads.QuotaUploadHandler, "chunk_size", 400)
    kept, left_on_disk = [], []
    complete = uploads.QuotaUploadHandler.file_complete

    def weighed(self, file_size):
        left_on_disk.extend(
            handler.file.seek(0, 2) for handler in self.request.upload_handlers if getattr(handler, "file", None)
        )
        return complete(self, file_size)

    monkeypatch.setattr(uploads.QuotaUploadHandler, "file_complete", weighed)
    receive = TemporaryFileUploadHandler.receive_data_chunk

    def watched(self, raw_data, start):
        kept.append(len(raw_data))
        return receive(self, raw_data, start)

    monkeypatch.setattr(TemporaryFileUploadHandler, "receive_data_chunk", watched)
    told = site.post("/kk/form/", {"plan": SimpleUploadedFile("a.pdf", PDF + bytes(20_000))}).json()
    assert told["refused"] == {"plan": [SIZE]}
    assert 0 < sum(kept) <= 5_000
    assert left_on_disk == [0]


@pytest.mark.parametrize("act", [TooLargeFile.read, TooLargeFile.chunks, papers.examine])
def test_what_stands_for_a_large_file_cannot_be_stored_or_read(act):
    with pytest.raises(ValidationError):
        act(TooLargeFile("a.pdf", "application/pdf", 30_000_000))


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_a_form_above_the_limit_is_answered_with_a_page(site, small, tmp_path, language):
    files = {name: SimpleUploadedFile(f"{name}.pdf", PDF + bytes(900)) for name in "abcdefghijkl"}
    answer = site.post(f"/{language}/form/", files)
    assert (answer.status_code, parse(answer).one("html")["lang"]) == (413, language)
    assert list(tmp_path.iterdir()) == []


def test_many_words_are_answered_with_the_same_page(site):
    answer = site.post("/en/form/", "a=" + "x" * 3_000_000, content_type="application/x-www-form-urlencoded")
    assert (answer.status_code, parse(answer).one("h1").text) == (413, "The form with its files is too large")


MARK = END.strip()


def read_all(source, size):
    while source.read(size):
        pass  # until it ends or is refused


def body(content, length=None, closing=MARK):
    return WholeBody(io.BytesIO(content), len(content) if length is None else length, closing)


def test_a_whole_body_is_read_as_it_is():
    assert body(FORM + END).read() == FORM + END
    assert b"".join(iter(body(FORM + END).readline, b"")) == FORM + END
    by_piece = body(FORM + END + b"\r\nepilogue")
    assert b"".join(iter(lambda: by_piece.read(7), b"")) == FORM + END + b"\r\nepilogue"
    assert body(b"{}", closing=b"").read() == b"{}"
    assert body(b"{} and the next request", 2, closing=b"").read(100) == b"{}"


@pytest.mark.parametrize("size", [1, 7, 10_000, -1])
@pytest.mark.parametrize("cut", [1, 3, 4, len(END) + 1, len(FORM)])
def test_a_body_that_ends_early_is_no_body(size, cut):
    whole = FORM + END
    source = body(whole[:-cut], len(whole))
    with pytest.raises(CutBody):
        read_all(source, size)


@pytest.mark.parametrize("content", [FORM, FORM + END[:-3], FORM + b"--", FORM + part("plan", PDF, "b.pdf")])
def test_a_form_without_its_end_is_no_form_even_if_its_length_is_right(content):
    source = body(content)
    with pytest.raises(CutBody):
        read_all(source, 64)


def test_a_connection_that_breaks_is_a_cut_body_and_no_empty_form():
    class Broken(io.BytesIO):
        def read(self, size=-1):
            raise ConnectionResetError

    with pytest.raises(CutBody):
        WholeBody(Broken(), 10).read()


@pytest.mark.parametrize("length", ["", "0", "-5", "x", "١٢"])
def test_a_request_without_a_length_is_left_alone(length):
    stream = io.BytesIO()
    seen = whole_bodies(lambda environ, start: environ)({"CONTENT_LENGTH": length, "wsgi.input": stream}, None)
    assert seen["wsgi.input"] is stream


# --- through gunicorn, by hand ---


@contextmanager
def served(folder):
    """Serve the site of one form with gunicorn; give its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {
        "SERVE_UPLOAD_SITE": "on",
        "DATABASE_URL": "postgres://nobody@127.0.0.1:1/nowhere",
        "MEDIA_ROOT": str(folder),
        "PLAIN_HTTP": "on",
        "ALLOWED_HOSTS": "*",
    }
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", f"{SITE}:application", "-b", f"127.0.0.1:{port}", "-w", "1"],
        env=environment,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield port
    finally:
        server.terminate()
        server.wait(20)


def send(port, content, length):
    """Send a form with a lawful token and hang up the sending half; return status and body of the answer."""
    token = "a" * 32
    head = (
        f"POST /kk/form/ HTTP/1.1\r\nHost: example.kz\r\nContent-Type: {FORM_TYPE}\r\nContent-Length: {length}\r\n"
        f"Cookie: csrftoken={token}\r\nX-CSRFToken: {token}\r\nConnection: close\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
        line.sendall(head.encode() + content)
        line.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: line.recv(65536), b""))
    status, _, rest = answer.partition(b"\r\n")
    return int(status.split()[1]), rest.partition(b"\r\n\r\n")[2]


def test_gunicorn_hands_over_whole_forms_only(tmp_path):
    """The token is lawful: Django alone would let the page see a form without its last fields, or an empty one."""
    whole = FORM + END
    with served(tmp_path) as port:
        for cut in (1, 4, len(END), len(END) + 60, len(whole) - len(FORM) // 2, len(whole) - 10):
            assert send(port, whole[:-cut], len(whole))[0] == 400, cut
        for content in (FORM, FORM + END[:-4], FORM + part("more", PDF, "b.pdf")[:-30]):
            assert send(port, content, len(content))[0] == 400
        assert list(tmp_path.iterdir()) == []
        status, told = send(port, whole, len(whole))
    assert (status, json.loads(told)["kept"]) == (200, {"plan": len(PDF)})
    assert [path.name for path in tmp_path.iterdir()] == ["plan"]
