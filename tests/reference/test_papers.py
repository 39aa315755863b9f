"""Which files we take: told by their bytes, whatever they are called."""

import hashlib
import io
import json
import struct
import subprocess
import sys
import time
import zipfile

import pytest
from django.core.exceptions import ValidationError
from hypothesis import example, given, strategies as st

from reference import office_files
from reference.office_files import LARGEST_DIRECTORY
from reference.papers import LARGEST_PAPER, PaperFacts, examine
from tests.reference.hostile_files import PARTS, SCAN, SIZE, TYPE, many_parts, png
from tests.reference.hostile_parts import sheet
from tests.reference.hostile_table import HONEST, HOSTILE
from tests.rules import refusals


def office_file(*parts):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for part in ("[Content_Types].xml", *parts):
            archive.writestr(part, "<x/>")
    return stream.getvalue()


WORD = office_file("word/document.xml")
EXCEL = office_file("xl/workbook.xml")
PDF = b"%PDF-1.7\n1 0 obj\n%%EOF\n"
END = b"\n%%EOF\n"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF"
PNG = png(2, 2)
WORDML = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SHEETML = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.mark.parametrize(
    ("content", "content_type", "extension"),
    [
        (PDF, "application/pdf", "pdf"),
        (JPEG, "image/jpeg", "jpg"),
        (PNG, "image/png", "png"),
        (WORD, WORDML, "docx"),
        (EXCEL, SHEETML, "xlsx"),
    ],
    ids=["pdf", "jpg", "png", "docx", "xlsx"],
)
def test_a_paper_is_known_by_its_content(content, content_type, extension):
    stream = io.BytesIO(content)
    stream.seek(0, io.SEEK_END)
    digest = hashlib.sha256(content).hexdigest()
    assert examine(stream) == PaperFacts(content_type, extension, size=len(content), sha256=digest)
    assert stream.read() == content


OLD = "The file is protected by a password, or was saved by an old Word or Excel. Save it as DOCX or XLSX."
MACROS = "The file holds macros. Save it without macros and upload it again."


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty. Choose another one."),
        (b"x", TYPE),
        (b"just words", TYPE),
        (b"<html><script>alert(1)</script>", TYPE),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", TYPE),
        (b"GIF89a", TYPE),
        (b"MZ\x90\x00", TYPE),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OLD),  # Word and Excel before 2007, or with a password
        (b" %PDF-1.7", TYPE),
        (b"%PD", TYPE),
        (b"PK", TYPE),
        (b"PK\x03\x04" + b"\x00" * 100, TYPE),
        (office_file(), TYPE),
        (office_file("ppt/presentation.xml"), TYPE),
        (WORD[: len(WORD) // 2], TYPE),
        (office_file("word/document.xml", "word/vbaProject.bin"), MACROS),
        (office_file("xl/workbook.xml", "xl/VBAPROJECT.BIN"), MACROS),
        (PDF + b"x" * LARGEST_PAPER, "The file is larger than 25 MB. Upload a smaller one."),
    ],
    ids=range(18),
)
def test_another_file_is_refused_with_the_remedy(content, sentence):
    assert refusals(examine, io.BytesIO(content)) == [sentence]


def test_a_paper_of_exactly_25_megabytes_is_taken():
    content = PDF + b"x" * (LARGEST_PAPER - len(PDF + END)) + END
    assert examine(io.BytesIO(content)).size == LARGEST_PAPER == 26_214_400


REFUSALS = {"type", "macros", "bomb", "password", "crooked", "hidden", "entries", "fetches"}
NEEDS_VERSION = WORD.rindex(b"PK\x01\x02") + 6  # where a zip says which version of the format it needs


@example(place=NEEDS_VERSION, bytes_=b"\xff")
@given(st.integers(0, len(WORD) - 1), st.binary(min_size=1, max_size=8))
def test_a_damaged_office_file_is_taken_or_refused_but_never_an_error(place, bytes_):
    damaged = WORD[:place] + bytes_ + WORD[place + len(bytes_) :]
    try:
        assert examine(io.BytesIO(damaged)).size == len(damaged)
    except ValidationError as refusal:
        assert refusal.code in REFUSALS  # noqa: PT017


@given(st.binary(max_size=200))
def test_bytes_after_a_zip_mark_are_taken_or_refused_but_never_an_error(tail):
    with pytest.raises(ValidationError):
        examine(io.BytesIO(b"PK\x03\x04" + tail))


def made(content):
    return content() if callable(content) else content


def test_there_are_forty_of_one_kind_and_twelve_of_the_other():
    assert len(HOSTILE) >= 40
    assert len([name for name in HONEST if set(name.lower()) & set("әғқңөұүһі")]) >= 12


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_is_refused_with_its_own_sentence(case):
    name, content, sentence = HOSTILE[case]
    assert refusals(examine, io.BytesIO(made(content)), name=name) == [sentence]


@pytest.mark.parametrize("name", HONEST)
def test_an_honest_file_with_a_kazakh_name_is_taken(name):
    content = made(HONEST[name])
    stream = io.BytesIO(content)
    assert examine(stream, name=name).size == len(content)
    assert stream.tell() == 0


def test_no_bomb_takes_5_seconds_or_300_megabytes():
    told = subprocess.run(
        [sys.executable, "-m", "tests.reference.measured"], capture_output=True, text=True, check=True
    )
    measured = json.loads(told.stdout)
    assert {name: code for name, (code, _seconds) in measured["files"].items()} == {
        "small bomb": "bomb", "parts on top of each other": "bomb", "100 000 parts": "entries",
        "PDF that swells": "closed", "picture": "pixels", "100 MB of relations": "entries",
    }  # fmt: skip
    assert max(seconds for _code, seconds in measured["files"].values()) < 5
    assert 0 < measured["megabytes"] < 300


def test_parts_that_keep_the_processor_busy_are_given_up(monkeypatch):
    content = sheet("<c><f>A1</f></c>" * 3)
    assert examine(io.BytesIO(content)).extension == "xlsx"
    monkeypatch.setattr(office_files, "PATIENCE", 0)
    assert refusals(examine, io.BytesIO(content)) == [PARTS]


def test_a_directory_that_lies_about_its_count_is_still_read_within_bounds():
    """The count says 1, the directory goes on: only its length bounds what is read."""
    content = many_parts(30_000)
    end = content.rindex(b"PK\x05\x06")
    lying = content[: end + 8] + b"\x01\x00\x01\x00" + content[end + 12 :]
    assert refusals(examine, io.BytesIO(lying)) == [TYPE]
    grown = bytes(LARGEST_DIRECTORY + 1)
    head = b"PK\x03\x04"
    tail = b"PK\x05\x06" + struct.pack("<4H2LH", 0, 0, 1, 1, len(grown), len(head), 0)
    assert refusals(examine, io.BytesIO(head + grown + tail)) == [PARTS]


def test_the_largest_paper_is_examined_in_seconds():
    content = io.BytesIO((PDF + SCAN * 17)[: LARGEST_PAPER - len(END)] + END)
    began = time.monotonic()
    assert examine(content).size == LARGEST_PAPER
    assert time.monotonic() - began < 5


def test_a_file_that_says_it_is_too_large_is_not_even_read():
    class Claimed(io.BytesIO):
        size = LARGEST_PAPER + 1
        read = None

    assert refusals(examine, Claimed(PDF)) == [SIZE]
