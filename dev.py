#!/usr/bin/env python3
"""Everything a developer runs: `python3 dev.py demo`, `test`, `check` … (see `python3 dev.py help`)."""

import os
import shutil
import sys


def newer_python():
    """A Python on PATH that is new enough, when this one is not."""
    names = (f"python3.{minor}" for minor in range(20, 10, -1))
    return next((found for found in map(shutil.which, names) if found), None)


if sys.version_info < (3, 11):  # noqa: UP036 - an old Python reads this file up to here
    other = newer_python()
    if not other:
        sys.exit(f"This needs Python 3.11 or newer; this one is {sys.version_info[0]}.{sys.version_info[1]}.")
    os.execv(other, [other, *sys.argv])

from devtools.commands import main  # noqa: E402

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
