"""The three languages of every text that people enter, and what is shown when one is missing."""

from dataclasses import dataclass
from typing import Any, Final

from django.db import models
from django.utils.translation import get_language, gettext_lazy as _

LANGUAGES = ("kk", "ru", "en")
"""Order of falling back: Kazakh, then Russian, then English."""

LANGUAGE_NAMES: Final = {"kk": _("Kazakh"), "ru": _("Russian"), "en": _("English")}

OWN_NAMES: Final = {"kk": ("Қаз", "Қазақша"), "ru": ("Рус", "Русский"), "en": ("Eng", "English")}
"""What each language calls itself, short and whole: for whoever does not read the language of the page."""


def language_name(code: str) -> str:
    """Return the name of one of our languages in the reader's; another code stays as it is."""
    return str(LANGUAGE_NAMES.get(code, code))


def reader_language() -> str:
    """Return the language in which the reader is spoken to; Kazakh where none is chosen."""
    language = (get_language() or LANGUAGES[0])[:2]
    return language if language in LANGUAGES else LANGUAGES[0]


@dataclass(frozen=True)
class Localized:
    """A text, the language it is in, and whether the reader asked for another one."""

    text: str
    language: str
    is_fallback: bool = False

    def __str__(self) -> str:
        return self.text


def localized(row: Any, field: str, language: str | None = None) -> Localized:
    """Return the row's text in the reader's language, else the first filled of Kazakh, Russian, English.

    ``row`` has columns ``<field>_kk``, ``<field>_ru`` and ``<field>_en``.
    """
    wanted = (language or reader_language())[:2]
    for code in (wanted, *LANGUAGES):
        if text := getattr(row, f"{field}_{code}", ""):
            return Localized(text, code, is_fallback=code != wanted)
    return Localized("", wanted)


class Named(models.Model):
    """Names in three languages; ``name`` is the reader's."""

    class Meta:
        abstract = True

    @property
    def name(self) -> str:
        """The name in the current language, or the nearest there is."""
        return localized(self, "name").text

    def __str__(self) -> str:
        return self.name
