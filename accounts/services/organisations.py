"""Organisations: who enters them, who works for them, who is invited and who leaves."""

import datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Invitation, Membership, Organisation, User
from accounts.queries.people import user_by_email
from accounts.services.letters import link, send_letter
from accounts.services.registration import HOURLY

DAILY_INVITATIONS = 20
"""Letters carry a name that anybody may type; so many may one person send a day."""

MOST_ORGANISATIONS = 20


class NotInvited(Exception):
    """The invitation is for another address."""


class InvitationIsOver(Exception):
    """The invitation was withdrawn, used, or is too old."""


def create_organisation(organisation: Organisation, *, by: User) -> Organisation:
    """Save a new organisation with the person as its owner; raise ValidationError when the person has too many."""
    with transaction.atomic():
        User.objects.select_for_update().get(pk=by.pk)
        if Membership.objects.filter(user=by, is_owner=True).count() >= MOST_ORGANISATIONS:
            raise ValidationError(_("You have entered 20 organisations. Write to the chamber if you need more."))
        organisation.full_clean()
        organisation.save(force_insert=True)
        Membership.objects.create(organisation=organisation, user=by, is_owner=True)
    return organisation


def change_organisation(organisation: Organisation, *, by: User) -> Organisation:
    """Save the changed organisation; raise PermissionDenied for anybody but an owner."""
    with transaction.atomic():
        require_owner(organisation, by)
        organisation.full_clean()
        organisation.save()
    return organisation


def is_owner(organisation: Organisation, user: Any) -> bool:
    """Tell whether the person owns the organisation here: invites, removes, changes."""
    return Membership.objects.filter(organisation=organisation, user=user, is_owner=True).exists()


def require_owner(organisation: Organisation, user: Any) -> None:
    """Raise PermissionDenied for anybody but an owner."""
    if not is_owner(organisation, user):
        raise PermissionDenied


def _lock(organisation: Organisation) -> None:
    # Two owners who remove each other at once must not leave the organisation without any.
    Organisation.objects.select_for_update().get(pk=organisation.pk)


@transaction.atomic
def invite(organisation: Organisation, email: str, *, by: User, site: str) -> Invitation:
    """Invite the address by letter, or write again to one that is invited already.

    Raises PermissionDenied, and ValidationError for who works here already and for too many letters a day.
    """
    _lock(organisation)
    require_owner(organisation, by)
    if organisation.memberships.alias(login=Lower("user__email")).filter(login=email.lower()).exists():
        raise ValidationError(_("This person already works for the organisation."))
    since = timezone.now() - datetime.timedelta(days=1)
    if Invitation.objects.filter(invited_by=by, created_at__gt=since).count() >= DAILY_INVITATIONS:
        raise ValidationError(_("You have sent 20 invitations within a day. Go on tomorrow."))
    invited = _open(organisation).alias(login=Lower("email")).filter(login=email.lower()).first()
    if invited is None:
        invited = Invitation.objects.create(organisation=organisation, email=email, invited_by=by)
    else:
        invited.created_at, invited.invited_by = timezone.now(), by
        invited.save(update_fields=["created_at", "invited_by"])
    # Whoever has no account has said nothing about languages; the one who invites knows best.
    owner = user_by_email(email)
    language = owner.language if owner else by.language
    address = link(site, language, "invitation", pk=invited.pk)
    facts = {"invitation": invited, "organisation": organisation, "by": by, "site": site, "link": address}
    send_letter(invited.email, "invitation", language, facts, hourly=HOURLY)
    return invited


def _open(organisation: Organisation) -> Any:
    return organisation.invitations.filter(accepted_at__isnull=True, withdrawn_at__isnull=True)


@transaction.atomic
def withdraw_invitation(invitation: Invitation, *, by: User) -> None:
    """Make an invitation good no more; raise PermissionDenied for anybody but an owner."""
    _lock(invitation.organisation)
    require_owner(invitation.organisation, by)
    _open(invitation.organisation).filter(pk=invitation.pk).update(withdrawn_at=timezone.now())


@transaction.atomic
def accept_invitation(invitation: Invitation, *, by: User) -> Membership:
    """Let the invited person in; raise NotInvited for anybody else and InvitationIsOver when it is too late."""
    _lock(invitation.organisation)
    invitation.refresh_from_db()
    check_invitation(invitation, by)
    membership, _made = Membership.objects.get_or_create(organisation=invitation.organisation, user=by)
    invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["accepted_at"])
    return membership


def check_invitation(invitation: Invitation, user: User) -> None:
    """Raise NotInvited or InvitationIsOver unless the person may accept it now."""
    if invitation.email.lower() != user.email.lower():
        raise NotInvited
    if not invitation.is_open:
        raise InvitationIsOver


@transaction.atomic
def remove_member(membership: Membership, *, by: User) -> None:
    """Take a person off the organisation; owners remove anybody, everybody removes himself or herself.

    Raises PermissionDenied for others, ValidationError when nobody would own the organisation any more.
    """
    _lock(membership.organisation)
    if membership.user_id != by.pk:
        require_owner(membership.organisation, by)
    if _is_last_owner(membership):
        raise ValidationError(_LAST_OWNER)
    Membership.objects.filter(pk=membership.pk).delete()


@transaction.atomic
def set_owner(membership: Membership, owner: bool, *, by: User) -> None:
    """Make a person an owner, or an owner a plain member; raise as remove_member does."""
    _lock(membership.organisation)
    require_owner(membership.organisation, by)
    if not owner and _is_last_owner(membership):
        raise ValidationError(_LAST_OWNER)
    # By key: whoever was removed a moment ago does not come back.
    Membership.objects.filter(pk=membership.pk).update(is_owner=owner)


_LAST_OWNER = _("An organisation needs an owner. Make another person the owner first.")


def _is_last_owner(membership: Membership) -> bool:
    """Ask the database, not the row in hand: it may have changed before we got the lock."""
    owners = Membership.objects.filter(organisation_id=membership.organisation_id, is_owner=True)
    others = owners.exclude(pk=membership.pk).filter(user__is_active=True)
    return owners.filter(pk=membership.pk).exists() and not others.exists()
