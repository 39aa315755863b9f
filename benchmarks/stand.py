"""What a benchmark stands on: a PostgreSQL of its own, one filled database for each size, a site on each of them."""

import contextlib
import functools
import gc
import hashlib
import io
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from benchmarks import inside, serving
from benchmarks.comparison import Stage
from benchmarks.filling import fill_quickly
from devtools import catalogs
from devtools.binaries import find_binaries
from devtools.checkout import Checkout, RunnerError, this_checkout
from devtools.cluster import THROWN_AWAY, Cluster
from devtools.database import private_cluster
from devtools.demo import collect_static
from devtools.roles import APPLICATION, OWNER, SUPERUSER

SETTINGS = (
    *("fsync=on", "synchronous_commit=on", "full_page_writes=on"),
    # What a machine with two cores and 4 GB is usually given; the rest is as PostgreSQL ships it.
    *("shared_buffers=1GB", "effective_cache_size=3GB", "work_mem=16MB", "maintenance_work_mem=256MB"),
    *("max_wal_size=4GB", "random_page_cost=1.1", "effective_io_concurrency=200"),
)
FILLED = "rows_"
"""How the name of a filled database begins; one that was not finished never has it."""


@dataclass(frozen=True)
class Stand:
    """The cluster, the folder of this run, and the folder of collected static files."""

    cluster: Cluster
    folder: Path
    static: Path
    seed: int

    def values(self, url: str, media: Path) -> dict[str, str]:
        """Return what a site runs with: as in production, but for TLS, with limits nobody reaches and quiet logs."""
        return {
            "DATABASE_URL": url,
            "MIGRATE_DATABASE_URL": "",
            "APP_DATABASE_ROLE": APPLICATION,
            "SECRET_KEY": "only-for-benchmarks-" + "x" * 40,
            "ALLOWED_HOSTS": "127.0.0.1,localhost,testserver",
            "PLAIN_HTTP": "on",
            "DEBUG": "",
            "EMAIL_URL": "",
            "LOG_FORMAT": "plain",
            "METRICS_TOKEN": "",
            "RATES_FACTOR": "1000",
            "MEDIA_ROOT": str(media),
            "STATIC_ROOT": str(self.static),
            "DJANGO_SETTINGS_MODULE": "ppp_registry.settings",
            "PYTHONWARNINGS": "ignore",
        }

    def sql(self, statement: str, *names: str) -> None:
        """Run a statement about databases as the superuser."""
        with psycopg.connect(self.cluster.url(SUPERUSER, "postgres"), autocommit=True) as server:
            server.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def databases(self) -> list[str]:
        """Return the names of the databases there are."""
        with psycopg.connect(self.cluster.url(SUPERUSER, "postgres"), autocommit=True) as server:
            return [name for (name,) in server.execute("SELECT datname FROM pg_database ORDER BY 1")]

    def version(self) -> str:
        """Return the version of PostgreSQL, such as 17.6."""
        with psycopg.connect(self.cluster.url(SUPERUSER, "postgres")) as server:
            return server.execute("SHOW server_version").fetchone()[0].split()[0]


def say(sentence: str) -> None:
    """Tell how far it is, apart from the table."""
    print(sentence, file=sys.stderr, flush=True)


def checkout_of_run() -> Checkout:
    """Return the checkout with the environment that runs this process, whichever of its own that is."""
    environment = Path(sys.prefix)

    class Own(Checkout):
        @property
        def venv(self) -> Path:
            return environment

    return Own(this_checkout().root)


@contextlib.contextmanager
def standing(*, seed: int, kept: bool) -> Iterator[Stand]:
    """A cluster that runs until the block ends, also by Ctrl-C; kept in .local/benchmarks with its data, or removed."""
    for name in [name for name in os.environ if name.startswith("PG") or name == THROWN_AWAY]:
        del os.environ[name]
    here = this_checkout()
    private_cluster(here)  # fetches PostgreSQL where the machine has none
    binaries = find_binaries(here)
    if binaries is None:
        raise RunnerError("There is no PostgreSQL here.")
    static = Path(os.environ.get("STATIC_ROOT") or here.local / "static")
    static.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="ppp-benchmark-"))
    home = here.local / "benchmarks" if kept else folder / "cluster"
    home.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        if kept:
            stack.enter_context(Checkout(home).locked("run", waiting="Another benchmark runs here: waiting for it."))
        cluster = Cluster(Checkout(home), binaries, SETTINGS)
        if not kept:
            outside = [] if folder in cluster.data.parents else [cluster.data.parent]
            stack.callback(lambda: [shutil.rmtree(path, ignore_errors=True) for path in outside])
        stack.callback(cluster.stop)
        cluster.start()
        cluster.set_up()
        yield Stand(cluster, folder, static, seed)


def prepare_site(stand: Stand) -> None:
    """Compile the translations and collect the static files, where that is still to do."""
    checkout = checkout_of_run()
    values = stand.values("postgres://nobody@localhost/nowhere", stand.folder)
    catalogs.compile_outdated(checkout)
    with checkout.locked("prepare"):
        collect_static(checkout, values)


def made_of(seed: int) -> str:
    """Return what stands for everything a filled database depends on: tables, shipped lists, made-up rows, the seed."""
    root = this_checkout().root
    digest = hashlib.sha256(str(seed).encode())
    patterns = (
        "*/migrations/*.py",
        "*/data/**/*",
        "benchmarks/generate.py",
        "benchmarks/filling.py",
        "benchmarks/synthetic.py",
    )
    for path in sorted({path for pattern in patterns for path in root.glob(pattern) if path.is_file()}):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:10]


@contextlib.contextmanager
def _unfinished(stand: Stand, name: str, like: str, *, final: str) -> Iterator[str]:
    """A database that gets its name when the block has ended well, and is dropped otherwise."""
    stand.sql("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
    stand.sql("CREATE DATABASE {} TEMPLATE {} OWNER {}", name, like, OWNER)
    try:
        yield stand.cluster.url(OWNER, name)
    except BaseException:
        stand.sql("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
        raise
    stand.sql("ALTER DATABASE {} RENAME TO {}", name, final)


def _empty(stand: Stand, name: str) -> None:
    """Make the database that the filled ones are copies of: tables, rights, lists."""
    with _unfinished(stand, "unfinished", "template0", final=name) as url:
        inside.set_up(stand.values(url, stand.folder / "media"))
        from django.core.management import call_command
        from django.db import connection

        from benchmarks.intake import load_lists

        gc.disable()  # what migrations make lives to their end: looking for garbage took a quarter of their time
        call_command("migrate", interactive=False, verbosity=0)
        gc.enable()
        call_command("grant_application_role", verbosity=0, stdout=io.StringIO())
        load_lists()
        connection.close()
        if connection.settings_dict.get("OPTIONS", {}).get("pool"):
            connection.close_pool()


def fill(stand: Stand, sizes: Sequence[int], *, fresh: bool = False) -> dict[int, str]:
    """Return the filled database of each size; what is kept of an earlier run with the same tables and rows is used."""
    key = made_of(stand.seed)
    names = {size: f"{FILLED}{size}_{key}" for size in sizes}
    empty = f"empty_{key}"
    for name in stand.databases():
        ours = name.startswith((FILLED, "empty_", "unfinished"))
        if ours and (not name.endswith(key) or (fresh and name in [*names.values(), empty])):
            stand.sql("DROP DATABASE {} WITH (FORCE)", name)
    there = stand.databases()
    for size, name in names.items():
        if name in there:
            continue
        began = time.perf_counter()
        if empty not in stand.databases():
            _empty(stand, empty)
            say(f"Tables, rights and lists: {time.perf_counter() - began:.1f} s.")
            began = time.perf_counter()
        with _unfinished(stand, "unfinished", empty, final=name) as url:
            fill_quickly(url, size, stand.seed)
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute("VACUUM (ANALYZE)")
        stand.sql("CHECKPOINT")  # now, not while something is timed
        say(f"{size:,} rows: filled in {time.perf_counter() - began:.1f} s.")
    return names


class _Served(Stage):
    """A stage whose site starts when somebody first asks where it is: a start takes seconds of both cores."""

    def __getattribute__(self, name: str) -> Any:
        value = object.__getattribute__(self, name)
        return value() if name == "site" else value


@contextlib.contextmanager
def stages(stand: Stand, names: dict[int, str], *, seconds: float) -> Iterator[list[Stage]]:
    """A stage for each size, smallest first, each with its site; Django is set up on the smallest."""
    with contextlib.ExitStack() as stack:
        found: list[Stage] = []
        for rows, name in sorted(names.items()):
            media = stand.folder / f"media-{rows}"
            media.mkdir()
            url = stand.cluster.url(APPLICATION, name)
            values = stand.values(url, media)
            if not found:
                inside.set_up(values)
                inside.go_to(url)
            log = stand.folder / f"site-{rows}.log"

            @functools.cache
            def site(values: dict[str, str] = values, log: Path = log) -> str:
                return stack.enter_context(serving.served("ppp_registry.wsgi:application", values, log))

            smaller = found[-1] if found else None
            owner = stand.cluster.url(OWNER, name)
            found.append(_Served(rows, owner, url, site, str(media), smaller, seconds))  # type: ignore[arg-type]
        yield found
