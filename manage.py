#!/usr/bin/env python
"""Django's command line. Without DATABASE_URL it uses the database of the last `make demo`."""

import os
import sys

from devtools import database
from devtools.checkout import RunnerError, this_checkout


def main() -> None:
    """Find the database, then hand over to Django."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ppp_registry.settings")
    try:
        database.adopt(this_checkout(), sys.argv, os.environ)
    except RunnerError as problem:
        sys.exit(str(problem))
    try:
        from django.core.management import execute_from_command_line
    except ImportError:
        sys.exit("Django is not installed here: use .venv/bin/python manage.py, which `make demo` prepares.")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
