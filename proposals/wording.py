"""Sentences with numbers in them, put into words only when somebody reads them, in that person's language. Pure."""

from typing import Any

from django.utils.functional import lazy

from reference.languages import reader_language
from reference.templatetags.registry_formats import decimal


def _filled(message: Any, values: dict[str, Any]) -> str:
    return str(message) % {name: str(value) for name, value in values.items()}


def _by_language(kk: str, ru: str, en: str) -> str:
    return {"ru": ru, "en": en}.get(reader_language(), kk)


_lazy_sentence = lazy(_filled, str)
_lazy_address = lazy(_by_language, str)
number = lazy(decimal, str)
"""A decimal as the reader's language writes it: ``19,99`` or ``19.99``."""


def said(message: Any, **values: Any) -> Any:
    """Return the lazy message with the values put in; a plain ``%`` would fix the language too early."""
    return _lazy_sentence(message, values)


def adilet(document: str) -> Any:
    """Return the address of an act in the official database of law, in the reader's language."""
    root = "https://adilet.zan.kz"
    return _lazy_address(f"{root}/kaz/docs/{document}", f"{root}/rus/docs/{document}", f"{root}/eng/docs/{document}")
