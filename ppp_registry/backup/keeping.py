"""How long backups are kept: the newest of so many days, weeks and months."""

import datetime
import shutil
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from ppp_registry.backup.places import UNFINISHED, BackupError, Place, finished
from reference.storage import sync_to_disk

LEFT_BEHIND = 24 * 60 * 60
"""Seconds after which an unfinished folder belongs to nobody any more."""

_PERIODS: tuple[Callable[[datetime.datetime], object], ...] = (
    lambda moment: moment.date(),
    lambda moment: moment.isocalendar()[:2],
    lambda moment: (moment.year, moment.month),
)


def counts(text: str) -> tuple[int, ...]:
    """Return what `--keep 7,4,12` says: days, weeks, months. Raises BackupError."""
    parts = text.split(",")
    if len(parts) != len(_PERIODS) or not all(part.strip().isascii() and part.strip().isdigit() for part in parts):
        raise BackupError(f"--keep is “{text}”: write how many days, weeks and months are kept, such as 7,4,12.")
    return tuple(int(part) for part in parts)


def to_keep(backups: Iterable[Place], numbers: Iterable[int]) -> set[Place]:
    """Return the newest backup of each of the last days, weeks and months that have one; always the newest of all."""
    newest_first = sorted(backups, reverse=True)
    kept = set(newest_first[:1])
    for number, period in zip(numbers, _PERIODS, strict=True):
        newest: dict[object, Place] = {}
        for place in newest_first:
            newest.setdefault(period(place.moment), place)
        kept |= set(list(newest.values())[:number])
    return kept


def sweep(home: Path) -> None:
    """Delete what a backup left that was killed a day ago or earlier."""
    for path in home.glob(f"{UNFINISHED}*"):
        if path.stat().st_mtime < time.time() - LEFT_BEHIND:
            shutil.rmtree(path, ignore_errors=True)


def remove_old(home: Path, numbers: Iterable[int]) -> list[Path]:
    """Delete the backups that are not to be kept and return their folders; raises OSError."""
    backups = finished(home)
    kept = to_keep(backups, numbers)
    gone = [place.folder for place in backups if place not in kept]
    for folder in gone:
        # Half a folder must not look like a backup.
        unfinished = folder.with_name(f"{UNFINISHED}{folder.name}")
        folder.rename(unfinished)
        shutil.rmtree(unfinished)
    sync_to_disk(home)
    return gone
