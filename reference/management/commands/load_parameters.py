"""Load the law's numbers and the chamber's targets."""

from reference.management.loading import LoadCommand
from reference.services import load_parameters


class Command(LoadCommand):
    """Repeatable; see reference/data/README.md for the sources."""

    help = __doc__
    load = staticmethod(load_parameters)
