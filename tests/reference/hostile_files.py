"""Files that mean harm or look like it, and honest ones that look a little alike; all made in code."""

import io
import struct
import zipfile
import zlib

TYPES = "[Content_Types].xml"
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\n"
JPEG_HEAD = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"


def archive(*names, main="word/document.xml", types=b"<Types/>", content=None, method=zipfile.ZIP_DEFLATED):
    """Return a Word file (or another ``main``) with more parts; ``content`` maps a name to its bytes."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as made:
        made.writestr(TYPES, types)
        made.writestr(main, b"<x/>")
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


def hidden(name):
    """Return the sentence that names what is hidden."""
    return f"Another archive or a program is hidden in the file: “{name}”. Take it out and upload it again."


def wrong_name(named, found):
    """Return the sentence that names both types."""
    return f"The name says {named}, but inside is {found}. Give the file its right name, or choose another one."


MACRO_TYPES = b'<Override ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/>'

# name of the file, its bytes or how to make them, the sentence of the refusal
HOSTILE = {
    "program": ("Жоспар.pdf", b"MZ\x90\x00\x03" + b"\x00" * 200, TYPE),
    "program of linux": ("Жоспар.pdf", b"\x7fELF\x02\x01\x01", TYPE),
    "page": ("Жоспар.pdf", b"<!DOCTYPE html><script>alert(1)</script>", TYPE),
    "picture that is a page": ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", TYPE),
    "bomb": ("Кесте.xlsx", bomb, BOMB),
    "small bomb": ("Кесте.xlsx", small_bomb, BOMB),
    "overlapping parts": ("Өтінім.docx", overlapping, BOMB),
    "too many parts": ("Өтінім.docx", many_parts, PARTS),
    "macros": ("Өтінім.docx", lambda: archive("word/vbaProject.bin"), MACROS),
    "macros by type": ("Өтінім.docx", lambda: archive(types=MACRO_TYPES), MACROS),
    "macros by type, not packed": ("a.docx", lambda: archive(types=MACRO_TYPES, method=zipfile.ZIP_STORED), MACROS),
    "macros inside": ("Өтінім.docx", lambda: archive("word/embeddings/book.xlsm"), MACROS),
    "archive inside": ("Өтінім.docx", lambda: archive("word/embeddings/more.ZIP"), hidden("more.ZIP")),
    "program inside": ("Өтінім.docx", lambda: archive("word/media/photo.jpg.exe"), hidden("photo.jpg.exe")),
    "script inside": ("Кесте.xlsx", lambda: archive("xl/a.vbs", main="xl/workbook.xml"), hidden("a.vbs")),
    "symbolic link": ("Өтінім.docx", link, CROOKED),
    "a way out": ("Өтінім.docx", lambda: archive("../../etc/cron.d/x"), CROOKED),
    "a way out for Windows": ("Өтінім.docx", lambda: archive("word\\..\\..\\x"), CROOKED),
    "from the root": ("Өтінім.docx", lambda: archive("/etc/passwd"), CROOKED),
    "from a drive": ("Өтінім.docx", lambda: archive("C:/x.xml"), CROOKED),
    "encrypted": ("Өтінім.docx", encrypted, PASSWORD),
    "something before the archive": ("a.docx", lambda: b"PK\x03\x04" + archive(), TYPE),
    "something after the archive": ("a.docx", lambda: archive() + b"<script>", TYPE),
    "archive without a list of types": (
        "a.docx",
        lambda: archive().replace(b"[Content_Types]", b"[Content_typez]"),
        TYPE,
    ),
    "PDF with a script": ("a.pdf", PDF + b"<< /S /JavaScript /JS (app.alert(1)) >>", ACTIVE),
    "PDF with a short script": ("a.pdf", PDF + b"<< /JS (app.alert(1)) >>", ACTIVE),
    "PDF with a script elsewhere": ("a.pdf", PDF + b"<< /JS 12 0 R >>", ACTIVE),
    "PDF with a script in other letters": ("a.pdf", PDF + b"<< /S /J#61va#53cript >>", ACTIVE),
    "PDF that starts a program": ("a.pdf", PDF + b"<< /S /Launch /F (cmd.exe) >>", ACTIVE),
    "PDF with a file": ("a.pdf", PDF + b"<< /Type /EmbeddedFile >>", ACTIVE),
    "PDF with files": ("a.pdf", PDF + b"<< /Names << /EmbeddedFiles 3 0 R >> >>", ACTIVE),
    "script across a border of reading": ("a.pdf", (PDF + b"x" * 65536)[: 65536 - 5] + b"/JavaScript ", ACTIVE),
    "PDF that is a page": ("a.pdf", PDF + b"<html><script>alert(1)</script>", TWO_FACED),
    "PDF that is an archive": ("a.pdf", lambda: _pdf_and_archive(), TWO_FACED),
    "PDF that is a program": ("a.pdf", PDF + b"MZ\x90\x00", TWO_FACED),
    "picture that is a script": ("a.jpg", JPEG_HEAD + b"\xff\xfe\x00\x20<?php system($_GET[0]);", TWO_FACED),
    "huge PNG": ("Сурет.png", lambda: png(50_000, 50_000), PIXELS),
    "huge JPEG": ("Сурет.jpg", lambda: jpeg(60_000, 60_000), PIXELS),
    "large": ("Үлкен.pdf", lambda: PDF + bytes(26 * 1024 * 1024), SIZE),
    "empty": ("Бос.pdf", b"", EMPTY),
    "another name": ("Жоспар.docx", PDF, wrong_name("DOCX", "PDF")),
    "name of a program": ("Жоспар.pdf.exe", PDF, wrong_name("EXE", "PDF")),
    "name of a macro file": ("Өтінім.docm", archive, wrong_name("DOCM", "DOCX")),
}


def _pdf_and_archive():
    stream = io.BytesIO(PDF)
    with zipfile.ZipFile(stream, "a") as made:
        made.writestr("META-INF/MANIFEST.MF", b"x")
    return stream.getvalue()


SCAN = b"".join(struct.pack("<Q", number * 0x9E3779B97F4A7C15 % 2**64) for number in range(200_000))
"""1.6 MB that look like a packed scan."""

HONEST = {
    "Жоба жоспары № 5 «Қазақ ӘҒҚҢӨҰҮҺІ».pdf": PDF + SCAN,
    "Әліпби әңгімесі.PDF": PDF + b"(/JSON /JS /Launcher /JavaScripts2) MZ",
    "Ғимарат сызбасы.jpeg": lambda: jpeg(9_933, 7_016),
    "Құжат көшірмесі.JPG": lambda: jpeg(10_000, 10_000),
    "Ұсыныс суреті.png": lambda: png(10_000, 10_000),
    "Өтінім үлгісі.docx": lambda: archive("word/embeddings/Microsoft_Excel_Sheet.xlsx", "word/media/a..b.png"),
    "Үлестер һәм қаржы.xlsx": lambda: archive(
        "xl/sheet.xml", main="xl/workbook.xml", content={"xl/sheet.xml": bytes(9 * 1024 * 1024)}
    ),
    "Көп бөлікті іс қағаз.docx": lambda: many_parts(9_998),
    "атауы кеңейтусіз": PDF,
}
