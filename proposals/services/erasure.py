"""Erasing a person: drafts go, contact data go, what was filed stays as the law wants it, without a contact."""

import datetime
from collections import Counter

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership, Organisation, User
from accounts.services.erasure import forget_account, forget_contacts
from accounts.services.letters import link, send_letter
from projects.models import Follow
from proposals.models import Application
from proposals.services.drafts import throw_away

WAIT = datetime.timedelta(days=7)
"""Between the press of the button and the erasure: somebody else may have pressed it."""


class ErasureRefused(Exception):
    """The person acts for the chamber: access is taken away first."""


def hindrances(user: User) -> list[str]:
    """Return in words what the person must settle before the account can be closed."""
    if user.is_staff or user.is_superuser:
        return [_("You work on the staff site. Ask the administrator to take your access away first.")]
    return [
        _("%(name)s would have no owner. Make another person the owner first.") % {"name": organisation}
        for organisation in _without_owner(user)
    ]


def _others(user: User, organisation: Organisation) -> list[Membership]:
    rows = organisation.memberships.exclude(user=user).filter(user__is_active=True)
    return list(rows.select_related("user").order_by("-is_owner", "joined_at"))


def _organisations(user: User) -> list[Organisation]:
    return list(Organisation.objects.filter(memberships__user=user).order_by("created_at"))


def _without_owner(user: User) -> list[Organisation]:
    left = [(organisation, _others(user, organisation)) for organisation in _organisations(user)]
    return [organisation for organisation, others in left if others and not others[0].is_owner]


@transaction.atomic
def ask_for_erasure(user: User, *, site: str) -> None:
    """Close the account at once; ``erase_person --asked`` erases it after ``WAIT``. Raises ValidationError.

    The administrator can switch the account on again until then.
    """
    row = User.objects.select_for_update().get(pk=user.pk)
    if refusals := hindrances(row):
        raise ValidationError(refusals)
    row.is_active, row.erasure_asked_at = False, timezone.now()
    row.save(update_fields=["is_active", "erasure_asked_at"])
    day = timezone.localdate() + WAIT
    facts = {"user": row, "site": site, "day": day, "link": link(site, row.language, "home")}
    send_letter(row.email, "erasure_asked", row.language, facts)


def asked_long_ago() -> list[User]:
    """Return who asked for it more than ``WAIT`` ago and was not switched on again."""
    rows = User.objects.filter(is_active=False, erased_at__isnull=True, erasure_asked_at__lte=timezone.now() - WAIT)
    return list(rows.order_by("erasure_asked_at"))


@transaction.atomic
def erase(user: User, *, reason: str) -> Counter[str]:
    """Erase a person and return how many rows of each kind were touched; nothing for who is erased already.

    Run it as the owner of the tables. Steps, readings and resolutions keep the number of the account, so that the chain
    verifies; what was filed stays. Raises ErasureRefused.
    """
    row = User.objects.select_for_update().get(pk=user.pk)
    done: Counter[str] = Counter()
    if row.erased_at:
        return done
    if row.is_staff or row.is_superuser:
        raise ErasureRefused
    for organisation in _organisations(row):
        done.update(_leave(row, organisation))
    done["follows"] = Follow.objects.filter(email__iexact=row.email).delete()[0]
    done.update(forget_account(row, reason))
    return done


def _leave(user: User, organisation: Organisation) -> Counter[str]:
    others, done = _others(user, organisation), Counter({"memberships": 1})
    if not others:
        done.update(erase_contacts(organisation))
    else:
        if not others[0].is_owner:
            # Nobody could invite or change anything any more; who joined first takes over.
            Membership.objects.filter(pk=others[0].pk).update(is_owner=True)
        mine = {organisation.email.lower(), organisation.contact_person} & {user.email.lower(), user.full_name}
        if mine - {""}:
            done.update(forget_contacts(organisation))
    Membership.objects.filter(user=user, organisation=organisation).delete()
    return done


@transaction.atomic
def erase_contacts(organisation: Organisation) -> Counter[str]:
    """Delete the drafts of an applicant that nobody works for any more, and take its contact data out."""
    done: Counter[str] = Counter()
    for draft in Application.objects.select_for_update().filter(organisation=organisation, filed_at__isnull=True):
        done["drafts"] += 1
        done["papers of drafts"] += throw_away(draft)
    done.update(forget_contacts(organisation))
    return done
