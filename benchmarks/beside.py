"""A database beside another one in the same cluster, made for one run and dropped whatever happens."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from benchmarks import inside


@contextmanager
def temporary_database(url: str, *, suffix: str = "", like: str = "template1") -> Iterator[str]:
    """Make a database in the cluster of the address, empty or a copy of another, and drop it whatever happens."""
    name = f"ppp_benchmark_{os.getpid()}{suffix}"
    parts = urlsplit(url)
    own = urlunsplit(parts._replace(path=f"/{name}"))
    postgres = urlunsplit(parts._replace(path="/postgres"))
    with psycopg.connect(postgres, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(like)))
    try:
        yield own
    finally:
        with psycopg.connect(postgres, autocommit=True) as server:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def set_up(url: str) -> None:
    """Start Django on the database as in production, but for TLS and collected static files; make its tables."""
    os.environ |= {
        "DATABASE_URL": url,
        "SECRET_KEY": "only-for-benchmarks-" + "x" * 40,
        "ALLOWED_HOSTS": "testserver",
        "PLAIN_HTTP": "on",
        "DEBUG": "",
        "DJANGO_SETTINGS_MODULE": "ppp_registry.settings",
    }
    from django.conf import settings
    from django.core.management import call_command

    # Before the applications load: some of them ask for the storage while they do.
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    inside.set_up({})
    call_command("migrate", verbosity=0)
