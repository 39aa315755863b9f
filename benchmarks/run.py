"""Measure the registry against what stands beside it: ``benchmarks/run --rows 10000,100000 --check goals.toml``.

Makes a PostgreSQL of its own with one made-up register for each size, serves each with two workers, verifies that what
is compared gives the same, and times both ways in turn, so that a busy moment of the machine hits both. Prints a
Markdown table; ends with 1 where a floor is missed.
"""

import argparse
import importlib
import pkgutil
import shlex
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType

import benchmarks.works
from benchmarks import inside, report
from benchmarks.comparison import Figure, Single, Stage
from benchmarks.goals import Goal, chosen, read
from benchmarks.measuring import Measured, Unmeasured, measured
from benchmarks.peers import PEERS, is_installed, peer_of
from benchmarks.stand import fill, prepare_site, say, stages, standing
from devtools.checkout import RunnerError, complain, this_checkout
from devtools.signals import Stopped, stop_on_signals

HERE = Path(__file__).resolve().parent
GOALS = HERE / "goals.toml"
OURS = ("", "benchmarks", "ppp_registry", "proposals", "projects", "accounts", "reference")
"""What is never missing for want of an installation: such an ImportError is a mistake of ours."""
Result = Measured | Unmeasured


class Run:
    """One run: what is wanted, and what was found."""

    def __init__(self, goals: Mapping[str, Goal], sizes: Sequence[int], peers: Sequence[str], options: "Options"):
        self.goals, self.sizes, self.peers, self.options = goals, sorted(sizes), peers, options
        small = options.small
        self.wanted = {(key, size) for key, goal in goals.items() for size in goal.sizes(self.sizes, small=small)}
        self.found: list[Result] = []

    def at(self, stage: Stage, modules: Mapping[str, ModuleType]) -> None:
        """Measure everything that counts at this size."""
        for name, module in modules.items():
            numbers = benchmarks.works.NUMBERS.get(name)
            needed = {key for key, size in self.wanted if size == stage.rows}
            if not [key for key in needed if numbers is None or self.goals[key].number in numbers]:
                continue
            inside.go_to(stage.application)
            try:
                for figure in module.figures(stage):
                    self._take(figure, stage.rows)
            except ImportError as error:
                is_excused = (error.name or "").split(".")[0] not in OURS
                why = f"{error.name or error} is not installed" if is_excused else f"failed: {error}"
                self._rest(numbers, stage.rows, why, is_excused=is_excused)
            except Exception as error:  # one broken figure must not cost the others, which may have taken hours
                self._rest(numbers, stage.rows, f"failed: {type(error).__name__}: {error}", is_excused=False)
            if name in benchmarks.works.WRITE:
                inside.sweep(stage.database)

    def _take(self, figure: Figure | Single, rows: int) -> None:
        goal = self.goals.get(figure.goal)
        if goal is None or (figure.goal, rows) not in self.wanted:
            return
        if isinstance(figure, Figure) and (why := self._refused(figure)):
            self._not(goal, rows, why, is_excused=True)
            return
        began = time.perf_counter()
        try:
            item = measured(
                figure,
                goal,
                rows,
                rounds=self.options.rounds,
                clock=time.perf_counter,
                share=self.options.share,
                is_checked=self.options.is_checked,
            )
        except Exception as error:
            why = "refused, both ways must give the same" if isinstance(error, AssertionError) else "failed"
            self._not(goal, rows, f"{why}: {type(error).__name__}: {error}")
            return
        self.found.append(item)
        told = f"{goal.key} at {rows:,}: {report.number(item.figure)}, {'held' if item.is_held else 'missed'}"
        say(f"{told} ({time.perf_counter() - began:.0f} s)")

    def _refused(self, figure: Figure) -> str:
        peer = peer_of(figure.against)
        if peer is None:
            return ""
        if peer not in self.peers:
            return f"{peer} is not among --peers"
        return "" if is_installed(peer) else f"{peer} is not installed: make benchmark"

    def _not(self, goal: Goal, rows: int, why: str, *, is_excused: bool = False) -> None:
        self.found.append(Unmeasured(goal, rows, why, is_excused))
        say(f"{goal.key} at {rows:,}: not measured, {why}")

    def _rest(self, numbers: Sequence[str] | None, rows: int, why: str, *, is_excused: bool) -> None:
        """Say of what the module still had to measure why it is not; a failure is told even where nothing was left."""
        seen = {(item.goal.key, item.rows) for item in self.found}
        own = [
            key
            for key in self.goals
            if (key, rows) in self.wanted and (numbers is None or self.goals[key].number in numbers)
        ]
        left = [key for key in own if (key, rows) not in seen]
        for key in left or ([] if is_excused else own[-1:]):
            self._not(self.goals[key], rows, why, is_excused=is_excused)

    def results(self) -> list[Result]:
        """Return what was measured, in the order of the goals, and what was not, with the reason."""
        seen = {(item.goal.key, item.rows) for item in self.found}
        missing = [
            Unmeasured(self.goals[key], rows, "nothing measures it", is_excused=False)
            for key, rows in self.wanted
            if (key, rows) not in seen
        ]
        missing += [
            Unmeasured(goal, 0, "it compares two sizes, and the run has one", is_excused=True)
            for goal in self.goals.values()
            if not goal.sizes(self.sizes)
        ]
        order = list(self.goals)
        return sorted([*self.found, *missing], key=lambda item: (order.index(item.goal.key), item.rows))


def exit_code(results: Sequence[Result], *, is_checked: bool = True) -> int:
    """Return 1 where something was to be measured and was not, or where a floor is missed that counts; else 0."""
    held = all(item.is_held or not is_checked if isinstance(item, Measured) else item.is_excused for item in results)
    return 0 if held else 1


def works() -> dict[str, ModuleType]:
    """Return the modules that measure something, by their names."""
    found = {}
    for module in pkgutil.iter_modules(benchmarks.works.__path__):
        loaded = importlib.import_module(f"benchmarks.works.{module.name}")
        if hasattr(loaded, "figures"):
            found[module.name] = loaded
    order = list(benchmarks.works.NUMBERS)
    return dict(sorted(found.items(), key=lambda item: order.index(item[0]) if item[0] in order else -1))


class Options(argparse.Namespace):
    """The command line, read."""

    rows: str
    rounds: int
    only: str
    peers: str
    check: str | None
    share: float
    small: bool
    fresh: bool
    throw_away: bool
    seed: int
    seconds: float | None
    write: str | None

    @property
    def is_checked(self) -> bool:
        """Whether the floors count."""
        return self.check is not None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="benchmarks/run", description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--rows", default="10000,100000,1000000", help="sizes of the register; default 10000,100000,1000000")
    add("--rounds", type=int, default=5, help="times that each way is measured; default 5")
    add("--only", default="", help="numbers or keys of goals.toml such as P1,P9; default all")
    add("--peers", default=",".join(PEERS), help=f"what to compare with; default {','.join(PEERS)}")
    add("--check", metavar="FILE", help="end with 1 where a floor of this file is missed; its place, or goals.toml")
    add("--share", type=float, default=1.0, help="loosen the floors, 0.7 for the small version; default 1")
    add("--small", action="store_true", help="only what goals.toml marks as small; nothing is kept")
    add("--fresh", action="store_true", help="fill the databases anew, also where an earlier run has kept them")
    add("--throw-away", action="store_true", help="keep no filled database for the next run")
    add("--seed", type=int, default=1, help="the same seed makes the same rows and requests; default 1")
    add("--seconds", type=float, help="how long one round of load by HTTP lasts; default 2, small 0.6")
    add("--write", metavar="FILE", help="put table, date and machine between the markers of this file")
    return parser


def _sizes(text: str) -> list[int]:
    sizes = sorted({int(part) for part in text.split(",")})
    if sizes[0] < 1_000:
        raise ValueError("--rows: a register of less than 1000 rows has no pages to turn")
    return sizes


def _peers(text: str) -> list[str]:
    by_name = {name.casefold(): name for name in PEERS}
    words = [word.strip().casefold() for word in text.split(",") if word.strip()]
    if unknown := [word for word in words if word not in by_name]:
        raise ValueError(f"--peers {', '.join(unknown)}: choose of {', '.join(PEERS)}")
    return [by_name[word] for word in words]


def _goals_file(text: str | None) -> Path:
    if text is None:
        return GOALS
    return next((path for path in (Path(text), HERE / text) if path.is_file()), Path(text))


def _measure(options: Options, run: Run) -> str:
    """Fill, serve, measure; return the version of PostgreSQL."""
    with standing(seed=options.seed, kept=not (options.small or options.throw_away)) as stand:
        prepare_site(stand)
        names = fill(stand, run.sizes, fresh=options.fresh)
        seconds = options.seconds or (0.6 if options.small else 2.0)
        modules = works()
        with stages(stand, names, seconds=seconds) as found:
            for stage in found:
                run.at(stage, modules)
        return stand.version()


def main(arguments: list[str]) -> int:
    """Read the command line, measure, print; 1 where a floor is missed."""
    options = _parser().parse_args(arguments, namespace=Options())
    stop_on_signals()
    began = time.perf_counter()
    try:
        goals = chosen(read(_goals_file(options.check)), options.only.split(","), small=options.small)
        run = Run(goals, _sizes(options.rows), _peers(options.peers), options)
        postgres = _measure(options, run)
    except (ValueError, OSError) as problem:
        return complain(RunnerError(str(problem)))
    except RunnerError as problem:
        return complain(problem)
    except Stopped as stopped:
        return stopped.exit_code
    results = run.results()
    root = this_checkout().root
    body = f"{report.table(results)}\n\n{report.summary(results)}"
    print(f"{report.machine(postgres)}\n\n{body}\n\n{time.perf_counter() - began:.0f} s.", flush=True)
    if options.write:
        command = f"benchmarks/run {shlex.join(arguments)}"
        report.write(Path(options.write), body, postgres=postgres, command=command, of=report.commit(root))
    return exit_code(results, is_checked=options.is_checked)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
