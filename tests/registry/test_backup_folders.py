"""Folders of backups: what is damaged is named, what is linked, what is kept."""

import datetime
import hashlib
import os
from pathlib import Path

import pytest

from ppp_registry.backup import keeping, manifest, places
from ppp_registry.backup.places import BackupError, Place
from ppp_registry.backup.stored import Stored, of_days
from ppp_registry.backup.taking import _Files

NAME, CONTENT = "papers/a1", b"%PDF plan"
MOMENT = datetime.datetime(2026, 11, 22, 19, 30, tzinfo=datetime.UTC)


def entry(name: str, content: bytes) -> dict[str, object]:
    return {"name": name, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def backup(home: Path, moment: datetime.datetime = MOMENT, **told: object) -> Path:
    """Write a small backup by hand, of one file."""
    folder = home / places.name_of(moment)
    (folder / places.FILES / "papers").mkdir(parents=True)
    (folder / places.FILES / NAME).write_bytes(CONTENT)
    (folder / places.DUMP).write_bytes(b"dump")
    facts = {"migrations": [], "rows": {}, "numbers": {}, "chain": {"sequence": 0, "hash": "0" * 64}}
    told = {
        "version": "0.1.0",
        "moment": moment.isoformat(),
        "seconds": 1.0,
        "server": 13,
        "pg_dump": 13,
        "dump": entry(places.DUMP, b"dump"),
        "facts": facts,
        "files": [entry(NAME, CONTENT)],
        **told,
    }
    manifest.store(folder, manifest.Manifest(**told))  # type: ignore[arg-type]
    return folder


def wrong(folder: Path) -> list[str]:
    return list(manifest.problems(folder, manifest.read(folder)))


def test_a_whole_backup_has_no_problem_and_only_we_may_read_it(tmp_path):
    folder = backup(tmp_path)
    assert wrong(folder) == []
    assert (folder / places.MANIFEST).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("name", [places.DUMP, f"{places.FILES}/{NAME}"])
def test_one_altered_byte_is_named(tmp_path, name):
    folder = backup(tmp_path)
    content = (folder / name).read_bytes()
    (folder / name).write_bytes(b"X" + content[1:])
    assert wrong(folder) == [f"{name.removeprefix(places.FILES + '/')} is not the file that was written"]


def test_a_file_that_is_gone_is_named(tmp_path):
    folder = backup(tmp_path)
    (folder / places.FILES / NAME).unlink()
    assert wrong(folder) == [f"{NAME} is missing in the backup"]


def test_an_altered_manifest_is_refused(tmp_path):
    folder = backup(tmp_path)
    told = folder / places.MANIFEST
    told.write_text(told.read_text().replace('"sequence": 0', '"sequence": 1'))
    with pytest.raises(BackupError, match="its hash differs"):
        manifest.read(folder)


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "papers/../../x", ""])
def test_no_name_leads_out_of_the_folder(tmp_path, name):
    with pytest.raises(BackupError):
        places.inside(tmp_path, name)


def test_the_newest_backup_is_chosen_and_a_folder_without_one_refused(tmp_path):
    older, newer = backup(tmp_path), backup(tmp_path, MOMENT + datetime.timedelta(days=1))
    assert places.chosen(tmp_path) == newer
    assert places.chosen(older) == older
    with pytest.raises(BackupError, match="holds no backup"):
        places.chosen(older / places.FILES)


@pytest.fixture
def media(tmp_path) -> Path:
    """The folder of the site, with the file of the backup."""
    media = tmp_path / "media"
    (media / "papers").mkdir(parents=True)
    (media / NAME).write_bytes(CONTENT)
    return media


def added(home: Path, media: Path, before: Path | None, content: bytes = CONTENT) -> _Files:
    files = _Files(home / "new", media, before)
    files.add(Stored(NAME, len(content), hashlib.sha256(content).hexdigest()), may_go=False)
    return files


def test_a_file_of_the_last_backup_is_linked_and_a_new_one_copied(tmp_path, media):
    before = backup(tmp_path)
    files = added(tmp_path, media, before)
    assert files.linked == 1
    assert (tmp_path / "new" / NAME).samefile(before / places.FILES / NAME)
    (tmp_path / "full").mkdir()
    copied = added(tmp_path / "full", media, None)
    assert copied.linked == 0
    assert copied.entries == files.entries == [entry(NAME, CONTENT)]
    assert (tmp_path / "full" / "new" / NAME).stat().st_mode & 0o777 == 0o600


def test_another_file_under_the_name_is_not_linked(tmp_path, media):
    (media / NAME).write_bytes(b"%PDF else")
    files = added(tmp_path, media, backup(tmp_path), b"%PDF else")
    assert (files.linked, files.damaged) == (0, [])
    assert files.entries == [entry(NAME, b"%PDF else")]


def test_a_missing_file_is_named_and_taken_from_the_last_backup(tmp_path, media):
    (media / NAME).unlink()
    files = added(tmp_path, media, backup(tmp_path))
    assert files.missing == [NAME]
    assert files.entries == [entry(NAME, CONTENT)]


def test_a_damaged_file_is_named_and_what_lies_there_is_kept(tmp_path, media):
    (media / NAME).write_bytes(b"%PDF PLAN")
    files = added(tmp_path, media, None)
    assert files.damaged == [NAME]
    assert files.entries == [entry(NAME, b"%PDF PLAN")]


def test_open_data_of_past_days_are_taken_unless_they_go_meanwhile(tmp_path, media):
    day = media / "open-data" / "2026-11-21"
    for folder in (day, media / "open-data" / ".part-1"):
        folder.mkdir(parents=True)
        (folder / "projects.csv").write_bytes(CONTENT)
    (found,) = of_days(media)
    assert found == Stored("open-data/2026-11-21/projects.csv", None, None)
    files = _Files(tmp_path / "new", media, None)
    files.add(found, may_go=True)
    assert (files.entries, files.missing) == ([entry(found.name, CONTENT)], [])
    (day / "projects.csv").unlink()
    files = _Files(tmp_path / "later", media, None)
    files.add(found, may_go=True)
    assert (files.entries, files.missing) == ([], [])


def days(*numbers: int) -> list[Place]:
    return [Place(MOMENT - datetime.timedelta(days=number), Path(str(number))) for number in numbers]


def test_of_a_year_the_days_weeks_and_months_are_kept():
    kept = {int(place.folder.name) for place in keeping.to_keep(days(*range(400)), (7, 4, 12))}
    # 22 November 2026 is a Sunday: the newest of a week is its Sunday, of a month its last day.
    assert {0, 1, 2, 3, 4, 5, 6} <= kept
    assert {7, 14, 21} <= kept
    assert len(kept) == 7 + 3 + 11
    assert max(kept) > 300


def test_the_newest_is_kept_whatever_is_asked():
    assert [place.folder.name for place in keeping.to_keep(days(3, 1, 2), (0, 0, 0))] == ["1"]


def test_old_backups_go_and_what_is_no_backup_stays(tmp_path):
    folders = [backup(tmp_path, MOMENT - datetime.timedelta(days=number)) for number in range(3)]
    (tmp_path / "notes.txt").write_text("own")
    assert keeping.remove_old(tmp_path, (2, 0, 0)) == [folders[2]]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([folders[0].name, folders[1].name, "notes.txt"])


def test_what_a_killed_backup_left_goes_after_a_day(tmp_path):
    left, under_way = tmp_path / f"{places.UNFINISHED}a", tmp_path / f"{places.UNFINISHED}b"
    for path in (left, under_way):
        path.mkdir()
    os.utime(left, (0, 0))
    assert places.finished(tmp_path) == []
    keeping.sweep(tmp_path)
    assert list(tmp_path.iterdir()) == [under_way]


@pytest.mark.parametrize("text", ["7", "7,4", "7,4,-1", "a,b,c", "7,4,12,1"])
def test_what_keep_does_not_understand_is_refused(text):
    with pytest.raises(BackupError, match="--keep"):
        keeping.counts(text)


def test_what_keep_understands():
    assert keeping.counts("7, 4,12") == (7, 4, 12)
