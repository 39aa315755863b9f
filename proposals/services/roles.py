"""Keeps the groups of the database equal to the table of roles."""

from django.contrib.auth.models import Group, Permission
from django.db import transaction

from accounts.roles import Role
from proposals.roles import permissions_of


@transaction.atomic
def sync_roles() -> dict[str, int]:
    """Give each role's group exactly the permissions of the table; return how many each has."""
    known = {
        f"{permission.content_type.app_label}.{permission.codename}": permission
        for permission in Permission.objects.select_related("content_type")
    }
    given = {}
    for role in Role:
        group, _is_new = Group.objects.get_or_create(name=role.value)
        wanted = [known[key] for key in permissions_of(role)]
        group.permissions.set(wanted)
        given[role.value] = len(wanted)
    return given
