"""`make check-translations`: nothing that pages, staff site and letters can show lacks its Kazakh or Russian.

Ours: every word of the sources stands in ``locale/kk`` and ``locale/ru``, finished, and nothing else does.
The libraries': every word they can show here stands in their own catalogue or in ``locale/vendor``.
"""

import csv
import gettext
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from devtools.msgids import Unreadable, Words, words_below, words_of

LANGUAGES = ("kk", "ru")
APPS = ("reference", "accounts", "projects", "proposals", "ppp_registry", "templates")

DJANGO_APPS = ("admin", "auth", "contenttypes", "messages", "postgres", "sessions", "staticfiles")
SILENT = ("conf", "gis", "locale", "management", "migrations", "test", "testapp", "jinja2")
"""Folders of libraries whose words no page can show: names of foreign languages, words for developers."""
# Not asked: REST framework and drf-spectacular (`projects/api/problems.py` says what is wrong in our words, their pages
# are not served) and post_office (its tables are kept off the staff site); tests/registry/test_words.py would see one.
LIBRARIES = ("django", "django_filters")

_PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[#0+-]*\d*(?:\.\d+)?[sdifr%]|\{[a-z_0-9.!:]*\}")
_KAZAKH = re.compile(r"\w*[ӘәҒғҚқҢңӨөҰұҮүҺһІі]\w*")
_QUOTED = re.compile("«[^»]*»")
_ENGLISH = re.compile("[A-Za-z]*[a-z]{3}")
_MIXED = re.compile(r"[A-Za-z][А-яЁёӘәҒғҚқҢңӨөҰұҮүҺһІі]|[А-яЁёӘәҒғҚқҢңӨөҰұҮүҺһІі][A-Za-z]")


class Term(NamedTuple):
    """A wording that the glossary does not know, and the one it does."""

    wrong: re.Pattern[str]
    right: str


def problems(root: Path) -> list[str]:
    """Return a sentence about everything that is wrong; none when all is well."""
    ours = words_of_project(root)
    shown = words_of_libraries()
    found = []
    for language in LANGUAGES:
        terms = terms_of(root, language)
        found += _in_catalog(root, root / "locale" / language / "LC_MESSAGES" / "django.po", language, ours, terms)
        for domain, words in shown.items():
            found += _in_libraries(root, language, domain, words, terms)
    return found


def words_of_project(root: Path) -> set[Words]:
    """Return the words of our own sources."""
    return {words for app in APPS for words in words_below(root / app, left_out=("migrations",))}


def words_of_libraries() -> dict[str, set[Words]]:
    """Return by domain the words of the libraries that a page can show."""
    django = _folder("django")
    foreign = [folder.name for folder in (django / "contrib").iterdir() if folder.name not in DJANGO_APPS]
    shown = {words for name in LIBRARIES for words in words_below(_folder(name), left_out=(*SILENT, *foreign))}
    scripts = (django / "contrib/admin/static/admin/js").glob("**/*.js")
    return {
        "django": shown,
        "djangojs": {words for path in scripts if "vendor" not in path.parts for words in words_of(path)},
    }


def terms_of(root: Path, language: str) -> list[Term]:
    """Return the wrong wordings of a language, from ``locale/terms.csv``."""
    with (root / "locale" / "terms.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["language"] == language]
    return [
        Term(re.compile(row["wrong"], re.IGNORECASE if row["wrong"].islower() else 0), row["right"]) for row in rows
    ]


def _in_catalog(root: Path, path: Path, language: str, wanted: set[Words], terms: list[Term]) -> list[str]:
    name = path.relative_to(root).as_posix()
    entries, said = _read(path), set()
    found = []
    for entry in entries:
        words = Words(entry.msgid, entry.msgctxt or "", entry.msgid_plural)
        if entry.obsolete:
            found.append(f"{name}: obsolete, take it out: {_short(words)}")
            continue
        said.add(words)
        found += [f"{name}: {sentence}: {_short(words)}" for sentence in faults(entry, language, entries.forms, terms)]
    # A word used alone and in plural is one entry, with the plural.
    alone = {Words(words.id, words.context) for words in said if words.plural}
    found += [f"{name}: missing: {_short(words)}" for words in sorted(wanted - said - alone)]
    found += [f"{name}: no source says it, take it out: {_short(words)}" for words in sorted(said - wanted)]
    return found


def _in_libraries(root: Path, language: str, domain: str, shown: set[Words], terms: list[Term]) -> list[str]:
    path = root / "locale" / "vendor" / language / "LC_MESSAGES" / f"{domain}.po"
    name, theirs, ours, found = path.relative_to(root).as_posix(), _catalogs_of_libraries(language, domain), set(), []
    entries = _read(path) if path.exists() else _Entries([], 0)
    for entry in entries:
        words = Words(entry.msgid, entry.msgctxt or "", entry.msgid_plural)
        ours |= {words, Words(words.id, words.context)}
        found += [f"{name}: {sentence}: {_short(words)}" for sentence in faults(entry, language, entries.forms, terms)]
    missing = {words for words in shown - ours if not _said_by(theirs, words)}
    return found + [f"{name}: missing, a page can show it: {_short(words)}" for words in sorted(missing)]


def faults(entry: Any, language: str, forms: int, terms: Iterable[Term]) -> Iterator[str]:
    """Say what is wrong with one entry of a catalogue."""
    if "fuzzy" in entry.flags:
        yield "fuzzy"
    texts = [entry.msgstr] if not entry.msgid_plural else [entry.msgstr_plural.get(form, "") for form in range(forms)]
    if not all(texts):
        yield "not translated" if not any(texts) else "a plural form is missing"
        return
    sources = [entry.msgid] if not entry.msgid_plural else [entry.msgid, entry.msgid_plural]
    for text in texts:
        if placeholders(text) not in [placeholders(source) for source in sources]:
            yield f"other placeholders than the English: “{text}”"
        if text.startswith("\n") != entry.msgid.startswith("\n") or text.endswith("\n") != entry.msgid.endswith("\n"):
            yield "other line ends than the English"
        if text == entry.msgid and _ENGLISH.search(_PLACEHOLDER.sub("", text)):
            yield "still English"
        if language == "ru" and any(word not in entry.msgid for word in _KAZAKH.findall(_QUOTED.sub("", text))):
            yield f"Kazakh letters in Russian: “{text}”"
        if _MIXED.search(_PLACEHOLDER.sub(" ", text)):
            yield f"Latin and Cyrillic letters in one word: “{text}”"
        for term in terms:
            if wrong := term.wrong.search(text):
                yield f"“{wrong[0]}” instead of “{term.right}”: “{text}”"


def placeholders(text: str) -> list[str]:
    """Return the placeholders of a format: named ones once each, the others as often as they stand."""
    found = _PLACEHOLDER.findall(text)
    named = {placeholder for placeholder in found if placeholder[1] == "(" or placeholder[0] == "{"}
    return sorted(named) + sorted(placeholder for placeholder in found if placeholder not in named)


class _Entries(list[Any]):
    """The entries of a catalogue, and how many plural forms its language has."""

    def __init__(self, entries: Iterable[Any], forms: int) -> None:
        super().__init__(entries)
        self.forms = forms


def _read(path: Path) -> _Entries:
    import polib  # only in .venv

    catalog = polib.pofile(str(path))
    forms = re.search(r"nplurals=\s*(\d+)", catalog.metadata.get("Plural-Forms", ""))
    return _Entries(catalog, int(forms[1]) if forms else 1)


def _catalogs_of_libraries(language: str, domain: str) -> Mapping[Any, str]:
    folders = [_folder("django") / "conf", *(_folder("django") / "contrib" / app for app in DJANGO_APPS)]
    folders += [_folder(name) for name in LIBRARIES[1:]]
    said: dict[Any, str] = {}
    for folder in folders:
        path = folder / "locale" / language / "LC_MESSAGES" / f"{domain}.mo"
        if path.exists():
            with path.open("rb") as file:
                said |= gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    return said


def _said_by(catalog: Mapping[Any, str], words: Words) -> bool:
    key = f"{words.context}\x04{words.id}" if words.context else words.id
    return bool(catalog.get(key) or catalog.get((key, 0)))


def _folder(library: str) -> Path:
    found = find_spec(library)
    return Path(str(found and found.origin)).parent


def _short(words: Words) -> str:
    text = words.id if len(words.id) <= 100 else f"{words.id[:100]}…"
    return f"“{text}” ({words.context})" if words.context else f"“{text}”"


def main() -> int:
    """Print every problem; 1 when there is one."""
    root = Path(__file__).resolve().parent.parent
    try:
        found = problems(root)
    except (Unreadable, OSError) as problem:
        found = [str(problem)]
    for sentence in found:
        print(sentence)
    print(f"{len(found)} problems in the translations." if found else "Kazakh and Russian are complete.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
