"""Load the sectors with their OC4IDS codes."""

from reference.management.loading import LoadCommand
from reference.services import load_sectors


class Command(LoadCommand):
    """Repeatable; see reference/data/README.md for the sources."""

    help = __doc__
    load = staticmethod(load_sectors)
