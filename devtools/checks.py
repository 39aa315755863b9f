"""`make test`, `make check`, `make lock`, `make messages`."""

import fcntl
import os
import shlex
import shutil
import subprocess
import tomllib
from collections.abc import Mapping
from pathlib import Path

from devtools import catalogs, database, environment, stamps
from devtools.checkout import Checkout, RunnerError, open_lock, say
from devtools.cluster import THROWN_AWAY
from devtools.demo import collect_static
from devtools.programs import manage, run, side_by_side_told
from devtools.translations import LANGUAGES

BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
"""The shell first: the same pages for half the processor time of a whole Chromium."""
MOST_WORKERS = 4
OFFLINE = {"DATABASE_URL": "postgres://nobody@localhost/nowhere"}  # for programs that only load the settings


def run_tests(checkout: Checkout, arguments: list[str]) -> int:
    """Run the tests on a database of their own; further arguments, or ARGS, go to pytest."""
    environment.prepare(checkout, development=True)
    browser = find_browser(os.environ)
    if browser is None:
        without_browser(os.environ)
        arguments = ["--ignore=tests/browser", *arguments]
    arguments = [*arguments, *(extra_arguments(os.environ) or side_by_side(os.cpu_count() or 1))]
    if os.environ.get("CI"):
        # Only where nobody keeps a demo in the same cluster.
        os.environ[THROWN_AWAY] = "on"
    with database.opened(checkout, warn=False) as opened, open_lock(checkout.local / "test.lock") as lock:
        wait_for_turn(lock)
        catalogs.compile_outdated(checkout)
        values = test_values(checkout, {"DATABASE_URL": opened.owner_url})
        for name in ("MEDIA_ROOT", "STATIC_ROOT"):
            os.makedirs(values[name], exist_ok=True)
        with checkout.locked("prepare"):
            collect_static(checkout, values)
        if browser:
            values["CHROMIUM"] = browser
        # The child keeps the lock open: should we be killed, the next run still waits for it to end.
        return run(checkout, [str(checkout.python), "-m", "pytest", *arguments], values, keep_open=[lock])


def side_by_side(cores: int) -> list[str]:
    """Words that share the whole run out to workers, each file to one of them with a database of its own.

    One worker a core: with the browser and the database beside it a worker fills it, and more only make pages slow.
    Files keep their order: sorted by how many tests they hold, the drills, few and long, would come last and be waited
    for.
    """
    workers = min(cores, MOST_WORKERS)
    return ["-n", str(workers), "--dist", "loadfile", "--no-loadscope-reorder"] if workers > 1 else []


def test_values(checkout: Checkout, opened: Mapping[str, str]) -> dict[str, str]:
    """What the tests run with; nothing of the caller's DEBUG or mail server."""
    return {
        **opened,
        "SECRET_KEY": "only-for-tests-" + "x" * 40,
        "ALLOWED_HOSTS": "localhost,127.0.0.1,[::1],testserver",
        "PLAIN_HTTP": "on",
        "DEBUG": "",
        "EMAIL_URL": "",
        "MEDIA_ROOT": str(checkout.local / "test-media"),
        "STATIC_ROOT": str(checkout.local / "static"),
        "DJANGO_SETTINGS_MODULE": "ppp_registry.settings",
        "DJANGO_ALLOW_ASYNC_UNSAFE": "true",
        # Servers and commands that tests start read our modules compiled, whatever the machine's habit.
        "PYTHONDONTWRITEBYTECODE": "",
    }


def wait_for_turn(lock: int) -> None:
    """Let two runs of the tests in one checkout follow each other: they share one test database."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        say("The tests already run in this checkout: waiting for them to end.")
        fcntl.flock(lock, fcntl.LOCK_EX)


def find_browser(environ: Mapping[str, str]) -> str | None:
    """The Chromium for the browser tests: CHROMIUM, or one on PATH."""
    if wanted := environ.get("CHROMIUM"):
        found = shutil.which(wanted)
        if not found:
            raise RunnerError(f"CHROMIUM is “{wanted}”, and there is no program of that name.")
        return found
    return next((found for name in BROWSERS if (found := shutil.which(name, path=environ.get("PATH")))), None)


def without_browser(environ: Mapping[str, str]) -> None:
    """Say what is missing; in CI that is a failure."""
    if environ.get("CI", "").lower() == "true":
        raise RunnerError("There is no Chromium, and in CI the browser tests must run: apt-get install chromium")
    say(
        "There is no Chromium here, so the browser tests are left out: get one by "
        "`sudo apt-get install chromium`, or set CHROMIUM to the path of one."
    )


def check(checkout: Checkout, arguments: list[str]) -> int:
    """Check style, types, import rules, templates and translations."""
    environment.prepare(checkout, development=True)
    values = {**test_values(checkout, OFFLINE), **OFFLINE}
    failed = []
    # Side by side: the types alone take as long as all the others.
    for name, (code, told) in side_by_side_told(checkout, check_commands(checkout), values).items():
        say(f"{name}:\n{told.strip()}")
        if code != 0:
            failed.append(name)
    say(f"These checks failed: {', '.join(failed)}." if failed else "All checks passed.")
    return 1 if failed else 0


def tidy(checkout: Checkout, arguments: list[str]) -> int:
    """Put code and templates into the form that `check` asks for."""
    environment.prepare(checkout, development=True)
    wanted = check_commands(checkout)
    commands = [[*wanted["ruff"], "--fix"], [part for part in wanted["ruff format"] if part != "--check"]]
    if "djade" in wanted:
        commands.append([part for part in wanted["djade"] if part != "--check"])
    return max(run(checkout, command, {}) for command in commands)


def check_commands(checkout: Checkout) -> dict[str, list[str]]:
    """Each check and its command."""
    python, programs = str(checkout.python), checkout.venv / "bin"
    configured = tomllib.loads((checkout.root / "pyproject.toml").read_text()).get("tool", {}).get("mypy", {})
    everything = [] if {"files", "packages", "modules"} & set(configured) else ["."]
    commands = {
        "ruff": [python, "-m", "ruff", "check", "."],
        "ruff format": [python, "-m", "ruff", "format", "--check", "."],
        "mypy": [python, "-m", "mypy", *everything],
        "import rules": [python, str(programs / "lint-imports")],
        "translations": [python, "-m", "devtools.translations"],
    }
    pages = stamps.below(checkout.root, "templates/**/*.html", stamps.NOT_OURS)
    pages += list((checkout.root / "templates").rglob("*.html"))
    if pages:
        names = sorted({str(path.relative_to(checkout.root)) for path in pages})
        commands["djade"] = [str(programs / "djade"), "--target-version", "5.2", "--check", *names]
    return commands


def lock(checkout: Checkout, arguments: list[str]) -> int:
    """Write the requirements files anew, with hashes; needs uv."""
    uv = shutil.which("uv") or shutil.which("uv", path=str(checkout.venv / "bin"))
    if not uv:
        raise RunnerError("Locking needs uv: see https://docs.astral.sh/uv/ for how to get it.")
    options = ["--universal", "--generate-hashes", "--python-version", "3.11", *arguments]
    for name in (environment.RUNTIME, environment.DEVELOPMENT, environment.POSTGRES, environment.BENCHMARKS):
        source = Path(name).with_suffix(".in").name
        told = subprocess.run(
            [uv, "pip", "compile", "--quiet", *options, source, "-o", name],
            cwd=checkout.root,
            env={**os.environ, "UV_CUSTOM_COMPILE_COMMAND": "make lock"},
        )
        if told.returncode != 0:
            return told.returncode
    return 0


def messages(checkout: Checkout, arguments: list[str]) -> int:
    """Gather the words to translate into locale/kk and locale/ru; needs gettext."""
    if not shutil.which("xgettext"):
        raise RunnerError("Gathering the words needs gettext: sudo apt-get install gettext")
    environment.prepare(checkout)
    values = test_values(checkout, OFFLINE)
    # Words of tests are nobody's to read.
    leave = [part for folder in ("tests", "devtools", "benchmarks") for part in ("--ignore", f"{folder}/*")]
    languages = [part for language in LANGUAGES for part in ("-l", language)]
    manage(checkout, values, "makemessages", *languages, "--no-location", "--no-wrap", *leave, *arguments)
    return 0


def check_translations(checkout: Checkout, arguments: list[str]) -> int:
    """Check that Kazakh and Russian are complete: our words and those of the libraries."""
    environment.prepare(checkout, development=True)
    return run(checkout, check_commands(checkout)["translations"], OFFLINE)


def compile_translations(checkout: Checkout, arguments: list[str]) -> int:
    """Compile every translation that changed."""
    environment.prepare(checkout)
    say(f"{catalogs.compile_outdated(checkout)} translation files compiled.")
    return 0


def extra_arguments(environ: Mapping[str, str]) -> list[str]:
    """The words of ARGS, as `make test ARGS='-k totals'` hands them over."""
    return shlex.split(environ.get("ARGS", ""))
