"""Load corrections of the working calendar."""

from reference.management.loading import LoadCommand
from reference.services import load_working_days


class Command(LoadCommand):
    """Repeatable; see reference/data/README.md for the sources."""

    help = __doc__
    load = staticmethod(load_working_days)
