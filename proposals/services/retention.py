"""What is kept for how long: every period stands here, and docs/privacy.md says why."""

import datetime
from collections import Counter
from typing import Final

from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone
from post_office.models import STATUS, Email

from accounts.models import Invitation
from accounts.services.letters import link, send_letter
from projects.services.following import unconfirmed
from proposals.models import Application, Proposal
from proposals.services.drafts import throw_away

DRAFT_UNTOUCHED: Final = datetime.timedelta(days=365)
"""After so long without a change the people of a draft are told that it will be deleted."""
DRAFT_TOLD: Final = datetime.timedelta(days=30)
"""So long after that letter an untouched draft is deleted with its papers."""
LETTERS: Final = datetime.timedelta(days=30)
"""Letters that were sent, or that no mail server took."""
INVITATIONS: Final = datetime.timedelta(days=90)
"""Invitations, counted from their letter: they are good for 14 days."""
BATCH: Final = 500


def apply_retention(*, site: str) -> Counter[str]:
    """Delete what is past its period and return how many rows of each kind; never anything that was filed."""
    now, done = timezone.now(), Counter[str]()
    done["drafts deleted"] = _delete_drafts(now)
    done["drafts told"] = _tell_drafts(now, site)
    old = Email.objects.filter(status__in=(STATUS.sent, STATUS.failed), created__lt=now - LETTERS)
    done["letters"] = old.delete()[1].get("post_office.Email", 0)
    done["sessions"] = Session.objects.filter(expire_date__lt=now).delete()[0]
    done["invitations"] = Invitation.objects.filter(created_at__lt=now - INVITATIONS).delete()[0]
    done["unconfirmed follows"] = unconfirmed().delete()[0]
    return done


def _untouched(now: datetime.datetime) -> QuerySet[Application]:
    """Return the drafts that nobody changed for so long, neither the application nor one of its proposals."""
    since = now - DRAFT_UNTOUCHED
    touched = Proposal.objects.filter(application=OuterRef("pk"), updated_at__gte=since)
    return Application.objects.filter(~Exists(touched), filed_at__isnull=True, updated_at__lt=since)


def _is_told() -> Q:
    """Return the condition that the letter was written after the last change: a letter of an earlier sleep is none."""
    later = Proposal.objects.filter(application=OuterRef("pk"), updated_at__gte=OuterRef("deletion_told_at"))
    return Q(~Exists(later), deletion_told_at__gt=F("updated_at"))


def _delete_drafts(now: datetime.datetime) -> int:
    due = _untouched(now).filter(_is_told(), deletion_told_at__lt=now - DRAFT_TOLD)
    count = 0
    for key in list(due.values_list("pk", flat=True)):
        with transaction.atomic():
            # Asked again under the lock: somebody may have gone on with it this minute.
            draft = due.filter(pk=key).select_for_update(of=("self",)).first()
            if draft is not None:
                throw_away(draft)
                count += 1
    return count


def _tell_drafts(now: datetime.datetime, site: str) -> int:
    """Write to the people of old drafts, once for each time that a draft falls asleep."""
    # Not exclude(): of a draft that nobody was told of, "told later than changed" is neither true nor false.
    untold = Q(deletion_told_at__isnull=True) | ~_is_told()
    count = 0
    for draft in _untouched(now).filter(untold).select_related("organisation", "created_by")[:BATCH]:
        with transaction.atomic():
            # Not save(): telling is no change of the draft.
            Application.objects.filter(pk=draft.pk).update(deletion_told_at=now)
            _tell(draft, timezone.localdate(now + DRAFT_TOLD), site)
            count += 1
    return count


def _tell(draft: Application, day: datetime.date, site: str) -> None:
    members = draft.organisation.memberships.filter(user__is_active=True).select_related("user")
    people = [row.user for row in members] or [draft.created_by]
    for user in people:
        facts = {"user": user, "site": site, "day": day, "name": draft.organisation}
        facts["link"] = link(site, draft.language, "application", pk=draft.pk)
        send_letter(user.email, "draft_deletion", user.language, facts)
