"""Staff with roles."""

from typing import Any

from django.contrib.auth.models import Group
from django.test import Client

from accounts.models import User
from accounts.roles import Role
from proposals.services import sync_roles
from tests import factories


def staff(*roles: str, **facts: Any) -> User:
    """Make a member of staff with these roles, reading English."""
    if not Group.objects.exists():
        sync_roles()
    made = factories.user(is_staff=True, **{"language": "en", **facts})
    made.groups.set(Group.objects.filter(name__in=roles))
    return made


def logged_in(*roles: str, **facts: Any) -> Client:
    """Return the browser of such a person."""
    browser = Client()
    browser.user = staff(*roles, **facts)
    browser.force_login(browser.user)
    return browser


SECRETARY, ADMINISTRATOR = Role.SECRETARY.value, Role.ADMINISTRATOR.value
