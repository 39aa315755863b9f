"""Restore a backup into an empty database and an empty folder, and compare what came with what the manifest says."""

import io
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from psycopg import sql

from ppp_registry.backup import facts, manifest, places, programs, stored
from ppp_registry.backup.places import BackupError
from projects.queries.cells_against_rows import differences
from proposals.queries.chain import Head, first_fault

_THINGS = """
    SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'public' AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
"""


@dataclass(frozen=True)
class Restored:
    """A restore that was compared with its manifest."""

    manifest: manifest.Manifest
    differences: list[str]
    """What is not as the manifest says; empty when all is."""
    rows: int
    seconds: float


def make_database(name: str) -> None:
    """Create an empty database on the server we are connected to, and go on in it; raises BackupError."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_database WHERE datname = %s)", [name])
        if cursor.fetchone()[0]:
            raise BackupError(f"There is a database {name} already: choose another name.")
        cursor.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(sql.Identifier(name)))
    connection.close()
    connection.settings_dict["NAME"] = name


def restore(folder: Path, media: Path) -> Restored:
    """Check the backup, fill database and folder, grant, compare. Raises BackupError before anything is written.

    Run as the owner of the tables. What breaks off later leaves a database without tables or files to delete by hand.
    """
    begun = time.monotonic()
    told = manifest.read(folder)
    wrong = list(manifest.problems(folder, told))
    if wrong:
        raise BackupError("This backup is damaged, nothing was restored: " + "; ".join(wrong[:5]) + ".")
    _refuse(told, media)
    program = programs.find("pg_restore", max(programs.server_major(), told.pg_dump))
    try:
        media.mkdir(parents=True, exist_ok=True)
        programs.load(program, folder / places.DUMP)
        _files(folder, media, told)
        found = list(_rows(told.facts))
        _bring_up_to_date()
        found += _meaning(told.facts)
        found += _disk(media, told)
    except OSError as error:
        raise BackupError(
            f"The restore broke off: {error}. Empty the database and {media} before you try again."
        ) from error
    return Restored(told, found, sum(told.facts["rows"].values()), round(time.monotonic() - begun, 2))


def _refuse(told: manifest.Manifest, media: Path) -> None:
    """Refuse what would overwrite something or could not work."""
    if media.exists() and (not media.is_dir() or any(media.iterdir())):
        raise BackupError(
            f"{media} is not empty, and a restore never overwrites. "
            "Name an empty folder in MEDIA_ROOT, or use --into-new NAME."
        )
    server = programs.server_major()
    if server < told.server:
        raise BackupError(f"The backup is of PostgreSQL {told.server}, this server is {server}: use one as new.")
    known = _known_migrations()
    apps = {name.split(".")[0] for name in known}  # of an app that is gone for good nothing is asked
    newer = [name for name in told.facts["migrations"] if name not in known and name.split(".")[0] in apps]
    if newer:
        raise BackupError(
            f"The backup is of a newer version ({told.version}, {newer[-1]}): take the program of that version."
        )
    role = settings.APP_DATABASE_ROLE
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regrole(%s) IS NOT NULL, lower('ҚӘ') = 'қә'", [role])
        has_role, folds_kazakh = cursor.fetchone()
        if not has_role:
            raise BackupError(f"There is no database role {role}. Create it, or set APP_DATABASE_ROLE.")
        if not folds_kazakh:
            raise BackupError("The database does not know Kazakh capitals. Create it with the locale C.UTF-8.")
        cursor.execute(_THINGS)
        if cursor.fetchone()[0]:
            raise BackupError(
                f"The database {connection.settings_dict['NAME']} is not empty, and a restore never overwrites. "
                "Create an empty one and name it in DATABASE_URL, or use --into-new NAME."
            )


def _known_migrations() -> set[str]:
    known = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    return {f"{app}.{name}" for app, name in known}


def _files(folder: Path, media: Path, told: manifest.Manifest) -> None:
    for item in told.files:
        target = places.inside(media, item["name"])
        target.parent.mkdir(parents=True, exist_ok=True)
        places.copy(
            places.inside(folder / places.FILES, item["name"]), target, settings.FILE_UPLOAD_PERMISSIONS or 0o640
        )
    places.sync_all(media)


def _bring_up_to_date() -> None:
    """Migrate what an older version wrote, grant, and let the planner know the tables."""
    words = io.StringIO()
    try:
        if _known_migrations() - set(facts.migrations()):
            call_command("migrate", interactive=False, verbosity=0, stdout=words)
        call_command("grant_application_role", stdout=words)
    except CommandError as error:
        raise BackupError(f"The rows are there, the rights are not: {error}") from error
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _rows(told: dict[str, Any]) -> Iterator[str]:
    there = facts.rows()
    for table in sorted(set(told["rows"]) | set(there)):
        if told["rows"].get(table) != there.get(table):
            yield f"{table}: {there.get(table)} rows instead of {told['rows'].get(table)}"
    if told["migrations"] != facts.migrations():
        yield "The migrations are not those of the backup"


def _meaning(told: dict[str, Any]) -> Iterator[str]:
    for name, there in facts.meaning().items():
        if told[name] != there:
            yield f"{name}: {there} instead of {told[name]}"
    if fault := first_fault(Head(**told["chain"])):
        yield f"{fault.where}: {fault.what}"
    yield from (str(one) for one in differences())
    yield from (f"{sequence} would give out a number again" for sequence in facts.behind())


def _disk(media: Path, told: manifest.Manifest) -> Iterator[str]:
    """Compare the files with their rows; what was wrong on the disk of the site already is no fault of the restore."""
    known = {*told.missing, *told.damaged}
    yield from (str(fault) for fault in stored.faults(media, stored.of_rows()) if fault.name not in known)
    for item in told.files:
        if places.sha256_of(places.inside(media, item["name"])) != item["sha256"]:
            yield f"{item['name']}: is not the file of the backup"
