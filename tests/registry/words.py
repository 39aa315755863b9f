"""What a page says, and which of it is in another language than the page.

By alphabet: letters that only Kazakh has on a Russian page, Latin words on both, Cyrillic on an English page.
By tell-tale words: those a text of some length can hardly do without, which the other language does not have.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache

from lxml import html

from reference.languages import LANGUAGES

SPOKEN = ("aria-label", "title", "placeholder", "alt", "aria-description", "data-error", "summary")
"""Attributes that are read to people; ``data-text-…`` are words for scripts."""

_SILENT = {"script", "style", "code", "q", "textarea", "kbd", "samp", "template", "pre"}
"""Elements that hold no words of ours: q marks what people typed."""

_PRESSED = {"submit", "button", "reset"}
_SAID_META = {"description", "og:title", "og:description", "og:site_name"}

_KAZAKH = re.compile("[ӘәҒғҚқҢңӨөҰұҮүҺһІі]")
_CYRILLIC = re.compile("[Ѐ-ӿ]")
_LATIN = re.compile(r"[A-Za-z]{2,}")
_ROMAN = re.compile("[IVXLC]+")
_FIELD = re.compile(r"(?:^|\s)field-\w+_(kk|ru|en)(?:\s|$)")
_WHOLE_NAMES = re.compile(
    r"%\(\w+\)[sd]|%[sd]|\{\{ *\w+ *\}\}|\S*[@/._=<>]\S*[A-Za-z0-9]\S*|[A-Za-z]+/|№\s*\S+|[A-Za-z]+[-–]?[0-9]\S*|"
    r"[A-Za-z]+(?:-[A-Z][a-z]+)+|«[A-Za-z]+»|[A-Za-z]?[a-z]+[A-Z]\w*|\w+\*{6,}"
)
"""Addresses, file names, codes, names of parameters and headers."""

EXAMPLES = (
    *("Айгүл Серікқызы", "«Көктем»", "ЖШС", "«ә»", "«қ»", "kk, ru, en", "kk, ru или en", "kk, ru не en"),
    *("область Жетісу", "область Ұлытау", "Область Жетісу", "Область Ұлытау", "Жетісу", "Ұлытау"),
    *("(kk)", "(ru)", "(en)", "Link тақырыбында", "заголовке Link", "Single Sign-On"),
)
"""Words of another language that our texts quote, and names that Russian writes with Kazakh letters."""

NAMES = {
    *("API", "Atom", "CSV", "DOCX", "Excel", "ETag", "GET", "HEAD", "JPEG", "JSON", "Lines", "OpenAPI", "OPTIONS"),
    *("PDF", "PNG", "RSS", "SHA", "Word", "XLSX", "YAML", "ZIP", "eGov", "cookie", "CC", "BY", "ISO", "KK", "RU", "EN"),
    *("TOTP", "QR", "HMAC", "Aegis", "Google", "Microsoft", "Authenticator"),
    *("Ctrl", "Cmd", "UTF", "BOM", "CORS", "RFC", "IDS", "OC", "null", "true", "false", "none", "Accept", "Language"),
    *("Creative", "Commons", "Attribution", "Open", "Contracting", "for", "Infrastructure", "Data", "Standard"),
    *(
        "Null",
        "KATO",
        "BIM",
        "Zoom",
        "Mac",
        "Control",
        "Command",
        "ID",
        "SSO",
        "LDAP",
        "WCAG",
        "axe",
        "NVDA",
        "JAWS",
        "AA",
        "OK",
    ),
}
"""Latin words that Kazakh and Russian texts use as they are."""

OWN_NAMES = {"Қазақша", "Русский", "English", "kk", "ru", "en"}
"""Names of languages in themselves, where one chooses, and their codes."""

_TELLTALE = {
    "kk": (
        r"\b(или|для|чтобы|что|как|это|если|без|при|уже|его|она|они|вы|вас|вам|ваш\w*|был[аио]?|нет|еще|только|можно|"
        r"нельзя|нужно|после|перед|под|над|между|через|который|которая|которые|которых|заявк\w*|предложени\w*|"
        r"проект\w*|сохран\w*|решени\w*|документы|письм\w*|дата|срок|сумма\w*|стоимость|отрасль|район\w*|город|"
        r"пользовател\w*|удал\w*|измен\w*|добав\w*|выбер\w*|выбр\w*|напи[сш]\w*|введите|укаж\w*|\w+(?:ться|ение|ения|"
        r"ению|ением|ённый|анный|остью|ости|ого|ему|ыми|ских|ской|ский))\b"
    ),
    "ru": (
        r"\b(мен|пен|бен|емес|бар|бойынша|туралы|немесе|жоба\w*|сома\w*|жыл\w*|шарт\w*|хат\w*|бет|сала\w*|аудан\w*|"
        r"жаз\w+|сайла\w*|арна\w*|болса|болады|кезе\w*|мерзім\w*|шешім\w*|дерек\w*)\b"
    ),
}
_PATTERNS = {language: re.compile(pattern, re.IGNORECASE) for language, pattern in _TELLTALE.items()}


class Typed:
    """What people typed: no words of ours, in whatever language."""

    def __init__(self, texts: Iterable[str]) -> None:
        lines = {line.strip() for text in texts for line in text.splitlines()}
        self._lines = sorted((line for line in lines if len(line) > 1), key=len, reverse=True)

    def taken_out(self, text: str) -> str:
        """Return a text without what people typed."""
        for line in self._lines:
            if line in text:
                text = re.sub(rf"(?<!\w){re.escape(line)}(?!\w)", " ", text)
        return text


def said(page: bytes, language: str) -> Iterator[tuple[str, str]]:
    """Yield every piece of text of a page and every spoken attribute, each with its language.

    The page must say that it is in ``language``: whatever it says, it is read as that.
    """
    root = html.document_fromstring(page.decode())
    if root.get("lang") != language:
        yield "html", f"{root.get('lang')} instead of {language}"
    yield from _said_in(root, language)


def _said_in(element: html.HtmlElement, language: str) -> Iterator[tuple[str, str]]:
    if not isinstance(element.tag, str):  # A comment.
        return
    if element.tag != "html":
        language = element.get("lang") or _column(element) or language
    silent = element.tag in _SILENT or "hidden" in element.get("class", "").split()
    for name, value in element.attrib.items():
        if value and (name in SPOKEN or name.startswith("data-text-")):
            yield value, language
    if element.tag == "input" and element.get("type") in _PRESSED:
        yield element.get("value", ""), language
    if element.tag == "meta" and element.get("name", element.get("property", "")) in _SAID_META:
        yield element.get("content", ""), language
    if silent:
        return
    if element.text and not element.text.isspace():
        yield element.text, language
    for child in element:
        yield from _said_in(child, language)
        if child.tail and not child.tail.isspace():
            yield child.tail, language


def _column(element: html.HtmlElement) -> str:
    """Return the language of a column such as ``title_ru`` in the tables and read-only rows of the staff site."""
    if element.tag in ("td", "th"):
        found = _FIELD.search(element.get("class", ""))
        return found[1] if found else ""
    if element.tag == "div" and element.get("class") == "readonly":
        around = (_FIELD.search(parent.get("class", "")) for parent in element.iterancestors("div"))
        return next((found[1] for found in around if found), "")
    return ""


@cache
def wrong_word(text: str, language: str, typed: Typed | None = None) -> str:
    """Return the word of a text that is not in the language, with what stands around it; nothing when all are."""
    found = _wrong_word(text, language)
    return _wrong_word(typed.taken_out(text), language) if found and typed else found


def _wrong_word(text: str, language: str) -> str:
    ours = " ".join(text.split())
    if ours in OWN_NAMES:
        return ""
    for example in EXAMPLES:
        ours = ours.replace(example, "")
    if language not in LANGUAGES:
        return f"lang is “{language}”: “{ours[:120]}”"
    if language == "en":
        found = _CYRILLIC.search(ours)
        return _shown(language, found[0], ours) if found else ""
    plain = _WHOLE_NAMES.sub(" ", ours)
    for word in _LATIN.findall(plain):
        if word not in NAMES and not _ROMAN.fullmatch(word):
            return _shown(language, word, ours)
    other = (language == "ru" and _KAZAKH.search(plain)) or _PATTERNS[language].search(plain)
    return _shown(language, other[0], ours) if other else ""


def foreign(page: bytes, language: str, typed: Typed | None = None) -> list[str]:
    """Return what a page says in another language than its own, or than the one that an element names."""
    found = (wrong_word(text, spoken, typed) for text, spoken in said(page, language))
    return [wrong for wrong in found if wrong]


def foreign_lines(text: str, language: str, typed: Typed | None = None) -> list[str]:
    """Return what a plain text says in another language."""
    return [wrong for line in text.splitlines() if (wrong := wrong_word(line, language, typed))]


def _shown(language: str, word: str, text: str) -> str:
    return f"“{word}” is not “{language}”: “{text[:120]}”"
