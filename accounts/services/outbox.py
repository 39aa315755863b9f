"""Sending what waits in the outbox: once, by as many senders as there are, again after a failure."""

import logging
from dataclasses import dataclass

from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.utils import timezone
from post_office.models import STATUS, Email
from post_office.settings import get_backend, get_max_retries, get_retry_timedelta

from accounts.queries.letters import waiting_letters

logger = logging.getLogger(__name__)


@dataclass
class Sent:
    """What a round did, in letters."""

    sent: int = 0
    put_off: int = 0
    given_up: int = 0


def mail_server() -> BaseEmailBackend:
    """Return the door to the mail server, not yet open."""
    return get_connection(get_backend("default"))


def send_waiting() -> Sent:
    """Send everything that waits; raise OSError while the mail server cannot be reached, and then no letter counts.

    Each letter is locked while it is sent, so another sender passes it by. A crash between the mail server's answer and
    our commit sends one letter again, under the same Message-ID.
    """
    told = Sent()
    if not waiting_letters().exists():
        return told
    server = mail_server()
    server.open()
    try:
        while _send_one(server, told):
            pass
    finally:
        server.close()
    return told


def _send_one(server: BaseEmailBackend, told: Sent) -> bool:
    with transaction.atomic():
        letter = waiting_letters().select_for_update(skip_locked=True).first()
        if letter is None:
            return False
        try:
            server.send_messages([letter.prepare_email_message()])
        except Exception as error:
            _put_off(letter, error, told)
            # A broken conversation must not spoil the next letter.
            server.close()
        else:
            letter.status = STATUS.sent
            told.sent += 1
        letter.last_updated = timezone.now()
        # Not save(): that checks the addresses anew, and the letter has gone already.
        Email.objects.filter(pk=letter.pk).update(
            **{
                name: getattr(letter, name)
                for name in ("status", "scheduled_time", "number_of_retries", "last_updated")
            }
        )
    return True


def _put_off(letter: Email, error: Exception, told: Sent) -> None:
    tries = (letter.number_of_retries or 0) + 1
    letter.number_of_retries = tries
    if tries > get_max_retries():
        letter.status = STATUS.failed
        told.given_up += 1
    else:
        letter.status = STATUS.requeued
        letter.scheduled_time = timezone.now() + get_retry_timedelta() * tries
        told.put_off += 1
    letter.logs.create(status=STATUS.failed, message=str(error), exception_type=type(error).__name__)
    # The number only: subject and address are nobody's business in a log.
    logger.warning("Letter %s was not sent (attempt %s): %s", letter.pk, tries, type(error).__name__)
