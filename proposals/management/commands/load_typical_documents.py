"""Put the typical documents that come with the registry into its library."""

from typing import Any

from django.core.management.base import BaseCommand

from proposals.models import TypicalDocument
from proposals.services.library import load_shipped


class Command(BaseCommand):
    """Repeatable; never overwrites a version, nor follows one that staff uploaded."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """Load what is new or changed and say how many versions were added."""
        added = load_shipped()
        self.stdout.write(f"{len(added)} versions added, {TypicalDocument.objects.count()} on file.")
