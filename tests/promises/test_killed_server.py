"""kill -9 in the middle of filing and of uploads: what was acknowledged is there once, and nothing is there by half."""

import hashlib
import http.client
import random
import socket
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.db import connections

from proposals.models import Application, Paper, StageChange
from tests.accounts.outbox import letters
from tests.promises.many_drafts import drafts_ready_to_file, session_of
from tests.promises.server import HOST, Server, running
from tests.proposals.applications import PDF, applicant, draft

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("reference_data", "own_folder")]

ROUNDS, A_ROUND = 4, 5


@pytest.fixture
def own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    yield tmp_path
    connections.close_all()


def receipt(application) -> str:
    return f"/kk/applications/{application.pk}/receipt/"


def file(server, session, application) -> bool:
    """Press the button once; tell whether the receipt was shown to the person."""
    try:
        answer = server.post(f"/kk/applications/{application.pk}/file/", session, consent="on")
    except (OSError, http.client.HTTPException):
        return False
    if answer[0] >= 500:
        return False
    assert answer == (302, receipt(application))
    return True


def test_filing_survives_a_server_that_is_killed_again_and_again():
    seed = random.randrange(10**6)
    chance = random.Random(seed)
    by = applicant()
    waiting = drafts_ready_to_file(by, ROUNDS * A_ROUND)
    session = session_of(by)
    acknowledged: set[Application] = set()
    with running() as server, ThreadPoolExecutor(A_ROUND) as pool:
        for turn in range(ROUNDS):
            batch = waiting[turn * A_ROUND : (turn + 1) * A_ROUND]
            presses = {application: pool.submit(file, server, session, application) for application in batch}
            time.sleep(chance.uniform(0.02, 0.35))
            whom = chance.choice(["all", "master", "workers"])
            server.kill(whom)
            if whom != "workers":
                server.start()
            acknowledged |= {application for application, press in presses.items() if press.result(30)}
        filed = set(Application.objects.filter(filed_at__isnull=False))
        told = f"seed {seed}: {len(acknowledged)} acknowledged, {len(filed)} filed"
        assert acknowledged <= filed, told
        once = Counter(StageChange.objects.values_list("proposal__application", flat=True))
        assert once == {application.pk: 1 for application in filed}, told
        # Whoever saw no receipt presses again; so does one who did.
        for application in waiting:
            assert file(server, session, application), told
    rows = Application.objects.filter(filed_at__isnull=False).order_by("sequence")
    assert [row.sequence for row in rows] == list(range(1, len(waiting) + 1)), told
    assert {row.pk for row in rows} == {application.pk for application in waiting}
    assert [row.filed_at for row in rows] == sorted(row.filed_at for row in rows), told
    assert StageChange.objects.count() == len(waiting), told
    assert len(letters()) == len(waiting), told


BOUNDARY = "xxPAPERxx"


def upload_body(kind: str, content: bytes) -> bytes:
    parts = [("csrfmiddlewaretoken", "k" * 32), ("kind", kind)]
    text = "".join(
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in parts
    )
    text += f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n'
    return f"{text}Content-Type: application/pdf\r\n\r\n".encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()


def send_part(server: Server, path: str, session: str, body: bytes, share: float) -> socket.socket:
    """Send the head and a share of the body, and leave the line open."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {HOST}\r\nCookie: {server.cookies(session)}\r\n"
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    line = socket.create_connection((HOST, server.port), timeout=10)
    line.sendall(head.encode() + body[: int(len(body) * share)])
    return line


def papers_match_their_files(folder: Path) -> None:
    papers = list(Paper.objects.all())
    for paper in papers:
        content = Path(default_storage.path(paper.file.name)).read_bytes()
        assert hashlib.sha256(content).hexdigest() == paper.sha256
    assert len({paper.file.name for paper in papers}) == len(papers)


def test_an_upload_that_is_cut_leaves_no_row_and_no_file(own_folder):
    by = applicant()
    proposal, session = draft(by).proposals.get(), session_of(by)
    path = f"/kk/applications/{proposal.application_id}/proposals/{proposal.pk}/papers/upload/"
    large = upload_body("business_plan", PDF.replace(b"%%EOF", b"%" + b"0" * 4_000_000 + b"\n%%EOF"))
    small = upload_body("business_plan", PDF)
    with running() as server:
        for body, share in ((large, 0.1), (large, 0.6), (large, 0.9999), (small, 0.5), (small, 0.99), (small, 0)):
            send_part(server, path, session, body, share).close()
        line = send_part(server, path, session, large, 0.7)
        time.sleep(0.3)
        server.kill()
        line.close()
        server.start()
        assert not Paper.objects.exists()
        assert [item for item in own_folder.rglob("*") if item.is_file()] == []
        kind = f"multipart/form-data; boundary={BOUNDARY}"
        for body in (small, large):
            status, _where = server.ask("POST", path, body, Content_Type=kind, Cookie=server.cookies(session))
            assert status == 302
    assert Paper.objects.count() == 2
    papers_match_their_files(own_folder)


def test_uploads_under_a_killed_server_are_whole_or_not_there(own_folder):
    seed = random.randrange(10**6)
    chance = random.Random(seed)
    by = applicant()
    proposal, session = draft(by).proposals.get(), session_of(by)
    path = f"/kk/applications/{proposal.application_id}/proposals/{proposal.pk}/papers/upload/"
    kind = f"multipart/form-data; boundary={BOUNDARY}"

    def send(turn: int) -> bool:
        body = upload_body("other", PDF + b"%" + str(turn).encode() * 300_000)
        try:
            return server.ask("POST", path, body, Content_Type=kind, Cookie=server.cookies(session))[0] == 302
        except (OSError, http.client.HTTPException):
            return False

    with running() as server, ThreadPoolExecutor(6) as pool:
        acknowledged = 0
        for _round in range(2):
            sent = [pool.submit(send, turn) for turn in range(6)]
            time.sleep(chance.uniform(0.05, 0.3))
            server.kill()
            server.start()
            acknowledged += sum(item.result(30) for item in sent)
    assert Paper.objects.count() >= acknowledged, f"seed {seed}"
    papers_match_their_files(own_folder)
