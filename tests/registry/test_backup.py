"""A backup is one moment of database and files, and what is restored from it is the same registry."""

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection, connections

from ppp_registry.backup import facts, programs, restoring, taking
from ppp_registry.backup.manifest import read
from ppp_registry.backup.places import FILES, BackupError, finished
from proposals.models import Application, Paper
from proposals.services import drafts
from reference.locks import Turn
from tests.factories import project_in
from tests.proposals.applications import applicant, complete_draft, filed, pdf
from tests.registry.test_backup_folders import MOMENT, backup

pytestmark = pytest.mark.usefixtures("reference_data", "own_folder")


@pytest.fixture
def own_folder(settings, tmp_path) -> Path:
    """A folder of files for this test alone."""
    settings.MEDIA_ROOT = str(tmp_path / "media")
    return tmp_path / "media"


@pytest.fixture
def elsewhere(transactional_db) -> Iterator[str]:
    """The name of a database that a restore may make; the tests' own is back in the end."""
    ours, name = connection.settings_dict["NAME"], f"{connection.settings_dict['NAME']}_elsewhere"
    drop = f'DROP DATABASE IF EXISTS "{name}"'
    with connection.cursor() as cursor:
        cursor.execute(drop)
    yield name
    connection.close()
    connection.settings_dict["NAME"] = ours
    with connection.cursor() as cursor:
        cursor.execute(drop)


@contextmanager
def turn_held() -> Iterator[None]:
    """Somebody holds the turn of a backup on a connection of his own."""
    words = connection.get_connection_params()
    known = {name: words[name] for name in ("host", "port", "user", "password", "dbname") if words.get(name)}
    with psycopg.connect(**known, autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [Turn.BACKUP.value])
        yield


@pytest.fixture
def another_backup(db) -> Iterator[None]:
    """A backup runs in another process."""
    with turn_held():
        yield


def in_a_thread(act: Callable[[], Any]) -> None:
    """Do it on a connection of its own."""

    def run() -> None:
        try:
            act()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()


def path_of(application: Application) -> Path:
    return Path(default_storage.path(str(Paper.objects.filter(proposal__application=application)[0].file.name)))


@pytest.mark.django_db(transaction=True)
def test_what_is_restored_is_the_registry_of_the_moment_and_goes_on(tmp_path, elsewhere, settings, monkeypatch):
    """While the backup runs one draft is thrown away and another is filed: it holds the first and not the second."""
    by = applicant()
    dropped, before = complete_draft(by), filed(by)
    project_in("approved")
    kept, dump = path_of(dropped), programs.dump

    def and_meanwhile(*words: Any) -> None:
        in_a_thread(lambda: drafts.delete_draft(dropped, by=by))
        in_a_thread(lambda: filed(by))
        dump(*words)

    monkeypatch.setattr(programs, "dump", and_meanwhile)
    with turn_held(), monkeypatch.context() as impatient:
        impatient.setattr(taking, "TURN_WAIT", "0.05")
        with pytest.raises(BackupError, match="Another backup"):
            taking.take(tmp_path / "backups")
    assert list((tmp_path / "backups").iterdir()) == []
    taken = taking.take(tmp_path / "backups")
    assert kept.exists()
    assert not Application.objects.filter(pk=dropped.pk).exists()
    assert (taken.manifest.missing, taken.manifest.damaged) == ([], [])
    assert read(taken.folder) == taken.manifest
    assert [place.folder for place in finished(tmp_path / "backups")] == [taken.folder]
    assert Application.objects.filter(number__gt=before.number).count() == 1

    restoring.make_database(elsewhere)
    done = restoring.restore(taken.folder, tmp_path / "elsewhere")
    assert done.differences == []
    assert facts.behind() == []
    assert Application.objects.filter(pk=dropped.pk).exists()
    assert Application.objects.exclude(number="").exclude(number=None).get().pk == before.pk
    told = taken.manifest.facts
    assert told["approved"]["projects"] == 1
    assert told["approved"]["cost"] > 0
    # The comparison itself is awake.
    changed = {**told, "rows": {**told["rows"], "proposals_paper": 1}, "chain": {"sequence": 2, "hash": "0" * 64}}
    assert len(list(restoring._rows(changed))) == 1
    assert len(list(restoring._meaning(changed))) == 2
    settings.MEDIA_ROOT = str(tmp_path / "elsewhere")
    assert filed(by).number == f"{before.number[:5]}{before.sequence + 1:06d}"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT has_table_privilege(%s, 'proposals_application', 'UPDATE'), "
            "has_table_privilege(%s, 'proposals_stagechange', 'UPDATE')",
            [settings.APP_DATABASE_ROLE] * 2,
        )
        assert cursor.fetchone() == (True, False)
    with pytest.raises(BackupError, match="not empty"):
        restoring.restore(taken.folder, tmp_path / "once more")


@pytest.fixture
def path_of_a_deleted_draft(db, django_capture_on_commit_callbacks) -> Path:
    """Where a paper of a draft lay that has just been thrown away."""
    by = applicant()
    draft = complete_draft(by)
    path = path_of(draft)
    with django_capture_on_commit_callbacks(execute=True):
        drafts.delete_draft(draft, by=by)
    return path


def test_files_of_a_draft_stay_while_a_backup_runs(another_backup, path_of_a_deleted_draft):
    assert path_of_a_deleted_draft.exists()


def test_without_a_backup_they_go(path_of_a_deleted_draft):
    assert not path_of_a_deleted_draft.exists()


def test_lost_files_are_not_removed_while_a_backup_runs(another_backup, own_folder):
    lost = default_storage.save("papers/lost", pdf())
    path = Path(default_storage.path(lost))
    os.utime(path, (0, 0))
    with pytest.raises(CommandError, match="A backup runs"):
        call_command("remove_lost_files")
    assert path.exists()


def test_a_backup_among_the_files_of_the_site_is_refused(db, own_folder):
    with pytest.raises(BackupError, match="outside"):
        taking.take(own_folder / "backups")


def test_a_restore_overwrites_nothing(db, tmp_path):
    folder = backup(tmp_path)
    with pytest.raises(BackupError, match=r"The database .* is not empty"):
        restoring.restore(folder, tmp_path / "new")
    (tmp_path / "used").mkdir()
    (tmp_path / "used" / "file").touch()
    with pytest.raises(BackupError, match="used is not empty"):
        restoring.restore(folder, tmp_path / "used")


def test_a_damaged_backup_is_not_restored(db, tmp_path):
    folder = backup(tmp_path)
    path = folder / FILES / "papers/a1"
    path.write_bytes(path.read_bytes()[::-1])
    with pytest.raises(BackupError, match="damaged, nothing was restored"):
        restoring.restore(folder, tmp_path / "new")


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({"server": 99}, "this server is"),
        ({"facts": {"migrations": ["proposals.9999_later"]}}, "newer version"),
        ({"format": 2}, "form 2"),
    ],
)
def test_a_backup_of_something_newer_is_not_restored(db, tmp_path, told, sentence):
    with pytest.raises(BackupError, match=sentence):
        restoring.restore(backup(tmp_path, **told), tmp_path / "new")


def test_an_altered_or_missing_file_is_found(db, capsys):
    draft = complete_draft(applicant())
    call_command("verify_files")
    assert "all as they came" in capsys.readouterr().out
    altered, missing, *_others = [
        Path(default_storage.path(str(row.file.name)))
        for row in Paper.objects.filter(proposal__application=draft).order_by("file")
    ]
    content = altered.read_bytes()
    altered.write_bytes(b"X" + content[1:])
    missing.unlink()
    with pytest.raises(CommandError, match="2 of"):
        call_command("verify_files")
    told = capsys.readouterr().out
    assert f"papers/{altered.name}: is not the file that came" in told
    assert f"papers/{missing.name}: is missing" in told


def test_the_command_says_by_its_code_that_files_of_the_site_are_damaged(monkeypatch, db, tmp_path):
    folder = backup(tmp_path, missing=["papers/gone"])
    taken = taking.Taken(folder, read(folder), "0" * 64, 0)
    monkeypatch.setattr("ppp_registry.management.commands.backup.take", lambda *args, **options: taken)
    with pytest.raises(CommandError) as told:
        call_command("backup", tmp_path)
    assert told.value.returncode == 2
    call_command("backup", tmp_path, "--check")
    call_command("backup", tmp_path, "--check", "--hours", 24 * 365 * 100)
    with pytest.raises(CommandError, match="no backup of the last 1 hours"):
        call_command("backup", backup(tmp_path, MOMENT.replace(year=2020)), "--check", "--hours", 1)


def test_the_password_is_not_among_the_words_of_a_program(db, monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "PASSWORD", "qupiya-soz")
    assert "qupiya-soz" not in programs._address()
    assert f"dbname={connection.settings_dict['NAME']}" in programs._address()
    assert "PGPASSWORD=qupiya-soz" in programs._run(programs.Program(str(shutil.which("env")), 99), [])


def test_a_program_older_than_the_server_is_refused(db):
    assert programs.find("pg_dump", programs.server_major()).major >= programs.server_major()
    with pytest.raises(BackupError, match="This needs pg_dump of PostgreSQL 99"):
        programs.find("pg_dump", 99)
