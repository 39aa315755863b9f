"""Letters are rows first: written in the transaction they belong to, sent later by the command send_letters.

A template ``templates/letters/<name>.txt`` is plain text. Its first line is the subject.
"""

import datetime
import re
from collections.abc import Mapping
from email.utils import make_msgid, parseaddr
from functools import cache
from typing import Any

from django.conf import settings
from django.template import Context, Template
from django.template.loader import get_template
from django.urls import reverse
from django.utils import translation
from post_office.models import PRIORITY, STATUS, Email

from accounts.queries.letters import KIND, letters_lately
from reference.rows import insert

LONGEST_SUBJECT = 200
AN_HOUR = datetime.timedelta(hours=1)
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ud800-\udfff]")


@cache
def _parts(name: str) -> tuple[Template, Template]:
    """Return subject and body of a template; each must load its own tags."""
    source = get_template(f"letters/{name}.txt").template.source  # type: ignore[attr-defined]
    subject, _, body = source.partition("\n")
    return Template(subject), Template("{% load i18n %}" + body)


def _rendered(name: str, context: dict[str, Any]) -> tuple[str, str]:
    subject, body = _parts(name)
    # Plain text: what people typed stays as they typed it, “&” included.
    values = Context(context, autoescape=False)
    # Whatever breaks of a line stand in a value, a subject is one line: nobody adds a header to a letter.
    return subject.render(values), body.render(values)


def _one_line(subject: str) -> str:
    return " ".join(_UNSEEN.sub(" ", subject).split())[:LONGEST_SUBJECT]


def _clean_body(body: str) -> str:
    text = _UNSEEN.sub("", body.replace("\r\n", "\n").replace("\r", "\n"))
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def send_letter(
    to: str,
    template: str,
    language: str,
    context: dict[str, Any],
    *,
    hourly: int | None = None,
    headers: Mapping[str, str] | None = None,
) -> Email | None:
    """Write a letter into the outbox and return it.

    With ``hourly`` an address gets at most so many letters of this template an hour; then nothing is written.
    ``headers`` are more headers, which hold nothing that people typed.
    Call it inside the transaction the letter belongs to: rolled back, the letter was never written.
    """
    if hourly is not None and letters_lately(to, template, AN_HOUR) >= hourly:
        return None
    with translation.override(language):
        subject, body = _rendered(template, context)
    return store_letter(to, template, language, subject, body, headers=headers)


def store_letter(
    to: str, kind: str, language: str, subject: str, body: str, *, headers: Mapping[str, str] | None = None
) -> Email:
    """Write a letter whose words are ready into the outbox and return it; call it inside the letter's transaction."""
    subject, body = _one_line(subject), _clean_body(body)
    sender = settings.DEFAULT_FROM_EMAIL
    letter = Email(
        from_email=sender,
        to=[to],
        subject=subject,
        message=body,
        headers={KIND: kind, "Content-Language": language, "Auto-Submitted": "auto-generated", **(headers or {})},
        # The same at every attempt, so that a mail server may see a letter sent twice.
        message_id=make_msgid(domain=parseaddr(sender)[1].rpartition("@")[2]),
        priority=PRIORITY.medium,
        status=STATUS.queued,
    )
    letter.full_clean(validate_unique=False, validate_constraints=False)  # as its own save() does
    insert(letter)
    return letter


def link(site: str, language: str, name: str, **parts: Any) -> str:
    """Return the full address of a page in a language; ``site`` is the root, such as ``https://registry.example.kz/``."""
    with translation.override(language):
        return site.rstrip("/") + reverse(name, kwargs=parts)
