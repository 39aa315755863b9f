"""`make demo`: everything from a fresh checkout to a running site."""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping

from devtools import catalogs, database, envfile, environment, ports, stamps
from devtools.checkout import Checkout, RunnerError, say
from devtools.database import Database
from devtools.programs import manage
from devtools.roles import SUPERUSER
from devtools.signals import Stopped, dies_with_parent

PATIENCE = 60.0  # seconds until the site must answer
IDENTITY = "SELECT system_identifier, d.oid FROM pg_control_system(), pg_database d WHERE datname = current_database()"
MIGRATIONS = "SELECT count(*), max(id) FROM django_migrations"


def demo(checkout: Checkout, arguments: list[str]) -> int:
    """Prepare everything, serve the site on PORT (default 8000) until Ctrl-C."""
    asked = ports.asked_port(os.environ)
    if asked:
        ports.open_port(asked).close()  # better said now than after the preparation
    environment.prepare(checkout)
    with database.opened(checkout) as opened:
        values = running_values(checkout, opened)
        with checkout.locked("prepare", waiting="Another demo of this checkout prepares the data: waiting for it."):
            envfile.write(checkout.env_file, values)
            prepare(checkout, opened, values)
        return serve(checkout, values, ports.open_port(asked), asked)


def running_values(checkout: Checkout, opened: Database) -> dict[str, str]:
    """The demo's variables; what the caller set himself counts more."""
    values = envfile.demo_values(checkout, opened.values())
    own = {name: os.environ[name] for name in values if os.environ.get(name) and name not in opened.values()}
    return {**values, **own}


def prepare(checkout: Checkout, opened: Database, values: Mapping[str, str]) -> None:
    """Translations, tables, rights, data, static files; what is done already is skipped."""
    catalogs.compile_outdated(checkout)
    for name in ("MEDIA_ROOT", "STATIC_ROOT"):
        os.makedirs(values[name], exist_ok=True)
    migrate(checkout, opened, values)
    manage(checkout, values, "demo_data")
    collect_static(checkout, values)


def migrate(checkout: Checkout, opened: Database, values: Mapping[str, str]) -> None:
    """Bring the tables up to date as their owner, and let the application role use them."""
    written = stamps.fingerprint(checkout.root, stamps.code(checkout.root))
    if stamps.is_done(checkout, "migrate", migrated_state(opened, written)):
        return
    stamps.record(checkout, "migrate", "")
    say("Bringing the tables up to date.")
    manage(checkout, values, "migrate", "--no-input", "--verbosity", "0")
    if opened.owner_url != opened.url:
        manage(checkout, values, "grant_application_role")
    stamps.record(checkout, "migrate", migrated_state(opened, written))


def migrated_state(opened: Database, written: str) -> str:
    """What the tables depend on: our code, which database this is, and how far it was migrated.

    Empty, and so never done, when that cannot be known: a database of somebody else, or one without tables.
    """
    if opened.cluster is None:
        return ""
    identity = opened.cluster.psql(f"{IDENTITY};\n{MIGRATIONS}", role=SUPERUSER)
    return f"{written} {' '.join(identity.stdout.split())}" if identity.returncode == 0 else ""


def collect_static(checkout: Checkout, values: Mapping[str, str]) -> None:
    """Gather the static files into STATIC_ROOT when their sources changed."""
    folder = values["STATIC_ROOT"]
    state = stamps.fingerprint(checkout.root, stamps.static_sources(checkout.root), folder)
    if os.listdir(folder) and stamps.is_done(checkout, "static", state):
        return
    manage(checkout, values, "collectstatic", "--no-input", "--verbosity", "0")
    stamps.record(checkout, "static", state)


def serve(checkout: Checkout, values: Mapping[str, str], listener: socket.socket, asked: int | None) -> int:
    """Run gunicorn on the open port until somebody stops us; 0 when that was the end of it."""
    port = listener.getsockname()[1]
    values = {"SITE_URL": f"http://localhost:{port}/", **values}  # letters and feeds lead to this demo
    try:
        with gunicorn(checkout, values, listener) as server, workers(checkout, values):
            wait_until_it_answers(port, server)
            if asked is None and port != ports.DEFAULT:
                say(f"Port {ports.DEFAULT} is taken, so this demo runs on {port}.")
            say(f"\n  Public site  http://localhost:{port}/kk/\n  Admin        http://localhost:{port}/admin/")
            if not os.environ.get("EMAIL_URL"):
                say("  Letters      appear here: there is no mail server (EMAIL_URL)")
            say("\nCtrl-C stops everything.")
            server.wait()
    except Stopped:
        # Also while something is still starting.
        say("\nStopped.")
        return 0
    raise RunnerError("The web server ended by itself: see the lines above.")


@contextlib.contextmanager
def gunicorn(
    checkout: Checkout, values: Mapping[str, str], listener: socket.socket
) -> Iterator["subprocess.Popen[bytes]"]:
    """The web server, for as long as the block runs; it dies with us, so that the port is free again."""
    options = ["--bind", f"fd://{listener.fileno()}", "--workers", "2", "--graceful-timeout", "3"]
    server = subprocess.Popen(
        [checkout.python, "-m", "gunicorn", "ppp_registry.wsgi:application", *options],
        cwd=checkout.root,
        env=without_the_owner(values),
        stdin=subprocess.DEVNULL,
        pass_fds=[listener.fileno()],
        start_new_session=True,  # Ctrl-C in the terminal reaches us alone; we stop it in order
        preexec_fn=dies_with_parent(signal.SIGQUIT),  # quick: the port must be free at once
    )
    listener.close()
    try:
        yield server
    finally:
        server.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(6)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def without_the_owner(values: Mapping[str, str]) -> dict[str, str]:
    """The variables of the application: never the way to become the owner of the tables."""
    variables = {**os.environ, **values, "PYTHONUTF8": "1"}
    return {name: value for name, value in variables.items() if name != "MIGRATE_DATABASE_URL"}


# What a live registry does beside its pages, and after how many seconds it looks again.
WORKERS = {"send_letters": 2, "publish_resolutions": 10, "tell_followers": 30, "publish_open_data": 3600}


@contextlib.contextmanager
def workers(checkout: Checkout, values: Mapping[str, str]) -> Iterator[None]:
    """Everything of WORKERS, for as long as the block runs; papers are scanned where somebody set a scanner up."""
    scanning = {"scan_papers": 5} if os.environ.get("SCANNER_URL") else {}
    with contextlib.ExitStack() as running:
        for command, pause in {**WORKERS, **scanning}.items():
            running.enter_context(worker(checkout, values, command, pause))
        yield


@contextlib.contextmanager
def worker(checkout: Checkout, values: Mapping[str, str], command: str, pause: int) -> Iterator[None]:
    """A command that looks again after so many seconds, for as long as the block runs; it dies with us."""
    running = subprocess.Popen(
        [checkout.python, "manage.py", command, "--watch", str(pause)],
        cwd=checkout.root,
        env=without_the_owner(values),
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=dies_with_parent(signal.SIGTERM),
    )
    try:
        yield
    finally:
        running.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            running.wait(4)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(running.pid, signal.SIGKILL)
        running.wait()


def wait_until_it_answers(port: int, server: "subprocess.Popen[bytes]") -> None:
    """Return at the first HTTP answer of any kind."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise RunnerError("The web server did not start: see the lines above.")
        connection = http.client.HTTPConnection(ports.HOST, port, timeout=5)
        try:
            connection.request("GET", "/healthz", headers={"Host": f"localhost:{port}"})
            connection.getresponse().read()
            return
        except (OSError, http.client.HTTPException):
            time.sleep(0.1)
        finally:
            connection.close()
    raise RunnerError(f"The web server does not answer on port {port}.")
