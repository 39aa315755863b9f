"""Taking a person out of the rows of accounts: name, address, password, sessions, devices, copies in history.

The row of the account stays, without anything personal: steps, resolutions and readings point at it.
"""

from typing import Any

from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.hashers import make_password
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import connection, models
from django.db.models import Q
from django.utils import timezone
from post_office.models import STATUS, Email

from accounts.models import Invitation, Organisation, User
from reference.codelists import LegalForm

_HISTORY = "accounts_organisationevent"
_NOBODY = "erased.invalid"


class NotTheOwner(Exception):
    """Only the owner of the tables may take names out of history."""


def require_owner() -> None:
    """Raise NotTheOwner unless this connection belongs to the owner of the tables."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_has_role(current_user, relowner, 'MEMBER') FROM pg_class WHERE oid = %s::regclass", [_HISTORY]
        )
        if not cursor.fetchone()[0]:
            raise NotTheOwner


def forget_account(user: User, reason: str) -> dict[str, int]:
    """Empty the account and whatever else names the person; return how many rows of each kind were touched.

    Call it inside a transaction, as the owner of the tables.
    """
    done = {
        "letters": _forget_letters(user),
        "invitations": Invitation.objects.filter(email__iexact=user.email).delete()[0],
        "sessions": _end_sessions(user),
        "devices and the like": _delete_what_hangs_on(user),
        "names in the log of the staff site": _forget_log(user),
    }
    user.groups.clear()
    user.user_permissions.clear()
    User.objects.filter(pk=user.pk).update(
        email=f"erased-{user.pk}@{_NOBODY}",
        full_name="",
        password=make_password(None),
        is_active=False,
        last_login=None,
        erased_at=timezone.now(),
        erasure_reason=reason,
    )
    return {**done, "accounts": 1}


def _forget_letters(user: User) -> int:
    """Delete the letters to the person, and those sent to others that name him or her."""
    named = Q(message__contains=user.full_name, status=STATUS.sent) if user.full_name else Q(pk__in=[])
    return Email.objects.filter(Q(to__iexact=user.email) | named).delete()[1].get("post_office.Email", 0)


def _end_sessions(user: User) -> int:
    own = [
        row.pk for row in Session.objects.iterator(chunk_size=500) if row.get_decoded().get(SESSION_KEY) == str(user.pk)
    ]
    return Session.objects.filter(pk__in=own).delete()[0]


def _delete_what_hangs_on(user: User) -> int:
    """Delete the rows that would go with the account: second factors, recovery codes, whatever is added later."""
    count = 0
    for relation in user._meta.related_objects:
        table: Any = relation.related_model
        if relation.on_delete is not models.CASCADE or table is LogEntry or relation.field.name.startswith("pgh_"):
            continue
        if table._meta.app_label == "accounts" and table._meta.model_name == "membership":
            continue  # Who leaves which organisation is told by itself.
        count += table._base_manager.filter(**{relation.field.name: user}).delete()[0]
    return count


def _forget_log(user: User) -> int:
    people = ContentType.objects.get_for_model(User)
    return LogEntry.objects.filter(content_type=people, object_id=str(user.pk)).update(object_repr=f"№ {user.pk}")


def forget_contacts(organisation: Organisation) -> dict[str, int]:
    """Take contact data off an applicant; of an individual entrepreneur also name and IIN, in history too."""
    blank = dict.fromkeys(("contact_person", "phone", "email", "address"), "")
    if organisation.legal_form != LegalForm.INDIVIDUAL:
        return {"applicants": Organisation.objects.filter(pk=organisation.pk).update(**blank)}
    organisation.invitations.all().delete()
    Organisation.objects.filter(pk=organisation.pk).update(**blank, name="", iin="", erased_at=timezone.now())
    return {"applicants": 1, "names in history": _forget_history(organisation)}


def _forget_history(organisation: Organisation) -> int:
    """Blank the name in every copy; the trigger that keeps history stands aside inside this transaction only."""
    events = apps.get_model("accounts", "OrganisationEvent")
    with connection.cursor() as cursor:
        # A table with checks still to come cannot be altered.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {_HISTORY} DISABLE TRIGGER USER")
        count = events._base_manager.filter(pgh_obj_id=organisation.pk).update(name="")
        cursor.execute(f"ALTER TABLE {_HISTORY} ENABLE TRIGGER USER")
    return int(count)
