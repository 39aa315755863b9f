"""What the figures must reach: ``goals.toml``, and whether one figure does."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

EACH, LARGEST = "each", "largest"


@dataclass(frozen=True)
class Goal:
    """One entry of ``goals.toml``, which says what the fields mean."""

    key: str
    work: str
    better: Literal["more", "less"]
    floor: float
    stretch: float | None = None
    at: int | Literal["each", "largest"] = LARGEST
    growth: bool = False
    small: bool = False
    bare: bool = False
    exact: bool = False

    @property
    def number(self) -> str:
        """The number of the issue of figures, such as P9; B for blocks of none of them."""
        return self.key.split()[0]

    def floor_of(self, share: float = 1.0) -> float:
        """Return the floor, made looser by the share, but for figures that are free of noise."""
        if self.exact:
            return self.floor
        return self.floor * share if self.better == "more" else self.floor / share

    def reaches(self, figure: float, bound: float) -> bool:
        """Whether the figure is on the right side of a bound, the bound itself included."""
        return figure >= bound if self.better == "more" else figure <= bound

    def sizes(self, rows: Iterable[int], *, small: bool = False) -> list[int]:
        """Return the registers of a run at which the figure counts; of a small run the largest alone."""
        sizes = sorted(rows)
        if self.growth:
            return sizes[-1:] if len(sizes) > 1 else []
        if self.at == EACH and not small:
            return sizes
        if small or self.at == LARGEST:
            return sizes[-1:]
        wanted = float(self.at)
        return [min(sizes, key=lambda size: max(size, wanted) / min(size, wanted))]


def read(path: Path) -> dict[str, Goal]:
    """Read the goals; raises ValueError for an entry that makes no sense."""
    found: dict[str, Goal] = {}
    for key, entry in tomllib.loads(path.read_text(encoding="utf-8")).items():
        try:
            goal = Goal(key, **entry)
        except TypeError as error:
            raise ValueError(f"{path.name}, {key}: {error}") from None
        if goal.better not in ("more", "less") or goal.floor <= 0:
            raise ValueError(f'{path.name}, {key}: better is "more" or "less", and a floor is above 0')
        if goal.stretch is not None and not goal.reaches(goal.stretch, goal.floor):
            raise ValueError(f"{path.name}, {key}: the stretch does not reach the floor")
        found[key] = goal
    return found


def chosen(goals: Mapping[str, Goal], only: Iterable[str] = (), *, small: bool = False) -> dict[str, Goal]:
    """Return the goals of these numbers or keys, all where none is named; raises ValueError for an unknown word."""
    words = [word.strip() for word in only if word.strip()]
    for word in words:
        if not any(word in (goal.key, goal.number) for goal in goals.values()):
            raise ValueError(f"--only {word}: there is no such number in goals.toml")
    return {
        key: goal
        for key, goal in goals.items()
        if (not words or key in words or goal.number in words) and (not small or goal.small)
    }
