"""The view as COPY gives it: cells and lines that PostgreSQL makes, and a closer look at the few lines that need it.

Codes, words, numbers and moments leave the database as they stand in the file. What a text may hold is decided by
``cells.py`` alone: the database only marks every line of which it is not sure, by a condition that is wider than the
rules there, and those lines are written anew.
"""

import re
from collections.abc import Callable, Iterator

from psycopg.sql import SQL, Composable, Identifier, Literal

from projects.exports.cells import safe
from projects.exports.view import View
from projects.exports.words import Words
from projects.queries.copying import copied
from projects.queries.records import COLUMN_NAMES
from projects.queries.totals import Figures

MARK = b"\x01"
"""Stands before a line that needs a closer look; it is no character that a file may hold."""
MANY = 20_000
"""Projects from which on a view is read along its index: sorting as many would keep the reader waiting."""
TEXTS = ("title_kk", "title_ru", "title_en", "private_partner", "source_url")
HARMLESS = "{[0,1),[33,43),[44,45),[46,61),[62,64),[65,127),[161,173),[174,1536),[8208,8228),[8470,8471)}"
"""Code points that begin a text which is surely no formula: digits, letters, quotes; 0 is the empty text."""
_CONTROLS = bytes({*range(32), 127} - set(b"\r\n\t"))
_HIGHER = re.compile(rb"\xc2[\x80-\x9f]")
_LAST = re.compile(rb"\xef\xbf[\xbe\xbf]")
_ESCAPED = re.compile(rb"\\[bfrtu]")
_UNSHOWN = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xef\xbf[\xbe\xbf]|\\u00|\\[bfrt]")
"""What texts must not hold, as bytes, and as JSON writes it."""


def marked(words: Words, text: Composable, separator: str) -> Composable:
    """Return the SQL of the text, with the mark before it unless every text of the row surely is no formula."""
    codes = [code for column in ("sector", "territory") for code in words.by_column[column]]
    if any(safe(code) != code for code in codes):
        return SQL("{} || {}").format(Literal(MARK.decode()), text)
    begins = (SQL("ascii({}) <@ {}::int4multirange").format(Identifier(name), Literal(HARMLESS)) for name in TEXTS)
    plain = SQL(" AND ").join(begins)
    if separator == "\t":  # only here a tab in the text is told from the others
        texts = SQL(" || ").join(Identifier(name) for name in TEXTS)
        plain = SQL("{} AND strpos({}, {}) = 0").format(plain, texts, Literal(separator))
    return SQL("CASE WHEN {} THEN {} ELSE {} || {} END").format(plain, text, Literal(MARK.decode()), text)


MOMENT = SQL(
    """to_char(updated_at, CASE WHEN updated_at = date_trunc('second', updated_at)
    THEN 'YYYY-MM-DD"T"HH24:MI:SSTZH:TZM' ELSE 'YYYY-MM-DD"T"HH24:MI:SS.USTZH:TZM' END)"""
)
"""A moment as ``cells.moment`` writes it, where the session stands in the time of Almaty."""


def lines(view: View, figures: Figures, line: Composable, **form: str) -> Iterator[list[bytes]]:
    """Yield the lines of the view, each of this SQL; see :func:`projects.queries.copying.copied`."""
    under = {"TimeZone": "Asia/Almaty"}
    if figures.projects >= MANY:
        under["enable_sort"] = "off"
    yield from copied(view.table(), COLUMN_NAMES, line, under=under, **form)


def written(held: list[bytes], *, end: bytes, again: Callable[[bytes], bytes], tabs: bool = False) -> bytes:
    """Return lines of COPY as bytes of the file; ``again`` writes one that needs a closer look, without its mark.

    ``tabs``: a tab is a separator.
    """
    piece = b"".join(held)
    # Nearly every piece is passed on as it is; whole pieces are looked through many times faster than lines.
    if not _may_hold_unshown(piece) and (tabs or b"\t" not in piece):
        if end == b"\n":
            return piece
        # No text holds a line's end where there are as many ends as lines.
        if piece.count(b"\n") == len(held):
            return piece.replace(b"\n", end)
    return b"".join(_one(bytes(line)[:-1], again, tabs) + end for line in held)


def _may_hold_unshown(piece: bytes) -> bool:
    if len(piece.translate(None, _CONTROLS)) != len(piece) or b"\r" in piece or b"\\" in piece:
        return True
    return bool(_HIGHER.search(piece) or (b"\xef" in piece and _LAST.search(piece)))


def json_may_hold_unshown(piece: bytes) -> bool:
    """Tell whether JSON of the database may hold in its texts what ``cells.clean`` takes away."""
    if len(piece.translate(None, _CONTROLS)) != len(piece) or _HIGHER.search(piece) or _ESCAPED.search(piece):
        return True
    return bool(b"\xef" in piece and _LAST.search(piece))


def _one(line: bytes, again: Callable[[bytes], bytes], tabs: bool) -> bytes:
    looked_at = _UNSHOWN.search(line) or (not tabs and b"\t" in line)
    return again(line.removeprefix(MARK)) if looked_at else line
