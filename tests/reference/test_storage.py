"""A paper on disk: whole under its name, or not there."""

import errno
import os
import resource
import stat
from contextlib import contextmanager

import pytest
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage, storages

from reference import storage
from reference.storage import DurableStorage


@pytest.fixture
def disk(tmp_path):
    return DurableStorage(location=tmp_path)


def names(folder):
    """Return every file below the folder, hidden ones too."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


class Breaking(ContentFile):
    """Gives some bytes and then fails, as an upload does whose temporary file is gone."""

    def chunks(self, chunk_size=None):
        yield b"first half"
        raise OSError(errno.EIO, "the disk is gone")


@contextmanager
def no_more_room_than(size):
    """Let no file of this process grow beyond ``size`` bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_papers_are_kept_in_the_durable_storage():
    assert isinstance(storages["default"], DurableStorage)


def test_a_saved_file_has_all_its_bytes_and_nothing_lies_beside_it(disk, tmp_path):
    content = os.urandom(200_000)
    name = disk.save("documents/2026/қағаз", ContentFile(content))
    assert name == "documents/2026/қағаз"
    assert (tmp_path / name).read_bytes() == content
    assert names(tmp_path) == [name]
    with disk.open(name) as kept:
        assert kept.read() == content


def test_the_rights_of_a_file_are_those_of_the_settings(disk, tmp_path, settings):
    settings.FILE_UPLOAD_PERMISSIONS = 0o640
    disk.save("a", ContentFile(b"x"))
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("links", [True, False])
def test_a_second_file_of_the_same_name_never_overwrites_the_first(disk, tmp_path, monkeypatch, links):
    def no_links(*arguments):
        raise OSError(errno.EPERM, "no hard links here")

    if not links:
        monkeypatch.setattr(storage.os, "link", no_links)
    seen = iter([False, False, True, False])  # both writers saw a free name; the second looks again
    monkeypatch.setattr(disk, "exists", lambda name: next(seen))
    first, second = disk.save("a", ContentFile(b"first")), disk.save("a", ContentFile(b"second"))
    assert first == "a" != second
    assert ((tmp_path / first).read_bytes(), (tmp_path / second).read_bytes()) == (b"first", b"second")
    assert len(names(tmp_path)) == 2


def test_a_full_disk_leaves_nothing_and_says_so(disk, tmp_path):
    with no_more_room_than(100_000), pytest.raises(OSError, match="File too large"):
        disk.save("a", ContentFile(bytes(200_000)))
    assert names(tmp_path) == []
    disk.save("a", ContentFile(bytes(200_000)))
    assert names(tmp_path) == ["a"]


def test_a_source_that_breaks_leaves_nothing(disk, tmp_path):
    with pytest.raises(OSError, match="the disk is gone"):
        disk.save("a", Breaking(b""))
    assert names(tmp_path) == []


def test_a_disk_that_does_not_sync_leaves_nothing_under_the_name(disk, tmp_path, monkeypatch):
    def fail(handle):
        raise OSError(errno.EIO, "not synced")

    monkeypatch.setattr(storage.os, "fsync", fail)
    with pytest.raises(OSError, match="not synced"):
        disk.save("a", ContentFile(b"x"))
    assert names(tmp_path) == []


def test_bytes_are_synced_before_the_name_and_the_name_after(disk, tmp_path, monkeypatch):
    (tmp_path / "papers").mkdir()
    seen, fsync, link = [], os.fsync, os.link

    def watched_sync(handle):
        seen.append("folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "file")
        fsync(handle)

    def watched_link(source, target):
        seen.append("name")
        link(source, target)

    monkeypatch.setattr(storage.os, "fsync", watched_sync)
    monkeypatch.setattr(storage.os, "link", watched_link)
    disk.save("papers/a", ContentFile(b"x"))
    assert seen == ["file", "name", "folder"]
    seen.clear()
    disk.save("new/year/a", ContentFile(b"x"))
    assert seen == ["folder", "folder", "file", "name", "folder"]


@pytest.mark.parametrize("name", ["a", "documents/0123"])
def test_a_stored_file_has_no_address(name):
    assert default_storage.url(name) == ""


@pytest.mark.parametrize("name", ["../outside", "/etc/x", "a/../../b"])
def test_no_name_leads_out_of_the_folder(disk, name):
    with pytest.raises(SuspiciousFileOperation):
        disk.save(name, ContentFile(b"x"))
