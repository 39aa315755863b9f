"""Which reader opens a file: by its name, and by what really stands in it."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath
from typing import BinaryIO

from django.utils.translation import gettext as _

from projects.imports import csv_reader, xlsx_reader
from projects.imports.errors import refuse_file
from projects.imports.table import MAX_FILE_BYTES, Table

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True)
class Upload:
    """A file as it came: its bare name, its bytes and their SHA-256."""

    name: str
    content: bytes

    @property
    def sha256(self) -> str:
        """Hexadecimal digest of the bytes."""
        return hashlib.sha256(self.content).hexdigest()


def receive(stream: BinaryIO, name: str) -> Upload:
    """Read the stream, at most one byte more than a file may have; keep the last part of the name only."""
    return Upload(PurePath(name.replace("\\", "/")).name, stream.read(MAX_FILE_BYTES + 1))


def read_table(upload: Upload, *, knows: Callable[[str], bool]) -> Table:
    """Return the table of a CSV or XLSX file; ``knows`` tells column names from other text. Raises FileRefused."""
    content, ending = upload.content, PurePath(upload.name).suffix.lower()
    if ending not in {".csv", ".xlsx"}:
        raise refuse_file(_("Give a file whose name ends in .csv or .xlsx."), value=upload.name)
    if len(content) > MAX_FILE_BYTES:
        raise refuse_file(_("The file is larger than 100 MB. Split it."))
    if not content.strip():
        raise refuse_file(_("The file is empty. Put the names of the columns into its first row."))
    if content.startswith(_OLE):
        raise refuse_file(_("This is an old .xls file, or it has a password. Save it as .xlsx without a password."))
    if ending == ".xlsx":
        if not content.startswith(_ZIP):
            raise refuse_file(_("This is not an .xlsx file. Save it as “Excel Workbook (.xlsx)”, or name it .csv."))
        return xlsx_reader.read(content)
    if content.startswith(_ZIP):
        raise refuse_file(_("This is a spreadsheet, not a text file. Name it .xlsx, or save it as “CSV UTF-8”."))
    return csv_reader.read(content, knows=knows)
