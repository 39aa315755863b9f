"""Create the roles of the staff site and give each exactly the rights of proposals/roles.py."""

from typing import Any

from django.core.management.base import BaseCommand

from proposals.services.roles import sync_roles


class Command(BaseCommand):
    """Repeatable; run it after every migration."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """Sync and say how many rights each role has."""
        for role, count in sync_roles().items():
            self.stdout.write(f"{role}: {count} permissions")
