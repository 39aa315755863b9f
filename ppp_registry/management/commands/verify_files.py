"""Check that every file a row knows lies on the disk as it came: reads all of them and compares their hashes."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from ppp_registry.backup import stored


class Command(BaseCommand):
    """Ends with 1 and names each file that is missing or was changed; run it weekly."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """Check; raise CommandError when a file is not what came."""
        known = stored.of_rows()
        wrong = list(stored.faults(Path(settings.MEDIA_ROOT), known))
        for fault in wrong:
            self.stdout.write(str(fault))
        if wrong:
            raise CommandError(f"{len(wrong)} of {len(known)} files are not as they came: take them out of a backup.")
        self.stdout.write(f"{len(known)} files, all as they came.")
