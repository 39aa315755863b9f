"""The words of a letter: the chamber's own where it wrote some, else those shipped; values put in as plain text."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from django.db.models import QuerySet

from accounts.services.letters import store_letter
from proposals.models import LetterText
from proposals.models.letter import LetterKind, header_of
from reference.once import Once

SHIPPED = Path(__file__).resolve().parent.parent / "data" / "letters"
_PLACE = re.compile(r"\{\{\s*([a-z_]+)\s*\}\}")
_BRACES = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_BLANK_LINES = re.compile(r"\n[ \t]*\n\s*")

_ALWAYS = ("number", "applicant", "page")
_OF_PROPOSAL = (*_ALWAYS, "proposal", "title")
PLACES: Final[dict[str, tuple[str, ...]]] = {
    LetterKind.FILED: (*_ALWAYS, "proposals"),
    LetterKind.TAKEN_UP: (*_OF_PROPOSAL, "days"),
    LetterKind.ASKED: (*_OF_PROPOSAL, "request", "kind", "text", "due"),
    LetterKind.REMINDED: (*_OF_PROPOSAL, "request", "text", "due"),
    LetterKind.OVERDUE: (*_OF_PROPOSAL, "request", "text", "due"),
    LetterKind.ANSWERED: (*_OF_PROPOSAL, "request"),
    LetterKind.SUPPORTED: _OF_PROPOSAL,
    LetterKind.REFUSED: (*_OF_PROPOSAL, "reasons", "text"),
    LetterKind.WITHDRAWN: (*_OF_PROPOSAL, "person", "text"),
    LetterKind.TABLED: (*_OF_PROPOSAL, "session", "day"),
    LetterKind.POSTPONED: (*_OF_PROPOSAL, "text"),
    LetterKind.APPROVED: (*_OF_PROPOSAL, "resolution", "sum", "conditions", "project"),
    LetterKind.DECLINED: (*_OF_PROPOSAL, "resolution", "text"),
    LetterKind.INFECTED: ("applicant", "page", "title", "paper", "virus"),  # a draft has no number yet
}
"""What may stand in double braces in each letter."""

_TOO_LONG = ("page", "paper", "proposals", "reasons", "text", "conditions", "project")
_MUST_TELL: Final[dict[str, tuple[str, ...]]] = {
    LetterKind.ASKED: ("text", "due"),
    LetterKind.REMINDED: ("due",),
    LetterKind.REFUSED: ("reasons", "text"),
    LetterKind.TABLED: ("day",),
    LetterKind.POSTPONED: ("text",),
    LetterKind.APPROVED: ("resolution",),
    LetterKind.DECLINED: ("resolution", "text"),
    LetterKind.INFECTED: ("paper",),
}


@cache
def shipped(kind: str, language: str) -> tuple[str, str]:
    """Return subject and body as they are shipped: the first line of the file, and the rest."""
    subject, _, body = (SHIPPED / f"{kind}.{language}.txt").read_text(encoding="utf-8").partition("\n")
    return subject, body.strip() + "\n"


@Once
def _own_words(kind: str, language: str) -> QuerySet[LetterText, Any]:
    return LetterText.objects.filter(kind=kind, language=language).values_list("subject", "body")


def words_of(kind: str, language: str) -> tuple[str, str]:
    """Return subject and body of a letter in a language, with its places not yet filled."""
    own = _own_words.rows(str(kind), language)
    return own[0] if own else shipped(kind, language)


def unknown_places(kind: str, text: str, *, in_subject: bool = False) -> list[str]:
    """Return what stands in braces and this letter has nothing for, as it was typed; odd braces too."""
    known = places(kind, in_subject=in_subject)
    typed = {part[1].strip() for part in _BRACES.finditer(text)}
    left = _BRACES.sub("", text)
    return sorted(typed - set(known)) + [odd for odd in ("{{", "}}") if odd in left]


def missing_places(kind: str, body: str) -> list[str]:
    """Return the places without which the letter would not tell what it is for."""
    return [name for name in _MUST_TELL.get(kind, ()) if name not in _PLACE.findall(body)]


def places(kind: str, *, in_subject: bool = False) -> list[str]:
    """Return what may stand in braces in a letter; long texts and addresses have no place in a subject."""
    return [name for name in PLACES[LetterKind(kind)] if not (in_subject and name in _TOO_LONG)]


def _put(text: str, words: Mapping[str, Any]) -> str:
    return _PLACE.sub(lambda place: str(words.get(place[1], "")), text)


def filled(subject: str, body: str, words: Mapping[str, Any]) -> tuple[str, str]:
    """Put values into their places; a value is never read as a text with places of its own.

    A paragraph of the body with a place that has no value is left out: "Answer here:" with no address below it would
    puzzle whoever filed on paper.
    """
    paragraphs = _BLANK_LINES.split(body.replace("\r\n", "\n"))
    told = [part for part in paragraphs if all(str(words.get(name, "")).strip() for name in _PLACE.findall(part))]
    return _put(subject, words), "\n\n".join(_put(part, words) for part in told)


def write_letter(to: str, kind: str, language: str, words: Mapping[str, Any]) -> None:
    """Write a letter about a proposal into the outbox, in the transaction of the step it tells of."""
    subject, body = words_of(kind, language)
    store_letter(to, header_of(kind), language, *filled(subject, body, words))


def back_to_shipped(row: LetterText) -> None:
    """Give up the chamber's own words for a letter; from now on the shipped ones are written."""
    row.delete()
