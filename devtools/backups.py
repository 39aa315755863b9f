"""`make backup`, `make restore`: the work is in manage.py."""

import os
from pathlib import Path

from devtools import database, envfile, environment
from devtools.checkout import Checkout, RunnerError
from devtools.demo import running_values
from devtools.programs import manage, run


def backup(checkout: Checkout, arguments: list[str]) -> int:
    """Take a backup into TO (default .local/backups); KEEP=7,4,12 removes older ones. Needs a demo or DATABASE_URL."""
    environment.prepare(checkout)
    words = arguments or [os.environ.get("TO") or str(checkout.local / "backups")]
    if keep := os.environ.get("KEEP"):
        words += ["--keep", keep]
    return run(checkout, [str(checkout.python), "manage.py", "backup", *words], {})


def restore(checkout: Checkout, arguments: list[str]) -> int:
    """Restore the backup FROM into an empty database, or into a new one that INTO names."""
    words = arguments or [os.environ.get("FROM", "")]
    if not words[0]:
        raise RunnerError("Say which backup: make restore FROM=folder")
    words[0] = str(Path(words[0]).absolute())
    if into := os.environ.get("INTO"):
        words += ["--into-new", into]
    environment.prepare(checkout)
    with database.opened(checkout) as opened:
        values = running_values(checkout, opened)
        if opened.cluster:
            envfile.write(checkout.env_file, values)
        manage(checkout, values, "restore", *words)
    return 0
