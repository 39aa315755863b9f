"""Staff with roles, and their browsers."""

from typing import Any
from unittest.mock import patch

from django.contrib.auth.models import Group, Permission
from django.test import Client

from accounts.models import User
from accounts.roles import Role
from proposals.services.roles import sync_roles
from tests import factories

SECRETARY, ADMINISTRATOR = Role.SECRETARY.value, Role.ADMINISTRATOR.value


class Browser(Client):
    """A client that does not copy the context of every template: pages of the staff site have hundreds."""

    user: User

    def request(self, **request: Any) -> Any:
        with patch("django.test.client.store_rendered_templates", lambda *args, **kwargs: None):
            return super().request(**request)

    def be_superuser(self, is_one: bool = True) -> None:
        """Make the person a superuser, or none any more, and enter anew: such a change ends every session."""
        User.objects.filter(pk=self.user.pk).update(is_superuser=is_one)
        self.user.refresh_from_db()
        self.force_login(self.user)


_given: dict[str, list[tuple[str, str]]] = {}


def make_roles() -> None:
    """Make the roles with their rights, by the service once and from memory afterwards."""
    if Group.objects.exists():
        return
    if not _given:
        sync_roles()
        for group in Group.objects.all():
            _given[group.name] = list(group.permissions.values_list("content_type__app_label", "codename"))
        return
    named = Permission.objects.values_list("content_type__app_label", "codename", "pk")
    keys = {(app, name): pk for app, name, pk in named}
    groups = Group.objects.bulk_create([Group(name=name) for name in _given])
    through = Group.permissions.through
    through.objects.bulk_create(
        [through(group=group, permission_id=keys[right]) for group in groups for right in _given[group.name]]
    )


def staff(*roles: str, **facts: Any) -> User:
    """Make a member of staff with these roles, reading English."""
    make_roles()
    made = factories.user(is_staff=True, **{"language": "en", **facts})
    made.groups.set(Group.objects.filter(name__in=roles))
    return made


def logged_in(*roles: str, **facts: Any) -> Browser:
    """Return the browser of such a person."""
    browser = Browser()
    browser.user = staff(*roles, **facts)
    browser.force_login(browser.user)
    return browser
