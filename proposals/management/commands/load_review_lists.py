"""Put the criteria of opinions and the reasons for refusal that come with the registry into their lists."""

from typing import Any

from django.core.management.base import BaseCommand

from proposals.services.review_lists import load_review_lists


class Command(BaseCommand):
    """Repeatable; adds missing codes only, what staff changed or switched off stays. Load the sectors first."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """Load what is missing and say how much it was."""
        added = load_review_lists()
        self.stdout.write(f"{added.criteria} criteria and {added.reasons} reasons for refusal added.")
