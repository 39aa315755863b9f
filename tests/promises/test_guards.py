"""The tables of guards speak of code and checks that are there; `make drill-guards` takes the guards out."""

import pytest

from tests.promises.drills.guards import ROOT, Guard, guards, is_red

GUARDS = guards()


def faults(guard: Guard) -> list[str]:
    """Return what is wrong with one row of a table."""
    code, (file, _, test) = ROOT / guard.file, guard.check.partition("::")
    found = []
    if not code.is_file() or code.read_text(encoding="utf-8").count(guard.take_out) != 1:
        found.append(f"{guard.file} does not hold once: {guard.take_out}")
    if guard.put == guard.take_out or not guard.take_out.strip():
        found.append("nothing is taken out")
    name = test.partition("[")[0].rpartition("::")[2]
    if not (ROOT / file).is_file() or f"def {name}(" not in (ROOT / file).read_text(encoding="utf-8"):
        found.append(f"there is no {guard.check}")
    return found


def test_every_guard_and_its_check_are_there():
    assert len(GUARDS) == len({guard.name for guard in GUARDS}) > 40
    assert {guard.name: wrong for guard in GUARDS if (wrong := faults(guard))} == {}


@pytest.mark.parametrize(
    ("code", "told", "red"),
    [(1, "1 failed in 0.2s", True), (0, "1 passed", False), (1, "1 error in 0.1s", False), (4, "no such test", False)],
)
def test_only_a_test_that_ran_and_failed_is_red(code, told, red):
    assert is_red(code, told) is red
