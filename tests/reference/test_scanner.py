"""The scanner is asked in clamd's language; what it does not say is no verdict."""

import hashlib
import io
import os
import socket
import subprocess
import sys
import time

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override

from reference.scanner import NotScanned, ScannerDown, Verdict, refuse_infected, scan
from tests.reference.hostile_files import archive
from tests.reference.stub_scanner import EICAR, SIGNATURE, scanner
from tests.rules import refusals


@pytest.fixture
def stub(settings):
    with scanner(settings) as running:
        yield running


def verdict(content, found=""):
    return Verdict(hashlib.sha256(content).hexdigest(), found)


@pytest.mark.parametrize("content", [b"x", b"", bytes(range(256)) * 2_000])
def test_clean_bytes_arrive_whole_and_are_called_clean(stub, content):
    assert scan(io.BytesIO(content)) == verdict(content)
    assert stub.seen == [content]


@pytest.mark.parametrize("content", [EICAR, archive("word/media/a.png", content={"word/media/a.png": EICAR})])
def test_the_test_virus_is_found_plain_and_packed(stub, content):
    assert scan(io.BytesIO(content)) == verdict(content, SIGNATURE)


@pytest.mark.parametrize("says", [b"stream: Can't allocate memory ERROR\0", b"UNKNOWN COMMAND\0", b"OK\0", b"FOUND\0"])
def test_any_other_answer_is_no_verdict(stub, says):
    stub.says = says
    with pytest.raises(NotScanned):
        scan(io.BytesIO(b"x"))


@pytest.mark.parametrize("says", [b"stream: OK", b"stream: OK\0stream: x FOUND\0"])
def test_the_answer_ends_at_its_end(stub, says):
    stub.says = says
    assert scan(io.BytesIO(b"x")) == verdict(b"x")


def test_a_long_name_of_a_virus_is_shortened(stub):
    stub.says = b"stream: " + b"V" * 900 + b" FOUND\0"
    assert scan(io.BytesIO(b"x")).signature == "V" * 200


def test_a_file_above_the_scanners_own_limit_is_no_verdict_and_not_down(stub):
    stub.most = 100_000
    with pytest.raises((NotScanned, ScannerDown)):
        scan(io.BytesIO(bytes(9_000_000)))


def test_a_scanner_that_says_nothing_is_given_up(stub):
    stub.says = b""
    with pytest.raises(ScannerDown):
        scan(io.BytesIO(b"x"))


@pytest.mark.parametrize("does", ["listens only", "drips"])
def test_a_slow_scanner_is_given_up_in_time(settings, does):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        settings.SCANNER_URL = f"clamd://127.0.0.1:{listener.getsockname()[1]}"
        began = time.monotonic()
        with pytest.raises(ScannerDown):
            scan(io.BytesIO(bytes(20_000_000 if does == "drips" else 1)), patience=0.2)
        assert time.monotonic() - began < 2


@pytest.mark.parametrize("url", ["clamd://127.0.0.1:1", "clamd:///nowhere/clamd.ctl"])
def test_nobody_listens(settings, url):
    settings.SCANNER_URL = url
    with pytest.raises(ScannerDown, match="nobody listens"):
        scan(io.BytesIO(b"x"))


def test_a_scanner_behind_a_socket_of_this_machine(settings, tmp_path):
    path = tmp_path / "clamd.ctl"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        settings.SCANNER_URL = f"clamd://{path}"
        with pytest.raises(ScannerDown, match="in time"):
            scan(io.BytesIO(b"x"), patience=0.1)
        line, _ = listener.accept()
        with line:
            assert line.recv(100).startswith(b"zINSTREAM\0\x00\x00\x00\x01x")


# --- at the door of the chamber's own people ---


def test_a_file_of_staff_is_refused_with_the_name_of_the_virus(stub):
    stream = io.BytesIO(b"..." + EICAR)
    stream.seek(2)
    assert refusals(refuse_infected, stream) == [
        f"The scanner found a virus in the file: {SIGNATURE}. Take the file from a clean computer."
    ]
    assert stream.tell() == 0


def test_a_clean_file_of_staff_is_taken(stub):
    stream = io.BytesIO(b"clean")
    stream.seek(3)
    refuse_infected(stream)
    assert (stream.tell(), stub.seen) == (0, [b"clean"])


def test_without_its_scanner_a_file_of_staff_is_not_taken(settings):
    settings.SCANNER_URL = "clamd://127.0.0.1:1"
    with override("en"), pytest.raises(ValidationError, match="does not answer") as refused:
        refuse_infected(io.BytesIO(b"x"))
    assert refused.value.code == "scanner"


def test_where_no_scanner_is_set_up_nobody_is_asked(settings):
    settings.SCANNER_URL = ""
    refuse_infected(io.BytesIO(EICAR))


@pytest.mark.parametrize(
    ("url", "taken"),
    [("", True), ("clamd:///run/clamav/clamd.ctl", True), ("clamd://scanner.example.kz:3310", True),
     ("clamd://[::1]", True), ("clamd://", False), ("clamd://host/path", False), ("clamd://host:x", False),
     ("http://host:3310", False), ("/run/clamd.ctl", False), ("host:3310", False)],
)  # fmt: skip
def test_the_setting_is_read_at_the_start(url, taken):
    from ppp_registry import settings as site

    if taken:
        assert site._scanner(url) == url
    else:
        with pytest.raises(Exception, match="write clamd://"):
            site._scanner(url)


def test_a_wrong_setting_stops_the_start():
    asked = subprocess.run(
        [sys.executable, "-c", "import ppp_registry.settings"],
        env=os.environ | {"SCANNER_URL": "http://host"},
        capture_output=True,
        text=True,
    )
    assert asked.returncode != 0
    assert "SCANNER_URL is “http://host”" in asked.stderr
