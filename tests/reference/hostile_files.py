"""Files that mean harm or look like it, and honest ones that look a little alike; all made in code."""

import io
import struct
import zipfile
import zlib
from functools import cache

TYPES = "[Content_Types].xml"
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\n%%EOF\n"
PDF_END = b"\nstartxref\n0\n%%EOF\n"
JPEG_HEAD = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"

SCAN = b"".join(struct.pack("<Q", number * 0x9E3779B97F4A7C15 % 2**64) for number in range(200_000))
"""1.6 MB that look like a packed scan."""


def archive(*names, main="word/document.xml", types=b"<Types/>", content=None, method=zipfile.ZIP_DEFLATED):
    """Return a Word file (or another ``main``) with more parts; ``content`` maps a name to its bytes."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as made:
        made.writestr(TYPES, types)
        made.writestr(main, (content or {}).get(main, b"<x/>"))
        for name in names:
            made.writestr(name, (content or {}).get(getattr(name, "filename", name), b"x"))
    return stream.getvalue()


def link(name="word/link", target=b"/etc/passwd"):
    """Return a Word file one part of which is a symbolic link."""
    entry = zipfile.ZipInfo(name)
    entry.create_system, entry.external_attr = 3, 0o120777 << 16
    return archive(entry, content={name: target})


def patched(content, change):
    """Return the archive with the first line of its directory changed by ``change`` (a dict of place: bytes)."""
    at = content.index(b"PK\x01\x02")
    changed = bytearray(content)
    for place, value in change.items():
        changed[at + place : at + place + len(value)] = value
    return bytes(changed)


def encrypted():
    """Return a Word file whose parts say that they are encrypted."""
    return patched(archive(), {8: b"\x01\x00"})


@cache
def bomb():
    """Return an Excel file of about 400 KB which would unpack to 400 MB; written in pieces, so nothing swells here."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr(TYPES, b"<Types/>")
        made.writestr("xl/workbook.xml", b"<x/>")
        with made.open("xl/worksheets/sheet1.xml", "w") as sheet:
            for _ in range(400):
                sheet.write(b"\x00" * 1_048_576)
    return stream.getvalue()


def small_bomb():
    """Return an Excel file that swells 1000 times to 20 MB: below the ceiling, above the ratio."""
    return archive("xl/sheet.xml", main="xl/workbook.xml", content={"xl/sheet.xml": bytes(20 * 1024 * 1024)})


def overlapping():
    """Return a Word file whose directory claims more packed bytes than the file has."""
    return patched(archive(), {20: struct.pack("<L", 50_000_000)})


def overlapping_parts(count=200, size=1_000_000):
    """Return an Excel file of many parts that are all the same bytes: 200 x 1 MB from 1 MB."""
    made = bytearray(archive("xl/a.bin", main="xl/workbook.xml", content={"xl/a.bin": SCAN[:size]}))
    at, end = made.rindex(b"PK\x01\x02"), made.rindex(b"PK\x05\x06")
    line, directory = bytes(made[at:end]), bytes(made[made.index(b"PK\x01\x02") : end])
    more = b"".join(line.replace(b"xl/a.bin", b"%08d" % number) for number in range(count))
    place = made.index(b"PK\x01\x02")
    tail = struct.pack(
        "<4s4H2LH", b"PK\x05\x06", 0, 0, (3 + count) % 65536, (3 + count) % 65536, len(directory + more), place, 0
    )
    return bytes(made[:place]) + directory + more + tail


def many_lines():
    """Return an Excel file whose directory names 100 000 parts, which are all the same few bytes."""
    return overlapping_parts(100_000, 10)


def lying():
    """Return a Word file one part of which is larger than its directory says."""
    made = archive("word/a.xml", content={"word/a.xml": b"<a>" + bytes(100_000)})
    return made.replace(struct.pack("<L", 100_003), struct.pack("<L", 10))


def many_parts(count=10_001):
    """Return a Word file with very many empty parts."""
    return archive(*(f"word/{number}" for number in range(count)), method=zipfile.ZIP_STORED)


def png(width, height):
    """Return a PNG of one colour, all in its header."""
    header = struct.pack(">LLBBBBB", width, height, 1, 0, 0, 0, 0)

    def chunk(kind, data):
        return struct.pack(">L", len(data)) + kind + data + struct.pack(">L", zlib.crc32(kind + data))

    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\x00")) + chunk(b"IEND", b"")


def jpeg(width, height):
    """Return the segments of a JPEG up to its first frame, with a comment between."""
    comment = b"\xff\xfe\x00\x06kk\xff\xc0"
    frame = b"\xff\xff\xc2\x00\x11\x08" + struct.pack(">HH", height, width) + b"\x03" + bytes(9)
    return JPEG_HEAD + comment + frame + b"\xff\xda"


TYPE = "Upload a PDF, DOCX, XLSX, JPEG or PNG file."
MACROS = "The file holds macros. Save it without macros and upload it again."
BOMB = "The file would swell to many times its size when opened. Save it again, or upload it as PDF."
CROOKED = "The file was not made by Word or Excel as it should be. Open it, save it again and upload that."
PASSWORD = "The file is protected by a password. Save it without one and upload it again."
PARTS = "The file has too many parts inside. Save it again, or upload it as PDF."
ACTIVE = "The PDF holds a program or another file inside. Print it to PDF again and upload that."
TWO_FACED = "The file pretends to be two things at once. Print it to PDF and upload that."
PIXELS = "The picture is larger than 100 megapixels. Save it smaller and upload it again."
SIZE = "The file is larger than 25 MB. Upload a smaller one."
EMPTY = "The file is empty. Choose another one."
CUT = "The end of the file is missing: it was not saved or copied whole. Save it again and upload that."
CLOSED = "The PDF is protected, so nobody can look inside. Print it to PDF without protection and upload that."
FETCHES = "The file would fetch or start something by itself when it is opened. Save it as PDF and upload that."


def hidden(name):
    """Return the sentence that names what is hidden."""
    return f"Another archive or a program is hidden in the file: “{name}”. Take it out and upload it again."


def wrong_name(named, found):
    """Return the sentence that names both types."""
    return f"The name says {named}, but inside is {found}. Give the file its right name, or choose another one."


MACRO_TYPES = b'<Override ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/>'


def pdf_and_archive():
    """Return a PDF behind which an archive hangs."""
    stream = io.BytesIO(PDF)
    with zipfile.ZipFile(stream, "a") as made:
        made.writestr("META-INF/MANIFEST.MF", b"x")
    return stream.getvalue()
