"""Harm inside the parts of Word and Excel files, and among the packed objects of PDF files; all made in code."""

import zlib

from tests.reference.hostile_files import PDF, archive

RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def word(text="", **parts):
    """Return a Word file whose only paragraph is ``text`` (WordprocessingML); ``parts`` by key "folder__name"."""
    body = text if isinstance(text, bytes) else f'<?xml version="1.0"?><w:document xmlns:w="w">{text}</w:document>'
    return office("word/document.xml", body, **parts)


def sheet(cells="", **parts):
    """Return an Excel file with one sheet of ``cells`` (SpreadsheetML)."""
    return office("xl/workbook.xml", "<workbook/>", xl__worksheets__sheet1=f"<worksheet>{cells}</worksheet>", **parts)


def office(main, body, **parts):
    """Return an office file; keys become names: ``xl__a`` is xl/a.xml, a value of bytes keeps its name."""
    content = {key.replace("__", "/") + ("" if isinstance(value, bytes) else ".xml"): value
               for key, value in parts.items()}  # fmt: skip
    return archive(*content, main=main, content={main: body, **content})


def related(kind, target, **more):
    """Return a Word file that leads outside by a relationship of the kind."""
    link = f'<Relationship Id="r1" Type="{RELATION}/{kind}" Target="{target}" TargetMode="External"/>'
    rels = f"<Relationships>{link}</Relationships>".encode()
    return word("<w:p/>", **{"word/_rels/settings.xml.rels": rels}, **more)


def field(*pieces):
    """Return the pieces of one field's instruction, each in a run of its own."""
    runs = "".join(f'<w:r><w:instrText xml:space="preserve">{piece}</w:instrText></w:r>' for piece in pieces)
    return f'<w:r><w:fldChar w:fldCharType="begin"/></w:r>{runs}<w:r><w:fldChar w:fldCharType="end"/></w:r>'


def packed_pdf(objects, dictionary=b"/Filter /FlateDecode", pack=zlib.compress, kind=b"/ObjStm"):
    """Return a PDF that keeps its objects in a pack, as makers since 2003 do."""
    content = pack(b"1 0 2 40 " + objects)
    head = b"5 0 obj\n<< /Type %s /N 2 /First 9 %s /Length %d >>\n" % (kind, dictionary, len(content))
    return PDF + head + b"stream\r\n" + content + b"\nendstream\nendobj\n%%EOF\n"


SCRIPT = b"<< /S /JavaScript /JS (app.alert(1)) >>"


def twice(content):
    """Pack what is written in hexadecimal digits: an object stream with two filters."""
    return zlib.compress(content.hex().encode())


def digits(content):
    """Write bytes as hexadecimal digits, which begin like numbers."""
    return b"78 9 " + content.hex().encode()


def ole(*words):
    """Return an OLE object that names these words in its directory, as Windows writes them."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + b"".join(word.encode("utf-16-le") for word in words)


LAUGHS = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><x>&b;</x>'
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'
