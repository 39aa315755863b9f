"""Examine the files that mean to take time or memory, and say what each took: python -m tests.reference.measured."""

import io
import json
import re
import sys
import time
import zipfile
from pathlib import Path

from django.core.exceptions import ValidationError

from reference import office_files
from reference.papers import examine
from tests.reference.hostile_files import TYPES, many_lines, overlapping_parts, png, small_bomb
from tests.reference.hostile_parts import packed_pdf

QUICK = 0.3
"""Seconds for parts, instead of three: that they are kept is what counts."""


def busy() -> bytes:
    """Return a Word file of 100 MB of relationships, none of them finished, that swells less than a bomb."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as made:
        made.writestr(TYPES, b"<Types/>")
        made.writestr("word/document.xml", b"<x/>")
        made.writestr(zipfile.ZipInfo("word/a.png"), bytes(2_500_000))
        with made.open("word/a.xml", "w") as part:
            part.write(b"<x>")
            for _ in range(100):
                part.write(b'<Relationship Type="' * 52_428)
    return stream.getvalue()


FILES = {
    "small bomb": small_bomb,
    "parts on top of each other": overlapping_parts,
    "100 000 parts": many_lines,
    "PDF that swells": lambda: packed_pdf(bytes(62 * 2**20)),
    "picture": lambda: png(50_000, 50_000),
    "100 MB of relations": busy,
}


def memory() -> int:
    """Return the most this process ever held, megabytes; the resource module would count whoever started us too."""
    held = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(held[1]) // 1024 if held else 0


if __name__ == "__main__":
    office_files.PATIENCE = QUICK
    told = {}
    for name, made in FILES.items():
        content = io.BytesIO(made())
        began = time.process_time()
        try:
            examine(content)
            code = ""
        except ValidationError as refusal:
            code = refusal.code or "?"
        told[name] = (code, round(time.process_time() - began, 2))
    sys.stdout.write(json.dumps({"files": told, "megabytes": memory()}) + "\n")
