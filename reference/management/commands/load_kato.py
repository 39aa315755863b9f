"""Load territories by KATO code."""

from reference.management.loading import LoadCommand
from reference.services import load_territories


class Command(LoadCommand):
    """Repeatable; see reference/data/README.md for the sources."""

    help = __doc__
    load = staticmethod(load_territories)
