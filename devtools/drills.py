"""`make drill-…`: the promises under attack and under failure, each a program in tests/promises/drills.

Bounded, on this machine only, with figures printed; a drill ends with 1 when what it drills does not hold.
"""

import os
from collections.abc import Callable

from devtools import catalogs, checks, database, environment, front_drills
from devtools.checkout import Checkout
from devtools.demo import collect_static
from devtools.programs import run

# These make a cluster of their own, which they may kill.
ON_THEIR_OWN = ("crash", "load", "restore", "migration")


def _alone(name: str) -> Callable[[Checkout, list[str]], int]:
    def drill(checkout: Checkout, arguments: list[str]) -> int:
        environment.prepare(checkout, development=True)
        database.private_cluster(checkout)  # fetches PostgreSQL where the machine has none
        catalogs.compile_outdated(checkout)
        values = checks.test_values(checkout, checks.OFFLINE)
        os.makedirs(values["STATIC_ROOT"], exist_ok=True)
        with checkout.locked("prepare"):
            collect_static(checkout, values)
        return run(checkout, _command(checkout, name, arguments), values)

    return drill


def guards(checkout: Checkout, arguments: list[str]) -> int:
    """Take the guards of tests/promises/guards out of a copy one by one; each check must turn red."""
    environment.prepare(checkout, development=True)
    with database.opened(checkout, warn=False) as opened:
        catalogs.compile_outdated(checkout)
        values = checks.test_values(checkout, {"DATABASE_URL": opened.owner_url})
        for folder in ("MEDIA_ROOT", "STATIC_ROOT"):
            os.makedirs(values[folder], exist_ok=True)
        with checkout.locked("prepare"):
            collect_static(checkout, values)
        if browser := checks.find_browser(os.environ):
            values["CHROMIUM"] = browser
        return run(checkout, _command(checkout, "guards", arguments), values)


def timing(checkout: Checkout, arguments: list[str]) -> int:
    """Time login, registration, reset and a used BIN for yes and no: nobody may be able to tell them apart."""
    os.environ["ARGS"] = "-n 0 -s"
    return checks.run_tests(checkout, ["tests/promises/drills/timing.py", *arguments])


def _command(checkout: Checkout, name: str, arguments: list[str]) -> list[str]:
    return [str(checkout.python), "-m", f"tests.promises.drills.{name}", *arguments]


DRILLS: dict[str, Callable[[Checkout, list[str]], int]] = {
    **{name: _alone(name) for name in ON_THEIR_OWN},
    "guards": guards,
    "timing": timing,
    "headers": front_drills.headers,
    "proxy": front_drills.proxy,
}
"""Each drill by its name."""
