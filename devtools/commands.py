"""The commands of dev.py."""

import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable

from devtools import backups, checks, database, envfile, environment
from devtools.checkout import Checkout, RunnerError, complain, say, this_checkout
from devtools.demo import demo
from devtools.drills import DRILLS
from devtools.programs import run
from devtools.signals import Stopped, die_with_make, stop_on_signals


def run_database(checkout: Checkout, arguments: list[str]) -> int:
    """Start the private database, write .local/env, keep it running until Ctrl-C."""
    with database.opened(checkout) as opened:
        envfile.write(checkout.env_file, envfile.demo_values(checkout, opened.values()))
        for name, value in opened.values().items():
            say(f"{name}={value}")
        say("The database runs; manage.py finds it. Ctrl-C gives it back.")
        try:
            signal.pause()
        except Stopped:
            return 0
    return 0


def shell_env(checkout: Checkout, arguments: list[str]) -> int:
    """Print what the demo runs with, for a shell: eval "$(python3 dev.py shell-env)"."""
    known = envfile.read(checkout.env_file)
    if not known:
        raise RunnerError("There is no .local/env yet: run `make demo` once.")
    for name, value in known.items():
        print(f"export {name}={shlex.quote(value)}")
    return 0


def drill(checkout: Checkout, arguments: list[str]) -> int:
    """Run the drill of this name: drill crash, drill load, drill guards, …"""
    wanted = DRILLS.get(arguments[0]) if arguments else None
    if wanted is None:
        raise RunnerError(f"Say which drill: {', '.join(sorted(DRILLS))}.")
    return wanted(checkout, arguments[1:])


def benchmark(checkout: Checkout, arguments: list[str]) -> int:
    """Measure the registry against what stands beside it: benchmark --only P1 --rounds 3"""
    apart = environment.prepare_benchmarks(checkout)
    words = [*arguments, *checks.extra_arguments(os.environ)]
    return run(apart, [str(apart.python), "-m", "benchmarks.run", *words], {})


def stop(checkout: Checkout, arguments: list[str]) -> int:
    """Stop a private database that a killed process left behind."""
    if not database.private_cluster(checkout).stop_if_unused():
        raise RunnerError("The database is in use: stop the demo, the tests or the command that uses it.")
    return 0


COMMANDS: dict[str, Callable[[Checkout, list[str]], int]] = {
    "demo": demo,
    "test": checks.run_tests,
    "check": checks.check,
    "tidy": checks.tidy,
    "lock": checks.lock,
    "messages": checks.messages,
    "check-translations": checks.check_translations,
    "compile-translations": checks.compile_translations,
    "database": run_database,
    "shell-env": shell_env,
    "drill": drill,
    "benchmark": benchmark,
    "stop": stop,
    "backup": backups.backup,
    "restore": backups.restore,
}


def main(arguments: list[str]) -> int:
    """Run one command; the exit code."""
    command = COMMANDS.get(arguments[0]) if arguments else None
    if command is None:
        for name, function in COMMANDS.items():
            print(f"{name:22} {(function.__doc__ or '').splitlines()[0]}")
        return 0 if arguments in ([], ["help"], ["--help"]) else 2
    sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]  # a terminal without our letters
    die_with_make()
    stop_on_signals()
    try:
        return command(this_checkout(), arguments[1:])
    except RunnerError as problem:
        return complain(problem)
    except subprocess.TimeoutExpired as late:
        return complain(RunnerError(f"This took too long: {shlex.join(map(str, late.cmd))}"))
    except OSError as error:
        return complain(RunnerError(f"This folder or machine does not allow it: {error}."))
    except Stopped as stopped:
        return stopped.exit_code
