"""Take the second factor off an account whose owner lost it, when no administrator can; the owner is told."""

from typing import Any

import pghistory
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.queries.people import user_by_email
from accounts.services.second_factor import reset


class Command(BaseCommand):
    """For emergencies; an administrator does it on the staff site."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the address of the account."""
        parser.add_argument("email", metavar="EMAIL", help="address the person logs in with")

    def handle(self, *args: Any, **options: Any) -> None:
        """Reset; raise CommandError when there is no such account, or nothing to reset."""
        user = user_by_email(options["email"])
        if user is None:
            raise CommandError("There is no account with this address.")
        with pghistory.context(channel="console"):
            if not reset(user, by=None, site=settings.SITE_URL):
                raise CommandError("This account has no second factor.")
        self.stdout.write("The second factor is off and every session has ended. The owner is told by letter.")
