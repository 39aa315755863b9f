"""What tests of the review look at after a step."""

import datetime

from django.utils import timezone
from post_office.models import Email

from proposals.models import StageChange


def today() -> datetime.date:
    return timezone.localdate()


def letters(kind: str) -> list[Email]:
    """Return the letters of a kind about proposals."""
    return list(Email.objects.filter(headers__contains={"X-Letter": f"proposal:{kind}"}))


def stage_of(proposal) -> tuple[str, int]:
    """Return the stage and how many steps led there."""
    proposal.refresh_from_db()
    return proposal.stage, StageChange.objects.filter(proposal=proposal).count()


def joins(person, proposal):
    """Let the person work for the applicant."""
    proposal.application.organisation.memberships.create(user=person)
    return person
