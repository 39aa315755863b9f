"""The Kazakh alphabet: its order, and the folding that lets a search forgive letters.

Both rules exist twice, here for Python and as SQL expressions for generated columns; a test keeps them equal.
"""

import re
import unicodedata

from django.db.models import CharField, Func, TextField, Value
from django.db.models.functions import Lower

ALPHABET = "аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщъыіьэюя"
"""The 42 letters in order. Russian order is the same with the nine Kazakh letters left out."""

# Capital А and the 41 code points after it: any run of characters after Latin whose code points ascend would do.
_PLACES = "".join(chr(0x0410 + place) for place in range(len(ALPHABET)))
_IGNORED_WHEN_SORTING = "«»\"'„“”‘’()[]"

_FOLDED_FROM = "әғқңөұүһіёэйыщς"
_FOLDED_TO = "агкноуухиееиишσ"
_DROPPED_WHEN_FOLDING = "ъь"
_SEPARATORS = "«»\"'„“”‘’()[]{}.,;:!?-–—_/\\|№#+*&%@=<>~^`…·•\u00a0\u202f\t\r\n"

_FOLD_SOURCE = _FOLDED_FROM + _SEPARATORS + _DROPPED_WHEN_FOLDING
_FOLD_TARGET = _FOLDED_TO + " " * len(_SEPARATORS)
# Letters that stay are named as well: looking for a key that is not there costs Python more than finding one.
_FOLD = (
    {ord(char): char for char in f"{ALPHABET}abcdefghijklmnopqrstuvwxyz0123456789 "}
    | {ord(char): None for char in _DROPPED_WHEN_FOLDING}
    | {ord(old): new for old, new in zip(_FOLD_SOURCE, _FOLD_TARGET, strict=False)}
)
# Neither changed by folding, nor what others are changed into.
_IN_OUTLINE = "бвджзлмпрстфцчюяa-z0-9"
_NOT_IN_OUTLINE = re.compile(f"[^{_IN_OUTLINE}]+")
_SORT_SOURCE = ALPHABET + _IGNORED_WHEN_SORTING
_SORT = {ord(char): None for char in _IGNORED_WHEN_SORTING} | {
    ord(letter): place for letter, place in zip(ALPHABET, _PLACES, strict=True)
}


def _lower(text: str) -> str:
    """Return small letters one by one, as the database does: no final sigma, no letter that becomes two."""
    text = unicodedata.normalize("NFC", text)
    lower = text.lower()
    if len(lower) == len(text) and "Σ" not in text:
        return lower  # Nothing became two, and each letter is what it is by itself.
    return "".join(char.lower()[:1] for char in text)


def fold(text: str) -> str:
    """Return the text as search sees it: small letters, ә as а, ъ and ь dropped, punctuation as spaces.

    ``Қызылорда`` and ``кызылорда`` fold to the same string.
    """
    return _lower(text).translate(_FOLD)


def search_words(text: str) -> list[str]:
    """Return the folded words of a query, in order, without repeats."""
    return list(dict.fromkeys(fold(text).split()))


def outline(text: str) -> str:
    """Return the letters and digits that folding leaves alone: texts that fold to the same have the same outline.

    Folding in the database costs it more than storing a row; this it does in passing, so it can be an index.
    """
    return _NOT_IN_OUTLINE.sub("", _lower(text))


def sort_key(text: str) -> str:
    """Return a key whose code-point order is the order of the Kazakh alphabet; quotation marks do not count."""
    return _lower(text).translate(_SORT)


class _Translate(Func):
    function = "TRANSLATE"
    arity = 3


def folded(expression) -> Func:
    """Return the SQL twin of :func:`fold` (immutable, fit for a generated column)."""
    return _Translate(Lower(expression), Value(_FOLD_SOURCE), Value(_FOLD_TARGET), output_field=TextField())


def sorting(expression) -> Func:
    """Return the SQL twin of :func:`sort_key`; compare it under collation "C"."""
    return _Translate(Lower(expression), Value(_SORT_SOURCE), Value(_PLACES), output_field=CharField())


class _Replace(Func):
    function = "REGEXP_REPLACE"
    arity = 4


def outlined(expression) -> Func:
    """Return the SQL twin of :func:`outline` (immutable, fit for an index)."""
    others = Value(f"[^{_IN_OUTLINE}]+")
    return _Replace(Lower(expression), others, Value(""), Value("g"), output_field=TextField())
