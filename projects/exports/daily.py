"""The full files of each day: written once, all of one moment, with their hashes; handed out at lasting addresses.

A folder of a day appears with all its files or not at all.
"""

import contextlib
import datetime
import hashlib
import json
import os
import re
import shutil
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from projects.exports import oc4ids, tables
from projects.exports.view import whole_register
from projects.exports.xlsx import xlsx
from projects.queries.snapshot import one_moment
from reference.office_files import XLSX
from reference.storage import sync_to_disk

KEPT_DAYS = 30
"""Days of which every file is kept; of older ones the first of each month is."""
MANIFEST = "manifest.json"
FORMS: dict[str, tuple[str, Callable[..., Iterator[bytes]]]] = {
    "projects.csv": ("text/csv; charset=utf-8", tables.csv_maker()),
    "projects.xlsx": (XLSX, xlsx),
    "projects.jsonl": ("application/x-ndjson; charset=utf-8", tables.json_lines),
    "oc4ids.json": ("application/json", oc4ids.package),
}
"""Names of the files, their types, and what makes them."""
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_UNFINISHED = ".part-"


@dataclass(frozen=True)
class DailyFile:
    """A file as the page lists it."""

    day: str
    name: str
    size: int
    sha256: str

    @property
    def address(self) -> str:
        """The address at which it stays."""
        return reverse("daily_file", args=[self.day, self.name])


@dataclass(frozen=True)
class Day:
    """The files of one day, when they were made, and what the register held then."""

    day: str
    made_at: datetime.datetime
    projects: int
    cost: int
    files: tuple[DailyFile, ...]


def folder() -> Path:
    """Return where the files of all days lie."""
    return Path(settings.MEDIA_ROOT) / "open-data"


def publish(today: datetime.date | None = None) -> Day | None:
    """Write the files of today and remove what is too old; None when they were there already.

    Raises OSError when the disk does not take them; then nothing of the day is to be seen.
    """
    day = (today or timezone.localdate()).isoformat()
    home = folder()
    home.mkdir(parents=True, exist_ok=True)
    _remove_unfinished(home)
    if (home / day).exists():
        remove_old(datetime.date.fromisoformat(day))
        return None
    unfinished = home / f"{_UNFINISHED}{uuid.uuid4().hex}"
    unfinished.mkdir()
    try:
        _write_all(unfinished, day)
        sync_to_disk(unfinished)
        # Another worker may have been quicker: a folder with files is never replaced.
        with contextlib.suppress(FileExistsError):
            _rename(unfinished, home / day)
        sync_to_disk(home)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    remove_old(datetime.date.fromisoformat(day))
    return read(day)


def _rename(unfinished: Path, final: Path) -> None:
    try:
        unfinished.rename(final)
    except OSError as error:
        if final.exists():
            raise FileExistsError from error
        raise


def _write_all(target: Path, day: str) -> None:
    written = []
    with one_moment():
        figures = whole_register("kk").figures()
        made_at = timezone.now()
        for name, (_type, make) in FORMS.items():
            view = whole_register("kk", path=reverse("daily_file", args=[day, name]))
            with contextlib.closing(make(view, figures)) as pieces:  # type: ignore[type-var]
                size, digest = _write(target / name, pieces)
            written.append({"name": name, "size": size, "sha256": digest})
    facts = {
        "day": day,
        "made_at": made_at.isoformat(),
        "projects": figures.projects,
        "cost": figures.cost,
        "cost_unknown": figures.cost_unknown,
        "files": written,
    }
    _write(target / MANIFEST, [json.dumps(facts, indent=1).encode()])


def _write(path: Path, pieces: Any) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    with path.open("xb") as target:
        for piece in pieces:
            target.write(piece)
            digest.update(piece)
            size += len(piece)
        target.flush()
        os.fsync(target.fileno())
    return size, digest.hexdigest()


def _remove_unfinished(home: Path) -> None:
    """Remove what a machine that died has left; whoever writes now is younger than an hour."""
    before = timezone.now().timestamp() - 3600
    for path in home.glob(f"{_UNFINISHED}*"):
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_mtime < before:
                shutil.rmtree(path, ignore_errors=True)


def kept(days: list[str], today: datetime.date) -> set[str]:
    """Return which days stay: the newest ones, and the first there is of each month."""
    since = (today - datetime.timedelta(days=KEPT_DAYS - 1)).isoformat()
    firsts: dict[str, str] = {}
    for day in sorted(days):
        firsts.setdefault(day[:7], day)
    return {day for day in days if day >= since} | set(firsts.values())


def remove_old(today: datetime.date) -> list[str]:
    """Remove the folders of days that do not stay; return their days."""
    days = days_on_disk()
    gone = sorted(set(days) - kept(days, today))
    for day in gone:
        shutil.rmtree(folder() / day)
    return gone


def days_on_disk() -> list[str]:
    """Return the days that have files, newest first. Raises OSError when the disk does not answer."""
    try:
        names = os.listdir(folder())
    except FileNotFoundError:
        return []
    return sorted((name for name in names if _DAY.fullmatch(name)), reverse=True)


def read(day: str) -> Day | None:
    """Return the files of a day; None when there are none. Raises OSError when the disk does not answer."""
    if not _DAY.fullmatch(day):
        return None
    try:
        facts = json.loads((folder() / day / MANIFEST).read_bytes())
        files = tuple(
            DailyFile(day, item["name"], item["size"], item["sha256"])
            for item in facts["files"]
            if item["name"] in FORMS
        )
        return Day(day, datetime.datetime.fromisoformat(facts["made_at"]), facts["projects"], facts["cost"], files)
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def all_days() -> list[Day]:
    """Return every day that can be read, newest first. Raises OSError when the disk does not answer."""
    return [found for day in days_on_disk() if (found := read(day))]


def path_of(file: DailyFile) -> Path:
    """Return where a file lies."""
    return folder() / file.day / file.name
