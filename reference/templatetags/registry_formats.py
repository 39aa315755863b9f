"""How pages print sums, dates, numerals and texts that may lack the reader's language."""

import unicodedata
from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from django import template
from django.http import HttpRequest
from django.urls import translate_url
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext as _, pgettext

from reference import money, partial_dates, roman
from reference.languages import OWN_NAMES, Localized, localized as localized_text, reader_language

register = template.Library()


@register.simple_tag(takes_context=True)
def language_links(context: template.Context) -> list[dict[str, Any]]:
    """Return the same page, with its filters, in each language; names stand in their own language."""
    request = context["request"]
    current = reader_language()
    return [
        {"code": code, "short": short, "name": name, "url": _twin(request, code), "is_current": code == current}
        for code, (short, name) in OWN_NAMES.items()
    ]


def _twin(request: HttpRequest, language: str) -> str:
    """Return the address of the same page in a language; the page that a login leads on to goes along."""
    address = request.get_full_path()
    # Only where it stands there: parsing an address of too many parameters fails.
    if "next=" in address and (following := request.GET.get("next")):
        query = request.GET.copy()
        query["next"] = translate_url(following, language)
        address = f"{address.partition('?')[0]}?{query.urlencode(safe='/')}"
    return translate_url(address, language)


@register.filter
def tenge(amount: int | None) -> str | SafeString:
    """Print the full sum ``1 100 000 000 ₸``; an unknown one in quiet words, never 0 or a dash."""
    if amount is None:
        return format_html('<i class="unknown">{}</i>', _("cost unknown"))
    return money.format_tenge(amount)


@register.filter
def tenge_short(amount: int | None) -> str | SafeString:
    """Print the sum as cards do, ``1,1 млрд ₸``, with the full sum in reach."""
    if amount is None:
        return tenge(None)
    short = money.format_tenge_short(amount, reader_language())
    return format_html('<data value="{}" title="{}">{}</data>', amount, money.format_tenge(amount), short)


@register.filter
def number(value: int | None) -> str:
    """Print an integer in groups of three."""
    return "" if value is None else money.format_number(value)


@register.filter
def decimal(value: Any) -> str:
    """Print a decimal without needless zeros, with the comma where the language writes one."""
    if value is None:
        return ""
    text = format(Decimal(str(value)).normalize(), "f")
    return text if get_language() == "en" else text.replace(".", ",")


@register.filter
def partial_date(value: str) -> str:
    """Print a date as exactly as it is known; an unknown one in words."""
    return partial_dates.format_partial_date(value) or pgettext("date", "unknown")


@register.filter(name="roman")
def roman_numeral(value: int | None) -> str:
    """Print a count in Roman numerals."""
    return roman.to_roman(value) if value else ""


@register.filter
def in_language(text: Localized) -> str | SafeString:
    """Print a localized text; where the reader's language is missing, say which language stands there instead."""
    if not text.is_fallback:
        return text.text
    return format_html(
        '<span lang="{}">{}</span> <abbr class="lang-mark" title="{}">{}</abbr>',
        text.language,
        text.text,
        _("No translation yet; shown in the language of the source."),
        text.language.upper(),
    )


@register.filter
def localized(row: Any, field: str) -> Localized:
    """Return the row's text ``field`` in the reader's language: ``{{ project|localized:"note"|in_language }}``."""
    return localized_text(row, field)


@register.filter
def unlocalized(value: float) -> str:
    """Print a number as SVG and machines read it, whatever the language."""
    return f"{value:g}"


@register.filter
def visible(text: str | None) -> str:
    """Print what a visitor typed without characters that cannot be shown."""
    return "".join(char for char in text or "" if unicodedata.category(char) not in {"Cc", "Cs"})


@register.filter
def words(text: str) -> list[str]:
    """Split a literal list in a template."""
    return text.split()


@register.filter
def host(url: str) -> str:
    """Print only the host of an address, for links that are too long to read."""
    return urlsplit(url).hostname or url


@register.filter
def zipped(first: Iterable[Any], second: Iterable[Any]) -> list[tuple[Any, Any]]:
    """Pair what stands side by side: columns and their cells."""
    return list(zip(first, second, strict=True))
