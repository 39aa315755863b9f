"""The table: Markdown for people, with the machine and the versions it was made on."""

import datetime
import importlib.metadata
import os
import platform
import statistics
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmarks.measuring import Measured, Unmeasured

BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
_TOLD = (
    *("Django", "psycopg", "gunicorn", "orjson", "djangorestframework", "fastapi", "uvicorn", "django-ninja"),
    *("django-filter", "datasette", "django-import-export", "openpyxl", "rustpy-xlsxwriter"),
)


def number(value: float) -> str:
    """Return a figure with the digits that say something."""
    if value == 0 or abs(value) >= 1_000:
        return f"{value:,.0f}".replace(",", " ")
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _bound(item: Measured) -> str:
    return f"{'≥' if item.goal.better == 'more' else '≤'} {number(item.floor)}"


def _verdict(item: Measured) -> str:
    told = "missed" if not item.is_held else "held, stretch reached" if item.is_stretch else "held"
    if item.again:
        told += f"; missed in {item.again} rounds, measured again"
    return told


def _line(item: Measured) -> list[str]:
    stretch = "" if item.goal.stretch is None else number(item.goal.stretch)
    unit = f" {item.unit}"
    figure = number(item.figure) + (unit if item.goal.bare else "")
    return [
        item.goal.key,
        f"{item.rows:,}".replace(",", " "),
        item.what,
        item.against,
        "" if item.goal.bare else number(statistics.median(item.ours)) + unit,
        number(statistics.median(item.reference)) + unit if item.reference else "",
        figure,
        f"{number(min(item.figures))} to {number(max(item.figures))}",
        _bound(item),
        stretch,
        str(len(item.figures)),
        _verdict(item),
    ]


def _missing_line(item: Unmeasured) -> list[str]:
    rows = f"{item.rows:,}".replace(",", " ") if item.rows else ""
    told = "not measured: " + " ".join(item.why.replace("|", "/").split())[:240]
    return [item.goal.key, rows, item.goal.work, "", "", "", "", "", "", "", "", told]


HEAD = (
    *("number", "rows", "work", "against", "ours", "reference", "ratio or figure", "least to most", "floor"),
    *("stretch", "rounds", "verdict"),
)
_RIGHT = ("rows", "ours", "reference", "ratio or figure", "least to most", "floor", "stretch", "rounds")


def table(items: Iterable[Measured | Unmeasured]) -> str:
    """Return the figures as a Markdown table; what was not measured stands in it too."""
    lines = [_line(item) if isinstance(item, Measured) else _missing_line(item) for item in items]
    rules = ["---:" if name in _RIGHT else "---" for name in HEAD]
    return "\n".join(f"| {' | '.join(line)} |" for line in [list(HEAD), rules, *lines])


def summary(items: Sequence[Measured | Unmeasured]) -> str:
    """Return one sentence that counts the verdicts."""
    measured = [item for item in items if isinstance(item, Measured)]
    missed = [item.goal.key for item in measured if not item.is_held]
    told = f"{len(measured) - len(missed)} of {len(measured)} figures hold their floor"
    told += f"; missed: {', '.join(sorted(set(missed)))}" if missed else ""
    absent = sorted({item.goal.key for item in items if isinstance(item, Unmeasured)})
    return told + (f"; not measured: {', '.join(absent)}." if absent else ".")


def machine(postgres: str) -> str:
    """Return on what it was measured: processor, cores, memory, system, versions."""
    cpu = next(
        (
            line.partition(":")[2].strip()
            for line in _lines(Path("/proc/cpuinfo"))
            if line.startswith(("model name", "Model"))
        ),
        platform.processor() or platform.machine(),
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    versions = [f"Python {platform.python_version()}", f"PostgreSQL {postgres}"]
    for name in _TOLD:
        try:
            versions.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            continue
    return (
        f"{cpu}, {os.cpu_count()} cores, {memory:.0f} GB, {platform.system()} {platform.release()}. "
        f"{', '.join(versions)}."
    )


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []


def commit(root: Path) -> str:
    """Return the commit that was measured, with a plus where files differ from it; empty without git."""
    try:
        told = subprocess.run(
            ["git", "describe", "--always", "--dirty=+", "--abbrev=10", "--exclude=*"],
            cwd=root,
            capture_output=True,
            text=True,
        )
    except OSError:
        return ""
    return told.stdout.strip() if told.returncode == 0 else ""


def write(path: Path, body: str, *, postgres: str, command: str, of: str = "") -> None:
    """Put the table, the date, the machine and the versions between the markers; raises ValueError without them."""
    text = path.read_text(encoding="utf-8")
    before, begin, rest = text.partition(BEGIN)
    _old, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"{path} has no {BEGIN} and {END} to write between")
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    told = f"{today}{f', commit {of}' if of else ''}: `{command}`\n\n{machine(postgres)}\n\n{body}"
    path.write_text(f"{before}{BEGIN}\n\n{told}\n\n{END}{after}", encoding="utf-8")
