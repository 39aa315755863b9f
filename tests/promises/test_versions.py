"""The drill of migrations finds the version to begin with, or says in a sentence why it cannot."""

import subprocess

import pytest

from devtools.checkout import RunnerError
from tests.promises.drills import versions


def git(folder, *words):
    who = ["-c", "user.name=Drill", "-c", "user.email=drill@example.kz", "-c", "init.defaultBranch=main"]
    subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def history(tmp_path, monkeypatch):
    """Three commits: tables, words, more tables; the last two come after each other."""
    folder = tmp_path / "whole"
    folder.mkdir()
    git(folder, "init")
    for name in ("a/migrations/0001_a.py", "words.txt", "a/migrations/0002_b.py", "more.txt"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
        git(folder, "add", "-A")
        git(folder, "commit", "-m", name)
    monkeypatch.setattr(versions, "ROOT", folder)
    return folder


def subjects(revisions):
    return [versions.git("log", "-1", "--format=%s", revision) for revision in revisions]


def test_without_a_tag_it_begins_before_the_newest_migration(history):
    assert subjects(versions.earlier_revisions("")) == ["words.txt", "a/migrations/0001_a.py"]


def test_the_newest_tag_comes_first_and_a_name_before_all(history):
    git(history, "tag", "v1", "HEAD~3")
    assert subjects(versions.earlier_revisions("")) == ["a/migrations/0001_a.py"]
    assert subjects(versions.earlier_revisions("HEAD~1")) == ["a/migrations/0002_b.py"]


def test_a_shallow_clone_is_told_what_to_do(history, tmp_path, monkeypatch):
    git(tmp_path, "clone", "--depth=1", f"file://{history}", "shallow")
    monkeypatch.setattr(versions, "ROOT", tmp_path / "shallow")
    with pytest.raises(RunnerError, match=r"This clone is shallow.*git fetch --unshallow --tags"):
        versions.earlier_revisions("")


def test_a_version_that_does_not_exist_is_named(history):
    with pytest.raises(RunnerError, match="There is no version “v99”"):
        versions.earlier_revisions("v99")


def test_a_folder_that_is_no_checkout_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(versions, "ROOT", tmp_path)
    with pytest.raises(RunnerError, match="no git checkout"):
        versions.earlier_revisions("")


def test_a_version_that_does_not_run_is_passed_over(history, tmp_path):
    with pytest.raises(RunnerError, match="None of the earlier versions runs by itself"):
        versions.unpacked(versions.earlier_revisions(""), tmp_path / "old")
