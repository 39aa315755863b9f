"""Erase the personal data of a person, by e-mail or number of the account; without --yes only say what would go.

Run it as the owner of the tables: names also stand in history, which the application may not touch.
"""

from collections import Counter
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from accounts.models import Organisation, User
from accounts.queries.people import user_by_email
from accounts.services.erasure import NotTheOwner, require_owner
from proposals.services.erasure import ErasureRefused, asked_long_ago, erase, erase_contacts


class Command(BaseCommand):
    """Twice is once: who is erased already is left alone."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Take who, why, and whether really."""
        parser.add_argument(
            "who",
            nargs="?",
            default="",
            help="E-mail or number of an account, or the key of an applicant nobody has an account of.",
        )
        parser.add_argument("--asked", action="store_true", help="Everybody who asked for it 7 days ago or earlier.")
        parser.add_argument("--reason", default="", help="Which request it answers, for the record; nothing personal.")
        parser.add_argument("--yes", action="store_true", help="Do it; without this nothing is changed.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Erase and print counts; raise CommandError with the remedy."""
        if bool(options["who"]) == options["asked"]:
            raise CommandError("Name one person, or give --asked.")
        if options["who"] and not options["reason"].strip():
            raise CommandError("Give --reason: which request is this?")
        try:
            require_owner()
        except NotTheOwner as error:
            raise CommandError("Run this as the owner of the tables: set MIGRATE_DATABASE_URL.") from error
        people: list[User | Organisation] = [*asked_long_ago()] if options["asked"] else [_found(options["who"])]
        refused = []
        for person in people:
            try:
                self._erase(person, options["reason"].strip() or "asked on the page of the account", yes=options["yes"])
            except ErasureRefused:
                # Who became staff since keeps nobody else waiting.
                refused.append(f"№ {person.pk} works on the staff site. Take the access away first.")
        if options["asked"]:
            self.stdout.write(f"{len(people)} people asked for it.")
        if refused:
            raise CommandError(" ".join(refused))

    def _erase(self, person: User | Organisation, reason: str, *, yes: bool) -> None:
        with transaction.atomic():
            done = erase(person, reason=reason) if isinstance(person, User) else erase_contacts(person)
            if not yes:
                transaction.set_rollback(True)
        self.stdout.write(f"№ {person.pk}: {_counts(done)}{'' if yes else ' (nothing is changed: give --yes)'}")


def _counts(done: Counter[str]) -> str:
    return ", ".join(f"{kind} {count}" for kind, count in sorted(done.items()) if count) or "nothing left to erase"


def _found(who: str) -> User | Organisation:
    user = User.objects.filter(pk=int(who)).first() if who.isascii() and who.isdecimal() else user_by_email(who)
    if user is not None:
        return user
    try:
        organisation = Organisation.objects.filter(pk=UUID(who)).first()
    except ValueError:
        organisation = None
    if organisation is None:
        raise CommandError("There is nobody with this e-mail or number.")
    if organisation.memberships.exists():
        raise CommandError("People work for this applicant: erase them, one by one.")
    return organisation
