"""The files that are refused, each with its sentence, and those that are taken."""

import io
import struct
import zipfile
from pathlib import Path

import docx
import openpyxl
import typst

from tests.reference.hostile_files import (
    ACTIVE,
    BOMB,
    CLOSED,
    CROOKED,
    CUT,
    EMPTY,
    FETCHES,
    JPEG_HEAD,
    MACRO_TYPES,
    MACROS,
    PARTS,
    PASSWORD,
    PDF,
    PDF_END,
    PIXELS,
    SCAN,
    SIZE,
    TWO_FACED,
    TYPE,
    archive,
    bomb,
    encrypted,
    hidden,
    jpeg,
    link,
    lying,
    many_lines,
    many_parts,
    overlapping,
    overlapping_parts,
    pdf_and_archive,
    png,
    small_bomb,
    wrong_name,
)
from tests.reference.hostile_parts import (
    LAUGHS,
    OUTSIDE,
    SCRIPT,
    digits,
    field,
    ole,
    packed_pdf,
    related,
    sheet,
    twice,
    word,
)

MACRO_BOOK = archive("xl/vbaProject.bin", main="xl/workbook.xml")
OLD = "The file is protected by a password, or was saved by an old Word or Excel. Save it as DOCX or XLSX."


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
    "PDF that is an archive": ("a.pdf", lambda: pdf_and_archive(), TWO_FACED),
    "PDF that is a program": ("a.pdf", PDF + b"MZ\x90\x00", TWO_FACED),
    "picture that is a script": ("a.jpg", JPEG_HEAD + b"\xff\xfe\x00\x20<?php system($_GET[0]);", TWO_FACED),
    "huge PNG": ("Сурет.png", lambda: png(50_000, 50_000), PIXELS),
    "huge JPEG": ("Сурет.jpg", lambda: jpeg(60_000, 60_000), PIXELS),
    "large": ("Үлкен.pdf", lambda: PDF + bytes(26 * 1024 * 1024), SIZE),
    "empty": ("Бос.pdf", b"", EMPTY),
    "another name": ("Жоспар.docx", PDF, wrong_name("DOCX", "PDF")),
    "name of a program": ("Жоспар.pdf.exe", PDF, wrong_name("EXE", "PDF")),
    "name of a macro file": ("Өтінім.docm", archive, wrong_name("DOCM", "DOCX")),
    "PDF with a script among packed objects": ("a.pdf", lambda: packed_pdf(SCRIPT), ACTIVE),
    "the same, far inside": ("a.pdf", lambda: packed_pdf(b" " * 3_000_000 + SCRIPT), ACTIVE),
    "the same, over a border of unpacking": ("a.pdf", lambda: packed_pdf(b" " * (2**20 - 24) + SCRIPT), ACTIVE),
    "the same, under another name": ("a.pdf", lambda: packed_pdf(SCRIPT, kind=b"/Obj#53tm"), ACTIVE),
    "the same, packed twice": ("a.pdf", lambda: packed_pdf(SCRIPT, b"/Filter [/FlateDecode /AHx]", twice), CLOSED),
    "the same, in digits": ("a.pdf", lambda: packed_pdf(SCRIPT, b"/Filter /ASCIIHexDecode", digits), CLOSED),
    "the same, encrypted": ("a.pdf", lambda: packed_pdf(b"", pack=lambda content: b"\x11" * 99), CLOSED),
    "PDF that swells": ("a.pdf", lambda: packed_pdf(bytes(62 * 2**20)), CLOSED),
    "PDF with a film": ("a.pdf", PDF + b"<< /Subtype /RichMedia >>", ACTIVE),
    "PDF with a form of programs": ("a.pdf", PDF + b"<< /AcroForm << /XFA [ (xdp:xdp) 9 0 R ] >> >>", ACTIVE),
    "PDF that acts when it is opened": ("a.pdf", PDF + b"<< /OpenAction << /S /JavaScript /JS 1 0 R >> >>", ACTIVE),
    "PDF that acts on each page": ("a.pdf", PDF + b"<< /AA << /O << /S /Launch /F (a) >> >> >>", ACTIVE),
    "PDF cut off": ("a.pdf", lambda: (PDF + SCAN)[:-9], CUT),
    "PNG cut off": ("a.png", lambda: png(100, 100)[:-14], CUT),
    "PNG that is only a head": ("a.png", b"\x89PNG\r\n\x1a\n", CUT),
    "PNG with an archive behind": ("a.png", lambda: png(10, 10) + archive(), TWO_FACED),
    "PNG with a page behind": ("a.png", lambda: png(10, 10) + b"\n<html><script>alert(1)</script>", TWO_FACED),
    "JPEG with an archive behind": ("a.jpg", lambda: jpeg(10, 10) + b"\xff\xd9" + archive(), TWO_FACED),
    "JPEG that says two sizes": ("a.jpg", lambda: jpeg(10, 10)[:-2] + jpeg(60_000, 60_000)[20:], PIXELS),
    "GIF that is a script": ("a.gif", b"GIF89a/*" + bytes(20) + b"*/=1;alert(1)", TYPE),
    "GIF that says it is a picture": ("a.png", b"GIF89a/*" + bytes(20) + b"*/=1;alert(1)", TYPE),
    "settings of a server": (".htaccess", b"AddType application/x-httpd-php .pdf", TYPE),
    "old Word": ("Өтінім.doc", lambda: ole("WordDocument"), OLD),
    "old Word that says it is new": ("Өтінім.docx", lambda: ole("WordDocument", "_VBA_PROJECT"), OLD),
    "Word file with entities": ("a.docx", lambda: word(LAUGHS.encode()), CROOKED),
    "Word file that reads a file": ("a.docx", lambda: word(OUTSIDE.encode()), CROOKED),
    "the same in another alphabet": ("a.docx", lambda: word(OUTSIDE.encode("utf-16")), CROOKED),
    "the same behind much of nothing": (
        "a.docx",
        lambda: word(b"<?x " + bytes(9_000) + b"?>" + OUTSIDE.encode()),
        CROOKED,
    ),
    "entities in a part": ("a.xlsx", lambda: sheet(xl__sharedStrings=LAUGHS), CROOKED),
    "entities in a part under another name": ("a.docx", lambda: word(**{"word/a.png": LAUGHS.encode()}), CROOKED),
    "template from elsewhere": ("a.docx", lambda: related("attachedTemplate", "https://example.kz/a.dotm"), FETCHES),
    "template from a share": ("a.docx", lambda: related("attachedTemplate", r"file:///\\192.0.2.1\a.dotm"), FETCHES),
    "template written in numbers": ("a.docx", lambda: related("attachedTemplate", "&#104;ttp://192.0.2.1/a"), FETCHES),
    "object from elsewhere": ("a.docx", lambda: related("oleObject", "mhtml:http://192.0.2.1/a!x"), FETCHES),
    "frame from elsewhere": ("a.docx", lambda: related("frame", r"\\192.0.2.1\a.htm"), FETCHES),
    "field that starts a program": ("a.docx", lambda: word(field(' DDEAUTO c:\\cmd.exe "/k calc"')), FETCHES),
    "the same in pieces": ("a.docx", lambda: word(field(" D", "DE", "AU", "TO c:\\cmd.exe")), FETCHES),
    "the same in a simple field": ("a.docx", lambda: word('<w:fldSimple w:instr="DDE cmd x"/>'), FETCHES),
    "the same under a header": ("a.docx", lambda: word(word__header1=field("dde cmd x")), FETCHES),
    "formula that starts a program": ("a.xlsx", lambda: sheet("<c><f>cmd|'/c calc'!A1</f></c>"), FETCHES),
    "the same with a quoted program": ("a.xlsx", lambda: sheet("<c><f>1+MSEXCEL|'\\a'!A1</f></c>"), FETCHES),
    "link to a program": (
        "a.xlsx",
        lambda: sheet(xl__externalLinks__externalLink1='<externalLink><ddeLink ddeService="cmd"/></externalLink>'),
        FETCHES,
    ),
    "old macros": ("a.xlsx", lambda: sheet(xl__macrosheets__sheet1="<x/>"), MACROS),
    "macros in a table inside": ("a.docx", lambda: word(**{"word/embeddings/a.xlsx": MACRO_BOOK}), MACROS),
    "macros in an old table inside": ("a.docx", lambda: word(**{"word/embeddings/a.bin": ole("_VBA_PROJECT")}), MACROS),
    "program in an object": (
        "a.docx",
        lambda: word(**{"word/embeddings/a.bin": ole("\x01Ole10Native") + b"C:\\a\\invoice.exe\x00"}),
        hidden("a.bin"),
    ),
    "program under another name": ("a.docx", lambda: word(**{"word/media/a.png": b"MZ\x90\x00\x03"}), hidden("a.png")),
    "100 000 parts": ("a.docx", many_lines, PARTS),
    "one archive in another": (
        "a.docx",
        lambda: archive("word/a.zip", content={"word/a.zip": archive()}),
        hidden("a.zip"),
    ),
    "parts on top of each other": ("a.xlsx", overlapping_parts, BOMB),
    "part larger than it says": ("a.docx", lying, TYPE),
    "double extension": ("Шарт.pdf.docm", archive, wrong_name("DOCM", "DOCX")),
    "extension hidden by direction": ("Шарт\u202efdp.exe", PDF, wrong_name("EXE", "PDF")),
}


def real(name):
    """Return a file that LibreOffice made."""
    return (Path(__file__).parent / "honest" / name).read_bytes()


def made_by_python_docx():
    """Return a Word file with a table, a picture and letters of Kazakh."""
    made = docx.Document()
    made.add_heading("Бизнес-жоспар ӘҒҚҢӨҰҮҺІ")
    made.add_table(2, 2).cell(0, 0).text = "Кіріс | шығыс"
    made.add_paragraph("DDE cmd және =cmd|'/c calc'!A1 деген сөздер ғана")
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


def made_by_openpyxl():
    """Return an Excel file with sums over sheets, words with bars in them and a link."""
    made = openpyxl.Workbook()
    table = made.active
    table.title = "Табыс|шығын"
    for year in range(2027, 2040):
        table.append([year, 1_000_000, f"=B{year - 2026}*2", '=IF(A1>2030,"иә|жоқ","а |б")', "='Табыс|шығын'!A1"])
    table["F1"] = '=HYPERLINK("https://example.kz/?a|b","сілтеме")'
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


LINE = b'= Zhospar \n #link("https://example.kz/")[silteme]'


def made_by_typst(standard="1.7"):
    """Return a PDF/A (or another standard) with a link and packed objects."""
    return typst.compile(LINE, format="pdf", pdf_standards=[standard])


def photograph():
    """Return a JPEG with the words of a camera, a thumbnail of another size and the trailer of a telephone."""
    camera = b"Exif\x00\x00II*\x00" + b"SM-A515F" + "Алматы".encode() + jpeg(160, 120) + b"\xff\xd9"
    exif = b"\xff\xe1" + struct.pack(">H", len(camera) + 2) + camera
    return JPEG_HEAD + exif + jpeg(4_000, 3_000)[len(JPEG_HEAD) :] + SCAN[:50_000] + b"\xff\xd9SEFT" + bytes(24)


OPENS_AT_A_PAGE = (
    b"<< /Type /Catalog /OpenAction [3 0 R /XYZ null null 1] /PageMode /UseOutlines /AcroForm << /Fields [] >> >>"
    b"<< /Type /Annot /Subtype /Link /A << /S /URI /URI (https://example.kz/) >> >>"
    b"<< /S /GoTo /D [3 0 R /Fit] >> << /FT /Sig /Type /Sig /Filter /Adobe.PPKLite >>"
)
LINKS = field(' HYPERLINK "https://example.kz/dde a" ', "") + field(" TOC \\o ") + field(" PAGE ", " DDES")

HONEST = {
    "Жоба жоспары № 5 «Қазақ ӘҒҚҢӨҰҮҺІ».pdf": PDF + SCAN + PDF_END,
    "Әліпби әңгімесі.PDF": PDF + b"(/JSON /JS /Launcher /JavaScripts2) MZ" + PDF_END,
    "Ұзын жоспар 24 МБ.pdf": lambda: (PDF + SCAN * 16)[: 24 * 1024 * 1024] + PDF_END,
    "Ашылатын бет.pdf": PDF + OPENS_AT_A_PAGE + PDF_END,
    "Жинақталған нысандар.pdf": lambda: packed_pdf(OPENS_AT_A_PAGE),
    "Жинақталмаған нысандар.pdf": lambda: packed_pdf(OPENS_AT_A_PAGE, b"", bytes),
    "Шығарған Typst.pdf": made_by_typst,
    "Мұрағатқа Typst.pdf": lambda: made_by_typst("a-2b"),
    "Шығарған LibreOffice.pdf": lambda: real("libreoffice.pdf"),
    "Ғимарат сызбасы.jpeg": lambda: jpeg(9_933, 7_016),
    "Құжат көшірмесі.JPG": lambda: jpeg(10_000, 10_000),
    "Телефонмен түсірілген.jpg": photograph,
    "Ұсыныс суреті.png": lambda: png(10_000, 10_000),
    "Қиылған сурет.png": lambda: png(100, 100) + SCAN[:90_000],
    "Өтінім үлгісі.docx": lambda: archive("word/embeddings/Microsoft_Excel_Sheet.xlsx", "word/media/a..b.png"),
    "LibreOffice өтінімі.docx": lambda: real("libreoffice.docx"),
    "Кестелі өтінім.docx": made_by_python_docx,
    "Сілтемелер мен өрістер.docx": lambda: word(LINKS),
    "Кәсіпорын үлгісі.docx": lambda: related("attachedTemplate", r"file:///C:\Users\aigul\Үлгі.dotx"),
    "Басқа кестеге сілтеме.docx": lambda: related("oleObject", "file:///D:/Есеп.xlsx"),
    "Сайтқа сілтеме.docx": lambda: related("hyperlink", "https://example.kz/a|b"),
    "Формула нысаны.docx": lambda: word(**{"word/embeddings/a.bin": ole("Equation Native")}),
    "Үлкен суретті.docx": lambda: word(
        **{"word/media/a.svg": b'<svg xmlns="x"><image href="data:' + b"A" * 3_000_000 + b'"/></svg>'}
    ),
    "Қаржы кестесі.xlsx": made_by_openpyxl,
    "Үлестер һәм қаржы.xlsx": lambda: archive(
        "xl/sheet.xml", main="xl/workbook.xml", content={"xl/sheet.xml": bytes(9 * 1024 * 1024)}
    ),
    "Көп бөлікті іс қағаз.docx": lambda: many_parts(9_998),
    "атауы кеңейтусіз": PDF,
}
