"""Which files the rows know, and whether they lie on the disk as they came."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, models

from ppp_registry.backup.places import inside, sha256_of
from projects.exports import daily


@dataclass(frozen=True)
class Stored:
    """A file below MEDIA_ROOT, as its row knows it; None where no row knows its hash."""

    name: str
    size: int | None
    sha256: str | None


@dataclass(frozen=True)
class Fault:
    """A file that is not as it came."""

    name: str
    what: str

    def __str__(self) -> str:
        return f"{self.name}: {self.what}"


def of_rows() -> list[Stored]:
    """Return the files that rows name, each once, in the order of their names; history is not asked."""
    found: dict[str, Stored] = {}
    for model, field in _columns():
        about = {fact: column for fact in ("size", "sha256") if (column := _beside(model, field, fact))}
        rows = model._default_manager.using(DEFAULT_DB_ALIAS).exclude(**{field: ""}).values_list(field, *about.values())
        for name, *known in rows.iterator(chunk_size=2000):
            told = dict(zip(about, known, strict=True))
            found[name] = Stored(name, told.get("size"), told.get("sha256"))
    return [found[name] for name in sorted(found)]


def of_days(media: Path) -> list[Stored]:
    """Return the open data of past days: no row knows them, and nobody could make them anew."""
    home = media / daily.folder().name
    days = [day for day in home.iterdir() if not day.name.startswith(".")] if home.is_dir() else []
    return [
        Stored(path.relative_to(media).as_posix(), None, None)
        for day in sorted(days)
        for path in sorted(day.rglob("*"))
        if path.is_file()
    ]


def faults(media: Path, stored: Iterable[Stored]) -> Iterator[Fault]:
    """Yield what is missing on the disk or is not what came, reading every byte."""
    for one in stored:
        path = inside(media, one.name)
        if not path.is_file():
            yield Fault(one.name, "is missing")
        elif one.sha256 and sha256_of(path) != one.sha256:
            yield Fault(one.name, "is not the file that came")


def _columns() -> Iterator[tuple[type[models.Model], str]]:
    for model in apps.get_models():
        if model._meta.managed and not model._meta.proxy and not hasattr(model, "pgh_trackers"):
            for field in model._meta.local_fields:
                if isinstance(field, models.FileField):
                    yield model, field.name


def _beside(model: type[models.Model], field: str, fact: str) -> str:
    """Return the column with a fact of a file: ``scan_size`` beside ``scan``, ``size`` beside ``file``, or none."""
    names = {column.name for column in model._meta.local_fields}
    return next((name for name in (f"{field}_{fact}", fact) if name in names), "")
