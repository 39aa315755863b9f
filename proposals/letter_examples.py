"""Invented words for the places of a letter: what a preview shows and the list of places explains."""

import datetime
from typing import Final

from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from proposals.models.clarification import ClarificationKind
from proposals.services.letters import places
from reference.languages import reader_language

_DUE = datetime.date(2027, 3, 15)
_WORDS: Final = {
    "number": "2027-000123",
    "proposal": "2027-000123/1",
    "applicant": _("Example LLP (invented)"),
    "title": _("Building a kindergarten"),
    "proposals": _("2027-000123/1 – Building a kindergarten"),
    "page": "https://registry.example.kz/applications/…",
    "paper": _("business plan.docx"),
    "virus": "Eicar-Test-Signature",
    "days": "20",
    "request": "1",
    "kind": ClarificationKind.MISSING_PAPER.label,
    "reasons": _("– No demand for the service is shown\n  Show in numbers who needs the service."),
    "text": _("Here stands what the person at the chamber or the applicant wrote."),
    "person": _("Aigul Sample"),
    "session": _("Maslikhat of Almaty city: session XXXIV of convocation VIII"),
    "resolution": _("Maslikhat of Almaty city · No. 8/2-VI · 15 March 2027"),
    "sum": "1 100 000 000 ₸",
    "conditions": _("Here stand the conditions of the maslikhat."),
    "project": "https://registry.example.kz/projects/…",
}


def example_words(kind: str, language: str | None = None) -> dict[str, str]:
    """Return an example for every place of a letter, in a language or the reader's."""
    with translation.override(language or reader_language()):
        words = {name: str(word) for name, word in _WORDS.items()}
        words["due"] = words["day"] = date_format(_DUE, "DATE_FORMAT")
    return {name: words[name] for name in places(kind)}
