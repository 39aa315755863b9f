"""Which extra questions a proposal is asked, and what counts as an answer. Pure; the table is in question_table.py."""

import re
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from proposals.question_table import QUESTIONS, Question
from proposals.wording import said
from reference.money import format_number
from reference.templatetags.registry_formats import decimal
from reference.validators import clean_text, one_line, validate_no_iin, validate_visible_text

__all__ = ["QUESTIONS", "Question", "clean", "question_by_code", "questions_for", "shown"]

REST = "other"
"""Sector whose questions stand in for a sector that staff added and the table does not know."""

_BY_CODE = {question.code: question for question in QUESTIONS}
_SECTORS = {sector for question in QUESTIONS for sector in question.sectors}
# [0-9], not \d: digits of other scripts are no digits here.
_NUMBER = re.compile(r"(?P<whole>[0-9]{1,3}(?: [0-9]{3})+|[0-9]{1,13})(?:[.,](?P<part>[0-9]{1,3}))?")
_BLANKS = re.compile(r"[ \u00a0\u202f\u2009]+")


def questions_for(sector_code: str, initiator_type: str) -> tuple[Question, ...]:
    """Return the questions of this sector and kind of initiator, those of the sector first."""
    sector = sector_code if sector_code in _SECTORS or not sector_code else REST
    return tuple(q for q in QUESTIONS if sector in q.sectors or initiator_type in q.initiators)


def question_by_code(code: str) -> Question | None:
    """Return the question, or None for a code that is no longer asked."""
    return _BY_CODE.get(code)


def _number(question: Question, text: str) -> str:
    found = _NUMBER.fullmatch(_BLANKS.sub(" ", text))
    if not found:
        raise ValidationError(_("Write a number in digits, for example 250 or 12,5."), code="number")
    amount = Decimal(f"{found['whole'].replace(' ', '')}.{found['part'] or 0}")
    if not question.least <= amount <= question.greatest:
        raise ValidationError(
            said(
                _("The number must lie between %(least)s and %(greatest)s."),
                least=format_number(question.least),
                greatest=format_number(question.greatest),
            ),
            code="bounds",
        )
    return format(amount.normalize(), "f")


def clean(question: Question, raw: str) -> str:
    """Return the answer as it is stored; raise ValidationError with a sentence for what is no answer.

    Nothing is an empty answer and lawful here, also to a required question: a draft has gaps, completeness names them.
    """
    validate_visible_text(raw)
    text = clean_text(raw) if question.kind == "long" else one_line(raw)
    if not text:
        return ""
    if len(text) > question.max_length:
        raise ValidationError(
            said(_("Shorten the text: at most %(count)s characters."), count=format_number(question.max_length)),
            code="max_length",
        )
    if question.kind == "number":
        return _number(question, text)
    if question.choices:
        if text not in dict(question.choices):
            raise ValidationError(_("Choose one of the answers."), code="choice")
        return text
    validate_no_iin(text)
    return text


def shown(question: Question, answer: str) -> Any:
    """Return a stored answer as people read it."""
    if question.choices:
        return dict(question.choices).get(answer, answer)
    if question.kind == "number" and answer:
        return decimal(answer) if "." in answer else format_number(int(answer))
    return answer
