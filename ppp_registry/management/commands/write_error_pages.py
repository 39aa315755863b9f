"""Write the pages that the proxy shows when the site cannot: too large, too often, away; in every language."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.test import RequestFactory

from ppp_registry.error_pages import error_page
from reference.languages import LANGUAGES

STATUSES = (413, 429, 503)


class Command(BaseCommand):
    """Writes FOLDER/kk/413.html and so on; run it again after an update. Asks nothing of the database."""

    help = __doc__
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the folder."""
        parser.add_argument("folder", type=Path, help="deploy/nginx.conf reads /var/www/ppp-registry/error-pages")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write them; raise CommandError when the folder cannot be written."""
        try:
            for language in LANGUAGES:
                place = options["folder"] / language
                place.mkdir(parents=True, exist_ok=True)
                for status in STATUSES:
                    page = error_page(RequestFactory().get(f"/{language}/"), status)
                    (place / f"{status}.html").write_bytes(page.content)
        except OSError as error:
            raise CommandError(f"The pages cannot be written: {error}") from error
        self.stdout.write(f"{len(LANGUAGES) * len(STATUSES)} pages written.")
