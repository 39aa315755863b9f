"""`make drill-guards`: each check must turn red on a build whose guard was taken out.

The tables in ``tests/promises/guards`` say which lines are taken out and which test must see it. Every one is done in a
copy of the checkout; the checkout itself is never touched.
"""

import dataclasses
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path

from tests import checkout

ROOT = checkout.ROOT
TABLES = ROOT / "tests" / "promises" / "guards"
LONGEST = 180
"""Seconds one check may take."""
FAILED = 1
"""What pytest ends with when tests ran and some failed; a build that cannot be imported ends otherwise."""


@dataclasses.dataclass(frozen=True)
class Guard:
    """A guard, how it is taken out, and the test that must see that."""

    name: str
    file: str
    take_out: str
    check: str
    put: str = ""

    @property
    def is_in_the_database(self) -> bool:
        """Tell whether the guard stands in the tables or their rights, so that they must be made anew without it."""
        return any(
            part in self.file for part in ("/migrations/", "/models/", "grant_application_role", "database_role")
        )


def guards(tables: Path = TABLES) -> list[Guard]:
    """Return every guard of every table, by table and place."""
    found = []
    for table in sorted(tables.glob("*.toml")):
        found += [Guard(**row) for row in tomllib.loads(table.read_text(encoding="utf-8"))["guard"]]
    return found


def copied(to: Path) -> None:
    """Copy what the repository holds or is about to hold, and the compiled translations."""
    for source in {*checkout.files(), *(ROOT / "locale").rglob("*.mo")}:
        target = to / source.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)


def asked(copy: Path, *checks: str, new_tables: bool = False) -> tuple[int, str]:
    """Run the checks on a copy; return pytest's code and its words."""
    options = ["-p", "no:xdist", "-p", "no:cacheprovider", "--create-db" if new_tables else "--reuse-db"]
    try:
        told = subprocess.run(
            [sys.executable, "-B", "-m", "pytest", *options, *checks],
            cwd=copy,
            capture_output=True,
            text=True,
            timeout=LONGEST,
        )
    except subprocess.TimeoutExpired:
        return -1, f"took longer than {LONGEST} seconds"
    return told.returncode, told.stdout + told.stderr


def without(copy: Path, guard: Guard) -> tuple[int, str]:
    """Take one guard out of the copy, ask its check, put the guard back."""
    path = copy / guard.file
    whole = path.read_text(encoding="utf-8")
    path.write_text(whole.replace(guard.take_out, guard.put), encoding="utf-8")
    try:
        return asked(copy, guard.check, new_tables=guard.is_in_the_database)
    finally:
        path.write_text(whole, encoding="utf-8")


def verdicts(copy: Path, wanted: list[Guard]) -> Iterator[tuple[Guard, str]]:
    """Ask every guard; give it with an empty word when its check turned red, else with what is wrong."""
    # Those of the tables last: each leaves tables without its guard behind.
    for guard in sorted(wanted, key=lambda one: one.is_in_the_database):
        code, told = without(copy, guard)
        yield (
            guard,
            "" if is_red(code, told) else f"pytest ended with {code}\n{told[-600:]}",
        )


def is_red(code: int, told: str) -> bool:
    """Tell whether a test ran and failed; a build that cannot even be imported proves nothing."""
    return code == FAILED and re.search(r"\b\d+ failed", told) is not None


def main(words: list[str]) -> int:
    """Ask all guards, or those whose name, file or check holds one of the words; 0 when every check turned red."""
    wanted = [one for one in guards() if not words or any(word in str(one) for word in words)]
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="guards-") as folder:
        copy = Path(folder)
        copied(copy)
        code, told = asked(copy, *dict.fromkeys(one.check for one in wanted), new_tables=True)
        if code != 0:
            print(f"The checks must be green with every guard in its place, and they are not:\n{told[-3000:]}")
            return 1
        green = []
        for guard, wrong in verdicts(copy, wanted):
            print(f"{'STAYED GREEN' if wrong else 'red':12}  {guard.name}\n{'':14}without {guard.file}: {_line(guard)}")
            if wrong:
                green.append(guard)
                print(wrong)
            sys.stdout.flush()
    minutes = (time.monotonic() - began) / 60
    print(f"{len(wanted)} guards taken out, {len(wanted) - len(green)} checks turned red, {minutes:.1f} minutes")
    return 1 if green or not wanted else 0


def _line(guard: Guard) -> str:
    return guard.take_out.strip().splitlines()[0].strip()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
